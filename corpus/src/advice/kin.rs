//! What exclusions have in common when they are about one program in two ways: a file's name, the first folders of a path.
//!
//! Five proposals are worth more when they are not five paths of one product.

use crate::op::{Base, Op};

/// Kin keys of a value: two predicates on one field are kin where they share one.
pub(super) fn keys(op: Op, value: &str) -> Vec<String> {
    match op.base() {
        Base::Regex => return vec![format!("re:{value}")],
        Base::Cidr => return vec![format!("net:{}", value.split('.').take(2).collect::<Vec<_>>().join("."))],
        Base::Name => return vec![format!("file:{value}")],
        // Absent and empty are two things to leave out.
        Base::Missing => return vec!["missing".to_owned()],
        _ => {}
    }
    let value = value.to_lowercase();
    if !value.contains(['\\', '/']) || value.len() < 3 {
        let kind = if is_program(&value) { "file" } else { "val" };
        return vec![format!("{kind}:{}", value.trim_matches([' ', '"', '\'', '.', '*', '\\', '/']))];
    }
    let path = without_drive(value.trim_matches(['"', '*']));
    let path = if path.contains('\\') { path.to_owned() } else { path.replace('/', "\\") };
    let mut folders: Vec<&str> = path.split('\\').filter(|part| !part.is_empty()).map(one_name).collect();
    let Some(last) = folders.last().copied() else { return vec![format!("val:{value}")] };
    let mut keys = Vec::new();
    let is_file = !path.ends_with('\\')
        && (has_extension(last) || matches!(op.base(), Base::Eq | Base::EndsWith | Base::Wildcard));
    if is_file {
        keys.push(format!("file:{last}"));
        folders.pop();
    }
    if let Some(at) = folders.iter().position(|folder| *folder == "appdata") {
        keys.push(format!("dir:{}", folders[at..].iter().take(3).copied().collect::<Vec<_>>().join("\\")));
    } else if let Some(first) = folders.first() {
        let too_wide = is_file && (*first == "windows" || *first == "users" && folders.len() > 1);
        if !too_wide {
            keys.push(format!("dir:{}", folders.iter().take(2).copied().collect::<Vec<_>>().join("\\")));
        }
    }
    if keys.is_empty() {
        keys.push(format!("val:{value}"));
    }
    keys
}

/// Folders that Windows has twice.
fn one_name(folder: &str) -> &str {
    match folder {
        "program files (x86)" => "program files",
        "syswow64" | "sysnative" => "system32",
        folder => folder,
    }
}

fn without_drive(path: &str) -> &str {
    let mut chars = path.chars();
    match (chars.next(), chars.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_alphabetic() || drive == '?' || drive == '*' => chars.as_str(),
        _ => path.strip_prefix("%systemdrive%").unwrap_or(path),
    }
}

fn has_extension(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|e| (1..=4).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn is_program(value: &str) -> bool {
    let ends = [".exe", ".dll", ".sys", ".tmp", ".ps1", ".com", ".scr"];
    !value.contains(' ') && ends.iter().any(|end| value.len() > end.len() && value.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base: Base, value: &str) -> Vec<String> {
        keys(base.into(), value)
    }

    #[test]
    fn one_program_in_two_ways() {
        assert_eq!(of(Base::Name, "x.exe"), ["file:x.exe"]);
        assert_eq!(of(Base::Eq, r"?:\windows\syswow64\x.exe"), ["file:x.exe"]);
        assert_eq!(of(Base::StartsWith, r"?:\program files (x86)\acme\"), [r"dir:program files\acme"]);
        assert_eq!(of(Base::Contains, r"\appdata\local\acme\y\"), [r"dir:appdata\local\acme"]);
        assert_eq!(of(Base::Contains, "acme "), ["val:acme"]);
        assert_eq!(of(Base::Cidr, "10.0.0.0/8"), ["net:10.0"]);
        assert_eq!(of(Base::Eq, r"\"), ["val:"]);
        assert_eq!(of(Base::Missing, ""), ["missing"]);
        assert_eq!(of(Base::Eq, ""), ["val:"]);
    }
}
