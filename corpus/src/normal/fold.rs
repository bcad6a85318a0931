//! What Windows writes in several ways: drives, volumes, registry roots, control sets, numbers.

use super::Part;
use crate::fields::Kind;

/// Registry roots: spelling in lower case → short name. Windows itself, its API and its kernel write them differently.
const ROOTS: [(&str, &str); 12] = [
    (r"hklm\", r"hklm\"),
    (r"hkey_local_machine\", r"hklm\"),
    (r"\registry\machine\", r"hklm\"),
    (r"hkcu\", r"hkcu\"),
    (r"hkey_current_user\", r"hkcu\"),
    (r"hku\", r"hku\"),
    (r"hkey_users\", r"hku\"),
    (r"\registry\user\", r"hku\"),
    (r"hkcr\", r"hkcr\"),
    (r"hkey_classes_root\", r"hkcr\"),
    (r"hkcc\", r"hkcc\"),
    (r"hkey_current_config\", r"hkcc\"),
];

/// Folds every such thing in a pattern in lower case.
pub(super) fn fold(mut parts: Vec<Part>, kind: Kind) -> Vec<Part> {
    if kind == Kind::Path {
        fold_volume(&mut parts);
    }
    if parts.iter().any(|p| matches!(p, Part::Text(t) if t.contains(":\\"))) {
        parts = fold_drives(parts, kind);
    }
    fold_root(&mut parts, kind);
    if kind == Kind::RegistryKey && parts.iter().any(|p| matches!(p, Part::Text(t) if t.contains(CONTROL_SET))) {
        parts = fold_control_set(parts);
    }
    parts
}

/// How the kernel calls what a drive letter stands for.
const VOLUME: &str = r"\device\harddiskvolume";

/// Makes a drive of a volume at the start, whatever its number.
fn fold_volume(parts: &mut Vec<Part>) {
    let Some(Part::Text(first)) = parts.first_mut() else { return };
    let Some(rest) = first.strip_prefix(VOLUME) else { return };
    let open = rest.is_empty();
    if let Some(rest) = rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('\\') {
        *first = rest.to_owned();
        parts.insert(0, Part::Drive);
        return;
    }
    let wild = parts.iter().skip(1).take_while(|p| matches!(p, Part::Star | Part::Question)).count();
    if open
        && wild > 0
        && let Some(Part::Text(text)) = parts.get_mut(1 + wild)
        && let Some(rest) = text.strip_prefix('\\')
    {
        *text = rest.to_owned();
        parts.splice(..=wild, [Part::Drive]);
    }
}

const CONTROL_SET: &str = "controlset";

/// Writes every control set as the current one: Windows keeps several copies of that part of the registry with numbers, of
/// which one is in use. Some products log the number, others the name; rules leave the number open.
fn fold_control_set(parts: Vec<Part>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        let Part::Text(mut text) = part else {
            out.push(part);
            continue;
        };
        if text.starts_with('\\')
            && let Some(set) = open_set(&out)
        {
            text.insert_str(0, "currentcontrolset");
            text.insert_str(0, &set.before);
            out.truncate(set.from);
        }
        let text = numbered(text);
        match out.last_mut() {
            Some(Part::Text(before)) => before.push_str(&text),
            _ => out.push(Part::Text(text)),
        }
    }
    out
}

/// A control set whose number is left open, at the end of what is written so far.
struct OpenSet {
    /// Where its parts begin.
    from: usize,
    /// What stands before it in the first of them.
    before: String,
}

/// `\controlset*`, `\controlset00?` or `\*controlset*` at the end of `parts`.
fn open_set(parts: &[Part]) -> Option<OpenSet> {
    let wild = parts.iter().rev().take_while(|p| matches!(p, Part::Star | Part::Question)).count();
    let at = parts.len().checked_sub(wild + 1).filter(|_| wild > 0)?;
    let Some(Part::Text(text)) = parts.get(at) else { return None };
    let before = text.trim_end_matches('0').strip_suffix(CONTROL_SET)?;
    if before.ends_with('\\') {
        return Some(OpenSet { from: at, before: before.to_owned() });
    }
    // A star before it, which stands for `current` too.
    match parts.get(at.checked_sub(2)?..at)? {
        [Part::Text(first), Part::Star] if before.is_empty() && first.ends_with('\\') => {
            Some(OpenSet { from: at - 2, before: first.clone() })
        }
        _ => None,
    }
}

/// `\controlset001\` as `\currentcontrolset\`.
fn numbered(text: String) -> String {
    let Some(at) = text.find(r"\controlset0") else { return text };
    let (before, rest) = text.split_at(at);
    let rest = rest.strip_prefix(r"\controlset").unwrap_or(rest);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() - after.len() == 3 && (after.is_empty() || after.starts_with('\\')) {
        format!(r"{before}\currentcontrolset{after}")
    } else {
        text
    }
}

/// Makes a [`Part::Drive`] of every drive: a single letter (no letter or digit before it) or a `?`, and a star at the very
/// start, before `:\`.
fn fold_drives(parts: Vec<Part>, kind: Kind) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len() + 2);
    for part in parts {
        let Part::Text(text) = part else {
            out.push(part);
            continue;
        };
        let mut rest = text.as_str();
        if let Some(after) = rest.strip_prefix(":\\") {
            let free = |before: Option<&Part>| match before {
                None | Some(Part::Star | Part::Drive) => true,
                Some(Part::Text(t)) => !t.ends_with(|c: char| c.is_ascii_alphanumeric()),
                Some(Part::Question) => false,
            };
            match out.as_slice() {
                [before @ .., Part::Question] if free(before.last()) => {
                    out.pop();
                    out.push(Part::Drive);
                    rest = after;
                }
                [Part::Star] => {
                    out.push(Part::Drive);
                    rest = after;
                }
                _ => {}
            }
        }
        let opens = matches!(out.last(), None | Some(Part::Star | Part::Drive));
        let whole = rest;
        let mut from = 0;
        while let Some(found) = whole.get(from..).and_then(|s| s.find(":\\")) {
            let colon = from + found;
            let bytes = whole.as_bytes();
            // A literal question mark too: no path has one, so it was meant as a wildcard.
            let letter = colon > 0 && bytes.get(colon - 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'?');
            let alone = match colon.checked_sub(2) {
                Some(before) => bytes.get(before).is_some_and(|b| !b.is_ascii_alphanumeric()),
                None => opens,
            };
            if letter && alone {
                let start = whole.len() - rest.len();
                if let Some(text) = whole.get(start..colon - 1).filter(|t| !t.is_empty()) {
                    out.push(Part::Text(text.to_owned()));
                }
                out.push(Part::Drive);
                rest = whole.get(colon + 2..).unwrap_or_default();
            }
            from = colon + 2;
        }
        if !rest.is_empty() {
            out.push(if rest.len() == text.len() { Part::Text(text) } else { Part::Text(rest.to_owned()) });
        }
    }
    // A drive stands at the start of a path, so a star before it matches nothing.
    if kind == Kind::Path && matches!(out.as_slice(), [Part::Star, Part::Drive, ..]) {
        out.remove(0);
    }
    out
}

/// Writes the registry root at the start, if there is one, by its short name.
fn fold_root(parts: &mut Vec<Part>, kind: Kind) {
    // Some agents leave the beginning of the kernel's name out.
    if kind == Kind::RegistryKey
        && let Some(Part::Text(text)) = parts.first_mut()
        && (text.starts_with(r"machine\") || text.starts_with(r"user\"))
    {
        text.insert_str(0, r"\registry\");
    }
    let (at, text) = match parts.as_mut_slice() {
        [Part::Text(text), ..] => (0, text),
        [Part::Star, Part::Text(text), ..] => (1, text),
        _ => return,
    };
    if !text.starts_with(['h', '\\']) {
        return;
    }
    let Some((spelling, short)) = ROOTS.into_iter().find(|(spelling, _)| text.starts_with(spelling)) else { return };
    if spelling != short {
        text.replace_range(..spelling.len(), short);
    }
    // A root stands at the start of a key's path, so a star before it matches nothing.
    if at == 1 && kind == Kind::RegistryKey {
        parts.remove(0);
    }
}

/// The number behind `dword (0x00000001)` and `0x00000001`, in decimal.
pub(super) fn number(value: &str) -> Option<String> {
    let inner = value.strip_prefix("dword ").or_else(|| value.strip_prefix("qword ")).unwrap_or(value);
    let inner = inner.strip_prefix('(').and_then(|s| s.strip_suffix(')')).unwrap_or(inner);
    let digits = inner.strip_prefix("0x")?;
    (1..=8).contains(&digits.len()).then_some(())?;
    u32::from_str_radix(digits, 16).ok().map(|n| n.to_string())
}
