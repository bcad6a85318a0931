use super::*;
use crate::Source;
use crate::document::{File, parse};

fn file(text: &str) -> File {
    parse(Source::from_bytes(text))
}

fn detection(text: &str) -> (File, Detection) {
    let file = file(text);
    let detection = file.documents[0].detection().expect("a detection section").clone();
    (file, detection)
}

/// A selection as an expression, each value with its type's first letter.
fn show(group: &Group) -> String {
    let members: Vec<_> = group
        .members
        .iter()
        .map(|member| match member {
            Member::Group(group) => show(group),
            Member::Item(item) => {
                let words: String = item.modifiers().iter().map(|used| format!("|{}", used.word.text)).collect();
                let values: Vec<_> = item.values.iter().map(show_value).collect();
                format!("{}{words}=[{}]", item.field(), values.join(" "))
            }
        })
        .collect();
    format!("{:?}({})", group.join, members.join(" "))
}

fn show_value(value: &Value) -> String {
    match (&value.kind, value.ty()) {
        (ValueKind::Map, _) => "{}".to_owned(),
        (ValueKind::List, _) => "[]".to_owned(),
        (ValueKind::Scalar { text, .. }, Some(Type::Str)) => text.to_string(),
        (ValueKind::Scalar { text, .. }, ty) => {
            format!("{text}:{}", format!("{ty:?}")[5..].split(['(', ')']).next().unwrap())
        }
    }
}

#[test]
fn definitions_link_as_in_pysigma() {
    for (definition, expected) in [
        ("{A: 1, B|contains|all: [x, y]}", "All(A=[1:Int] B|contains|all=[x y])"),
        ("[a, b, 1]", "Any(=[a b 1:Int])"),
        ("[{A: x}, {B: y, C: z}]", "Any(All(A=[x]) All(B=[y] C=[z]))"),
        ("[a, {B: y}, b]", "Any(=[a] All(B=[y]) =[b])"),
        ("[[{A: x}, {B: y}], {C: z}]", "Any(Any(All(A=[x]) All(B=[y])) All(C=[z]))"),
        ("word", "All(=[word])"),
        ("4.5", "All(=[4.5:Float])"),
        ("null", "All(=[null:Null])"),
        ("{A: null, B: '', C: [], D: true}", "All(A=[null:Null] B=[] C=[] D=[true:Bool])"),
        ("{'|all': [x, y]}", "All(|all=[x y])"),
        ("{A: {b: c}, D: [[e], {f: g}]}", "All(A=[{}] D=[[] {}])"),
        ("{1: x}", "All(1=[x])"),
        ("{A|: x, B|Contains: y}", "All(A|=[x] B|Contains=[y])"),
        ("[]", "Any()"),
        ("{}", "All()"),
    ] {
        let (_, detection) = detection(&format!("detection:\n    s: {definition}\n    condition: s\n"));
        assert_eq!(show(&detection.selections[0].group), expected, "{definition}");
    }
}

#[test]
fn emptiness_and_keywords() {
    for (definition, empty, keywords) in [
        ("[]", true, false),
        ("{}", true, false),
        ("", true, true),
        ("[[], {}]", true, false),
        ("''", false, true),
        ("{A: }", false, false),
        ("{'|all': [x]}", false, true),
        ("[a, {B: c}]", false, false),
    ] {
        let (_, detection) = detection(&format!("detection:\n    s: {definition}\n    condition: s\n"));
        let selection = &detection.selections[0];
        assert_eq!((selection.is_empty(), selection.is_keywords()), (empty, keywords), "{definition}");
    }
}

#[test]
fn every_part_has_its_place() {
    let text = "detection:\n    'sel':\n        \"Image|endswith|all\":\n            - '\\a*.exe'\n            - \"b\"\n        '|all': c\n    condition: 'sel and 1 of x_*'\n";
    let (file, detection) = detection(text);
    let selection = &detection.selections[0];
    let slice = |span| file.source.slice(span);
    assert_eq!(slice(selection.name.span), "sel");
    assert!(slice(selection.entry).starts_with("'sel':") && slice(selection.entry).ends_with("'|all': c"));
    let items: Vec<_> = selection.group.items().collect();
    let key = items[0].key.as_ref().unwrap();
    assert_eq!(slice(key.span), "\"Image|endswith|all\"");
    assert_eq!(slice(key.field.span), "Image");
    assert_eq!(key.modifiers.iter().map(|used| slice(used.word.span)).collect::<Vec<_>>(), ["endswith", "all"]);
    assert_eq!(key.modifiers[1].modifier, Some(Modifier::All));
    assert_eq!((items[0].join(), items[1].join()), (Join::All, Join::All));
    assert!(items[0].has(Modifier::EndsWith) && !items[1].has(Modifier::EndsWith));
    let value = &items[0].values[0];
    assert_eq!(slice(value.span), "'\\a*.exe'");
    assert_eq!(slice(value.place(&file.source, 2..3)), "*");
    let empty = items[1].key.as_ref().unwrap().field.span;
    assert_eq!((slice(empty), empty.start), ("", key_start(text, "'|all'") + 1));
    assert_eq!((items[0].form, items[1].form), (Form::BlockList, Form::Single));
    let tokens: Vec<_> = detection.conditions[0].tokens.iter().map(|token| slice(token.span)).collect();
    assert_eq!(tokens, ["sel", "and", "1", "of", "x_*"]);
    assert_eq!(slice(detection.conditions[0].span), "'sel and 1 of x_*'");
}

#[test]
fn places_in_texts_that_are_written_otherwise() {
    for (condition, tokens) in [
        (">\n      a and\n      not b\n", vec!["a", "and", "not", "b"]),
        ("|\r\n      a and\r\n\r\n       not (b)\r\n", vec!["a", "and", "not", "(", "b", ")"]),
        ("a\n      and 1 of b*\n", vec!["a", "and", "1", "of", "b*"]),
        ("'a and\n      b'\n", vec!["a", "and", "b"]),
        ("\"a \\x61nd\\n b\"\n", vec!["a", "\\x61nd", "b"]),
        ("\"a an\\\n      d b\"\n", vec!["a", "an\\\n      d", "b"]),
    ] {
        let (file, detection) = detection(&format!("detection:\n    a: x\n    b: y\n    condition: {condition}"));
        let condition = &detection.conditions[0];
        assert_eq!(condition.errors, [], "{}", condition.text);
        assert_eq!(condition.tokens.iter().map(|token| file.source.slice(token.span)).collect::<Vec<_>>(), tokens);
    }
    let (file, detection) = detection(
        "detection:\n  'it''s':\n    \"Im\\x61ge|contains\": 'it''s *'\n    'a''b|re|i': \"\\\\*\\t?\"\n  condition: a\n",
    );
    let slice = |span| file.source.slice(span);
    let items: Vec<_> = detection.items().map(|(_, item)| item).collect();
    assert_eq!(detection.selections[0].name.as_str(), "it's");
    assert_eq!(items.iter().map(|item| item.field()).collect::<Vec<_>>(), ["Image", "a'b"]);
    let parts: Vec<_> = items
        .iter()
        .filter_map(|item| item.key.as_ref())
        .flat_map(|key| std::iter::once(key.field.span).chain(key.modifiers.iter().map(|used| used.word.span)))
        .map(slice)
        .collect();
    assert_eq!(parts, ["Im\\x61ge", "contains", "a''b", "re", "i"]);
    let wildcard = |value: &Value, c| {
        slice(value.place(&file.source, value.text().unwrap().find(c).map(|at| at..at + 1).unwrap()))
    };
    assert_eq!(wildcard(&items[0].values[0], '*'), "*");
    assert_eq!(wildcard(&items[1].values[0], '\t'), "\\t");
    assert_eq!(wildcard(&items[1].values[0], '?'), "?");
}

fn key_start(text: &str, key: &str) -> u32 {
    text.find(key).unwrap() as u32
}

#[test]
fn conditions_in_lists_and_of_other_types() {
    let read = |condition: &str| detection(&format!("detection:\n  a: x\n  condition: {condition}\n")).1;
    let texts = |detection: &Detection| {
        detection
            .conditions
            .iter()
            .map(|c| format!("{}{}", c.text, if c.not_text { "!" } else { "" }))
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&read("[a, not a, 1, [b]]")), ["a", "not a", "1!", "!"]);
    assert_eq!(texts(&read("")), ["!"]);
    assert_eq!(texts(&read("''")), [""]);
    assert_eq!(texts(&read("{a: b}")), ["!"]);
    let empty = read("[]");
    assert!(empty.conditions.is_empty() && empty.condition_key.is_some());
    let (_, without) = detection("detection:\n  a: x\n  timeframe: 5m\n");
    assert!(without.conditions.is_empty() && without.condition_key.is_none() && without.timeframe.is_some());
    assert_eq!(without.selections.len(), 1);
}

#[test]
fn names_lead_to_selections() {
    let (_, detection) = detection(
        "detection:\n  sel_a: x\n  sel_b: y\n  _sel_c: z\n  condition: [1 of sel_*, not sel_b, all of them, 1 of _*]\n",
    );
    let found: Vec<Vec<_>> = detection
        .references()
        .map(|reference| detection.selected(reference).map(|selection| selection.name.as_str()).collect())
        .collect();
    assert_eq!(found, [vec!["sel_a", "sel_b"], vec!["sel_b"], vec!["sel_a", "sel_b"], vec!["_sel_c"]]);
    assert_eq!(detection.selection("sel_b").map(|selection| selection.name.as_str()), Some("sel_b"));
    assert!(detection.selection("sel").is_none());
}

#[test]
fn aliases_and_merge_keys_are_told_apart() {
    let (file, detection) = detection(
        "detection:\n  a: &a\n    Image: &v [x, &y y]\n  b: *a\n  c:\n    <<: *a\n    User: z\n  d:\n    Image: *v\n  e:\n    Image: [*y, q]\n  condition: a\n",
    );
    let slice = |span| file.source.slice(span);
    let items: Vec<_> = detection.items().map(|(selection, item)| (selection.name.as_str(), item)).collect();
    let flags: Vec<_> = items
        .iter()
        .map(|(name, item)| format!("{name} {} {} {}", item.field(), item.inherited, item.alias.map_or("", slice)))
        .collect();
    assert_eq!(
        flags,
        ["a Image false ", "b Image true ", "c User false ", "c Image true ", "d Image false *v", "e Image false "]
    );
    assert_eq!(detection.selections[1].alias.map(slice), Some("*a"));
    assert_eq!(slice(detection.selections[1].entry), "b: *a");
    assert_eq!(slice(items[4].1.span()), "Image: *v");
    assert_eq!(items[4].1.values[1].alias, None);
    assert_eq!(items[5].1.values[0].alias.map(slice), Some("*y"));
}

#[test]
fn log_source() {
    let file = file("logsource:\n  product: 'windows'\n  category: 5\n  service:\ndetection:\n  a: x\n");
    let logsource = file.documents[0].logsource().unwrap();
    assert_eq!(logsource.triple(), (None, Some("windows"), None));
    assert!(!logsource.is_empty());
    assert_eq!(file.source.slice(logsource.product.as_ref().unwrap().span), "windows");
    assert_eq!(file.source.slice(logsource.key), "logsource");
}
