use super::*;
use crate::readers::query;
use crate::vendor::Vendor;

fn show(text: &str) -> Vec<String> {
    query::show(Vendor::Elastic, parse(text).query)
}

/// What follows `any where`.
fn condition(text: &str) -> Vec<String> {
    show(&format!("any where {text}"))
}

#[test]
fn relations() {
    assert_eq!(condition(r#"a == "x*""#), ["+ a eq x*"]);
    assert_eq!(condition(r#"a : "x*""#), ["+ a startswith x"]);
    assert_eq!(condition(r#"a != "x""#), ["- a eq x"]);
    assert_eq!(condition(r#"a like "*x*" and b like~ "*y""#), ["+ a contains x", "+ b endswith y"]);
    assert_eq!(condition(r#"a : "?x*y""#), ["+ a wildcard ?x*y"]);
    assert_eq!(condition(r#"a regex "x.+" and b regex~ """\W\d""""#), ["+ a regex x.+", r"+ b regex \W\d"]);
    assert_eq!(
        condition("a > 1 and b >= 2 and c < 3 and d <= -4"),
        ["+ a gt 1", "+ b gte 2", "+ c lt 3", "+ d lte -4"]
    );
    assert_eq!(condition("5 < a and 0.5 >= b"), ["+ a gt 5", "+ b lte 0.5"]);
    assert_eq!(condition("a == true and not b"), ["+ a eq true", "- b eq true"]);
    assert_eq!(condition("a == 8080 and \"x\" == b"), ["+ a eq 8080", "+ b eq x"]);
}

#[test]
fn lists() {
    assert_eq!(condition(r#"a in ("x*", "y")"#), ["+ a eq x*", "+ a eq y"]);
    assert_eq!(
        condition(r#"a in~ ("x", 1) and b not in ("y", "z")"#),
        ["+ a eq x", "+ a eq 1", "- b eq y", "- b eq z"]
    );
    assert_eq!(condition(r#"a : ("*x", "y*",)"#), ["+ a endswith x", "+ a startswith y"]);
    assert_eq!(condition(r#"not a like~ ("*x", "y")"#), ["- a endswith x", "- a eq y"]);
    assert_eq!(
        condition(r#"a regex ("x+", "y+") and b not like ("z*")"#),
        ["+ a regex x+", "+ a regex y+", "- b startswith z"]
    );
    assert_eq!(condition("a in ()"), Vec::<String>::new());
}

#[test]
fn absence() {
    assert_eq!(condition("a != null and b == null"), ["+ a exists", "+ b missing"]);
    assert_eq!(condition("not (a == null or b != null)"), ["- a missing", "- b exists"]);
    assert_eq!(condition("null != a"), ["+ a exists"]);
    assert_eq!(condition(r#"a : "*""#), ["+ a exists"]);
}

#[test]
fn negation_and_precedence() {
    assert_eq!(condition("a == 1 and not b == 2 or c == 3"), ["|+ a eq 1", "|- b eq 2", "|+ c eq 3"]);
    assert_eq!(condition("a == 1 and not (b == 2 and c == 3)"), ["+ a eq 1", "- b eq 2", "- c eq 3"]);
    assert_eq!(condition("a == 1 and not (b == 2 and not c == 3)"), ["+ a eq 1", "- b eq 2", "guard c eq 3"]);
    assert_eq!(condition("a == 1 and not not b == 2"), ["+ a eq 1", "+ b eq 2"]);
    assert_eq!(condition("(a == 1 or b == 2) and c == 3"), ["|+ a eq 1", "|+ b eq 2", "+ c eq 3"]);
    assert_eq!(condition("(a == 1) == false and (b == 2) == true"), ["- a eq 1", "+ b eq 2"]);
    assert_eq!(condition("true"), Vec::<String>::new());
}

#[test]
fn fields_and_texts() {
    assert_eq!(
        condition("?a.b == 1 and `c d`.`0`.e == 2 and f[0].g == 3"),
        ["+ a.b eq 1", "+ c d.0.e eq 2", "+ f[0].g eq 3"]
    );
    assert_eq!(condition(r#"a == "x\\y\"z\t\u{41}" and b == 'q'"#), ["+ a eq x\\y\"z\ta", "+ b eq q"]);
    assert_eq!(condition(r#"a == """x\y"z"""""#), [r#"+ a eq x\y"z""#]);
    assert_eq!(
        condition("a == \"x // y\" // no\n and /* b == 2 and */ c == \"/* z\""),
        ["+ a eq x // y", "+ c eq /* z"]
    );
}

#[test]
fn functions() {
    assert_eq!(condition(r#"stringContains(a, "x*")"#), ["+ a contains x*"]);
    assert_eq!(condition(r#"not startsWith~(a, "x") and endswith (b, "$")"#), ["- a startswith x", "+ b endswith $"]);
    assert_eq!(
        condition(r#"wildcard(a, "x*", "*y") and match(b, "z+")"#),
        ["+ a startswith x", "+ a endswith y", "+ b regex z+"]
    );
    assert_eq!(condition(r#"not cidrMatch(a, "10.0.0.0/8", "::1")"#), ["- a cidr 10.0.0.0/8", "- a cidr ::1/128"]);
    assert_eq!(condition(r#"string(a) : "4*" and number(b) == 4"#), ["+ a startswith 4", "+ b eq 4"]);
    assert_eq!(
        condition("length(a) > 0 and length(b) == 0 and length(c) != 0"),
        ["+ a exists", "+ b missing", "+ c exists"]
    );
    assert_eq!(condition("length(a) >= 200"), ["+ length(a) gte 200 (derived)"]);
    assert_eq!(condition("f(a, g(1)) and a == 1"), ["+ f(a, g(1)) eq true (derived)", "+ a eq 1"]);
}

#[test]
fn other_fields_and_arithmetic() {
    assert_eq!(condition("a == b.c and a != d"), ["+ a fieldref b.c", "- a fieldref d"]);
    assert_eq!(condition("endsWith(string(a), string(b))"), ["+ a fieldref b"]);
    assert_eq!(condition("startsWith~(a, substring(b, 0, -1))"), ["+ a fieldref substring(b, 0, -1) (derived)"]);
    assert_eq!(condition("a  +  b * 2 > 5 and c == 1"), ["+ a + b * 2 gt 5 (derived)", "+ c eq 1"]);
    assert_eq!(condition("a > b"), ["+ a gt b (derived)"]);
    assert_eq!(condition("a > 60 * 5"), ["+ a gt 60 * 5"]);
    assert_eq!(condition("(a - 1) % 2 == 0"), ["+ (a - 1) % 2 eq 0 (derived)"]);
}

#[test]
fn categories_are_no_predicates() {
    let parsed = parse("sequence [process where a == 1] [\"File\" where true] ![any where b == 2]");
    assert_eq!(parsed.categories, ["process"]);
    assert_eq!(parse("any where event.category == \"x\"").categories, ["any"]);
    assert_eq!(show("process where event.category == \"x\""), ["+ event.category eq x"]);
}

#[test]
fn sequences_and_samples() {
    let text = "sequence by a, ?b with maxspan=5m
        [process where c == 1 and not d == 2] by e, f with runs=3
        ![file where g == 3] by e
        [network where not h == 4 or i == 5] by `j-k`
        until [process where l == 6] | head 5";
    let lines = ["step 1: + c eq 1", "step 1: - d eq 2", "step 3: |- h eq 4", "step 3: |+ i eq 5"];
    assert_eq!(show(text), lines);
    assert_eq!(show("sample by a [any where b == 1] [any where c == 2]"), ["step 1: + b eq 1", "step 2: + c eq 2"]);
    assert_eq!(show("sequence with maxspan = 1h by a [x where b == 1] with runs = 2"), ["step 1: + b eq 1"]);
    assert_eq!(show("process where a == 1 | tail 3"), ["+ a eq 1"]);
}

#[test]
fn what_cannot_be_read_costs_nothing_else() {
    assert_eq!(condition("a == 1 and ^ and b == 2"), ["+ a eq 1", "+ b eq 2", "? `^` cannot stand there"]);
    assert_eq!(
        condition("a == 1 and b 5 (x, y) and c == 2"),
        ["+ a eq 1", "+ b eq true", "+ c eq 2", "? `5` cannot stand there"]
    );
    assert_eq!(condition("(a == 1 and (b == 2"), ["+ a eq 1", "+ b eq 2", "? the query ends too early"]);
    assert_eq!(condition("a == 1) and b == 2"), ["+ a eq 1", "+ b eq 2", "? `)` cannot stand there"]);
    assert_eq!(condition("a == \"x\nand b == 2"), ["+ a eq x", "+ b eq 2", "? a text does not end"]);
    assert_eq!(condition("a == 1 and"), ["+ a eq 1", "? the query ends too early"]);
    assert_eq!(condition("a == 1 /* b"), ["+ a eq 1", "? a comment does not end"]);
    assert_eq!(condition("a in (1, 2 and b == 3"), ["+ a eq 1", "+ a eq 2", "+ b eq 3", "? `and` cannot stand there"]);
    let steps = "sequence [process where a == 1 [file where b == 2] oops [file where c == 3]";
    let lines = ["step 1: + a eq 1", "step 2: + b eq 2", "step 3: + c eq 3"];
    assert_eq!(show(steps)[..3], lines);
    assert_eq!(show(steps)[3..], ["? `[` cannot stand there", "? `oops` cannot stand there"]);
    assert_eq!(show("sequence by a"), ["? a sequence without steps"]);
    assert_eq!(show("a == 1"), ["+ a eq 1", "? no category and `where` before the condition"]);
    assert_eq!(show(""), ["? no category and `where` before the condition", "? the query ends too early"]);
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("(", ")"), ("not (", ")"), ("f(", ")"), ("- ", ""), ("a == not ", ""), ("not ", "")] {
        let text = format!("any where a == 1 and {}b == 2{}", open.repeat(50_000), close.repeat(50_000));
        assert_eq!(show(&text)[0], "+ a eq 1", "{open}");
    }
}
