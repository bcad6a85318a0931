use super::*;

fn read_one(detection: &str) -> Rule {
    let text = format!(
        "title: T\nid: 0d8a7d8e-0000-4000-8000-000000000001\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n{detection}"
    );
    let mut rules = read("x.yml", text.into_bytes()).rules;
    assert_eq!(rules.len(), 1);
    rules.pop().unwrap()
}

/// Every predicate as `role scope group field op value`; for scope `top` of indicators the scope is left out.
fn show(detection: &str) -> Vec<String> {
    let rule = read_one(detection);
    rule.predicates
        .iter()
        .map(|p| {
            let sign = match (p.role, p.scope) {
                (Role::Indicator, Scope::Top) => "+",
                (Role::Indicator, Scope::Branch) => "|+",
                (Role::Exclusion, Scope::Top) => "-",
                (Role::Exclusion, Scope::Branch) => "|-",
                (_, Scope::Guard) => "guard",
            };
            format!("{sign} {} {} {} {}", rule.group(p), p.field, p.op, p.value)
        })
        .collect()
}

const ABC: &str = "    a:\n        A: 1\n    b:\n        B: 2\n    c:\n        C: 3\n";

fn condition(condition: &str) -> Vec<String> {
    show(&format!("{ABC}    condition: {condition}\n"))
}

#[test]
fn negation_decides() {
    assert_eq!(condition("a and b and not c"), ["+ a A eq 1", "+ b B eq 2", "- c C eq 3"]);
    assert_eq!(condition("a and not (b or c)"), ["+ a A eq 1", "- b B eq 2", "- c C eq 3"]);
    assert_eq!(condition("a and not (b and c)"), ["+ a A eq 1", "- b and c B eq 2", "- b and c C eq 3"]);
    assert_eq!(condition("not not a"), ["+ a A eq 1"]);
    assert_eq!(condition("a and not (b or not c)"), ["+ a A eq 1", "- b B eq 2", "+ c C eq 3"]);
    assert_eq!(condition("a and not (b and not c)"), ["+ a A eq 1", "- b and c B eq 2", "guard b and c C eq 3"]);
    assert_eq!(condition("(a and not b) or c"), ["|+ a A eq 1", "|- b B eq 2", "|+ c C eq 3"]);
    assert_eq!(
        condition("not (a and (b or not c))"),
        ["- a and b A eq 1", "- a and b B eq 2", "- a and c A eq 1", "guard a and c C eq 3"]
    );
    assert_eq!(condition("a or not (b or not c)"), ["|+ a A eq 1", "|- b B eq 2", "|+ c C eq 3"]);
}

#[test]
fn quantifiers_expand() {
    let detection =
        "    s_1:\n        A: 1\n    s_2:\n        B: 2\n    filter_x:\n        C: 3\n    _hidden:\n        D: 4\n";
    let show = |c: &str| show(&format!("{detection}    condition: {c}\n"));
    assert_eq!(show("1 of s_* and not 1 of filter_*"), ["|+ s_1 A eq 1", "|+ s_2 B eq 2", "- filter_x C eq 3"]);
    assert_eq!(show("all of s_*"), ["+ s_1 A eq 1", "+ s_2 B eq 2"]);
    assert_eq!(show("not 1 of s_*"), ["- s_1 A eq 1", "- s_2 B eq 2"]);
    assert_eq!(show("not all of s_*"), ["- s_1 and s_2 A eq 1", "- s_1 and s_2 B eq 2"]);
    assert_eq!(show("all of them"), ["+ s_1 A eq 1", "+ s_2 B eq 2", "+ filter_x C eq 3"]);
    assert_eq!(show("s_1 and not 1 of nothing_*"), ["+ s_1 A eq 1"]);
}

#[test]
fn a_list_of_maps_keeps_its_maps_apart() {
    let detection = "    sel:\n        - A: 1\n          B: 2\n        - C|neq: 3\n    condition: sel\n";
    assert_eq!(show(detection), ["+ sel[1] A eq 1", "+ sel[1] B eq 2", "|- sel[2] C eq 3"]);
    let detection = "    sel:\n        A: 1\n    f:\n        - A: 1\n          B|neq: 2\n        - C: 3\n    condition: sel and not f\n";
    assert_eq!(show(detection), ["+ sel A eq 1", "- f[1] A eq 1", "guard f[1] B eq 2", "- f[2] C eq 3"]);
}

#[test]
fn null_and_exists() {
    let detection = "    sel:\n        A: null\n        B|neq: null\n        C|exists: true\n    f:\n        D: null\n        E|exists: false\n    condition: sel and not f\n";
    assert_eq!(
        show(detection),
        ["+ sel A missing ", "+ sel B exists ", "+ sel C exists ", "- f D missing ", "- f E missing "]
    );
}

#[test]
fn references_and_placeholders_have_no_row() {
    let detection = "    sel:\n        A|fieldref: B\n        C|expand: '%admins%'\n        D|foo: 1\n        E: '%x%'\n    condition: sel\n";
    let rule = read_one(detection);
    let rows: Vec<_> = rule.predicates.iter().map(|p| (&*p.field, p.has_row)).collect();
    assert_eq!(rows, [("A", false), ("C", false), ("D", false), ("E", true)]);
    assert_eq!(rule.unread, ["unknown modifier `foo`".into()]);
}

#[test]
fn keywords_and_all() {
    let detection = "    k:\n        - foo\n        - 'ba*r'\n    a:\n        '|all':\n            - x\n            - y\n    condition: k and a\n";
    let rule = read_one(detection);
    let rows: Vec<_> = rule.predicates.iter().map(|p| format!("{} {} {} {}", p.field, p.op, p.value, p.all)).collect();
    assert_eq!(
        rows,
        ["(keyword) match foo false", "(keyword) match ba*r false", "(keyword) match x true", "(keyword) match y true"]
    );
}

#[test]
fn several_conditions_and_documents() {
    let detection =
        "    a:\n        A: 1\n    b:\n        B: 2\n    condition:\n        - a and b\n        - a and not b\n";
    assert_eq!(show(detection), ["+ a A eq 1", "+ b B eq 2", "- b B eq 2"]);
    let two = "title: One\nlogsource: {product: aws}\ndetection:\n    s: {A: 1}\n    condition: s\n---\ntitle: Two\nstatus: deprecated\nlogsource: {product: aws}\ndetection:\n    s: {A: 2}\n    condition: s\n---\ntitle: Three\nlogsource: {product: aws}\ndetection:\n    s: {A: 3}\n    condition: s\n";
    let reading = read("x.yml", two.as_bytes().to_vec());
    let titles: Vec<_> = reading.rules.iter().map(|r| (&*r.title, r.document)).collect();
    assert_eq!(titles, [("One", 0), ("Three", 2)]);
    assert_eq!(&*reading.inactive[0].title, "Two");
}

#[test]
fn items_of_one_field_in_one_map_are_no_alternatives() {
    let detection =
        "    a:\n        A|startswith: x\n        A|endswith: [y, z]\n        B: [v, w]\n    condition: a\n";
    let rule = read_one(detection);
    let rows: Vec<_> = rule.predicates.iter().map(|p| format!("{} {} {}", p.field, p.value, p.all)).collect();
    assert_eq!(rows, ["A x true", "A y false", "A z false", "B v false", "B w false"]);
}

#[test]
fn a_rule_without_condition_is_read_all_the_same() {
    let rule = read_one("    a:\n        A: 1\n    b:\n        B: 2\n");
    assert_eq!(rule.predicates.len(), 2);
    assert_eq!(rule.unread.len(), 1);
}

#[test]
fn metadata() {
    let text = "title: ' A title '\nid: 0d8a7d8e-0000-4000-8000-000000000001\nauthor: A, B (C)\ndate: 2024/01/02\nmodified: 2024-02-03\nlevel: High\nstatus: test\nlicense: MIT\nrelated:\n    - id: x-1\n      type: derived\n    - id: x-2\n      type: similar\ntags:\n    - attack.execution\n    - attack.t1059.001\n    - attack.T1059.001\n    - attack.t1086\nlogsource:\n    product: windows\n    service: security\ndetection:\n    sel:\n        EventID:\n            - 4624\n            - 4625\n    condition: sel\n";
    let rule = read("a/b.yml", text.as_bytes().to_vec()).rules.pop().unwrap();
    assert_eq!(&*rule.title, "A title");
    assert_eq!(&*rule.author, "A, B (C)");
    assert_eq!(rule.date.as_deref(), Some("2024-01-02"));
    assert_eq!(rule.level.as_deref(), Some("high"));
    assert_eq!(rule.licence.as_deref(), Some("MIT"));
    assert_eq!(rule.related, ["x-1".into(), "x-2".into()]);
    assert_eq!(rule.techniques, ["T1059.001".into(), "T1086".into()]);
    assert_eq!(rule.logsource.to_string(), "windows/security");
    let events: Vec<_> = rule.events.iter().map(ToString::to_string).collect();
    assert_eq!(events, ["Security 4624", "Security 4625"]);
    assert!(rule.predicates.iter().all(|p| p.scaffold));
}

#[test]
fn spans_are_the_tokens() {
    let text = "title: T\nlogsource: {product: windows}\ndetection:\n    sel:\n        Image|endswith: '\\x.exe'\n    condition: sel\n";
    let rule = read("x.yml", text.as_bytes().to_vec()).rules.pop().unwrap();
    let p = &rule.predicates[0];
    assert_eq!(&text[p.span.unwrap().range()], "'\\x.exe'");
    assert_eq!(&text[p.field_span.unwrap().range()], "Image");
}

#[test]
fn other_documents_are_no_rules() {
    for text in [
        "",
        "a: 1",
        "title: C\ncorrelation:\n    type: event_count\n",
        "title: F\nlogsource: {product: x}\nfilter:\n    rules: any\n    s: {a: 1}\n    condition: s\n",
    ] {
        assert!(read("x.yml", text.as_bytes().to_vec()).rules.is_empty(), "{text}");
    }
}
