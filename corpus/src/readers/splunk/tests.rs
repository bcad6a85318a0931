use super::*;
use crate::readers::query::show;

/// Macros for the searches of these tests.
fn macros() -> Macros {
    let mut macros = Macros::default();
    for file in [
        "name: sysmon\ndefinition: sourcetype=sysmon OR source=*Sysmon/Operational\n",
        "name: process_tool\ndefinition: (Processes.process_name=tool.exe OR Processes.original_file_name=Tool.exe)\n",
        "name: names(1)\ndefinition: '\"not this one\"'\n",
        "name: named\narguments: [field, name]\ndefinition: $field$=\"*$name$*\"\n",
        "name: listed\ndefinition: lookup tools.csv name as process_name OUTPUT is_tool | search is_tool=true\n",
        "name: outer\ndefinition: '`named(b, \"x|y\")` c=1'\n",
        "name: endless\ndefinition: a=1 `endless` b=2\n",
        "name: twice\ndefinition: '`twice` `twice`'\n",
    ] {
        add_macro(&mut macros, file.into());
    }
    macros
}

#[track_caller]
fn check(search: &str, lines: &[&str]) {
    let macros = macros();
    let mut reader = Reader::new(&macros);
    reader.search(search);
    assert_eq!(show(Vendor::Splunk, reader.query), lines, "{search}");
}

#[test]
fn words_side_by_side_are_joined_by_and() {
    check("a=1 b=x* NOT c=*y", &["+ a eq 1", "+ b startswith x", "- c endswith y"]);
    check(r#"a="b c" AND d != "e""#, &["+ a eq b c", "- d eq e"]);
    check("a=1, b=2", &["+ a eq 1", "+ b eq 2"]);
}

#[test]
fn in_a_search_or_binds_tighter_than_and() {
    check("a=1 OR b=2 c=3", &["|+ a eq 1", "|+ b eq 2", "+ c eq 3"]);
    check("a=1 OR b=2 AND c=3 OR d=4", &["|+ a eq 1", "|+ b eq 2", "|+ c eq 3", "|+ d eq 4"]);
    check("NOT a=1 OR b=2", &["|- a eq 1", "|+ b eq 2"]);
    check("a=1 or a=2", &["+ a eq 1", "+ a eq 2"]);
}

#[test]
fn in_where_and_binds_tighter_than_or() {
    check("x=1 | where a=1 OR b=2 AND NOT c=3", &["+ x eq 1", "|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    check("x=1 | where NOT a=1 AND b=2", &["+ x eq 1", "- a eq 1", "+ b eq 2"]);
    check("x=1 | where NOT (a=1 AND NOT b=2)", &["+ x eq 1", "- a eq 1", "guard b eq 2"]);
}

#[test]
fn what_is_not_is_an_exclusion() {
    check("a=1 NOT (b=2 OR c=3)", &["+ a eq 1", "- b eq 2", "- c eq 3"]);
    check("a=1 NOT (b=2 c=3)", &["+ a eq 1", "- b eq 2", "- c eq 3"]);
    check("a=1 OR (b=2 c!=3)", &["|+ a eq 1", "|+ b eq 2", "|- c eq 3"]);
    check("a=1 NOT NOT b=2", &["+ a eq 1", "+ b eq 2"]);
    check("NOT a=\"*not_b*\"", &["- a contains not_b"]);
}

#[test]
fn lists() {
    check(r#"a IN ("b", c*, "d,e")"#, &["+ a eq b", "+ a startswith c", "+ a eq d,e"]);
    check("a IN (b c) NOT d IN (e, f)", &["+ a eq b", "+ a eq c", "- d eq e", "- d eq f"]);
    check("a NOT IN (b)", &["- a eq b"]);
    check("in=1 IN=2", &["+ in eq 1", "+ IN eq 2"]);
}

#[test]
fn quotes_escapes_and_wildcards() {
    check(r#"a="*\\b\\c.exe""#, &[r"+ a endswith \b\c.exe"]);
    check(r"a=*\b\*", &[r"+ a contains \b\"]);
    check(r#"a="*say \"b\"*""#, &[r#"+ a contains say "b""#]);
    check(r"a=C:\\b\\* c=1", &[r"+ a startswith ?:\b\", "+ c eq 1"]);
    check(r#"a="\\\\host\\*""#, &[r"+ a startswith \\host\"]);
    check(r#"a="*\\\\b""#, &[r"+ a endswith \b"]);
    check("a=*b*c*", &["+ a wildcard *b*c*"]);
    check("a=* b=\"\"", &["+ a exists", "+ b eq"]);
    check("NOT a=*", &["- a exists"]);
    check("a=*,Main* c=2", &["+ a contains ,main", "+ c eq 2"]);
    check(r#""a.b{}.c"=d "e f"=g"#, &["+ a.b{}.c eq d", "+ e f eq g"]);
    check(r#"a="b"AND c="d""#, &["+ a eq b", "+ c eq d"]);
    check("a = b  c >= 2 d<3", &["+ a eq b", "+ c gte 2", "+ d lt 3"]);
}

#[test]
fn words_alone_are_keywords() {
    check(
        r#"fail* "two words" NOT TERM(a.b)"#,
        &["+ (keyword) match fail", "+ (keyword) match two words", "- (keyword) match a.b"],
    );
    check("a=CASE(Bc) CASE(De)", &["+ a eq bc", "+ (keyword) match de"]);
    check("search *", &[]);
}

#[test]
fn networks_are_networks_where_search_compares_them() {
    check("a=10.0.0.0/8 b=10.0.* c=/8", &["+ a cidr 10.0.0.0/8", "+ b startswith 10.0.", "+ c eq /8"]);
    check(r#"x=1 | where cidrmatch("10.0.0.0/8", a)"#, &["+ x eq 1", "+ a cidr 10.0.0.0/8"]);
}

#[test]
fn functions_of_where() {
    check(
        r#"x=1 | where like(a, "%b._%") AND d LIKE "e_f%""#,
        &["+ x eq 1", "+ a wildcard *b.?*", "+ d startswith e_f"],
    );
    check(r#"x=1 | where match(lower(a), "(?i)b\\\\c$")"#, &["+ x eq 1", r"+ a regex (?i)b\\c$"]);
    check(
        "x=1 | where isnull(a) AND isnotnull(b) AND c!=null() AND NOT isnotnull(d)",
        &["+ x eq 1", "+ a missing", "+ b exists", "+ c exists", "- d exists"],
    );
    check(
        r#"x=1 | where in(a, "b", "c") OR d IN ("e") OR NOT f IN ("g")"#,
        &["+ x eq 1", "|+ a eq b", "|+ a eq c", "|+ d eq e", "|- f eq g"],
    );
    check(
        r#"x=1 | where searchmatch("a=b c=d*") AND coalesce(e, f)="g""#,
        &["+ x eq 1", "+ a eq b", "+ c startswith d", "+ e eq g", "+ f eq g"],
    );
    check(r#"x=1 | where isnotnull(mvfind(a, "b"))"#, &["+ x eq 1", "+ a regex b"]);
    check("x=1 | where mvcount(a)>1 AND len(b)=2", &["+ x eq 1", "+ a gt 1 (derived)", "+ b eq 2 (derived)"]);
    check(r#"x=1 | where 'a b'="*c" AND 5 < d AND e=f"#, &["+ x eq 1", "+ a b eq *c", "+ d gt 5", "+ e fieldref f"]);
}

#[test]
fn regex_command() {
    check(r#"x=1 | regex a="(b|c\.\"d\")$""#, &["+ x eq 1", r#"+ a regex (b|c\."d")$"#]);
    check(r#"x=1 | regex a!="b=c" | regex "d""#, &["+ x eq 1", "- a regex b=c", "+ (keyword) regex d"]);
}

#[test]
fn macros_stand_for_their_definitions() {
    check("`sysmon` a=1 | `a_filter`", &["+ a eq 1"]);
    check("(`sysmon` a=1) OR (`sysmon` a=2)", &["+ a eq 1", "+ a eq 2"]);
    check(
        "| tstats `security_content_summariesonly` count from datamodel=M where `process_tool` by a",
        &["|+ process_name name tool.exe", "|+ original_file_name eq tool.exe"],
    );
    check(r#"`named(a, "b, c")` "`quoted`""#, &["+ a contains b, c", "+ (keyword) match `quoted`"]);
    check("`outer` ```a comment | d=2``` e=3", &["+ b contains x|y", "+ c eq 1", "+ e eq 3"]);
    check("a=1 | `nothing_filter(x)` | `something`", &["+ a eq 1", "? unknown macro `something`"]);
    check("x=1 | `security_content_ctime(firstTime)` | `drop_dm_object_name(Processes)`", &["+ x eq 1"]);
}

#[test]
fn macros_without_end_end() {
    let macros = macros();
    for search in ["`endless`", "`twice`"] {
        let mut reader = Reader::new(&macros);
        reader.search(search);
        assert!(reader.query.unread.iter().any(|reason| reason.ends_with("expands too far")), "{search}");
    }
}

#[test]
fn tstats() {
    check(
        "| tstats count min(_time) as t from datamodel=Endpoint.Processes where Processes.process_name=a.exe \
         (Processes.user=b OR Processes.user=c) earliest=-1h by Processes.dest _time span=1h",
        &["+ process_name name a.exe", "+ user eq b", "+ user eq c"],
    );
    check(
        "| tstats values(Web.url) as u FROM datamodel Web WHERE nodename=Web Web.status!=404 GROUPBY Web.src",
        &["+ nodename eq web", "- status eq 404"],
    );
    check("| tstats count from datamodel=Web by Web.src", &[]);
}

#[test]
fn names_lead_back_to_the_field() {
    check("x=1 | rename a as b, c AS \"d e\" | search b=1 \"d e\"=2", &["+ x eq 1", "+ a eq 1", "+ c eq 2"]);
    check(
        "k=1 o.k=2 m=3 | rename o.* as * | search l=4 k=5 m=6",
        &["+ k eq 1", "+ o.k eq 2", "+ m eq 3", "+ o.l eq 4", "+ o.k eq 5", "+ m eq 6"],
    );
    check("x=1 | rename p.*.q as p_*_r | search p_m_r=2 p_r=3", &["+ x eq 1", "+ p.m.q eq 2", "+ p_r eq 3"]);
    check(
        "| tstats count from datamodel=Endpoint.Processes by Processes.user | rename Processes.* as * | search user=a",
        &["+ user eq a"],
    );
    check(
        "x=1 | stats values(a) as b, count, dc(c) by d | where b=\"2\" AND count>3 AND d=\"4\" AND 'dc(c)'>5",
        &["+ x eq 1", "+ a eq 2", "+ count gt 3 (derived)", "+ d eq 4", "+ dc(c) gt 5 (derived)"],
    );
}

#[test]
fn results_are_derived() {
    check(
        "x=1 | eval a=b.c, d=if(e=\"1,2\",3,4) | search a=1 d=2 e=3",
        &["+ x eq 1", "+ a eq 1 (derived)", "+ d eq 2 (derived)", "+ e eq 3"],
    );
    check("x=1 | eval a=lower(a) | search a=b", &["+ x eq 1", "+ a eq b"]);
    check(
        "x=1 | eval process_exec=mvjoin(a, \" \") | where like(process_exec, \"%b%\")",
        &["+ x eq 1", "+ process_exec contains b"],
    );
    check(
        r#"x=1 | rex field=a "(?<b>.)(?P<c>.)(?=d)(?:e)" | search b=1 c=2"#,
        &["+ x eq 1", "+ b eq 1 (derived)", "+ c eq 2 (derived)"],
    );
    check("x=1 | spath output=a path=b.c | where a=\"1\"", &["+ x eq 1", "+ a eq 1 (derived)"]);
    check(
        "x=1 | eventstats avg(a) as b | streamstats sum(c) as d | where b>1 AND d>2 AND _time>3",
        &["+ x eq 1", "+ b gt 1 (derived)", "+ d gt 2 (derived)", "+ _time gt 3 (derived)"],
    );
    check(
        "x=1 | iplocation a | search Country=b | transaction c | where duration<5",
        &["+ x eq 1", "+ Country eq b (derived)", "+ duration lt 5 (derived)"],
    );
    check("x=1 | stats count as a by b | where a > c", &["+ x eq 1", "+ a fieldref c (derived)"]);
    check(
        "x=1 | rename b as c | eval d=1 | where a=c AND a!=d",
        &["+ x eq 1", "+ a fieldref b", "- a fieldref d (derived)"],
    );
}

#[test]
fn lists_kept_elsewhere() {
    check(
        "x=1 | lookup t k as a OUTPUT o as p, q | where isnotnull(p) | search q=false",
        &["+ x eq 1", "+ a lookup t", "- a lookup t"],
    );
    check(
        "x=1 | lookup t k OUTPUT o, p | fillnull value=none o | search o=none p=none",
        &["+ x eq 1", "- k lookup t", "+ k lookup t"],
    );
    check("process=a* | `listed`", &["+ process startswith a", "+ process_name lookup tools"]);
    check(
        "x=1 | lookup t k OUTPUTNEW o | where isnull(o) AND o>2",
        &["+ x eq 1", "- k lookup t", "+ o gt 2 (derived)"],
    );
    check("x=1 NOT [| inputlookup t.csv | rename k as a | fields + a]", &["+ x eq 1", "- a lookup t"]);
    check("x=1 a IN [inputlookup t | table k]", &["+ x eq 1", "+ a lookup t"]);
    check("x=1 [| inputlookup t | fields k | rename k as a]", &["+ x eq 1", "+ a lookup t"]);
}

#[test]
fn searches_within_searches_have_a_top_level_of_their_own() {
    check(
        "a=1 | join b [| tstats count from datamodel=M where c!=2 by d | rename d as e] | search e=3 f=4",
        &["+ a eq 1", "+ d eq 3", "+ f eq 4", "- c eq 2"],
    );
    check("a=1 | append [search b=2 | where c=\"3\"]", &["+ a eq 1", "+ b eq 2", "+ c eq 3"]);
    check("a=1 [search b=2 | fields c]", &["+ a eq 1", "+ b eq 2"]);
    check("a=1 NOT [search b=2 | fields c]", &["+ a eq 1", "? a search whose results are left out"]);
    check(
        r#"a=1 | appendpipe [| map search="search `sysmon` b=2 c=$c$"]"#,
        &["+ a eq 1", "+ b eq 2", "+ c fieldref c (derived)"],
    );
    check("| multisearch [search a=1] [search b=2]", &["+ a eq 1", "+ b eq 2"]);
}

#[test]
fn what_cannot_be_read_costs_nothing_else() {
    check("a=1 ) b=2", &["+ a eq 1", "+ b eq 2", "? a parenthesis too many"]);
    check("(a=1 (b=2", &["+ a eq 1", "+ b eq 2"]);
    check("a=1 | frobnicate b=2 | search c=3", &["+ a eq 1", "+ c eq 3", "? unknown command `frobnicate`"]);
    check(
        "a=1 | where b=\"2\" c | search d=4",
        &["+ a eq 1", "+ b eq 2", "+ d eq 4", "? unexpected `c` in an expression"],
    );
    check("a=1 | where spun(b)", &["+ a eq 1", "? unknown condition `spun`"]);
    check("a=\"1 b=2", &["+ a eq 1", "+ b eq 2", "? a quote that is never closed"]);
    let deep = format!("a=1 {} b=2", "(".repeat(5_000));
    check(&deep, &["+ a eq 1", "? nested too deeply"]);
    check(&format!("a=1 | where {}b=2", "(".repeat(5_000)), &["+ a eq 1", "? nested too deeply"]);
}

const RULE: &str = "\
name: A Tool Was Run
id: 11111111-2222-3333-4444-555555555555
version: 3
date: '2026-02-03'
author: A. Author
status: production
type: TTP
data_source:
- Sysmon EventID 1 AND Sysmon EventID 11
- Windows Event Log Security 4688
search: '| tstats count from datamodel=Endpoint.Filesystem where Filesystem.file_name=\"it''s\" by Filesystem.dest'
";

fn one(text: &str) -> Rule {
    let mut reading = read("a.yml", text.into(), &macros());
    assert_eq!(reading.rules.len(), 1, "{reading:?}");
    reading.rules.remove(0)
}

fn events(rule: &Rule) -> Vec<String> {
    rule.events.iter().map(ToString::to_string).collect()
}

#[test]
fn both_layouts_of_rules() {
    let old = one(&format!("{RULE}tags:\n  risk_score: 80\n  mitre_attack_id:\n  - T1105\n  - t1105\n  - T1059.001\n"));
    assert_eq!((&*old.title, old.id.as_deref()), ("A Tool Was Run", Some("11111111-2222-3333-4444-555555555555")));
    assert_eq!((&*old.author, old.date.as_deref(), old.level.as_deref()), ("A. Author", Some("2026-02-03"), None));
    assert_eq!(old.techniques, ["T1105".into(), Box::from("T1059.001")]);
    assert_eq!(old.logsource.to_string(), "windows/file_event");
    assert_eq!(events(&old), ["Sysmon 1", "Sysmon 11", "Security 4688"]);
    assert_eq!(&*old.predicates[0].value_raw, "it's");
    let dates = "creation_date: '2026-01-02'\nmodification_date: ";
    let new = one(&format!("{}mitre_attack_id: [T1105]\n", RULE.replace("date: ", dates)));
    assert_eq!(new.techniques, [Box::from("T1105")]);
    assert_eq!((new.date.as_deref(), new.modified.as_deref()), (Some("2026-01-02"), Some("2026-02-03")));
}

#[test]
fn what_is_no_rule_and_what_is_no_longer_one() {
    let count = |text: &str| {
        let reading = read("a.yml", text.into(), &Macros::default());
        (reading.rules.len(), reading.inactive.len(), reading.unread.len())
    };
    assert_eq!(count(&RULE.replace("production", "deprecated")), (0, 1, 0));
    assert_eq!(count(&RULE.replace("TTP", "Baseline")), (0, 0, 0));
    assert_eq!(count("name: sysmon\ndefinition: a=b\n"), (0, 0, 0));
    assert_eq!(count("- a\n- b\n"), (0, 0, 0));
}

#[test]
fn log_sources() {
    #[track_caller]
    fn source(data_source: &str, search: &str, expected: &str, events_of: &[&str]) {
        let rule = one(&format!("name: a\ndata_source: [{data_source}]\nsearch: |-\n  {search}\n"));
        assert_eq!(
            (rule.logsource.to_string().as_str(), events(&rule)),
            (expected, events_of.iter().map(ToString::to_string).collect())
        );
    }
    source("", "`sysmon` EventCode=7", "windows/image_load", &["Sysmon 7"]);
    source("", "`sysmon` EventCode IN (12, 13)", "windows/registry_event", &["Sysmon 12", "Sysmon 13"]);
    source("", "`wineventlog_security` EventCode=4625", "windows/security", &["Security 4625"]);
    source("", "`powershell` EventCode=4104", "windows/ps_script", &["PowerShell 4104"]);
    source("", "`azure_monitor_aad` category=SignInLogs", "azure/signinlogs", &[]);
    source(
        "AWS CloudTrail CreateTask",
        "`cloudtrail` eventName=CreateTask",
        "aws/cloudtrail",
        &["AWS CloudTrail CreateTask"],
    );
    source(
        "Sysmon EventID 12, Sysmon EventID 13",
        "| tstats count from datamodel=Endpoint.Registry by a",
        "windows/registry_set",
        &["Sysmon 12", "Sysmon 13"],
    );
    source(
        "Sysmon for Linux EventID 1",
        "| tstats count from datamodel=Endpoint.Processes by a",
        "linux/process_creation",
        &["Sysmon for Linux 1"],
    );
    source("", "| tstats count from datamodel=Endpoint.Processes by a", "process_creation", &[]);
    source("'NTLM Operational 8004,8005'", "`ntlm_audit` EventCode=8004", "windows/ntlm", &["NTLM 8004", "NTLM 8005"]);
    source("", "sourcetype=XmlWinEventLog:Security EventCode=4688", "windows/process_creation", &["Security 4688"]);
    source("Palo Alto Network Threat", "| tstats count from datamodel=Web by a", "webserver", &[]);
    source(
        "CrowdStrike ProcessRollup2",
        "| tstats count from datamodel=Endpoint.Processes by a",
        "process_creation",
        &["CrowdStrike ProcessRollup2"],
    );
    source("", "a=1", "unknown", &[]);
}

#[test]
fn the_table_of_log_sources_is_of_one_piece() {
    use rustc_hash::FxHashSet;

    let table = include_str!("../../../data/logsources/splunk.tsv");
    let lines = || table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let logs: FxHashSet<_> = lines().filter(|line| line[0] == "log").map(|line| line[1]).collect();
    let mut seen = FxHashSet::default();
    for line in lines() {
        match line[0] {
            "log" => assert_eq!(line.len(), 7, "{line:?}"),
            "macro" | "source" => assert!(line.len() == 3 && logs.contains(line[2]), "{line:?}"),
            kind => assert_eq!(kind, "model", "{line:?}"),
        }
        assert!(seen.insert((line[0], line[1], if line[0] == "log" { line[2] } else { "" })), "{line:?} stands twice");
    }
}
