//! The nearest of a set of names, for "did you mean".

/// The candidate closest to `word`, if it is close enough to be a slip: at most one edit (a transposition is one) for
/// words of up to four characters, two up to eight, three beyond. Case differences alone always count as a slip.
/// Among equally near ones the first in order of the candidates wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = match length {
        0..=1 => return None,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(word.len()) > limit * 4 {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether `near`, the candidate closest to `word`, is what was meant beyond doubt: no other one is as close, and it is one
/// slip away or begins with the same letter (`unstable` is not meant to be `stable`).
pub fn is_sure<'a>(word: &str, near: &str, candidates: impl IntoIterator<Item = &'a str>) -> bool {
    let lower = word.to_lowercase();
    let slips = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    let least = slips(near);
    let begins_alike = lower.chars().next() == near.to_lowercase().chars().next();
    (least <= 1 || begins_alike) && candidates.into_iter().all(|other| other == near || slips(other) > least)
}

#[cfg(test)]
mod tests {
    use super::{is_sure, nearest};

    #[test]
    fn finds_a_slip_and_nothing_far() {
        let words = ["contains", "startswith", "endswith", "re"];
        assert_eq!(nearest("contain", words), Some("contains"));
        assert_eq!(nearest("Contains", words), Some("contains"));
        assert_eq!(nearest("starswith", words), Some("startswith"));
        assert_eq!(nearest("regex", words), None);
        assert_eq!(nearest("x", words), None);
    }

    #[test]
    fn is_sure_only_of_slips() {
        let words = ["stable", "gt", "gte", "experimental"];
        assert!(is_sure("experimnetall", "experimental", words));
        assert!(is_sure("stabel", "stable", words));
        assert!(!is_sure("unstable", "stable", words));
        assert!(!is_sure("get", "gt", words));
    }
}
