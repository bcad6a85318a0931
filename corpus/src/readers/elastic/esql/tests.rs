use super::super::super::query;
use super::*;
use crate::vendor::Vendor;

fn show(text: &str) -> Vec<String> {
    query::show(Vendor::Elastic, parse(text).query)
}

/// What a condition gives after `where`.
fn filter(condition: &str) -> Vec<String> {
    show(&format!("from x-* | where {condition}"))
}

#[test]
fn sources() {
    let indices = |text: &str| parse(text).indices;
    assert_eq!(
        indices("from logs-a.b-*, \"x-y-*\",z:.w-* metadata _id, _version | limit 5"),
        ["logs-a.b-*", "x-y-*", "z:.w-*"]
    );
    assert_eq!(indices("FROM logs-*\n// all of them\n| WHERE a == 1"), ["logs-*"]);
    assert_eq!(indices("row a = 1"), [""; 0]);
}

#[test]
fn stages_hold_together() {
    let query = "from x | where a == 1 and b == 2 | keep a, b* | sort a desc | where c != 3 | limit 10";
    assert_eq!(show(query), ["+ a eq 1", "+ b eq 2", "- c eq 3"]);
}

#[test]
fn operators_and_their_precedence() {
    assert_eq!(filter("a == 1 or b == 2 and not c == 3"), ["|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    assert_eq!(
        filter("(a == 1 OR b == 2) AND NOT (c == 3 OR d == 4)"),
        ["|+ a eq 1", "|+ b eq 2", "- c eq 3", "- d eq 4"]
    );
    assert_eq!(filter("not (a == 1 and not b == 2)"), ["- a eq 1", "guard b eq 2"]);
    assert_eq!(filter("not not a == 1 and not a is null"), ["+ a eq 1", "- a missing"]);
    assert_eq!(filter("not a in (1, 2) and b == 3"), ["- a eq 1", "- a eq 2", "+ b eq 3"]);
}

#[test]
fn comparisons() {
    assert_eq!(filter("a == \"X\" and b =~ \"Y\" and c : \"z\""), ["+ a eq x", "+ b eq y", "+ c eq z"]);
    assert_eq!(
        filter("a < 1 and b <= -2 and c > 3.5 and 4 <= d"),
        ["+ a lt 1", "+ b lte -2", "+ c gt 3.5", "+ d gte 4"]
    );
    assert_eq!(filter("\"x\" == a and a != b and a == true"), ["+ a eq x", "- a fieldref b", "+ a eq true"]);
    assert_eq!(
        filter("a is null and b IS NOT NULL and c == null and d != null"),
        ["+ a missing", "+ b exists", "+ c missing", "+ d exists"]
    );
    assert_eq!(filter("a and not b.c"), ["+ a eq true", "- b.c eq true"]);
    assert_eq!(
        filter("@timestamp > now() - 1 hour and t <= NOW() - 5m"),
        ["+ @timestamp gt now() - 1 hour (derived)", "+ t lte now() - 5m (derived)"]
    );
    assert_eq!(filter("a.b > c.d * 2"), ["+ a.b fieldref c.d * 2 (derived)"]);
    assert_eq!(filter("(a == 1) == false and (b == 2) != false"), ["- a eq 1", "+ b eq 2"]);
    assert_eq!(filter("true and 1 == 1 and a == 1"), ["+ a eq 1"]);
}

#[test]
fn lists_and_patterns() {
    assert_eq!(filter("a in (\"x*\", 2) and b not in (\"y\")"), ["+ a eq x*", "+ a eq 2", "- b eq y"]);
    assert_eq!(filter("\"x\" in (a, b)"), ["+ a eq x", "+ b eq x"]);
    assert_eq!(filter("true in (starts_with(a, \"x\"), b == 1)"), ["+ a startswith x", "+ b eq 1"]);
    assert_eq!(filter("a like \"*x*\" and b not like \"y?z\""), ["+ a contains x", "- b wildcard y?z"]);
    assert_eq!(
        filter("a LIKE (\"x*\", \"*y\") and not b like (\"z*\")"),
        ["+ a startswith x", "+ a endswith y", "- b startswith z"]
    );
    assert_eq!(
        filter(r#"a like "C:\\\\Temp\\\\*" and b like """?:\\Temp\\*.x""" and c like "x\\*""#),
        [r"+ a startswith ?:\temp\", r"+ b wildcard ?:\temp\*.x", "+ c eq x*"]
    );
    assert_eq!(filter(r#"a rlike "X\\d+" and b rlike """.*\s"y".*""""#), [r"+ a regex X\d+", r#"+ b regex .*\s"y".*"#]);
    assert_eq!(filter("a rlike (\"x.*\", \"y.*\")"), ["+ a regex x.*", "+ a regex y.*"]);
}

#[test]
fn functions() {
    assert_eq!(
        filter("starts_with(a, \"x\") and ENDS_WITH(b, \"y\") and contains(c, \"z\")"),
        ["+ a startswith x", "+ b endswith y", "+ c contains z"]
    );
    assert_eq!(filter("starts_with(a, \"\")"), ["+ a exists"]);
    assert_eq!(
        filter("to_lower(a) == \"x\" and to_lower(to_string(b)) like \"*y\" and MV_FIRST(c) == 1"),
        ["+ a eq x", "+ b endswith y", "+ c eq 1"]
    );
    assert_eq!(
        filter("not cidr_match(to_ip(a), \"10.0.0.0/8\", \"::1\")"),
        ["- a cidr 10.0.0.0/8", "- a cidr ::1/128"]
    );
    assert_eq!(filter("match(a, \"x\", {\"fuzziness\": 1}) and match_phrase(b, \"y z\")"), ["+ a eq x", "+ b eq y z"]);
    assert_eq!(
        filter("mv_contains(a, \"x\") and mv_contains(b, [\"y\", \"z\"])"),
        ["+ a eq x", "+ b eq y", "+ b eq z"]
    );
    assert_eq!(
        filter("coalesce(a, b, \"none\") == \"x\" and coalesce(c, false) == true"),
        ["+ a eq x", "+ b eq x", "+ c eq true"]
    );
    assert_eq!(filter("a::keyword == \"x\" and b::ip::string like \"y*\""), ["+ a eq x", "+ b startswith y"]);
    assert_eq!(
        filter("length(a) > 5 and case(b == 1, true, false)"),
        ["+ length(a) gt 5 (derived)", "+ case(b == 1, true, false) eq true (derived)"]
    );
    assert_eq!(filter("concat(a, \"-\", b) == \"x-y\""), ["+ concat(a, \"-\", b) eq x-y (derived)"]);
}

#[test]
fn queries_in_other_languages() {
    let lines = ["+ a eq 1", "- b eq 2", "- b eq 3", "+ c eq 4"];
    assert_eq!(filter("kql(\"\"\"a:1 and not b:(2 or \"3\")\"\"\") and qstr(\"c:4\")"), lines);
    assert_eq!(filter("not KQL(\"a:1 and not b:2\")"), ["- a eq 1", "guard b eq 2"]);
    assert_eq!(filter("kql(\"a:(1\")"), ["+ a eq 1", "? the query ends too early"]);
}

#[test]
fn names_and_comments() {
    assert_eq!(
        filter("`a` == 1 and b.`c-d`.e == 2 /* or f == 3 */ and // g\n h == 4"),
        ["+ a eq 1", "+ b.c-d.e eq 2", "+ h eq 4"]
    );
    assert_eq!(filter("a == \"/* x */\" and b == \"// y\""), ["+ a eq /* x */", "+ b eq // y"]);
    assert_eq!(
        filter(r#"a == "say \"hi\"" and b == """C:\x "y" """"#),
        [r#"+ a eq say "hi""#, r#"+ b eq ?:\x "y" "#.trim_end()]
    );
}

#[test]
fn results_of_the_query_are_derived() {
    let derived = |stage: &str, name: &str| {
        let lines = show(&format!("from x | {stage} | where {name} == 1 and z == 2"));
        lines == [format!("+ {name} eq 1 (derived)"), "+ z eq 2".to_owned()]
    };
    assert!(derived("eval n = to_lower(a), m = 2", "m"));
    assert!(derived("eval E.n = case(a == 1, \"x, y\", b)", "E.n"));
    assert!(derived("stats n = count(*), m = max(a) by z", "m"));
    assert!(derived("inline stats n = count(*) by z", "n"));
    assert!(derived("stats count(*) by n = date_trunc(1 hour, @timestamp), z", "n"));
    assert!(derived("grok a \"%{WORD:n} %{NUMBER:m:int}\"", "m"));
    assert!(derived("grok a \"(?<n>[a-z]+)\"", "n"));
    assert!(derived("dissect a \"%{n->} %{+m/2}\" append_separator=\",\"", "m"));
    assert!(derived("enrich p on a with n = b, m", "m"));
    assert!(derived("completion n = p with { \"inference_id\": \"i\" }", "n"));
    assert_eq!(
        show("from x | stats count(*) by a | where `count(*)` > 5 and a == 1"),
        ["+ count(*) gt 5 (derived)", "+ a eq 1"]
    );
    assert_eq!(show("from x | where a == 1 | eval a = lower(a) | where a == 2"), ["+ a eq 1", "+ a eq 2 (derived)"]);
    assert_eq!(show("from x | eval n = 1 | where a == n"), ["+ a fieldref n (derived)"]);
}

#[test]
fn columns_that_stay_fields() {
    assert_eq!(show("from x | rename a.b as n, m = c | where n == 1 and m == 2"), ["+ a.b eq 1", "+ c eq 2"]);
    assert_eq!(show("from x | mv_expand a | where a == 1"), ["+ a eq 1"]);
    assert_eq!(
        show("from x | where a == 1 | lookup join y on a | where a == 2 and b == 3"),
        ["+ a eq 1", "+ a eq 2", "+ b eq 3 (derived)"]
    );
    assert_eq!(show("from x | stats n = count(*) by a.b, c | where a.b == 1 and c == 2"), ["+ a.b eq 1", "+ c eq 2"]);
}

#[test]
fn what_is_counted_is_derived() {
    let query =
        "from x | stats n = count(*) where a == 1 and b == 2, m = count(*) where c like \"y*\" by d | where n > 3";
    assert_eq!(
        show(query),
        ["|+ a eq 1 (derived)", "|+ b eq 2 (derived)", "|+ c startswith y (derived)", "+ n gt 3 (derived)"]
    );
}

#[test]
fn branches() {
    assert_eq!(
        show("from x | where a == 1 | fork (where b == 2 | limit 1) (where c == 3) | where d == 4"),
        ["+ a eq 1", "|+ b eq 2", "|+ c eq 3", "+ d eq 4"]
    );
    let query = parse("from (from x-* | where a == 1), (from y-* | where b == 2) | where c == 3");
    assert_eq!(query.indices, ["x-*", "y-*"]);
    assert_eq!(query::show(Vendor::Elastic, query.query), ["|+ a eq 1", "|+ b eq 2", "+ c eq 3"]);
}

#[test]
fn what_can_be_read_is_read() {
    assert_eq!(show(""), [""; 0]);
    assert_eq!(filter("a == 1 and (b == 2"), ["+ a eq 1", "+ b eq 2", "? the query ends too early"]);
    assert_eq!(
        filter("a == 1) and b == 2 | where c == 3"),
        ["+ a eq 1", "+ b eq 2", "+ c eq 3", "? `)` cannot stand there"]
    );
    assert_eq!(filter("a == 1 and and b == 2"), ["+ a eq 1", "+ b eq 2", "? `and` cannot stand there"]);
    assert_eq!(filter("a == | where b == 2"), ["+ b eq 2", "? `|` cannot stand there"]);
    assert_eq!(filter("a == \"x | where b == 2"), ["+ a eq x | where b == 2", "? a quote is not closed"]);
    assert_eq!(filter("a in (1, 2 | where b == 2"), ["+ a eq 1", "+ a eq 2", "+ b eq 2", "? `|` cannot stand there"]);
    assert_eq!(filter("f(a = 1) == 2 and b == 2").last().map(String::as_str), Some("? `=` cannot stand there"));
    assert_eq!(show("from x | frobnicate a | where b == 2"), ["+ b eq 2", "? the command `frobnicate` is not known"]);
    assert_eq!(filter("a == 1 ; b == 2"), ["+ a eq 1", "+ b eq 2", "? `;` cannot stand there"]);
}

#[test]
fn depth_is_bounded() {
    let reason = "? brackets are nested too deeply";
    for (open, close) in [("(", ")"), ("not (", ")"), ("f(", ")"), ("- ", ""), ("[", "]")] {
        let deep = format!("a == 1 and {}b{} == 2 and c == 3 | where d == 4", open.repeat(5_000), close.repeat(5_000));
        let lines = filter(&deep);
        assert!(lines.contains(&reason.to_owned()), "{open}: {lines:?}");
        assert!(lines.contains(&"+ d eq 4".to_owned()), "{open}: {lines:?}");
    }
    assert_eq!(filter(&"not ".repeat(5_000)), ["? the query ends too early"]);
    assert_eq!(filter(&"a == 1 or ".repeat(20_000)).len(), 20_001);
    assert_eq!(
        show(&"from x | fork (".repeat(5_000)).first().map(String::as_str),
        Some("? brackets are nested too deeply")
    );
}

#[test]
fn time_grows_with_length_only() {
    let pieces = [
        "(",
        ")",
        "[",
        "{",
        "f(",
        "f(a, ",
        "not ",
        "a in (1, ",
        "a == ",
        "- ",
        "a + ",
        "\"",
        "\"\"\"",
        "`",
        "/*",
        "|",
        "|where a|",
        " and",
        "a or ",
        "a::",
        "is ",
        "a like (",
        "a == 1 is null ",
        "a, ",
        "coalesce(a, ",
    ];
    let many = (0..2_000).map(|n| format!("a{n}")).collect::<Vec<_>>().join(", ");
    assert_eq!(filter(&format!("coalesce({many}) in ({many})")).len(), 2_000);
    assert_eq!(filter(&format!("[1, 2, 3] in ({many})")), [""; 0]);
    let commands =
        ["where ", "eval a = ", "stats a = count() by ", "grok a \"%{", "rename a as ", "fork (", "enrich ", "from ("];
    for piece in pieces {
        for command in commands {
            parse(&format!("from x | {command}{}", piece.repeat(5_000)));
        }
    }
    for command in commands {
        parse(&format!("from x | {command} a | ").repeat(2_000));
        parse(&format!("from x | grok a \"{}", "%{(?<".repeat(5_000)));
    }
}
