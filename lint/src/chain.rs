//! The modifiers of a field as a chain: whether each can stand where it stands, whatever the values are.

use sigwise_sigma::detection::Item;
use sigwise_sigma::modifier::{Category, Modifier, Stage};

use crate::remodel::MAX_MODIFIERS;

/// A modifier that cannot stand where it stands: pySigma refuses the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Its number in the key.
    pub(crate) index: usize,
    /// Why.
    pub(crate) kind: Kind,
}

/// Why a modifier cannot stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `contains|re`: it must come first.
    NotFirst,
    /// `i` without `re` before it.
    WithoutRegex,
    /// `exists` without a field.
    WithoutField,
    /// `contains|base64`: the one with this number puts wildcards where none may be.
    AfterWildcards(usize),
    /// `gt|lt`: it cannot take what the one with this number makes.
    After(usize),
}

/// The first fault of a key, if there is one and every modifier is known. That a modifier stands there twice is reported
/// elsewhere.
pub(crate) fn fault(item: &Item) -> Option<Fault> {
    let used = item.modifiers();
    if used.is_empty() || used.len() > MAX_MODIFIERS || used.iter().any(|used| used.modifier.is_none()) {
        return None;
    }
    // What the value may be at this point: everything, to begin with.
    let mut stages = [Some(Stage::Text), Some(Stage::Number), Some(Stage::Boolean), Some(Stage::Null)];
    let (mut typed_by, mut shaped_by, mut marked_by) = (None, None, None);
    for (index, modifier) in used.iter().enumerate().filter_map(|(index, used)| Some((index, used.modifier?))) {
        let again = |earlier: Option<Modifier>| earlier.map(Modifier::canonical) == Some(modifier.canonical());
        if modifier.category() != Category::Encoding && used[..index].iter().any(|used| again(used.modifier)) {
            continue;
        }
        if modifier == Modifier::Exists && item.is_keyword() {
            return Some(Fault { index, kind: Kind::WithoutField });
        }
        if modifier.must_be_first() && index > 0 {
            return Some(Fault { index, kind: Kind::NotFirst });
        }
        if modifier.category() == Category::RegexFlag && !stages.contains(&Some(Stage::Regex)) {
            return Some(Fault { index, kind: Kind::WithoutRegex });
        }
        let no_wildcards = matches!(modifier, Modifier::Base64 | Modifier::Base64Offset | Modifier::FieldRef);
        if let Some(shape) = shaped_by.filter(|_| no_wildcards) {
            return Some(Fault { index, kind: Kind::AfterWildcards(shape) });
        }
        let utf16 = matches!(modifier, Modifier::Wide | Modifier::Utf16 | Modifier::Utf16Le | Modifier::Utf16Be);
        // The byte order mark that `utf16` adds cannot be encoded again.
        if let Some(mark) = marked_by.filter(|_| utf16) {
            return Some(Fault { index, kind: Kind::After(mark) });
        }
        for stage in &mut stages {
            *stage = stage.and_then(|stage| modifier.apply(stage));
        }
        if let (true, Some(before)) = (stages.iter().all(Option::is_none), typed_by) {
            return Some(Fault { index, kind: Kind::After(before) });
        }
        match modifier.category() {
            Category::Linking => {}
            Category::Shape => (typed_by, shaped_by) = (Some(index), Some(index)),
            // What is encoded with Base64 has no wildcards left.
            _ if no_wildcards => (typed_by, shaped_by, marked_by) = (Some(index), None, None),
            _ => typed_by = Some(index),
        }
        if modifier == Modifier::Utf16 {
            marked_by = Some(index);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigwise_sigma::{Source, parse};

    #[test]
    fn faults_as_pysigma_finds_them() {
        for (key, expected) in [
            ("a|contains|all", None),
            ("a|all|contains", None),
            ("a|wide|base64offset|contains", None),
            ("a|re|i|m|s", None),
            ("a|re|contains", None),
            ("a|fieldref|neq", None),
            ("a|fieldref|startswith", None),
            ("a|hour|gte", None),
            ("a|contains|cased", None),
            ("a|contains|windash", None),
            ("a|contains|wide", None),
            ("a|base64|base64", None),
            ("a|re|all", None),
            ("a|cidr|neq", None),
            ("a|exists", None),
            ("a|contains|contains", None),
            ("a|unknown|re", None),
            ("a|contains|re", Some((1, Kind::NotFirst))),
            ("a|all|re", Some((1, Kind::NotFirst))),
            ("a|contains|cidr", Some((1, Kind::NotFirst))),
            ("a|re|cidr", Some((1, Kind::NotFirst))),
            ("a|contains|exists", Some((1, Kind::NotFirst))),
            ("'|exists'", Some((0, Kind::WithoutField))),
            ("a|i", Some((0, Kind::WithoutRegex))),
            ("a|i|re", Some((0, Kind::WithoutRegex))),
            ("a|contains|s", Some((1, Kind::WithoutRegex))),
            ("a|re|cased", Some((1, Kind::After(0)))),
            ("a|re|base64", Some((1, Kind::After(0)))),
            ("a|gt|lt", Some((1, Kind::After(0)))),
            ("a|contains|gt", Some((1, Kind::After(0)))),
            ("a|contains|all|hour", Some((2, Kind::After(0)))),
            ("a|cidr|contains", Some((1, Kind::After(0)))),
            ("a|exists|contains", Some((1, Kind::After(0)))),
            ("a|fieldref|expand", Some((1, Kind::After(0)))),
            ("a|wide|wide", None),
            ("a|utf16|base64|wide", None),
            ("a|utf16|wide", Some((1, Kind::After(0)))),
            ("a|contains|base64", Some((1, Kind::AfterWildcards(0)))),
            ("a|startswith|wide|base64offset", Some((2, Kind::AfterWildcards(0)))),
            ("a|contains|fieldref", Some((1, Kind::AfterWildcards(0)))),
            ("a|base64|contains|base64", Some((2, Kind::AfterWildcards(1)))),
        ] {
            let text = format!("detection:\n  s:\n    {key}: x\n  condition: s\n");
            let file = parse(Source::from(text));
            let detection = file.documents[0].detection().expect("a detection");
            let (_, item) = detection.placed_items().next().expect("an item");
            assert_eq!(fault(item).map(|fault| (fault.index, fault.kind)), expected, "{key}");
        }
    }
}
