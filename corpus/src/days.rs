//! When rules were changed, as numbers of days: exact enough to tell what is recent.

/// A date (`YYYY-MM-DD`) as a number of days, months taken as of equal length; 0 for what is no date.
pub(crate) fn day(date: &str) -> u32 {
    let mut parts = date.split('-').map(|part| part.trim().parse::<u32>().ok());
    let mut part = |limit| parts.next().flatten().filter(|n| *n <= limit);
    match (part(9999), part(12), part(31)) {
        (Some(year), Some(month), Some(day)) => year * 365 + month * 30 + day,
        _ => 0,
    }
}

/// One rule with a date in the future makes no other rule old.
const AGREE: usize = 3;

/// The day on which the newest rules were changed.
pub(crate) fn newest(mut days: Vec<u32>) -> u32 {
    days.sort_unstable();
    days.iter().rev().nth(AGREE - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_order() {
        assert!(day("2024-02-29") < day("2024-03-01") && day("2023-12-31") < day("2024-01-01"));
        assert_eq!([day(""), day("soon"), day("2024-13-01"), day("2024-01")], [0; 4]);
    }

    #[test]
    fn one_date_in_the_future_changes_nothing() {
        assert_eq!(newest(vec![5, 9_000, 7, 7, 1]), 7);
        assert_eq!(newest(vec![5]), 0);
    }
}
