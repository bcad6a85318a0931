//! UUIDs as Python's `uuid.UUID` reads them, with which pySigma checks ids.

/// How an id is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// 32 hexadecimal digits with dashes after the 8th, 12th, 16th and 20th.
    Canonical,
    /// In braces, without dashes, with dashes elsewhere, or as `urn:uuid:…`: Python reads it, the JSON schema refuses it.
    Oddly,
    /// No UUID.
    Wrong,
}

/// How `text` is written.
pub fn written(text: &str) -> Written {
    let bytes = text.as_bytes();
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let good = |(at, byte): (usize, &u8)| if dash(at) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    if bytes.len() == 36 && bytes.iter().enumerate().all(good) {
        Written::Canonical
    } else if digits(text).is_some() {
        Written::Oddly
    } else {
        Written::Wrong
    }
}

/// The canonical spelling of what Python reads as a UUID.
pub fn canonical(text: &str) -> Option<String> {
    let digits = digits(text)?;
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
    Some(parts.join("-"))
}

/// The version of a UUID that is written canonically.
pub fn version(text: &str) -> Option<u8> {
    let digit = text.as_bytes().get(14)?;
    char::from(*digit).to_digit(16).and_then(|version| u8::try_from(version).ok())
}

/// Its 32 digits.
fn digits(text: &str) -> Option<String> {
    // Longer texts are no UUID, whatever they hold.
    if text.len() > 64 {
        return None;
    }
    let bare = text.replace("urn:", "").replace("uuid:", "");
    let digits = bare.trim_matches(['{', '}']).replace('-', "");
    (digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::{Written, canonical, version, written};

    #[test]
    fn as_python_reads_them() {
        let id = "5013198c-0dbb-4bd9-8b21-4eb10c7ad9b5";
        assert_eq!(written(id), Written::Canonical);
        assert_eq!(written(&id.to_uppercase()), Written::Canonical);
        assert_eq!(version(id), Some(4));
        for odd in [
            "{5013198c-0dbb-4bd9-8b21-4eb10c7ad9b5}",
            "5013198c0dbb4bd98b214eb10c7ad9b5",
            "urn:uuid:5013198c-0dbb-4bd9-8b21-4eb10c7ad9b5",
            "5013198c-0dbb4bd9-8b21-4eb10c7ad9b5",
        ] {
            assert_eq!(written(odd), Written::Oddly);
            assert_eq!(canonical(odd).as_deref(), Some(id));
        }
        for wrong in
            ["", "not-a-uuid", "5013198c-0dbb-4bd9-8b21-4eb10c7ad9b", "5013198g-0dbb-4bd9-8b21-4eb10c7ad9b5", "é"]
        {
            assert_eq!(written(wrong), Written::Wrong);
        }
    }
}
