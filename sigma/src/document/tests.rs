use super::*;
use crate::correlation::{CorrelationCondition, CorrelationKind, Timespan};
use crate::filter::FilterRules;

fn file(text: &str) -> File {
    parse(Source::from_bytes(text))
}

/// The map of a document as one line; `^` before a key that is inherited.
fn show(map: &Mapping) -> String {
    let entries: Vec<_> = map
        .entries
        .iter()
        .map(|entry| {
            let mark = if entry.inherited { "^" } else { "" };
            format!("{mark}{}: {}", key_text(&entry.key).unwrap(), show_node(&entry.value))
        })
        .collect();
    format!("{{{}}}", entries.join(", "))
}

fn show_node(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::Sequence(list) => format!("[{}]", list.items.iter().map(show_node).collect::<Vec<_>>().join(", ")),
        Value::Mapping(map) => show(map),
    }
}

fn maps(text: &str) -> Vec<String> {
    file(text).documents.iter().map(|document| show(&document.map)).collect()
}

fn kinds(text: &str) -> Vec<Option<RuleKind>> {
    file(text).documents.iter().map(Document::rule_kind).collect()
}

#[test]
fn kinds_of_documents() {
    use RuleKind::{Correlation, Detection, Filter};
    assert_eq!(kinds("title: x\n"), [Some(Detection)]);
    assert_eq!(kinds("title: x\ncorrelation:\nfilter: {}\n"), [Some(Correlation)]);
    assert_eq!(kinds("filter: 1\ndetection: {}\n"), [Some(Filter)]);
    assert_eq!(kinds("a: 1\n---\n---\nb: 2\n"), [Some(Detection), None, Some(Detection)]);
    assert_eq!(kinds("action: global\n---\naction: reset\n---\naction: other\n"), [None, None, Some(Detection)]);
    assert_eq!(kinds("action: repeat\ncorrelation: {}\n"), [Some(Detection)]);
}

#[test]
fn roots_that_are_no_map() {
    for (text, count) in
        [("- a\n- b\n", 1), ("word\n", 1), ("", 0), ("# only\n", 0), ("~\n", 0), ("---\n---\na: b\n", 0)]
    {
        let file = file(text);
        let found: Vec<_> = file.problems.iter().filter(|p| p.kind == crate::ProblemKind::NotAMap).collect();
        assert_eq!(found.len(), count, "{text}");
        assert_eq!(file.documents.iter().filter(|document| document.stray_root.is_some()).count(), count);
        assert!(found.iter().all(|problem| !file.source.slice(problem.span).contains('\n')));
    }
}

/// pySigma's `SigmaCollection.from_dicts`: a global key replaces the rule's own, in maps key by key.
#[test]
fn global_documents() {
    let text = "action: global\ntitle: G\nlogsource: {product: windows}\ndetection: {condition: a}\n---\n\
                title: T\nid: 1\ndetection: {a: x}\n---\ncorrelation: {}\n---\naction: reset\n---\nid: 2\n";
    assert_eq!(
        maps(text)[1..],
        [
            "{id: 1, detection: {a: x, ^condition: a}, ^title: G, ^logsource: {^product: windows}}",
            "{correlation: {}}",
            "{action: reset}",
            "{id: 2}"
        ]
    );
    let file = file(text);
    let detection = file.documents[1].detection().unwrap();
    assert_eq!(detection.conditions[0].text.as_ref(), "a");
    assert!(!detection.selections[0].inherited);
    assert_eq!(file.documents[1].title().map(|title| title.span), file.documents[0].title().map(|title| title.span));
}

#[test]
fn repeated_documents() {
    assert_eq!(
        maps(
            "title: T\nid: 1\ndetection: {a: x, b: [y]}\n---\naction: repeat\nid: 2\ndetection: {b: z}\n---\naction: repeat\n"
        )[1..],
        [
            "{action: repeat, id: 2, detection: {b: z, ^a: x}, ^title: T}",
            "{action: repeat, ^id: 2, ^detection: {^b: z, ^a: x}, ^title: T}"
        ]
    );
    // What a document inherited is repeated too, and a repetition of the global document changes that.
    assert_eq!(
        maps("action: global\na: 1\n---\nb: 2\n---\naction: repeat\nc: 3\n")[2],
        "{action: repeat, c: 3, ^b: 2, ^a: 1}"
    );
    assert_eq!(maps("action: global\na: 1\n---\naction: repeat\nb: 2\n---\nc: 3\n")[2], "{c: 3, ^b: 2, ^a: 1}");
    assert_eq!(maps("action: repeat\na: 1\n"), ["{action: repeat, a: 1}"]);
}

#[test]
fn inherited_items_are_marked() {
    let file = file("action: global\ndetection: {s: {A: x}, t: {C: z}}\n---\ndetection: {s: {B: y}, condition: s}\n");
    let detection = file.documents[1].detection().unwrap();
    let found: Vec<_> = detection.items().map(|(s, item)| (s.inherited, item.field(), item.inherited)).collect();
    assert_eq!(found, [(false, "B", false), (false, "A", true), (true, "C", true)]);
}

#[test]
fn unknown_actions() {
    let file = file("action: Global\n---\naction: [1]\n---\naction:\ntitle: x\n");
    let found: Vec<_> = file.problems.iter().map(|p| (p.kind, file.source.slice(p.span))).collect();
    assert_eq!(found, [(crate::ProblemKind::UnknownAction, "Global"), (crate::ProblemKind::UnknownAction, "[1]")]);
    assert!(file.documents[2].action.is_none());
}

#[test]
fn copies_have_a_budget() {
    let mut text = "action: global\n".to_owned();
    (0..1000).for_each(|number| text.push_str(&format!("k{number}: [a, b, c]\n")));
    (0..2000).for_each(|number| text.push_str(&format!("---\nid: {number}\n")));
    let file = file(&text);
    assert_eq!(file.problems.iter().filter(|p| p.kind == crate::ProblemKind::AliasExpansion).count(), 1);
    let copied: usize = file.documents.iter().skip(1).map(|document| document.map.entries.len()).sum();
    assert!(copied < 110_000, "{copied}");
}

#[test]
fn accessors() {
    let text = "title: 'T'\nid: 5\nname: n\nname: m\ntags:\n  - attack.t1059.001\n  - attack.T1003\n  - attack.t10591\n  - 7\n  - attack.execution\n  - é\n";
    let file = file(text);
    let document = &file.documents[0];
    assert_eq!(document.title().map(|title| file.source.slice(title.span).to_owned()).as_deref(), Some("T"));
    assert_eq!(document.id(), None);
    assert_eq!(document.text("name"), Some("m"));
    assert_eq!(document.tags().count(), 5);
    let techniques: Vec<_> = document.techniques().map(|(_, id)| id).collect();
    assert_eq!(techniques, ["T1059.001", "T1003"]);
    assert!(document.detection().is_none() && document.logsource().is_none());
}

#[test]
fn correlations() {
    let text = "title: x\nname: c\ncorrelation:\n  type: Value_Count\n  rules: [a, b, 5]\n  group-by: [User, 7]\n  \
                timespan: 90m\n  generate: yes\n  aliases:\n    ip: {a: src, b: dst}\n    bad: [x]\n    half: {a: [y]}\n  \
                condition:\n    gte: 10\n    lt: many\n    field: [f, g]\n    percentile: 5\n    more: 1\n";
    let file = file(text);
    let correlation = file.documents[0].correlation().unwrap();
    let slice = |span| file.source.slice(span);
    let texts = |list: &[Spanned]| list.iter().map(|item| item.text.to_string()).collect::<Vec<_>>();
    let (kind, word) = correlation.kind.as_ref().unwrap();
    assert_eq!((*kind, slice(word.span)), (Some(CorrelationKind::ValueCount), "Value_Count"));
    assert_eq!(texts(&correlation.rules), ["a", "b"]);
    assert_eq!(texts(&correlation.group_by), ["User", "7"]);
    assert_eq!(correlation.timespan.as_ref().unwrap().0, Some(Timespan { count: 90, unit: 'm' }));
    assert_eq!(correlation.generate.map(|(flag, span)| (flag, slice(span))), Some((Some(true), "yes")));
    let aliases: Vec<_> =
        correlation.aliases.iter().map(|a| (a.name.as_str(), a.fields.len(), a.malformed.map(slice))).collect();
    assert_eq!(aliases, [("ip", 2, None), ("bad", 0, Some("[x]")), ("half", 0, Some("[y]"))]);
    let Some(CorrelationCondition::Map { comparisons, field, percentile, unknown, .. }) = &correlation.condition else {
        panic!("{:?}", correlation.condition);
    };
    let comparisons: Vec<_> =
        comparisons.iter().map(|(op, number, span)| (op.as_str(), *number, slice(*span))).collect();
    assert_eq!(comparisons, [("gte", Some(10.0), "10"), ("lt", None, "many")]);
    assert_eq!(
        (texts(field), percentile.as_ref().map(Spanned::as_str)),
        (vec!["f".to_owned(), "g".to_owned()], Some("5"))
    );
    assert_eq!(texts(unknown), ["more"]);
}

#[test]
fn correlations_with_other_conditions() {
    let read = |condition: &str| {
        let file = file(&format!("correlation:\n  type: temporal\n  condition: {condition}\n"));
        file.documents[0].correlation().unwrap().condition.clone()
    };
    assert!(read("").is_none());
    assert!(matches!(read("[a]"), Some(CorrelationCondition::Other(_))));
    assert!(matches!(read("5"), Some(CorrelationCondition::Other(_))));
    let Some(CorrelationCondition::Extended(condition)) = read("'a and not (b or c)'") else { panic!("extended") };
    let names: Vec<_> = condition.references().iter().map(|reference| reference.name.as_str().to_owned()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert!(condition.errors.is_empty());
}

#[test]
fn correlations_that_are_none() {
    for text in ["correlation:\n", "correlation: [a]\n", "correlation:\n  type: [a]\n  rules: 1\n  timespan: 60\n"] {
        let file = file(text);
        let correlation = file.documents[0].correlation().unwrap();
        assert!(correlation.kind.is_none() && correlation.rules.is_empty() && correlation.condition.is_none());
        assert!(correlation.timespan.as_ref().is_none_or(|(timespan, _)| timespan.is_none()));
    }
}

#[test]
fn timespans() {
    for (text, expected) in [
        ("1s", Some(1)),
        ("90m", Some(5400)),
        ("2M", Some(5_259_492)),
        ("007d", Some(604_800)),
        ("0h", None),
        ("h", None),
        ("1H", None),
        ("1.5h", None),
        ("-1h", None),
        ("1 h", None),
        ("5é", None),
        ("", None),
    ] {
        assert_eq!(Timespan::parse(text).map(Timespan::seconds), expected, "{text}");
    }
}

#[test]
fn filters() {
    let rules = |rules: &str| {
        let file =
            file(&format!("logsource: {{product: p}}\nfilter:\n  {rules}\n  sel: {{A: x}}\n  condition: not sel\n"));
        let filter = file.documents[0].filter().unwrap().clone();
        let detection = filter.detection.unwrap();
        assert_eq!(detection.selections.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["sel"], "{rules}");
        assert_eq!(detection.conditions.len(), 1);
        assert_eq!(filter.logsource.unwrap().triple(), (None, Some("p"), None));
        match filter.rules {
            FilterRules::Missing => "missing".to_owned(),
            FilterRules::Any(_) => "any".to_owned(),
            FilterRules::Invalid(_) => "invalid".to_owned(),
            FilterRules::List(_, rules) => rules.iter().map(|rule| rule.text.to_string()).collect::<Vec<_>>().join(","),
        }
    };
    for (text, expected) in [
        ("rules: [a, b, 1]", "a,b"),
        ("rules: a", "a"),
        ("rules: Any", "any"),
        ("rules: []", "any"),
        ("rules: {a: b}", "invalid"),
        ("rules:", "invalid"),
        ("condition: sel", "missing"),
    ] {
        if expected != "missing" {
            assert_eq!(rules(text), expected, "{text}");
        }
    }
    let filter = file("filter: [a]\n").documents[0].filter().unwrap().clone();
    assert!(filter.detection.is_none() && matches!(filter.rules, FilterRules::Missing));
}

#[test]
fn files_of_sigma_rules() {
    for (text, expected) in [
        ("detection:\n", true),
        ("detection:", true),
        ("title: x\nlogsource:\n  product: y\n", true),
        ("\u{feff}title: x\r\ncorrelation:\r\n", true),
        ("\"title\": x\n'filter' : {}\n", true),
        ("title: x\rfilter: {}\r", true),
        ("a: 1\n---\ndetection:\n  x\n", true),
        ("title: [broken\n\tlogsource: x\nlogsource: y\n", true),
        ("filter:\ntitle:", true),
        ("title: x\n---\nlogsource: y\n", false),
        ("title: x\n...\nlogsource: y\n", false),
        ("title: x\n---- \nlogsource: y\n", true),
        ("title: x\n", false),
        ("  detection:\n", false),
        ("detections: x\ndetection:x\ndetection\n", false),
        ("detection", false),
        ("\"detection: x\n", false),
        ("logsource:\nfilter:\n", false),
        ("{title: x, detection: y}\n", false),
        ("", false),
        ("\u{feff}", false),
        ("é\ndétection:\n", false),
    ] {
        assert_eq!(sniff(text), expected, "{text:?}");
        assert_eq!(file(text).is_sigma, expected, "{text:?}");
    }
}
