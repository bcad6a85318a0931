//! What is added, and that the condition then says "the old one and not the new filters", for every way it can be true.

use std::collections::BTreeMap;

use sigwise_sigma::parse;

use super::*;

fn filter(name: &str, items: &[(&str, &[&str])]) -> Filter {
    let owned = |values: &[&str]| values.iter().map(|value| Some((*value).to_owned())).collect();
    Filter {
        name: name.to_owned(),
        items: items.iter().map(|(key, values)| ((*key).to_owned(), owned(values))).collect(),
    }
}

/// The text with these filters added to the document with this number, and what was added.
fn added_to(text: &str, document: usize, filters: &[Filter]) -> Option<(String, Addition)> {
    let file = parse(Source::from_bytes(text.to_owned()));
    let addition = add(&file, &file.documents[document], filters)?;
    let new = applied(&file, &addition.edits).expect("it can be read");
    Some((new.source.text().to_owned(), addition))
}

fn new_text(text: &str, filters: &[Filter]) -> String {
    added_to(text, 0, filters).expect("it can be added").0
}

/// Whether a condition holds where these selections match.
fn holds(expr: &Expr, matching: &BTreeMap<String, bool>) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| holds(part, matching)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, matching)),
        Expr::Not(_, inner) => !holds(inner, matching),
        Expr::Name(name) => matching[&*name.text],
        Expr::Of { quantifier, pattern, .. } => {
            let mut of = matching.iter().filter(|(name, _)| selects(&pattern.text, name)).map(|(_, matches)| *matches);
            match quantifier {
                Quantifier::Any => of.any(|matches| matches),
                Quantifier::All => of.all(|matches| matches),
                Quantifier::Count(count) => of.filter(|matches| *matches).count() >= *count as usize,
            }
        }
    }
}

#[test]
fn the_new_condition_is_the_old_one_and_not_the_filters() {
    let filters = [
        filter("filter_main_own", &[("Parent", &["p"]), ("User", &["u"])]),
        filter("FILTER", &[("Image|endswith", &["i", "j"])]),
    ];
    let mut none = 0;
    for condition in [
        "a",
        "not a",
        "a or b",
        "a or b and not f",
        "(a or b)",
        "(a) or (b)",
        "a and b",
        "a and not f",
        "a and not filter_main_own",
        "a and not 1 of filter_*",
        "a and not 1 of filter_main_* and not f",
        "(a and not 1 of filter_main_*) or b",
        "a and not all of filter_main_*",
        "not 1 of filter_main_*",
        "not (b or 1 of filter_*)",
        "1 of them",
        "all of them",
        "1 of a* or all of b*",
        "not 1 of them",
        "any of filter_main_*",
        "a and not 1 of filter_optional_*",
    ] {
        let text = format!(
            "detection:\n  a: {{X: 1}}\n  b: {{X: 2}}\n  f: {{Y: 3}}\n  filter_main_own: {{Z: 1}}\n  filter_optional_x:\n    Image|endswith: old\n  condition: {condition}\n"
        );
        let old = parse(Source::from_bytes(text.clone()));
        let old = old.documents[0].detection().expect("a detection");
        let Some((text, addition)) = added_to(&text, 0, &filters) else {
            none += 1;
            continue;
        };
        let new = parse(Source::from_bytes(text));
        let new = new.documents[0].detection().expect("a detection");
        assert_eq!(new.selections.len(), old.selections.len() + addition.added.len(), "{condition}");
        let (Some(was), Some(is)) = (&old.conditions[0].expr, &new.conditions[0].expr) else { panic!("{condition}") };
        let names: Vec<String> = new.selections.iter().map(|selection| selection.name.text.to_string()).collect();
        // A selection that got more values matches where it did, or where the filter does.
        let grown = addition.extended.first();
        for bits in 0..1u32 << (names.len() + 1) {
            let mut matching: BTreeMap<String, bool> =
                names.iter().enumerate().map(|(bit, name)| (name.clone(), bits >> bit & 1 == 1)).collect();
            let filter = bits >> names.len() & 1 == 1;
            let out = addition.added.iter().any(|name| matching[name]) || grown.is_some() && filter;
            let before: BTreeMap<String, bool> = matching
                .iter()
                .filter(|(name, _)| !addition.added.contains(name))
                .map(|(n, m)| (n.clone(), *m))
                .collect();
            if let Some(matches) = grown.and_then(|name| matching.get_mut(name)) {
                *matches |= filter;
            }
            let (was, is) = (holds(was, &before), holds(is, &matching));
            assert_eq!(is, was && !out, "{condition} → {} at {matching:?}", new.conditions[0].text);
        }
    }
    assert_eq!(none, 6, "those whose patterns would take the filters in");
}

#[test]
fn written_as_the_rule_is() {
    let filters = [filter("filter_main_x", &[("Image|startswith", &[r"C:\it's\", r"D:\"]), ("Id", &["4"])])];
    let crlf = "title: ö # t\r\ndetection: # d\r\n   s:\r\n      A: b\r\n   # why\r\n   condition: 's or t' # c\r\n   t: {A: b}\r\nlevel: low";
    assert_eq!(
        new_text(crlf, &filters),
        crlf.replace(
            "   # why\r\n   condition: 's or t'",
            "   filter_main_x:\r\n      Image|startswith:\r\n         - 'C:\\it''s\\'\r\n         - 'D:\\'\r\n      Id: 4\r\n   # why\r\n   condition: '(s or t) and not 1 of filter_main_*'",
        )
    );
    let flow = "detection: {s: {A: b}, condition: s}";
    assert_eq!(
        new_text(flow, &[filter("", &[("Image|endswith", &["a, b"])])]),
        "detection: {s: {A: b}, filter_main_image: {'Image|endswith': 'a, b'}, condition: s and not 1 of filter_main_*}"
    );
    let block = "detection:\n    condition: |\n        s\n        and t\n    s: {A: b}\n    t: {A: c}\n";
    let new = new_text(block, &[filter("", &[("B", &["c"])])]);
    assert_eq!(
        new,
        block
            .replace("    condition", "    filter_main_b:\n        B: 'c'\n    condition")
            .replace("and t", "and t and not 1 of filter_main_*")
    );
}

#[test]
fn a_list_of_alternatives_grows() {
    let text = "detection:\n  s:\n    A: b\n  filter_a:\n    Image|endswith: '\\a'\n  filter_b:\n    Image: x\n    User: y\n  condition: s and not 1 of filter_*\n";
    let own = [filter("z", &[("Image|endswith", &[r"\b"])]), filter("y", &[("Image|endswith", &[r"\c"])])];
    let (new, addition) = added_to(text, 0, &own).expect("it can be added");
    assert_eq!((addition.added, addition.extended), (vec![], vec!["filter_a".to_owned()]));
    let list = "endswith:\n        - '\\a'\n        - '\\b'\n        - '\\c'\n";
    assert_eq!(new, text.replace("endswith: '\\a'\n", list));
    // One that is looked for somewhere must not grow, nor one of which all must match.
    for other in [
        text.replace("condition: s", "condition: (s or filter_a)"),
        text.replace("endswith", "endswith|all"),
        text.replace("Image|endswith: '\\a'", "Image|endswith: '\\a'\n    User: z"),
    ] {
        if let Some((_, addition)) = added_to(&other, 0, &own) {
            assert!(addition.extended.is_empty(), "{other}");
        }
    }
}

#[test]
fn the_right_document_and_none_that_is_shared() {
    let two =
        "title: a\ndetection:\n  s: {A: b}\n  condition: s\n---\ntitle: b\ndetection:\n  s: {A: b}\n  condition: s\n";
    let filters = [filter("", &[("B", &["c"])])];
    let (new, _) = added_to(two, 1, &filters).expect("it can be added");
    let (first, second) = new.split_once("---").expect("two");
    assert_eq!(first, &two[..two.find("---").expect("two")]);
    assert!(second.contains("condition: s and not 1 of filter_main_*"), "{second}");
    for none in [
        "detection: &d\n  s: {A: b}\n  condition: s\nother: *d\n",
        "detection:\n  s: {A: b}\n  condition: [s, s]\n",
        "detection:\n  s: {A: b}\n  condition: s | count() > 5\n",
        "detection:\n  s: {A: b}\n  condition: s and\n",
        "detection:\n  s: {A: b}\n",
        "correlation: {type: event_count}\n",
    ] {
        assert_eq!(added_to(none, 0, &filters), None, "{none}");
    }
}
