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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_a_slip_and_nothing_far() {
        let words = ["contains", "startswith", "endswith", "re"];
        assert_eq!(nearest("contain", words), Some("contains"));
        assert_eq!(nearest("Contains", words), Some("contains"));
        assert_eq!(nearest("starswith", words), Some("startswith"));
        assert_eq!(nearest("regex", words), None);
        assert_eq!(nearest("x", words), None);
    }
}
