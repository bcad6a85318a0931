//! Exclusions that follow from one that a rule has by what Windows has twice.

use super::{Asking, is_absence};
use crate::corpus::RowId;
use crate::normal::sigma::SigmaItem;
use crate::op::Op;

/// The other half of an exclusion.
#[derive(Clone, Debug)]
pub(super) struct Twin {
    pub(super) row: Option<RowId>,
    pub(super) field: Box<str>,
    pub(super) op: Op,
    pub(super) value: Box<str>,
    pub(super) sigma: SigmaItem,
}

/// Pairs of which one is rarely meant without the other. Of two spellings with a common start the longer stands first.
const PAIRS: [(&str, &str); 2] = [("Program Files (x86)", "Program Files"), ("System32", "SysWOW64")];

/// The twins of the rule's exclusions, written as those are.
pub(super) fn of(asking: &Asking<'_>) -> Vec<Twin> {
    let mut out = Vec::new();
    let mut add = |item: SigmaItem| {
        let (field, normals) = item.normal();
        for normal in normals.into_iter().filter(|normal| normal.has_row) {
            let row = asking.corpus().row(&field, normal.op, &normal.value);
            let (field, value) = (field.as_str().into(), normal.value.into());
            out.push(Twin { row, field, op: normal.op, value, sigma: item.clone() });
        }
    };
    for (predicate, _) in asking.exclusions() {
        let key = if predicate.modifiers.is_empty() {
            predicate.field_raw.to_string()
        } else {
            format!("{}|{}", predicate.field_raw, predicate.modifiers)
        };
        if is_absence(predicate.op, &predicate.value) {
            for value in [None, Some(""), Some("-")] {
                add(SigmaItem { key: key.clone(), value: value.map(str::to_owned) });
            }
            continue;
        }
        for (a, b) in PAIRS {
            let raw = &predicate.value_raw;
            if let Some(value) = swapped(raw, a, b).or_else(|| swapped(raw, b, a)) {
                add(SigmaItem { key: key.clone(), value: Some(value) });
            }
        }
    }
    out
}

/// `text` with `to` wherever `from` stands, in any case; `None` where it stands nowhere.
fn swapped(text: &str, from: &str, to: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let from = from.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len() + to.len());
    let mut at = 0;
    while let Some(found) = lower.get(at..)?.find(&from) {
        out.push_str(text.get(at..at + found)?);
        out.push_str(to);
        at += found + from.len();
    }
    out.push_str(text.get(at..)?);
    (at > 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::swapped;

    #[test]
    fn swaps_in_any_case() {
        assert_eq!(
            swapped(r"C:\windows\SYSTEM32\x", "System32", "SysWOW64").as_deref(),
            Some(r"C:\windows\SysWOW64\x")
        );
        assert_eq!(swapped("ä system32", "System32", "SysWOW64").as_deref(), Some("ä SysWOW64"));
        assert_eq!(swapped("x", "System32", "SysWOW64"), None);
    }
}
