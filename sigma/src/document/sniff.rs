//! Whether a text is a file of Sigma rules: a scan of its lines, without reading YAML.

/// Whether this text is a file of Sigma rules: any document, recovered text included, has at column 0 `detection:`, or
/// `title:` together with one of `logsource:`, `correlation:`, `filter:`. The only definition; a quick scan of lines.
/// Quoted keys count, and lines that YAML cannot read too, so that a rule stays one while it is being typed.
pub fn sniff(text: &str) -> bool {
    let bytes = text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes();
    let (mut title, mut section) = (false, false);
    let mut at = 0;
    while at < bytes.len() {
        let line = &bytes[at..];
        match line[0] {
            b'-' if line.starts_with(b"---") && ends_word(line, 3) => (title, section) = (false, false),
            b'.' if line.starts_with(b"...") && ends_word(line, 3) => (title, section) = (false, false),
            b'd' | b't' | b'l' | b'c' | b'f' | b'"' | b'\'' => match key(line) {
                Some(b"detection") => return true,
                Some(b"title") => title = true,
                Some(b"logsource" | b"correlation" | b"filter") => section = true,
                _ => {}
            },
            _ => {}
        }
        if title && section {
            return true;
        }
        match memchr::memchr2(b'\n', b'\r', line) {
            Some(end) => at += end + 1,
            None => break,
        }
    }
    false
}

/// The key at the start of a line, without its quotes. Longer ones than any that is looked for are not read to the end.
fn key(line: &[u8]) -> Option<&[u8]> {
    const LONGEST: usize = "correlation".len();
    let quote = matches!(line[0], b'"' | b'\'').then_some(line[0]);
    let start = usize::from(quote.is_some());
    let length = line[start..].iter().take(LONGEST + 1).position(|byte| !byte.is_ascii_lowercase())?;
    let key = &line[start..start + length];
    let mut after = start + length;
    if let Some(quote) = quote {
        if line.get(after) != Some(&quote) {
            return None;
        }
        after += 1;
    }
    after += line[after..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    // A quoted key in a flow map may have its value right behind the colon, here it may not.
    (line[after] == b':' && ends_word(line, after + 1)).then_some(key)
}

/// Whether a blank, a line break or the end stands at `at`.
fn ends_word(line: &[u8], at: usize) -> bool {
    line.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
