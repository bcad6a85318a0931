use super::*;
use crate::attack::Attack;
use crate::build::{Builder, Provenance};
use crate::logsource::LogSourceRef;
use crate::readers;

/// A snapshot of rules written `id title | technique | log source | detection`, one per text.
fn snapshot(label: &str, rules: &[&str]) -> Snapshot {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, label));
    for (i, rule) in rules.iter().enumerate() {
        let [head, techniques, source, detection] = rule.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        let (id, title) = head.split_once(' ').unwrap();
        let tags: Vec<_> = techniques.split_whitespace().map(|t| format!("attack.{}", t.to_lowercase())).collect();
        let text = format!(
            "title: {title}\nid: {id}\nauthor: {label}\ntags: [{}]\nlogsource: {{{source}}}\ndetection: {{{detection}}}\n",
            tags.join(", ")
        );
        let text = text.replace("detection: {", "detection:\n    {");
        let reading =
            readers::read(Vendor::Sigma, &format!("{i}.yml"), text.into_bytes(), &readers::Library::default());
        assert_eq!((reading.rules.len(), reading.unread.len()), (1, 0), "{rule}: {:?}", reading.unread);
        builder.file(&format!("{i}.yml"), reading);
    }
    Snapshot::from_bytes(builder.build().unwrap()).unwrap()
}

const PROC: &str = "product: windows, category: process_creation";

fn base() -> Snapshot {
    snapshot(
        "base",
        &[
            &format!(
                "r1 First | T1059.001 | {PROC} | s: {{Image|endswith: ['\\x.exe', '\\y.exe'], CommandLine|contains: foo}}, f: {{User: a}}, condition: s and not f"
            ),
            &format!(
                "r2 Second | T1059 | {PROC} | s: {{Image|endswith: '\\x.exe', CommandLine|contains: bar}}, condition: s"
            ),
            &format!(
                "r3 Third | T1086 T1218 | {PROC} | s: {{Image|endswith: '\\x.exe'}}, t: {{Image|endswith: '\\z.exe'}}, f: {{User: a}}, condition: s or (t and not f)"
            ),
            "r4 Fourth |  | product: windows, service: security | s: {EventID: 4624, User: a}, condition: s",
        ],
    )
}

fn name(corpus: &Corpus, row: RowId) -> String {
    let row = corpus.row_ref(row);
    format!("{} {} {}", row.name, row.op, row.value)
}

fn show(corpus: &Corpus, counts: Vec<Count<RowId>>) -> Vec<String> {
    counts.into_iter().map(|c| format!("{} {}", c.rules, name(corpus, c.of))).collect()
}

fn ids<'a>(corpus: &'a Corpus, rules: &[RuleId]) -> Vec<&'a str> {
    rules.iter().map(|&rule| corpus.rule(rule).id()).collect()
}

fn x(corpus: &Corpus) -> RowId {
    corpus.row("Image", Base::Name.into(), "x.exe").unwrap()
}

#[test]
fn reach_leaves_the_asking_rule_out() {
    let corpus = Corpus::new(base());
    let row = x(&corpus);
    assert_eq!(corpus.reach_count(row, Leave::NONE), 3);
    assert_eq!(corpus.reach_count(row, &corpus.leave(Some("r1"), None)), 2);
    assert_eq!(corpus.reach_count(row, &corpus.leave(None, Some("First"))), 2);
    assert_eq!(corpus.reach_count(row, &corpus.leave(Some("r1"), Some("Second"))), 1);
    assert_eq!(corpus.leave(Some(""), Some("")), Leave::default());
    let rules = corpus.rules_of_row(row, Take::Indicators, Leave::NONE);
    let evidence = corpus.evidence(&rules);
    assert_eq!((evidence.rules, evidence.authors, evidence.parent_techniques), (3, 1, 2));
    assert_eq!(corpus.techniques_in(&rules)[0], Count { of: "T1059.001", rules: 2 });
    let user = corpus.row("User", Base::Eq.into(), "a").unwrap();
    let rules = |take| corpus.rules_of_row(user, take, Leave::NONE);
    assert_eq!((corpus.evidence(&rules(Take::Indicators)).rules, rules(Take::Exclusions).len()), (1, 2));
    assert_eq!(corpus.row("Image", Base::Eq.into(), "x.exe"), None);
}

#[test]
fn peers_share_log_source_and_technique() {
    let corpus = Corpus::new(base());
    assert_eq!(corpus.attack_version(), "v19");
    let leave = Leave::NONE;
    assert_eq!(ids(&corpus, &corpus.rules_of_technique("T1059", leave)), ["r1", "r2", "r3"]);
    assert_eq!(ids(&corpus, &corpus.rules_of_technique("T1059.001", leave)), ["r1", "r3"]);
    assert!(corpus.rules_of_technique("T105", leave).is_empty());
    let windows = LogSourceRef { product: Some("windows"), ..LogSourceRef::default() };
    assert_eq!(corpus.rules_of_logsource(windows, leave).len(), 4);
    let proc = corpus.rule_by_id("R1").unwrap().logsource();
    assert_eq!(ids(&corpus, &corpus.peers(proc, &["T1218"], leave)), ["r3"]);
    assert_eq!(corpus.peers(proc, &[], &corpus.leave(Some("r2"), None)).len(), 2);
}

#[test]
fn peers_are_counted_once_each() {
    let corpus = Corpus::new(base());
    let proc = corpus.rules_of_logsource(corpus.rule_by_id("r1").unwrap().logsource(), Leave::NONE);
    assert_eq!(show(&corpus, corpus.rows_in(&proc, Take::Exclusions)), ["2 User eq a"]);
    assert_eq!(show(&corpus, corpus.rows_in(&proc, Take::TopExclusions)), ["1 User eq a"]);
    assert_eq!(show(&corpus, corpus.rows_in(&proc, Take::Indicators))[0], "3 Image name x.exe");
    let fields = |counts: Vec<Count<FieldId>>| {
        counts.into_iter().map(|c| format!("{} {}", c.rules, corpus.field_name(c.of))).collect::<Vec<_>>()
    };
    assert_eq!(fields(corpus.fields_in(&proc, Take::Indicators)), ["3 Image", "2 CommandLine"]);
    for id in ["r1", "r2", "r3", "r4"] {
        let leave = corpus.leave(Some(id), None);
        let source = corpus.rule_by_id("r1").unwrap().logsource();
        let (counted, rules) = corpus.fields_of_logsource(source, &leave);
        let peers = corpus.rules_of_logsource(source, &leave);
        assert_eq!(rules as usize, peers.len());
        assert_eq!(fields(counted), fields(corpus.fields_in(&peers, Take::Indicators)));
    }
}

#[test]
fn partners_and_siblings() {
    let corpus = Corpus::new(base());
    let row = x(&corpus);
    assert_eq!(
        show(&corpus, corpus.partners_in(&corpus.rules_of_row(row, Take::Indicators, Leave::NONE), row)),
        ["1 CommandLine contains bar", "1 CommandLine contains foo"]
    );
    assert_eq!(
        show(&corpus, corpus.siblings_in(&corpus.rules_of_row(row, Take::Indicators, Leave::NONE), row)),
        ["1 Image name y.exe"]
    );
    assert!(
        corpus
            .siblings_in(&corpus.rules_of_row(row, Take::Indicators, &corpus.leave(Some("r1"), None)), row)
            .is_empty()
    );
    let foo = corpus.row("CommandLine", Base::Contains.into(), "foo").unwrap();
    let sharing = corpus.rules_sharing(&[row, foo], Leave::NONE);
    assert_eq!(sharing.iter().map(|c| c.rules).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn words_lead_to_rules() {
    let corpus = Corpus::new(base());
    let foo = corpus.word("foo").unwrap();
    let rules: Vec<_> = corpus.rules_of_word(foo, Leave::NONE).collect();
    assert_eq!(ids(&corpus, &rules), ["r1"]);
    assert_eq!(corpus.word_text(foo), "foo");
    assert_eq!(corpus.word("4624"), None, "scaffold says nothing");
    let of_second = |word: &WordId| {
        let rules: Vec<_> = corpus.rules_of_word(*word, Leave::NONE).collect();
        ids(&corpus, &rules).contains(&"r2")
    };
    let words: Vec<_> = corpus.words().filter(of_second).map(|w| corpus.word_text(w)).collect();
    assert_eq!(words, ["bar", "exe", "second"]);
}

#[test]
fn rules_say_where_they_come_from() {
    let corpus = Corpus::new(base());
    let rule = corpus.rule_by_id("r3").unwrap();
    assert_eq!((rule.title(), rule.author(), rule.label(), &*rule.path()), ("Third", "base", "base", "2.yml"));
    assert_eq!(rule.techniques().collect::<Vec<_>>(), ["T1059.001", "T1218"]);
    assert_eq!(rule.events().collect::<Vec<_>>(), [("Sysmon", "1"), ("Security", "4688")]);
    assert_eq!((rule.url(), rule.licence(), rule.is_own()), (None, "unknown", false));
}

fn layered() -> Corpus {
    let own = snapshot(
        "own",
        &[
            &format!(
                "r2 Second | T1059 | {PROC} | s: {{Image|endswith: '\\x.exe', CommandLine|contains: new}}, condition: s"
            ),
            &format!(
                "r9 Ninth | T1218.011 | {PROC} | s: {{Image|endswith: ['\\x.exe', '\\own.exe'], OwnField: foo}}, condition: s"
            ),
        ],
    );
    Corpus::new(base()).with_overlay(own)
}

#[test]
fn an_overlay_counts_as_if_built_together() {
    let corpus = layered();
    assert_eq!(corpus.rules().count(), 5);
    let row = x(&corpus);
    assert_eq!(corpus.reach_count(row, Leave::NONE), 4);
    assert_eq!(corpus.reach_count(row, &corpus.leave(Some("r9"), None)), 3);
    assert_eq!(corpus.rule_by_id("r2").map(|r| (r.is_own(), r.label())), Some((true, "own")));
    assert_eq!(corpus.rules_by_title("Second").len(), 1);
    let bar = corpus.row("CommandLine", Base::Contains.into(), "bar").unwrap();
    assert_eq!(corpus.reach_count(bar, Leave::NONE), 0, "the rule was replaced");
    assert_eq!(ids(&corpus, &corpus.rules_of_technique("T1218", Leave::NONE)), ["r3", "r9"]);
    assert_eq!(
        show(&corpus, corpus.siblings_in(&corpus.rules_of_row(row, Take::Indicators, Leave::NONE), row)),
        ["1 Image name y.exe", "1 Image name own.exe"]
    );

    let own = corpus.row("Image", Base::Name.into(), "own.exe").unwrap();
    assert_eq!(name(&corpus, own), "Image name own.exe");
    assert_eq!(corpus.field_of(own), corpus.field_of(row));
    assert_eq!(corpus.sigma(own, None).unwrap().value.as_deref(), Some("\\own.exe"));
    let field = corpus.field("OwnField").unwrap();
    assert_eq!(corpus.field_name(field), "OwnField");
    assert_eq!(corpus.rows_of_field(field).map(|r| name(&corpus, r)).collect::<Vec<_>>(), ["OwnField eq foo"]);
    let images: Vec<_> = corpus.rows_of_field(corpus.field("Image").unwrap()).map(|r| name(&corpus, r)).collect();
    assert_eq!(images, ["Image name x.exe", "Image name y.exe", "Image name z.exe", "Image name own.exe"]);

    let foo: Vec<_> = corpus.rules_of_word(corpus.word("foo").unwrap(), Leave::NONE).collect();
    assert_eq!(ids(&corpus, &foo), ["r1", "r9"]);
    assert!(corpus.word("own").is_some());
    let source = corpus.rule_by_id("r9").unwrap().logsource();
    let (fields, rules) = corpus.fields_of_logsource(source, Leave::NONE);
    assert_eq!((rules, corpus.field_name(fields[0].of), fields[0].rules), (4, "Image", 4));
    let families: std::collections::BTreeSet<_> = corpus.rules().map(|r| r.family()).collect();
    assert_eq!(families.len(), 5);
    assert_eq!(
        corpus.frequent(3).map(|(r, n)| (name(&corpus, r), n)).collect::<Vec<_>>(),
        [("Image name x.exe".to_owned(), 4)]
    );
}

#[test]
fn an_overlay_of_the_same_rules_changes_nothing() {
    let corpus = Corpus::new(base()).with_overlay(base());
    let row = x(&corpus);
    assert_eq!(corpus.rules().count(), 4);
    assert_eq!(corpus.reach_count(row, Leave::NONE), 3);
    assert_eq!(corpus.row_count(), Corpus::new(base()).row_count());
}

#[test]
fn families_are_pasted_blocks() {
    let list = |n: usize| (0..n).map(|i| format!("'\\v{i}.exe'")).collect::<Vec<_>>().join(", ");
    let rule = |id: &str, n: usize, other: &str| {
        format!(
            "{id} T{id} |  | {PROC} | s: {{CommandLine: {other}}}, f: {{Image|endswith: [{}]}}, condition: s and not f",
            list(n)
        )
    };
    let rules = [rule("a", 8, "a"), rule("b", 8, "b"), rule("c", 7, "c"), rule("d", 7, "d")];
    let corpus = Corpus::new(snapshot("x", &rules.each_ref().map(String::as_str)));
    let family = |id: &str| corpus.rule_by_id(id).unwrap().family();
    assert_eq!(family("a"), family("b"));
    assert_ne!(family("c"), family("d"));
    assert_ne!(family("a"), family("c"));
    let all: Vec<_> = corpus.rules().map(|r| r.rule_id()).collect();
    assert_eq!(corpus.evidence(&all).families, 3);
}

#[test]
fn percentiles_count_rows_of_smaller_reach() {
    let corpus = Corpus::new(base());
    assert_eq!(corpus.percentile(0), 0.0);
    assert_eq!(corpus.percentile(1), 0.0);
    let (two, three) = (corpus.percentile(2), corpus.percentile(3));
    assert!(0.0 < two && two <= three && three < 100.0, "{two} {three}");
    assert_eq!(corpus.percentile(1000), 100.0);
}

#[test]
fn later_sources_replace_earlier_ones() {
    let mut builder = Builder::new(Attack::embedded());
    builder.snapshot(&base());
    builder.source(Provenance::unknown(Vendor::Sigma, "own"));
    let text = "title: New\nid: r1\nlogsource: {product: x}\ndetection:\n    s: {a: 1}\n    condition: s\n";
    builder.file("r1.yml", readers::read(Vendor::Sigma, "r1.yml", text.into(), &readers::Library::default()));
    let corpus = Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap());
    assert_eq!(corpus.rules().count(), 4);
    assert_eq!(corpus.rule_by_id("r1").unwrap().title(), "New");
    let info = crate::view::Info::of(&corpus);
    assert_eq!(info.sources.iter().map(|s| s.rules).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn the_embedded_snapshot_is_sound() {
    let corpus = Corpus::embedded().unwrap();
    assert!(corpus.rules().count() > 3000);
    // Every row, written as Sigma writes it and read again, is itself, for every product.
    for row in (0..corpus.row_count() as u32).map(RowId) {
        let text = corpus.row_ref(row);
        for product in [None, Some("windows"), Some("linux")] {
            let item = corpus.sigma(row, product).unwrap();
            let (field, normals) = item.normal();
            let found = normals.iter().any(|n| n.op == text.op && n.value == text.value) && normals.len() == 1;
            assert!(found && field == text.name, "{text:?} → {item:?} → {normals:?}");
        }
        // The same without the help of a known spelling, as for rows that only other vendors have.
        let item = to_sigma(text.name, text.op, text.value, None, Some("windows")).unwrap();
        let (_, normals) = item.normal();
        assert!(normals[0].op == text.op && normals[0].value == text.value, "{text:?} → {item:?} → {normals:?}");
    }
}

#[test]
fn of_many_rules_an_even_part_is_asked() {
    let rules = |count: u32| (0..count).map(RuleId).collect::<Vec<_>>();
    assert_eq!(asked(rules(ASKED as u32)), rules(ASKED as u32));
    let some = asked(rules(2 * ASKED as u32 + 1));
    assert!(some.len() <= ASKED && some.iter().all(|rule| rule.0 % 3 == 0), "{}", some.len());
    let corpus = layered();
    let source = corpus.rule_by_id("r9").unwrap().logsource();
    assert_eq!(ids(&corpus, &corpus.rules_of_logsource(source, Leave::NONE)), ["r1", "r3", "r2", "r9"]);
    // Every second; the first of them is hidden by the user's own.
    let some = corpus.every_rule_of_logsource(source, Leave::NONE, 3);
    assert_eq!(ids(&corpus, &some), ["r1", "r3", "r2"]);
}

#[test]
fn rules_of_fields_go_through_both_layers() {
    let corpus = layered();
    let of = |field: &str| {
        let rules: Vec<_> = corpus.rules_of_field(corpus.field(field).unwrap(), Leave::NONE).collect();
        ids(&corpus, &rules)
    };
    assert_eq!(of("Image"), ["r1", "r3", "r2", "r9"]);
    assert_eq!(of("OwnField"), ["r9"]);
    // An exclusion does not look at its field.
    assert_eq!(of("User"), ["r4"]);
}

#[test]
fn what_many_leave_out_is_counted_beforehand() {
    let rule = |n: u32, value: &str| {
        format!("e{n} T{n} |  | {PROC} | s: {{a: {n}}}, f: {{User: {value}}}, condition: s and not f")
    };
    let rules: Vec<_> = (0..6).map(|n| rule(n, "many")).chain((6..11).map(|n| rule(n, "few"))).collect();
    let corpus = Corpus::new(snapshot("x", &rules.iter().map(String::as_str).collect::<Vec<_>>()));
    let user = corpus.field("User").unwrap();
    assert_eq!(show(&corpus, corpus.left_out_by_many(user)), ["6 User eq many"]);
    assert!(corpus.left_out_by_many(corpus.field("a").unwrap()).is_empty());
}
