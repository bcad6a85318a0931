//! The normal form of a predicate, in which rules of all vendors meet.
//!
//! A reader takes a vendor's pattern apart into [`Part`]s; [`pattern`] derives operator and value from their shape. What a
//! value looks like in the end:
//!
//! - lower case, unless the operator [keeps case](Op::keeps_case);
//! - without the stars at its ends where the operator says them (`contains`, `startswith`, `endswith`, `match`);
//! - of `name`, only the last component of the path;
//! - every drive (`C:\`, `?:\`, and `*:\` or `endswith ':\'` at the start) is `?:\`, every registry root is `hklm\`,
//!   `hkcu\`, `hku\`, `hkcr\` or `hkcc\`, and `DWORD (0x00000001)` in registry data is `1`;
//! - of `wildcard` and `match`, `*` and `?` are wildcards, and a star, question mark or bracket that is meant literally
//!   stands in brackets where that is needed: `[*]`, `[?]`, `[[]`. Backslashes never escape anything.

mod fold;
pub mod sigma;

use crate::fields::{Extent, Kind};
use crate::op::{Base, Extra, Op};

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Plain text, escapes of the vendor's language resolved.
    Text(String),
    /// Any number of characters.
    Star,
    /// One character.
    Question,
    /// A drive with its backslash: `C:\`, whatever the letter.
    Drive,
}

/// How a drive is written in values of the normal form.
const DRIVE: &str = r"?:\";

/// Operator and value of a pattern. `op` brings the extras; its base is ignored, except that [`Base::Match`] stays.
pub fn pattern(mut parts: Vec<Part>, kind: Kind, op: Op) -> (Op, String) {
    if !op.keeps_case() {
        for part in &mut parts {
            if let Part::Text(text) = part {
                lower(text);
            }
        }
    }
    parts.dedup_by(|a, b| *a == Part::Star && *b == Part::Star);
    // What is encoded or compared by case stays as it is: a folded value would be another one.
    if folds(op) {
        parts = fold::fold(parts, kind);
    }

    if op.base() == Base::Match {
        let mut core = &parts[..];
        if let [Part::Star, rest @ ..] = core {
            core = rest;
        }
        if let [rest @ .., Part::Star] = core {
            core = rest;
        }
        return (op, encode(core));
    }
    let (base, value) = shape(&parts, kind);
    let value = match base {
        Base::Eq if kind == Kind::RegistryData && op.is_plain() => fold::number(&value).unwrap_or(value),
        _ => value,
    };
    (op.on(base), value)
}

/// The pattern of a whole value, of a pattern of that part of it which a vendor's field holds: `x.exe` of a name is `*\x.exe`.
/// Where a pattern has a star of its own, it goes on to the end of the whole value, as Sigma's authors write it: `x*` of a
/// name is `*\x*`, and `*x*` of a word is `*x*`.
pub fn widened(mut parts: Vec<Part>, extent: Extent, windows: bool) -> Vec<Part> {
    let (before, after) = match extent {
        Extent::Whole => return parts,
        Extent::Name => (if windows { "\\" } else { "/" }, None),
        Extent::ValueName => ("\\", None),
        Extent::Key => ("", Some("\\")),
        Extent::Extension => (".", None),
        // What parts the words of a command line is a blank, or its end.
        Extent::Word => (" ", Some(" ")),
        Extent::Hash("MD5") => ("MD5=", Some("")),
        Extent::Hash("SHA1") => ("SHA1=", Some("")),
        Extent::Hash("SHA256") => ("SHA256=", Some("")),
        Extent::Hash(_) => ("IMPHASH=", Some("")),
    };
    if parts.iter().all(|part| *part == Part::Star) {
        return parts;
    }
    if let Some(after) = after
        && parts.last() != Some(&Part::Star)
    {
        match parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(after),
            _ => parts.push(Part::Text(after.to_owned())),
        }
        parts.push(Part::Star);
    }
    if parts.first() != Some(&Part::Star) && extent != Extent::Key {
        match parts.first_mut() {
            Some(Part::Text(text)) => text.insert_str(0, before),
            _ => parts.insert(0, Part::Text(before.to_owned())),
        }
        parts.insert(0, Part::Star);
    }
    parts
}

/// Whether drives and registry roots are folded beneath this operator.
fn folds(op: Op) -> bool {
    !op.keeps_case() && !op.extras().any(Extra::is_encoding)
}

/// Lower case in place, where that is possible.
fn lower(text: &mut String) {
    if text.is_ascii() {
        text.make_ascii_lowercase();
    } else {
        *text = text.to_lowercase();
    }
}

fn shape(parts: &[Part], kind: Kind) -> (Base, String) {
    let (lead, core) = match parts {
        [Part::Star, core @ ..] => (true, core),
        core => (false, core),
    };
    let (trail, core) = match core {
        [core @ .., Part::Star] => (true, core),
        core => (false, core),
    };
    if core.iter().any(|p| matches!(p, Part::Star | Part::Question)) {
        return (Base::Wildcard, encode(parts));
    }
    if core.is_empty() && (lead || trail) {
        return (Base::Exists, String::new());
    }
    let mut value = String::with_capacity(core.iter().map(|p| if let Part::Text(t) = p { t.len() } else { 3 }).sum());
    for part in core {
        value.push_str(if let Part::Text(text) = part { text } else { DRIVE });
    }
    let base = match (lead, trail) {
        (true, true) => Base::Contains,
        (false, true) => Base::StartsWith,
        (true, false) if kind == Kind::Path => match last_component(&value) {
            Some(name) => return (Base::Name, name.to_owned()),
            None => Base::EndsWith,
        },
        (true, false) => Base::EndsWith,
        (false, false) => Base::Eq,
    };
    (base, value)
}

/// `x.exe` of `\x.exe` and `/x.exe`.
fn last_component(value: &str) -> Option<&str> {
    let name = value.strip_prefix(['\\', '/'])?;
    (!name.is_empty() && !name.contains(['\\', '/'])).then_some(name)
}

/// Parts as the value of `wildcard` and `match`.
fn encode(parts: &[Part]) -> String {
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        match part {
            Part::Star => out.push('*'),
            Part::Question => out.push('?'),
            Part::Drive => out.push_str(DRIVE),
            Part::Text(text) => {
                for (j, c) in text.char_indices() {
                    match c {
                        '*' => out.push_str("[*]"),
                        '?' => out.push_str("[?]"),
                        // Only where it would be taken for one of these three.
                        '[' if bracketed(parts, i, text.get(j + 1..).unwrap_or_default()) => out.push_str("[[]"),
                        c => out.push(c),
                    }
                }
            }
        }
    }
    out
}

/// Whether what follows a literal `[` makes it look like an escape: a wildcard or another `[`, then `]`.
fn bracketed(parts: &[Part], at: usize, rest: &str) -> bool {
    if rest.starts_with("[]") {
        return true;
    }
    rest.is_empty()
        && matches!(parts.get(at + 1), Some(Part::Star | Part::Question))
        && matches!(parts.get(at + 2), Some(Part::Text(next)) if next.starts_with(']'))
}

/// The parts of a value of the normal form: the inverse of [`pattern`]. Empty for operators that have no pattern.
pub fn parts(op: Op, value: &str) -> Vec<Part> {
    let text = |s: &str| if s.is_empty() { Vec::new() } else { vec![Part::Text(s.to_owned())] };
    match op.base() {
        Base::Wildcard | Base::Match => decode(value),
        Base::Eq => plain(value),
        Base::Contains => [vec![Part::Star], plain(value), vec![Part::Star]].concat(),
        Base::StartsWith => [plain(value), vec![Part::Star]].concat(),
        Base::EndsWith => [vec![Part::Star], plain(value)].concat(),
        Base::Name => [vec![Part::Star], text(&format!("\\{value}"))].concat(),
        Base::Exists => vec![Part::Star],
        _ => Vec::new(),
    }
}

/// Text with drives in it. What looks like one after a letter or digit is none.
fn plain(value: &str) -> Vec<Part> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, drive) in value.match_indices(DRIVE) {
        let before = value.get(start..at).unwrap_or_default();
        if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        if !before.is_empty() {
            out.push(Part::Text(before.to_owned()));
        }
        out.push(Part::Drive);
        start = at + drive.len();
    }
    if let Some(rest) = value.get(start..).filter(|rest| !rest.is_empty()) {
        out.push(Part::Text(rest.to_owned()));
    }
    out
}

/// Undoes [`encode`].
fn decode(value: &str) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut text = String::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let part = if let Some(after) = rest.strip_prefix(DRIVE) {
            rest = after;
            Some(Part::Drive)
        } else if let Some(literal) = rest.get(..3).filter(|s| matches!(*s, "[*]" | "[?]" | "[[]")) {
            text.push_str(literal.get(1..2).unwrap_or_default());
            rest = rest.get(3..).unwrap_or_default();
            None
        } else {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            match c {
                '*' => Some(Part::Star),
                '?' => Some(Part::Question),
                c => {
                    text.push(c);
                    None
                }
            }
        };
        if let Some(part) = part {
            if !text.is_empty() {
                out.push(Part::Text(std::mem::take(&mut text)));
            }
            out.push(part);
        }
    }
    if !text.is_empty() {
        out.push(Part::Text(text));
    }
    out
}

/// A network in normal form: lower case, a bare address with the length of a single one.
pub fn cidr(text: &str) -> String {
    let mut value = text.trim().to_lowercase();
    if !value.contains('/') {
        value.push_str(if value.contains(':') { "/128" } else { "/32" });
    }
    value
}

#[cfg(test)]
mod tests;
