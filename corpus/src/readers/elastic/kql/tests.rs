use super::super::super::query;
use super::*;
use crate::vendor::Vendor;

fn show(text: &str) -> Vec<String> {
    query::show(Vendor::Elastic, parse(text))
}

#[test]
fn clauses_and_their_precedence() {
    assert_eq!(show("a:1 and b:2 and not c:3"), ["+ a eq 1", "+ b eq 2", "- c eq 3"]);
    assert_eq!(show("a:1 or b:2 and not c:3"), ["|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    assert_eq!(show("(a:1 or b:2) AND NOT c:3"), ["|+ a eq 1", "|+ b eq 2", "- c eq 3"]);
    assert_eq!(show("a:1 And Not (b:2 Or c:3)"), ["+ a eq 1", "- b eq 2", "- c eq 3"]);
    assert_eq!(show("a:1 and not (b:2 and not c:3)"), ["+ a eq 1", "- b eq 2", "guard c eq 3"]);
    assert_eq!(show("not not a:1 and not(b:2)"), ["+ a eq 1", "- b eq 2"]);
    assert_eq!(show("notes:1 and order:2 and android:3"), ["+ notes eq 1", "+ order eq 2", "+ android eq 3"]);
}

#[test]
fn clauses_of_one_negation_stay_together() {
    let groups = |text: &str| {
        let mut groups = Vec::new();
        parse(text).parts[0].1.each(|leaf, place| groups.push(format!("{}{}", leaf.field, place.clause)));
        groups.join(" ")
    };
    assert_eq!(groups("a:1 and not (b:2 and c:3) and not (d:4 or e:5)"), "a0 b1 c1 d2 e3");
    assert_eq!(groups("not a:(1 or 2) and not b:((1 and 2) or (3 and 4))"), "a0 a0 b2 b2 b3 b3");
}

#[test]
fn values_have_a_logic_of_their_own() {
    assert_eq!(show("a:(1 or 2 and not 3)"), ["+ a eq 1", "+ a eq 2", "|- a eq 3"]);
    assert_eq!(show("a:(* and not (1 or 2))"), ["+ a exists", "- a eq 1", "- a eq 2"]);
    assert_eq!(show("a:(not 1 and not 2)"), ["- a eq 1", "- a eq 2"]);
    assert_eq!(show("a:not 1"), ["- a eq 1"]);
    assert_eq!(show("not a:(1 or 2)"), ["- a eq 1", "- a eq 2"]);
    assert_eq!(show("not a:(1 and not 2)"), ["- a eq 1", "guard a eq 2"]);
    assert_eq!(show("a:((x* or y*) and (*1* or *2*) and not *3*)").len(), 5);
    assert_eq!(show("not a:((1 and 2) or 3)"), ["- a eq 1", "- a eq 2", "- a eq 3"]);
    assert_eq!(show("a : ( 1 ) and b:2"), ["+ a eq 1", "+ b eq 2"]);
}

#[test]
fn presence() {
    assert_eq!(show("a:* and not b:*"), ["+ a exists", "- b exists"]);
    assert_eq!(show("a:\"*\" and b:\\*"), ["+ a eq *", "+ b eq *"]);
    assert_eq!(show("* and a:1 and *:*"), ["+ a eq 1"]);
}

#[test]
fn stars_outside_of_quotes_are_wildcards() {
    let lines = ["+ a startswith x", "+ b endswith x", "+ c contains x", "+ d wildcard x*y", "+ e eq *x*"];
    assert_eq!(show("a:x* and b:*x and c:*x* and d:x*y and e:\"*x*\""), lines);
    assert_eq!(show("a:x\\*y and b:x?y and c:x?y*"), ["+ a eq x*y", "+ b eq x?y", "+ c wildcard x?y*"]);
    assert_eq!(show("a:**x"), ["+ a endswith x"]);
}

#[test]
fn values_of_several_words() {
    assert_eq!(show("a:two Words and b:3"), ["+ a eq two words", "+ b eq 3"]);
    assert_eq!(show("a:( two words or  not  three more words )"), ["+ a eq two words", "|- a eq three more words"]);
    assert_eq!(show("a:it's and b:x,y;z=1"), ["+ a eq it's", "+ b eq x,y;z=1"]);
    assert_eq!(show("a:two *words"), ["+ a wildcard two *words"]);
}

#[test]
fn escapes() {
    assert_eq!(show(r"a:sys\:node\:* and b:x\(1\)\<\>\{\}"), ["+ a startswith sys:node:", "+ b eq x(1)<>{}"]);
    assert_eq!(show(r"a:two\ words and b:\and and c:x \or y"), ["+ a eq two words", "+ b eq and", "+ c eq x or y"]);
    assert_eq!(show(r"a:C\:\\Temp\\* and b:\\\\srv\\c$"), [r"+ a startswith ?:\temp\", r"+ b eq \\srv\c$"]);
    assert_eq!(
        show(r#"a:"say \"hi\"" and b:"C:\\Temp\\x" and c:"C:\temp\new""#),
        [r#"+ a eq say "hi""#, r"+ b eq ?:\temp\x", r"+ c eq ?:\temp\new"]
    );
    assert_eq!(show(r#"a:"x\*y" and b:"C:\""#), [r"+ a eq x\*y", "+ b eq c:\"", "? a quote is not closed"]);
    assert_eq!(show(r"a:x\y"), [r"+ a eq x\y"]);
    assert_eq!(show(r"a\:b:1 and a.b-c/d:2"), ["+ a:b eq 1", "+ a.b-c/d eq 2"]);
    assert_eq!(show("\"a.b\":1"), ["+ a.b eq 1"]);
}

#[test]
fn values_as_written_are_kept() {
    let mut raw = Vec::new();
    parse(r#"a:C\:\\X and b:"say \"hi\"""#).parts[0].1.each(|leaf, _| raw.push(leaf.raw.clone()));
    assert_eq!(raw, [r"C\:\\X", r#"say \"hi\""#]);
}

#[test]
fn fields_with_wildcards() {
    assert_eq!(show("a.*.b:1 and c*:*"), ["+ a.*.b eq 1", "+ c* exists"]);
}

#[test]
fn orders_and_dates() {
    let lines = ["+ a gt 1", "+ b gte 2", "+ c lt 3.5", "+ d lte -4"];
    assert_eq!(show("a > 1 and b>=2 and c< 3.5 and d <= -4"), lines);
    assert_eq!(show("t >= \"2026-01-02T03:04:05Z\" and t < now-5d"), ["+ t gte 2026-01-02t03:04:05z", "+ t lt now-5d"]);
    assert_eq!(show("t:2026-01-02 and not a > 3"), ["+ t eq 2026-01-02", "- a gt 3"]);
}

#[test]
fn networks() {
    let lines = ["+ a.ip cidr 10.0.0.0/8", "+ a.ip cidr fe80::/10", "+ a.ip eq 10.0.0.1", "+ b_ip eq 10/8"];
    assert_eq!(show("a.ip:(10.0.0.0/8 or \"fe80::/10\" or 10.0.0.1) and b_ip:10/8"), lines);
    assert_eq!(show("a.ip:10.0.0.0/33 and b:0.0.0.0/0"), ["+ a.ip eq 10.0.0.0/33", "+ b eq 0.0.0.0/0"]);
}

#[test]
fn keywords() {
    assert_eq!(show("\"Two Words\" and not other*"), ["+ (keyword) match two words", "- (keyword) match other"]);
    assert_eq!(show("two words"), ["+ (keyword) match two words"]);
}

#[test]
fn nested_fields() {
    let query = "a.b:{ c:1 and d.e:(2 or not 3) } and not f:{ g:{ h > 4 } }";
    assert_eq!(show(query), ["+ a.b.c eq 1", "+ a.b.d.e eq 2", "|- a.b.d.e eq 3", "- f.g.h gt 4"]);
}

#[test]
fn what_can_be_read_is_read() {
    assert_eq!(show(""), [""; 0]);
    assert_eq!(show("a:1 b:2"), ["+ a eq 1", "+ b eq 2", "? `b` cannot stand there"]);
    assert_eq!(show("a:1 \"x\""), ["+ a eq 1", "+ (keyword) match x", "? `\"x\"` cannot stand there"]);
    assert_eq!(show("a:1 and (b:2 or c:3"), ["+ a eq 1", "|+ b eq 2", "|+ c eq 3", "? the query ends too early"]);
    assert_eq!(show("a:1) and b:2"), ["+ a eq 1", "+ b eq 2", "? `)` cannot stand there"]);
    assert_eq!(show("a: and b:2"), ["+ b eq 2", "? `and` cannot stand there"]);
    assert_eq!(show("a:() or b:2"), ["|+ b eq 2".replace("|", ""), "? `)` cannot stand there".to_owned()]);
    assert_eq!(show("a:1 and or not"), ["+ a eq 1", "? `or` cannot stand there", "? the query ends too early"]);
    assert_eq!(show("a:(1 or not: 2)").len(), 4);
    assert_eq!(show("not: 2 and <"), ["+ not eq 2", "? `<` cannot stand there"]);
    assert_eq!(show("a:1 and \\"), ["+ a eq 1", "? `\\` cannot stand there"]);
}

#[test]
fn depth_is_bounded() {
    let deep =
        |open: &str, close: &str| show(&format!("a:1 and {}b:2{} and c:3", open.repeat(5_000), close.repeat(5_000)));
    let reason = "? brackets are nested too deeply";
    assert_eq!(deep("(", ")"), ["+ a eq 1", "+ c eq 3", reason]);
    assert_eq!(deep("x:{", "}"), ["+ a eq 1", "+ c eq 3", reason]);
    assert_eq!(deep("not ", ""), ["+ a eq 1", "+ b eq 2", "+ c eq 3"]);
    assert_eq!(show(&"a:1 or ".repeat(20_000)).len(), 20_001);
}

#[test]
fn time_grows_with_length_only() {
    for piece in
        ["(", "a:", "a:(", "a:{", "not ", "\"", "\\", "\\a", "a\\ ", "*", " and", "or(", ")", "a<", "a:b ", "a:\\and "]
    {
        parse(&piece.repeat(50_000));
    }
}
