//! What the engine has no source for: today's date, and new ids.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use sigwise_lint::diagnostic::EditText;
use sigwise_lint::fix::Fill;
use uuid::{Builder, Uuid};

/// Today in UTC: year, month, day. `SOURCE_DATE_EPOCH` sets it where a run must be repeatable.
pub fn today() -> (u16, u8, u8) {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let seconds =
        fixed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
    date_of_day(seconds / 86_400)
}

/// The date of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`, for days from then on).
fn date_of_day(day: u64) -> (u16, u8, u8) {
    let day = day + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (u16::try_from(year).unwrap_or(u16::MAX), month as u8, date as u8)
}

/// Makes new ids for one file.
///
/// They have the form of random ids (version 4) but are derived from path and text of the file: so two runs over the same
/// files print and write the same bytes, and `--diff` shows what `--fix` will write.
#[derive(Debug)]
pub struct Ids {
    file: Uuid,
    next: u32,
}

impl Ids {
    /// For the file at `path` with this text; `key` tells apart what is made for different purposes.
    pub fn new(path: &str, text: &str, key: &str) -> Self {
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_bytes());
        let text = Uuid::new_v5(&name, text.as_bytes());
        Self { file: Uuid::new_v5(&text, key.as_bytes()), next: 0 }
    }

    /// The next id.
    pub fn fresh(&mut self) -> String {
        let bytes = Uuid::new_v5(&self.file, &self.next.to_le_bytes()).into_bytes();
        self.next += 1;
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// The texts of edits, in their order: of a finding's the same wherever it is shown.
#[derive(Debug)]
pub struct Texts<'a> {
    path: &'a str,
    text: &'a str,
    key: &'a str,
    today: (u16, u8, u8),
    ids: Option<Ids>,
}

impl<'a> Texts<'a> {
    /// For the file at `path` with this text; `key` tells apart what is made for different purposes: a finding's fingerprint.
    pub fn new(path: &'a str, text: &'a str, key: &'a str, today: (u16, u8, u8)) -> Self {
        Self { path, text, key, today, ids: None }
    }

    /// The text of the next edit.
    pub fn next<'e>(&mut self, edit: &'e EditText) -> Cow<'e, str> {
        match edit {
            EditText::Text(text) => text.into(),
            EditText::Today => iso(self.today).into(),
            EditText::FreshId => {
                self.ids.get_or_insert_with(|| Ids::new(self.path, self.text, self.key)).fresh().into()
            }
        }
    }
}

/// `YYYY-MM-DD`
pub fn iso((year, month, day): (u16, u8, u8)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// Fills templates with new ids and this date.
pub fn fill(fresh_id: &mut dyn FnMut() -> String, today: (u16, u8, u8)) -> Fill<'_> {
    Fill { fresh_id, today: iso(today) }
}

#[cfg(test)]
mod tests {
    use super::{Ids, date_of_day};

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of_day(0), (1970, 1, 1));
        assert_eq!(date_of_day(11_016), (2000, 2, 29));
        assert_eq!(date_of_day(20_423), (2025, 12, 1));
        assert_eq!(date_of_day(20_513), (2026, 3, 1));
    }

    #[test]
    fn ids_are_valid_repeatable_and_never_the_same() {
        let mut ids = Ids::new("a.yml", "title: a", "");
        let (first, second) = (ids.fresh(), ids.fresh());
        assert_eq!(first.as_bytes()[14], b'4', "{first}");
        assert_ne!(first, second);
        assert_eq!(Ids::new("a.yml", "title: a", "").fresh(), first);
        assert_ne!(Ids::new("b.yml", "title: a", "").fresh(), first);
        assert_ne!(Ids::new("a.yml", "title: b", "").fresh(), first);
    }
}
