use super::super::super::query;
use super::*;
use crate::vendor::Vendor;

fn show(text: &str) -> Vec<String> {
    query::show(Vendor::Elastic, parse(text))
}

#[test]
fn operators_are_words_and_signs() {
    assert_eq!(show("a:1 AND b:2 AND NOT c:3"), ["+ a eq 1", "+ b eq 2", "- c eq 3"]);
    assert_eq!(show("a:1 && b:2 && !c:3"), ["+ a eq 1", "+ b eq 2", "- c eq 3"]);
    assert_eq!(show("+a:1 +b:2 -c:3 d:4"), ["+ a eq 1", "+ b eq 2", "- c eq 3"]);
    assert_eq!(show("a:1 -c:3"), ["+ a eq 1", "- c eq 3"]);
    assert_eq!(show("a:1 OR b:2 AND NOT c:3"), ["|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    assert_eq!(show("(a:1 || b:2) AND NOT (c:3 OR d:4)"), ["|+ a eq 1", "|+ b eq 2", "- c eq 3", "- d eq 4"]);
    assert_eq!(show("a:1 AND NOT NOT b:2"), ["+ a eq 1", "+ b eq 2"]);
    assert_eq!(show("a:1 and not b:(2 or 3)"), ["+ a eq 1", "- b eq 2", "- b eq 3"]);
    assert_eq!(show("and:1 or:2"), ["+ and eq 1", "+ or eq 2"]);
}

#[test]
fn values_in_brackets() {
    let lines = ["+ a eq 1", "+ a eq two words", "- b eq 3", "- b eq 4"];
    assert_eq!(show("a:(1 OR \"two words\") AND NOT b:(3 4)"), lines);
    assert_eq!(show("a:(+1 -2)"), ["+ a eq 1", "- a eq 2"]);
    assert_eq!(show("a:(1 AND NOT 2)"), ["+ a eq 1", "- a eq 2"]);
}

#[test]
fn patterns_and_regular_expressions() {
    let lines = ["+ a startswith x", "+ b wildcard x?y", "+ c eq x*", "+ d eq *x*", "+ e exists"];
    assert_eq!(show(r#"a:x* AND b:x?y AND c:x\* AND d:"*x*" AND e:*"#), lines);
    assert_eq!(show(r"a:(u+s OR /U[0-9]{2}\/x/)"), ["+ a eq u+s", "+ a regex U[0-9]{2}/x"]);
    // Only blanks, tabs and line breaks part terms.
    assert_eq!(show("a:x\u{a0}y* AND b:z"), ["+ a startswith x\u{a0}y", "+ b eq z"]);
    assert_eq!(show(r"a\:b:c\:\\d\ e"), [r"+ a:b eq ?:\d e"]);
    assert_eq!(show("a:x^2 AND b:\"y z\"~3 AND c:w~"), ["+ a eq x", "+ b eq y z", "+ c eq w"]);
}

#[test]
fn ranges_and_presence() {
    let lines = ["+ a gte 1", "+ a lte 5", "+ b gt 1", "+ c exists", "+ d gte -2", "+ e lt 3"];
    assert_eq!(show("a:[1 TO 5] AND b:{1 TO *] AND c:[* TO *] AND d:>=-2 AND e:<3"), lines);
    assert_eq!(show("t:[\"2026-01-02\" TO now-1d}"), ["+ t gte 2026-01-02", "+ t lt now-1d"]);
    assert_eq!(show("_exists_:a AND NOT _exists_:b.c"), ["+ a exists", "- b.c exists"]);
    assert_eq!(show("a.ip:10.0.0.0/8 AND NOT ip:\"fe80::/10\""), ["+ a.ip cidr 10.0.0.0/8", "- ip cidr fe80::/10"]);
}

#[test]
fn keywords() {
    assert_eq!(show("\"Two words\" AND -other"), ["+ (keyword) match two words", "- (keyword) match other"]);
    assert_eq!(show("*:* AND a:1 AND *"), ["+ a eq 1"]);
}

#[test]
fn what_can_be_read_is_read() {
    assert_eq!(show(""), [""; 0]);
    assert_eq!(show("a:1) AND b:2"), ["+ a eq 1", "+ b eq 2", "? `)` cannot stand there"]);
    assert_eq!(show("a:1 AND (b:2"), ["+ a eq 1", "+ b eq 2", "? the query ends too early"]);
    assert_eq!(show("a:1 AND b:"), ["+ a eq 1", "? the query ends too early"]);
    assert_eq!(show("a:b:1"), ["+ b eq 1", "? `b` cannot stand there"]);
    assert_eq!(show("a:1 AND b:\"x"), ["+ a eq 1", "+ b eq x", "? a quote is not closed"]);
    assert_eq!(show("a:[1 AND b:2").first().map(String::as_str), Some("+ b eq 2"));
    let deep = format!("a:1 AND {}b:2{} AND c:3", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(show(&deep), ["+ a eq 1", "+ c eq 3", "? brackets are nested too deeply"]);
    assert_eq!(show(&"NOT ".repeat(20_000)), ["? the query ends too early"]);
}

#[test]
fn time_grows_with_length_only() {
    for piece in [
        "(", "a:", "a:(", "a:[", "[1 TO ", "NOT ", "+", "-a ", "\"", "\\", "/", "/a", "*", " AND", "OR(", ")", "a:b ",
        "^~",
    ] {
        parse(&piece.repeat(50_000));
    }
}
