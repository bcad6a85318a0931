//! Words: what titles and values have in common beyond whole rows.

use std::borrow::Cow;

/// Shortest and longest word in characters. Shorter ones say nothing, longer ones are hashes and encoded blobs.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=32;

/// The words of a title or value: runs of letters and digits, in lower case, with repetitions.
pub fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| LENGTH.contains(&word.chars().count())).map(|word| {
        let is_lower = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
    })
}

/// The persons and groups behind a text that names authors: in lower case, without what stands in brackets, without
/// handles that follow a name, each once.
pub fn authors(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let mut out: Vec<String> = Vec::new();
    for part in plain.split([',', ';', '|', '&']).flat_map(|part| part.split(" and ")) {
        let quoted = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '.' | ':');
        let part = part.trim_matches(quoted);
        let name = match part.find('@') {
            None => part,
            Some(0) => part.trim_start_matches('@'),
            Some(at) => part.get(..at).unwrap_or_default(),
        };
        let name = name.trim_matches(quoted).to_lowercase();
        if !name.is_empty() && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_values() {
        let found: Vec<_> = words(r"C:\Windows\System32\rundll32.exe -sta a1b2").collect();
        assert_eq!(found, ["windows", "system32", "rundll32", "exe", "sta", "a1b2"]);
    }

    #[test]
    fn authors_of_texts() {
        assert_eq!(authors("Florian Roth (Nextron Systems), oscd.community"), ["florian roth", "oscd.community"]);
        assert_eq!(authors("Mark Morowczynski '@markmorow', '@gleeiamglo'"), ["mark morowczynski", "gleeiamglo"]);
        assert_eq!(authors("A and B; A"), ["a", "b"]);
        assert!(authors(" ").is_empty());
    }
}
