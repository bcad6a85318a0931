//! What small queries are read as: every construct once.

use super::super::query::show;
use super::*;

/// The lines of a query; see [`show`].
fn lines(query: &str) -> Vec<String> {
    let (script, unread) = parse::parse(query);
    let read = read::read(&script);
    let parts = read.parts.into_iter().map(|part| (part.name, part.logic)).collect();
    let unread = unread.into_iter().chain(read.unread).collect();
    show(Vendor::Kusto, Query { parts, unread })
}

/// The lines of a condition.
#[track_caller]
fn check(condition: &str, expected: &[&str]) {
    assert_eq!(lines(&format!("T | where {condition}")), expected, "{condition}");
}

#[track_caller]
fn check_query(query: &str, expected: &[&str]) {
    assert_eq!(lines(query), expected, "{query}");
}

#[test]
fn operators() {
    check(r#"a == "X""#, &["+ a eq x"]);
    check(r#"a =~ 'x'"#, &["+ a eq x"]);
    check(r#"a != "x""#, &["- a eq x"]);
    check(r#"a <> "x""#, &["- a eq x"]);
    check(r#"a !~ "x""#, &["- a eq x"]);
    check(r#"a has "x""#, &["+ a contains x"]);
    check(r#"a has_cs "x""#, &["+ a contains x"]);
    check(r#"a !has "x""#, &["- a contains x"]);
    check(r#"a hasprefix "x""#, &["+ a contains x"]);
    check(r#"a hassuffix "x""#, &["+ a contains x"]);
    check(r#"a contains "x""#, &["+ a contains x"]);
    check(r#"a contains_cs "x""#, &["+ a contains x"]);
    check(r#"a !contains "x""#, &["- a contains x"]);
    check(r#"a notcontains "x""#, &["- a contains x"]);
    check(r#"a startswith "x""#, &["+ a startswith x"]);
    check(r#"a !startswith_cs "x""#, &["- a startswith x"]);
    check(r#"a endswith "x""#, &["+ a endswith x"]);
    check(r#"a !endswith "x""#, &["- a endswith x"]);
    check(r#"a matches regex @"(?i)\d+X""#, &[r"+ a regex (?i)\d+X"]);
    check("a > 5 and 7 > a", &["+ a gt 5", "+ a lt 7"]);
    check("a >= -5 or a <= 0x1f", &["|+ a gte -5", "|+ a lte 0x1f"]);
    check("a between (1 .. 3)", &["+ a gte 1", "+ a lte 3"]);
    check("a !between (1 .. 3)", &["- a gte 1", "- a lte 3"]);
    check(r#""x" == a"#, &["+ a eq x"]);
    check("a == true and b == false", &["+ a eq true", "+ b eq false"]);
    check(r#"a == "*x?""#, &["+ a eq *x?"]);
}

#[test]
fn lists() {
    check(r#"a in ("x", "y")"#, &["+ a eq x", "+ a eq y"]);
    check(r#"a in~ ("x")"#, &["+ a eq x"]);
    check(r#"a !in ("x", "y")"#, &["- a eq x", "- a eq y"]);
    check(r#"a !in~ (dynamic(["x"]))"#, &["- a eq x"]);
    check(r#"a has_any ("x", "y")"#, &["+ a contains x", "+ a contains y"]);
    check(r#"not(a has_any (dynamic(["x", "y"])))"#, &["- a contains x", "- a contains y"]);
    check(r#"a has_all ("x", "y")"#, &["+ a contains x", "+ a contains y"]);
    check(r#"a in (split("x;y", ";"))"#, &["+ a eq x", "+ a eq y"]);
    check(r#"a in (1, 2)"#, &["+ a eq 1", "+ a eq 2"]);
    // A comma was forgotten.
    check("a in (dynamic([\"x\", // one\n\"y\"\n\"z\"]))", &["+ a eq x", "+ a eq y", "+ a eq z"]);
}

#[test]
fn logic() {
    check(r#"a == 1 and (b == 2 or c == 3)"#, &["+ a eq 1", "|+ b eq 2", "|+ c eq 3"]);
    check(r#"a == 1 or b == 2 and not(c == 3)"#, &["|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    check(r#"not(a == 1 or b == 2)"#, &["- a eq 1", "- b eq 2"]);
    check(r#"not(a == 1 and b != 2)"#, &["- a eq 1", "guard b eq 2"]);
    check(r#"not (not (a == 1))"#, &["+ a eq 1"]);
    check(r#"not a == 1"#, &["- a eq 1"]);
    check_query("T | where a == 1 | where b != 2 | take 5", &["+ a eq 1", "- b eq 2"]);
}

#[test]
fn what_is_there_and_what_is_not() {
    check("isempty(a)", &["+ a missing"]);
    check("isnull(a) and isnotnull(b)", &["+ a missing", "+ b exists"]);
    check("not(isempty(a))", &["+ a exists"]);
    check(r#"a != """#, &["+ a exists"]);
    check("a == '' and b != dynamic(null)", &["+ a missing", "+ b exists"]);
    check("not(a == 1 and isempty(b))", &["- a eq 1", "- b missing"]);
    check("isempty(a) == false", &["+ a exists"]);
}

#[test]
fn choices() {
    check(r#"iff(a has "x", true, false)"#, &["+ a contains x"]);
    check(r#"iff(a has "x", false, true)"#, &["- a contains x"]);
    check("iif(a == 1, b == 2, c == 3)", &["|+ a eq 1", "|+ b eq 2", "|+ c eq 3"]);
    check("iff(isnotempty(a), a == 1, true)", &["|+ a missing", "|+ a eq 1"]);
    check("case(a == 1, true, b == 2, false, c == 3)", &["|+ a eq 1", "|- b eq 2", "|+ c eq 3"]);
    check("case(a == 1, b == 2, false)", &["+ a eq 1", "+ b eq 2"]);
    check("not(iff(a == 1, true, false)) and iff(1 == 1, true, true)", &["- a eq 1"]);
}

#[test]
fn what_is_no_column_and_no_value() {
    // Converters write what is no name to Kusto in quotes, and keywords as they are.
    check(r#"'a.b-c' =~ "x" and isnull('d.e')"#, &["+ a.b-c eq x", "+ d.e missing"]);
    check(r#""x" and not("y")"#, &["+ (keyword) match x", "- (keyword) match y"]);
    check(r#"a == "<your value>" or b in ("{{c}}", "y") or c has "{d}""#, &["+ b eq y"]);
    check(
        r#"a in ("<script>", "<unknown process>") and b in ("{00000000-0000-0000-0000-00000000000a}", "{IFS}")"#,
        &[
            "+ a eq <script>",
            "+ a eq <unknown process>",
            "+ b eq {00000000-0000-0000-0000-00000000000a}",
            "+ b eq {ifs}",
        ],
    );
    check(r#""x" in (a, b)"#, &["|+ a eq x", "|+ b eq x"]);
    check("a {operator} 5 and b == 1", &["+ b eq 1", "? `{` cannot stand there"]);
}

#[test]
fn networks() {
    check(r#"ipv4_is_in_range(a, "10.1.0.0/16")"#, &["+ a cidr 10.1.0.0/16"]);
    check(r#"not(ipv4_is_match(a, "10.1.2.3"))"#, &["- a cidr 10.1.2.3/32"]);
    check(r#"ipv4_is_match(a, "10.1.2.3", 24) == false"#, &["- a cidr 10.1.2.3/32"]);
    check("not(ipv4_is_private(a))", &["- a cidr 10.0.0.0/8", "- a cidr 172.16.0.0/12", "- a cidr 192.168.0.0/16"]);
    check(r#"ipv4_is_in_any_range(a, "1.0.0.0/8", "2.0.0.0/8")"#, &["+ a cidr 1.0.0.0/8", "+ a cidr 2.0.0.0/8"]);
    check(r#"ipv4_is_match("127.0.0.1", a) == false"#, &["- a cidr 127.0.0.1/32"]);
    check_query(
        "let l = toscalar(externaldata(x:dynamic)['https://example.org/x'] | summarize make_set(x)); \
         T | where not(ipv4_is_in_any_range(a, l)) | evaluate ipv4_lookup(l, a, net, true) | where isempty(net)",
        &["- a lookup externaldata", "+ net missing (derived)"],
    );
    check(r#"has_ipv4(a, "1.2.3.4")"#, &["+ a contains 1.2.3.4"]);
    check(r#"has_any_ipv4_prefix(a, dynamic(["1.2.", "3.4."]))"#, &["+ a contains 1.2.", "+ a contains 3.4."]);
}

#[test]
fn fields_and_what_stands_around_them() {
    check(r#"tolower(a) == "x" and tostring(b.c) has "y""#, &["+ a eq x", "+ b.c contains y"]);
    check(r#"a["b c"].d == 1"#, &["+ a.b c.d eq 1"]);
    check(r#"parse_json(a).b[0].c == 1"#, &["+ a.b.c eq 1"]);
    check(r#"parse_json(tostring(a[0].b)).c == 1"#, &["+ a.b.c eq 1"]);
    check(r#"['a b'] == 1"#, &["+ a b eq 1"]);
    check(r#"column_ifexists("a", "") == 1"#, &["+ a eq 1"]);
    check(r#"coalesce(a, 0) < 5"#, &["+ a lt 5"]);
    check(r#"strlen(a) > 500 and extract("(x)", 1, b) == "x""#, &["+ a gt 500 (derived)", "+ b eq x (derived)"]);
    check(r#"a =~ b and c contains d"#, &["+ a fieldref b", "+ c fieldref d"]);
    check("a and not(b)", &["+ a eq true", "- b eq true"]);
    check(r#"* has "x""#, &["+ (keyword) match x"]);
    check(r#"set_has_element(a, "x")"#, &["+ a eq x"]);
}

#[test]
fn times_are_no_predicates() {
    check("Timestamp > ago(1d) and a == 1", &["+ a eq 1"]);
    check("ingestion_time() >= ago(2 * 1h) and TimeGenerated between (ago(2d) .. now()) and a == 1", &["+ a eq 1"]);
    check("a == 1 and FirstSeen > datetime(2024-01-01)", &["+ a eq 1"]);
    check("a == 1 and datetime_diff('minute', b, c) < 5 and hourofday(TimeGenerated) > 20", &["+ a eq 1"]);
    check_query("let t = 7d; T | where TimeGenerated > ago(t) and a == 1 and b > t", &["+ a eq 1"]);
}

#[test]
fn constants() {
    check_query(r#"let x = "v"; T | where a == x"#, &["+ a eq v"]);
    check_query(r#"let l = dynamic(["v", "w"]); T | where a in (l)"#, &["+ a eq v", "+ a eq w"]);
    check_query(
        r#"let l = dynamic(["v"]); let m = array_concat(l, pack_array("w")); T | where a has_any (m)"#,
        &["+ a contains v", "+ a contains w"],
    );
    check_query(
        r#"let l = datatable(n:string, m:int)["v", 1, "w", 2]; T | where a in ((l | project n)) or a in (l)"#,
        &["|+ a eq v", "|+ a eq w", "|+ a eq v", "|+ a eq w"],
    );
    check_query(
        r#"let l = toscalar(datatable(n:string)["v", "w"] | summarize make_list(n)); T | where a in (l)"#,
        &["+ a eq v", "+ a eq w"],
    );
    check_query(r#"let x = "v"; let r = strcat("(", x, ")", "+"); T | where a matches regex r"#, &["+ a regex (v)+"]);
    check_query(r#"let a = "v"; T | where a == "w""#, &["+ a eq w"]);
    check_query(r#"let a = "v"; T | where a == "v" or b == 1"#, &["+ b eq 1"]);
    check_query("T | where a > 10 * 1024 - 1 and b in (parse_json('[\"v\"]'))", &["+ a gt 10239", "+ b eq v"]);
    check_query(
        r#"let h = dynamic(["v", "w"]); let l = print h | mv-expand x = h | distinct tostring(x); T | where a in (l)"#,
        &["+ a eq v", "+ a eq w"],
    );
    check_query(r#"let l = print k = "v"; T | where a in (l)"#, &["+ a eq v"]);
    check_query(r#"print k = "v" | where k == "v""#, &["+ k eq v (derived)"]);
    check_query("T | where a in (_GetWatchlist('w') | project k)", &["+ a lookup w"]);
    check_query(
        "let w = _GetWatchlist('w') | project k, l; T | join w on k | where l == 1 and a == 2",
        &["+ l eq 1 (derived)", "+ a eq 2"],
    );
    check_query(
        "let e = externaldata(x:string)['https://example.org/x']; T | join e on a | where x == 1",
        &["+ x eq 1 (derived)"],
    );
    check_query("let w = _GetWatchlist('w'); T | where a !in ((w | project k))", &["- a lookup w"]);
    check_query(
        r#"let e = externaldata(x:string)[@"https://example.org/x"] with (format="csv"); T | where a in (e)"#,
        &["+ a lookup e"],
    );
}

#[test]
fn functions() {
    check_query(
        r#"let f = (x:string) { x has "v" }; T | where f(a) and not(f(b))"#,
        &["+ a contains v", "- b contains v"],
    );
    check_query(
        r#"let f = (n:string, t:timespan=1d) { T | where a == n }; f("v") | where b == 1"#,
        &["f: + a eq v", "query: + b eq 1"],
    );
    check_query(
        r#"let f = (n:string) { table(n) | where a == 1 }; union f("T"), f("U")"#,
        &["f: + a eq 1", "f 2: + a eq 1"],
    );
    check_query("let v = view () { T | where a == 1 }; v", &["+ a eq 1"]);
    check_query(
        "_Im_Dns(starttime=ago(1d), domain_has_any=dynamic(['v', 'w']), responsecodename='X') | where a == 1",
        &["+ domain contains v", "+ domain contains w", "+ responsecodename eq x", "+ a eq 1"],
    );
}

#[test]
fn parameters() {
    check_query("declare query_parameters(x:string = 'v', y:int); T | where a == x and b == y", &["+ a eq v"]);
    check_query(
        "let f = (x:string = '*', y:dynamic = dynamic(['v'])) { T | where (x == '*' or a == x) and b in (y) }; f(y='w')",
        &["+ b eq w"],
    );
    check_query("let f = (y:dynamic = dynamic(['v'])) { T | where b in (y) }; f()", &["+ b eq v"]);
    check_query(
        ".create-or-alter function with (folder='x') f(x:string) { T | where a == 1 and b == x }",
        &["+ a eq 1"],
    );
}

#[test]
fn parts() {
    check_query("let t = T | where a == 1; t | where b == 2", &["t: + a eq 1", "query: + b eq 2"]);
    check_query(
        "let t = materialize(T | where a == 1); let u = t | where b == 2; union t, u",
        &["t: + a eq 1", "u: + b eq 2"],
    );
    check_query("union T, U | where a == 1", &["+ a eq 1"]);
    check_query(
        "union isfuzzy=true (T | where a == 1), (U | where b != 2) | where c == 3",
        &["union: + a eq 1", "union 2: - b eq 2", "query: + c eq 3"],
    );
    check_query(
        "T | where a == 1 | join kind=inner (U | where b == 2) on c | where d == 3",
        &["join: + b eq 2", "query: + a eq 1", "query: + d eq 3"],
    );
    check_query("T | where a == 1 | join kind=leftanti (U | where b == 2) on c", &["+ a eq 1"]);
    check_query("T | where a == 1 | join kind=rightanti (U | where b == 2) on c", &["+ b eq 2"]);
    check_query("T | where a in ((U | where b == 2 | project a)) and c == 3", &["in: + b eq 2", "query: + c eq 3"]);
    check_query("T | where a !in ((U | where b == 2 | project a)) and c == 3", &["+ c eq 3"]);
    check_query(
        r#"let u = materialize(U | where b == 2 | project a); T | where a in (u) or c !in ("x", "y")"#,
        &["u: + b eq 2", "query: |+ a lookup u (derived)", "query: |- c eq x", "query: |- c eq y"],
    );
    check_query("T | where not(a in ((U | project a)) and c == 3)", &["- a lookup query (derived)", "- c eq 3"]);
    check_query("T | where a !in ((U | project a)) or a in ((V | project a))", &[]);
    check_query("T | where a == 1; U | where b == 2", &["query: + a eq 1", "query 2: + b eq 2"]);
    check_query("T\n| where a == 1\n\nU\n| where b == 2", &["query: + a eq 1", "query 2: + b eq 2"]);
    check_query("(T | where a == 1 | join U on b) | where c == 2", &["+ a eq 1", "+ c eq 2"]);
    check_query(
        "T | summarize n=count() by a | invoke f(a) | where b == 2 and n > 3",
        &["+ b eq 2", "+ n gt 3 (derived)"],
    );
    check_query(
        "let f = (t:(*), n:int) { t | where a == n }; T | invoke f(1) | where b == 2",
        &["f: + a eq 1", "query: + b eq 2"],
    );
    check_query("cluster('x').database('y').T | where a == 1", &["+ a eq 1"]);
    // Nobody uses it, but it is all there is.
    check_query("let t = T | where a == 1;", &["+ a eq 1"]);
    check_query(r#"search in (T, U) "x*y" and a == 1"#, &["+ (keyword) match x*y", "+ a eq 1"]);
    check_query(r#"search "x" or a:"y" | where b == 2"#, &["|+ (keyword) match x", "|+ a contains y", "+ b eq 2"]);
    check_query(r#"find in (T) where a == "x" project b"#, &["+ a eq x"]);
}

#[test]
fn columns() {
    check_query("T | extend x = strcat(a, b) | where x == 'v' and a == 1", &["+ x eq v (derived)", "+ a eq 1"]);
    check_query("T | extend x = tolower(a), y = b | where x == 'v' and y == 'w'", &["+ a eq v", "+ b eq w"]);
    check_query(
        "T | extend b = tostring(a.b), c = parse_json(a).d | where b == 1 and c == 2",
        &["+ b eq 1", "+ a.d eq 2"],
    );
    check_query("T | project-rename x = a | where x == 1", &["+ a eq 1"]);
    check_query(
        "T | project x = a, y = b + 1, c | where x == 1 and y == 2 and c == 3",
        &["+ a eq 1", "+ y eq 2 (derived)", "+ c eq 3"],
    );
    check_query(
        "T | summarize n = count(), arg_max(Timestamp, b) by a, x = c | where n > 5 and a == 1 and b == 2 and x == 3",
        &["+ n gt 5 (derived)", "+ a eq 1", "+ b eq 2", "+ c eq 3"],
    );
    check_query("T | summarize count() by a | where count_ > 5", &["+ count_ gt 5 (derived)"]);
    check_query(
        "T | make-series n=count() default=0 on TimeGenerated step 1h by a | where a == 1 and n > 2",
        &["+ a eq 1", "+ n gt 2 (derived)"],
    );
    check_query("T | serialize | extend p = prev(a) | where a == 1", &["+ a eq 1"]);
    check_query("T | summarize arg_max(Timestamp, *) by a | where b == 1", &["+ b eq 1"]);
    check_query(
        "T | parse a with * 'x=' x:string ' ' y | where x == 1 and y == 2 and a == 3",
        &["+ x eq 1 (derived)", "+ y eq 2 (derived)", "+ a eq 3"],
    );
    check_query(
        "T | parse-kv a as (x:string, ['y z']:int) with (pair_delimiter=' ', kv_delimiter='=') | where x == 1 and b == 2",
        &["+ x eq 1 (derived)", "+ b eq 2"],
    );
    check_query(
        "T | scan with_match_id=m declare (n:int=0) with (step s: a == 1 => n = 1; step t output=all: b == 2 and c == s.c;)",
        &["|+ a eq 1", "|+ b eq 2", "|+ c fieldref s.c (derived)"],
    );
    check_query(
        "T | make-graph a --> b with N on c | graph-match (x)-[y*1..3]->(z) where x.d == 1 project x.d | where x_d == 2",
        &["+ x.d eq 1", "+ x_d eq 2"],
    );
    check_query("T | mv-apply x = dynamic(['v', 'w']) on (where a endswith x)", &["+ a endswith v", "+ a endswith w"]);
    check_query("T | extend x = 'v' | where a == x and x == 'w'", &["+ a eq v", "+ x eq w (derived)"]);
    check_query(
        "T | parse E with * 'Data Name=\"x\">' x '<' * ',y=' y ',' * | where x == 1 and y == 2",
        &["+ x eq 1", "+ y eq 2 (derived)"],
    );
    check_query("T | mv-expand x = a.list | where x.b == 1", &["+ a.list.b eq 1"]);
    check_query(
        "T | mv-apply x = a on (where x.b == 1 | extend y = x.c) | where y == 2",
        &["+ a.b eq 1", "+ a.c eq 2"],
    );
    check_query(
        "T | where b == 0 | join (U | extend x = 1) on c | where b1 == 1 and x == 2",
        &["+ b eq 0", "+ b eq 1", "+ x eq 2 (derived)"],
    );
}

#[test]
fn what_cannot_be_read_costs_nothing_else() {
    check_query("T | where a == 1 | whatever x y z | where b == 2", &["+ a eq 1", "+ b eq 2"]);
    check_query("T | where a == ) and b == 2", &["? `)` cannot stand there"]);
    check_query("T | where a == 1 ! ! and b == 2", &["+ a eq 1", "+ b eq 2", "? `!` cannot stand there"]);
    check_query("T | where a == 1 b | where c == 3", &["+ a eq 1", "+ c eq 3", "? `b` cannot stand there"]);
    check_query("T | where (a == 1 and b == 2", &["+ a eq 1", "+ b eq 2", "? a bracket is not closed"]);
    check_query(
        "T | where a == 1 b\nlet x = 2; U | where c == 3",
        &["query: + a eq 1", "query 2: + c eq 3", "? `b` cannot stand there"],
    );
    check_query(".show tables\nT | where a == 1", &["+ a eq 1", "? `.` cannot stand there"]);
    check_query("T T | where a == 1", &["+ a eq 1", "? `T` cannot stand there"]);
    check_query("", &[]);
    let deep = format!("T | where {}a == 1{}", "not(".repeat(3_000), ")".repeat(3_000));
    assert!(lines(&deep).iter().any(|line| line.contains("too deep")));
}

#[test]
fn hostile_queries_end() {
    let cases = [
        format!(
            "let a0 = T | where x == 1; {}",
            (1..1_500).map(|i| format!("let a{i} = union a{}, a{};", i - 1, i - 1)).collect::<String>() + "a1499"
        ),
        format!(
            "let f0 = () {{ T | where x == 1 }}; {}",
            (1..60).map(|i| format!("let f{i} = () {{ union f{}(), f{}() }};", i - 1, i - 1)).collect::<String>()
                + "f59()"
        ),
        format!(
            "let l0 = dynamic(['a','b']); {}",
            (1..60).map(|i| format!("let l{i} = array_concat(l{}, l{});", i - 1, i - 1)).collect::<String>()
                + "T | where x in (l59)"
        ),
        format!("T | where {}", "a + ".repeat(50_000)),
        format!("T | where a{}", ".b".repeat(50_000)),
        "(".repeat(100_000),
        "([{".repeat(50_000) + &"}".repeat(50_000),
        "T | ".repeat(50_000),
        "T | where a == 1 and ".repeat(20_000),
        format!("T | where x in ({})", "'a',".repeat(50_000)),
        "let ".repeat(50_000),
        "\"".repeat(50_001),
        "not ".repeat(50_000),
        "- ".repeat(50_000),
        format!("T {}", "| extend a = b, c = d ".repeat(5_000)),
        format!("T | extend x = dynamic([{}]) | where {}", "'a',".repeat(5_000), "a in (x) and ".repeat(5_000)),
        format!("T | where {}", "iff(a == 1, b == 2, ".repeat(20_000)),
        format!("T | where case({} b)", "a == 1, c == 2, ".repeat(20_000)),
        format!("T | scan with ({})", "step s: a == 1 => b = 2;".repeat(20_000)),
    ];
    for case in cases {
        let start = std::time::Instant::now();
        lines(&case);
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{took:?} for {}", case.get(..40).unwrap_or_default());
    }
}

#[test]
fn containers() {
    let read = |path: &str, text: &str| super::read(path, text.as_bytes().to_vec());
    let page = "# One\n\n**ID:** p-1\n\n| Technique | Subtechnique |\n|---|---|\n| T1036 | 005 |\n\n```C#\nDeviceProcessEvents\n| where FileName =~ \"x.exe\"\n```\n";
    let [rule] = &read("one", page).rules[..] else { panic!("not one rule") };
    assert_eq!((rule.id.as_deref(), &*rule.title, rule.techniques[0].as_ref()), (Some("p-1"), "One", "T1036.005"));
    assert_eq!(rule.logsource.to_string(), "windows/process_creation");
    assert_eq!(rule.events[0].to_string(), "Microsoft Defender XDR DeviceProcessEvents ProcessCreated");
    let two = format!("{page}\n## Other T1003\n```\nDeviceFileEvents | where FileName == 'y'\n```\n");
    let rules = read("two.md", &two).rules;
    let titles: Vec<_> = rules.iter().map(|r| (&*r.title, r.techniques.len(), r.logsource.to_string())).collect();
    assert_eq!(
        titles,
        [("One", 1, "windows/process_creation".to_owned()), ("One: Other T1003", 2, "windows/file_event".to_owned())]
    );
    let yaml = "id: 1\nname: Two\nseverity: High\nquery: |\n  SigninLogs\n  | where ResultType == 0\n";
    let rules = read("two.yaml", yaml).rules;
    assert_eq!((&*rules[0].title, rules[0].level.as_deref()), ("Two", Some("high")));
    assert_eq!(rules[0].logsource.to_string(), "azure//signinlogs".replace("//", "/"));
    assert_eq!(read("two.kql", yaml).rules[0].id.as_deref(), Some("1"));
    let bare = read("a/three.kql", "// T1059\nT | where a == 1");
    assert_eq!((&*bare.rules[0].title, &*bare.rules[0].techniques[0]), ("three", "T1059"));
    for (path, text) in
        [("README.md", "# Words\n\n`code` and\n\n```sh\nls\n```\n"), ("LICENSE", "BSD"), ("a.yml", "a: b")]
    {
        let reading = read(path, text);
        assert!(reading.rules.is_empty() && reading.unread.is_empty(), "{path}");
    }
    let named = read("n.md", "# N\n```kql\nlet a = DeviceEvents\n| where ActionType contains 'DriverLoad';\na\n```\n");
    assert_eq!((named.rules.len(), named.rules[0].logsource.to_string()), (1, "windows/driver_load".to_owned()));
    let joined = read("j.kql", "DeviceProcessEvents | where a == 1 | join DeviceLogonEvents on b");
    assert_eq!(joined.rules[0].events.len(), 2);
    assert_eq!(read("t.txt", "AWSCloudTrail\n| where EventName == 'x'").rules.len(), 1);
    assert!(read("t.txt", "Some words, and a | in them.").rules.is_empty());
    for path in ["Hunt v1.2 of b", "a.b/hunt", "t.md", "README"] {
        assert_eq!(read(path, "\nT\n| where a == 'x'\n").rules.len(), 1, "{path}");
    }
    assert_eq!(read("page.kql", page).rules[0].id.as_deref(), Some("p-1"));
    assert_eq!(read("l.yml", "queries:\n- name: a\n  query: T | where a == 1\n- name: b\n  query: x\n").rules.len(), 1);
    for bom in [&[0xff, 0xfe][..], &[0xfe, 0xff]] {
        let units = "T | where a == 'é'".encode_utf16();
        let wide = |unit: u16| if bom == [0xff, 0xfe] { unit.to_le_bytes() } else { unit.to_be_bytes() };
        let bytes = bom.iter().copied().chain(units.flat_map(wide)).collect();
        let found = super::read("wide.kql", bytes);
        assert_eq!((&*found.rules[0].predicates[0].value, found.unread.len()), ("é", 0));
    }
    let template = r#"{"resources": [{"type": "alertRules", "name": "[concat('x/', '00000000-0000-4000-8000-000000000001')]",
        "kind": "Scheduled", "properties": {"displayName": "Nine", "severity": "High", "techniques": ["T1078"],
        "query": "SigninLogs\n| where ResultType == \"0\""}},
        {"type": "savedSearches", "properties": {"displayName": "Ten", "query": "T\n| where a == 1",
        "tags": [{"name": "techniques", "value": "T1021,T1021.001"}]}}, {"properties": {"query": "none"}}]}"#;
    let rules = read("template.json", template).rules;
    let found: Vec<_> = rules.iter().map(|r| (&*r.title, r.id.as_deref(), r.techniques.len())).collect();
    assert_eq!(found, [("Nine", Some("00000000-0000-4000-8000-000000000001"), 1), ("Ten", None, 2)]);
    assert_eq!(rules[0].logsource.service.as_deref(), Some("signinlogs"));
    assert!(read("other.json", r#"{"query": 1, "properties": []}"#).rules.is_empty());
    let exported = r#"{"analytics": [{"displayName": "Eleven", "query": "T | where a == 1"}, {"displayName": "x", "query": "y"}]}"#;
    let detection = r#"[{"displayName": "Twelve", "queryCondition": {"queryText": "T | where a == 1"}, "detectionAction":
        {"alertTemplate": {"severity": "low", "mitreTechniques": ["T1003"]}}}]"#;
    let found: Vec<_> = [exported, detection].iter().flat_map(|text| read("e.json", text).rules).collect();
    assert_eq!(found.iter().map(|rule| &*rule.title).collect::<Vec<_>>(), ["Eleven", "Twelve"]);
    assert_eq!((found[1].level.as_deref(), &*found[1].techniques[0]), (Some("low"), "T1003"));
    assert_eq!(read("bare.yaml", "// Bare\nT\n| where a == 1\n").rules[0].title, "bare".into());
    assert_eq!(read("x/no-title.md", "```\nT | where a == 1\n```\n").rules[0].title, "no-title".into());
    let lost = read("lost.kql", "T | take 5");
    assert_eq!(lost.rules[0].unread, ["it compares no field with a value".into()]);
}
