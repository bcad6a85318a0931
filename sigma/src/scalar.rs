//! What a scalar is: resolution as YAML 1.1 does it, since pySigma reads rules with PyYAML.

use crate::yaml::Style;

/// The type that PyYAML's safe loader gives a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Text.
    Str,
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number, also `0777` (octal), `0x1F`, `1_000` and `1:30` (sexagesimal). `None` where it exceeds 64 bits
    /// or where PyYAML fails on it (`0x_`).
    Int(Option<i64>),
    /// A number with a point, `.inf`, `.nan`.
    Float(f64),
    /// A date or a date with time that exists; `2024-02-30` makes PyYAML fail and is [`Type::InvalidTimestamp`].
    Timestamp,
    /// Looks like a date, but there is no such day: PyYAML fails on it.
    InvalidTimestamp,
}

/// The type of a scalar. `text` is unquoted, `tag` as written (`!!str`, `!foo`, `!<tag:yaml.org,2002:int>`).
///
/// Without a tag, quoted and block scalars are text and plain ones are what their form says. A tag that the safe
/// loader does not know leaves text.
pub fn resolve(text: &str, style: Style, tag: Option<&str>) -> Type {
    match tag {
        None if style == Style::Plain => plain(text),
        None => Type::Str,
        // The non-specific tag: PyYAML then looks at the form, whatever the style.
        Some("!") => plain(text),
        Some(tag) => tagged(text, tag),
    }
}

/// The type of a plain scalar without a tag.
fn plain(text: &str) -> Type {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else { return Type::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        b'~' if bytes.len() == 1 => Type::Null,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' if bytes.len() <= 5 => word(text),
        _ => Type::Str,
    }
}

fn word(text: &str) -> Type {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Type::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Type::Bool(false),
        "null" | "Null" | "NULL" => Type::Null,
        _ => Type::Str,
    }
}

/// Text that begins with a digit, a sign or a point.
fn number(text: &str) -> Type {
    if is_float(text) {
        Type::Float(float(text))
    } else if is_int(text) {
        Type::Int(int(text))
    } else {
        timestamp(text).unwrap_or(Type::Str)
    }
}

fn tagged(text: &str, tag: &str) -> Type {
    let name = tag
        .strip_prefix("!!")
        .or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:").and_then(|rest| rest.strip_suffix('>')));
    match name {
        Some("null") => Type::Null,
        Some("bool") => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" => Type::Bool(true),
            _ => Type::Bool(false),
        },
        Some("int") => Type::Int(int(text)),
        Some("float") => Type::Float(float(text)),
        Some("timestamp") => timestamp(text).unwrap_or(Type::InvalidTimestamp),
        _ => Type::Str,
    }
}

/// Splits off one leading sign; the flag says whether it was a minus.
fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// How many leading bytes are digits or underscores.
fn spaced_digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count()
}

/// `(?::[0-5]?[0-9])+`: the length of what matches at the start, as a regex without backtracking takes it.
fn sixties(text: &[u8]) -> usize {
    let mut at = 0;
    while text.get(at) == Some(&b':') {
        match (text.get(at + 1), text.get(at + 2)) {
            (Some(b'0'..=b'5'), Some(b'0'..=b'9')) => at += 3,
            (Some(b'0'..=b'9'), _) => at += 2,
            _ => break,
        }
    }
    at
}

fn is_int(text: &str) -> bool {
    let (_, rest) = unsigned(text);
    let bytes = rest.as_bytes();
    let all = |from: usize, ok: fn(u8) -> bool| bytes.len() > from && bytes[from..].iter().all(|&b| ok(b));
    match bytes {
        [] => false,
        [b'0'] => true,
        [b'0', b'b', ..] => all(2, |b| matches!(b, b'0' | b'1' | b'_')),
        [b'0', b'x', ..] => all(2, |b| b.is_ascii_hexdigit() || b == b'_'),
        [b'0', ..] => all(1, |b| matches!(b, b'0'..=b'7' | b'_')),
        [b'1'..=b'9', ..] => {
            let head = spaced_digits(bytes);
            head == bytes.len() || (head + sixties(&bytes[head..]) == bytes.len())
        }
        _ => false,
    }
}

fn int(text: &str) -> Option<i64> {
    let clean: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, rest) = unsigned(&clean);
    let value = if let Some(bits) = rest.strip_prefix("0b") {
        i64::from_str_radix(bits, 2).ok()?
    } else if let Some(hex) = rest.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if rest.len() > 1 && rest.starts_with('0') {
        i64::from_str_radix(rest, 8).ok()?
    } else if rest.contains(':') {
        rest.split(':').try_fold(0i64, |sum, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?))?
    } else {
        rest.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

fn is_float(text: &str) -> bool {
    let (_, rest) = unsigned(text);
    let signed = rest.len() != text.len();
    if matches!(rest, ".inf" | ".Inf" | ".INF") || (!signed && matches!(rest, ".nan" | ".NaN" | ".NAN")) {
        return true;
    }
    let bytes = rest.as_bytes();
    let exponent = |tail: &[u8]| match tail {
        [] => true,
        [b'e' | b'E', b'+' | b'-', number @ ..] => !number.is_empty() && digits(number) == number.len(),
        _ => false,
    };
    if bytes.first() == Some(&b'.') {
        if signed || !bytes.get(1).is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let fraction = spaced_digits(&bytes[1..]);
        return exponent(&bytes[1 + fraction..]);
    }
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let head = spaced_digits(bytes);
    let sixty = sixties(&bytes[head..]);
    let tail = &bytes[head + sixty..];
    if tail.first() != Some(&b'.') {
        return false;
    }
    let fraction = spaced_digits(&tail[1..]);
    let tail = &tail[1 + fraction..];
    if sixty > 0 { tail.is_empty() } else { exponent(tail) }
}

fn float(text: &str) -> f64 {
    let clean: String = text.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    let (negative, rest) = unsigned(&clean);
    let value = match rest {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if rest.contains(':') => {
            rest.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap_or(f64::NAN))
        }
        _ => rest.parse().unwrap_or(f64::NAN),
    };
    if negative { -value } else { value }
}

/// A date (four, two and two digits) or a date with time (shorter parts allowed); `None` for anything else.
fn timestamp(text: &str) -> Option<Type> {
    let mut at = Cursor(text.as_bytes());
    let year = at.number(4, 4)?;
    at.byte(b"-")?;
    let before = at.0.len();
    let month = at.number(1, 2)?;
    at.byte(b"-")?;
    let day = at.number(1, 2)?;
    let date = valid_date(year, month, day);
    if at.0.is_empty() {
        // A date alone must have two digits in both places.
        return (before == 5).then_some(if date { Type::Timestamp } else { Type::InvalidTimestamp });
    }
    if at.byte(b"Tt").is_none() && at.blanks() == 0 {
        return None;
    }
    let hour = at.number(1, 2)?;
    at.byte(b":")?;
    let minute = at.number(2, 2)?;
    at.byte(b":")?;
    let second = at.number(2, 2)?;
    if at.byte(b".").is_some() {
        at.0 = &at.0[digits(at.0)..];
    }
    let mut zone = 0;
    if !at.0.is_empty() {
        at.blanks();
        if at.byte(b"Z").is_none() {
            at.byte(b"+-")?;
            zone = at.number(1, 2)? * 60;
            if !at.0.is_empty() {
                at.byte(b":")?;
                zone += at.number(2, 2)?;
            }
        }
    }
    if !at.0.is_empty() {
        return None;
    }
    let valid = date && hour < 24 && minute < 60 && second < 60 && zone < 24 * 60;
    Some(if valid { Type::Timestamp } else { Type::InvalidTimestamp })
}

fn valid_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day)
}

/// What is left to read of a timestamp.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn byte(&mut self, any_of: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        any_of.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    fn blanks(&mut self) -> usize {
        let count = self.0.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.0 = &self.0[count..];
        count
    }

    /// The longest run of digits within the bounds.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = digits(self.0).min(most);
        if count < least {
            return None;
        }
        let (head, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(head.iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')))
    }
}
