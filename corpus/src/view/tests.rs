use super::*;
use crate::attack::Attack;
use crate::build::{Builder, Provenance};
use crate::corpus::Leave;
use crate::readers;
use crate::snapshot::Snapshot;

const RULES: [&str; 3] = [
    "title: One\nid: i1\nauthor: A\nlevel: high\ntags: [attack.t1218.011]\nlogsource: {product: windows, category: process_creation}\ndetection:\n    sel:\n        Image|endswith: '\\Rundll32.exe'\n        CommandLine|contains|windash: ' -x'\n    filter:\n        User: SYSTEM\n        ParentImage|endswith: '\\a.exe'\n    condition: sel and not filter\n",
    "title: Two\nid: i2\nauthor: B\nrelated: [{id: i1, type: derived}]\ntags: [attack.t1218, attack.t1085]\nlogsource: {product: windows, category: process_creation}\ndetection:\n    sel:\n        Image|endswith: '\\rundll32.exe'\n    filter:\n        ParentImage|endswith: '\\a.exe'\n        User: system\n    condition: sel and not filter\n",
    "title: Three\nid: i3\nauthor: B\ntags: [attack.t1218.011]\nlogsource: {product: windows, service: security}\ndetection:\n    sel:\n        EventID: 4688\n        NewProcessName|endswith: '\\rundll32.exe'\n    condition: sel\n",
];

fn corpus() -> Corpus {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance {
        url: "https://example.org/{commit}/{path}".into(),
        commit: "c0ffee".into(),
        ..Provenance::unknown(Vendor::Sigma, "test")
    });
    for (i, text) in RULES.iter().enumerate() {
        let path = format!("a b/{i}.yml");
        builder.file(&path, readers::read(Vendor::Sigma, &path, (*text).into(), &readers::Library::default()));
    }
    builder.unread("x.yml", "no such file".into());
    Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap())
}

#[test]
fn a_technique_page_counts_rules() {
    let corpus = corpus();
    let page = TechniquePage::of(&corpus, Attack::embedded(), "t1218").unwrap();
    assert_eq!((page.id.as_str(), page.name.as_deref()), ("T1218", Some("System Binary Proxy Execution")));
    assert_eq!((page.counts.rules, page.counts.own), (3, 1));
    assert_eq!(page.counts.by_vendor.get("sigma"), Some(&3));
    assert_eq!(page.indicators[0].row.value(), "rundll32.exe");
    assert_eq!(page.indicators[0].rules, [0, 2]);
    assert_eq!(page.indicators[0].vendors, [Vendor::Sigma]);
    assert_eq!(page.scaffold[0].row.field(), "EventID");
    assert!(page.indicators.iter().all(|row| row.row.field() != "EventID"));
    assert_eq!((page.fields[0].field.as_str(), page.fields[0].rules), ("Image", 2));
    assert_eq!(page.fields[0].ops.get("name"), Some(&2));
    assert_eq!(page.fields[0].vendors[0].spelling, "Image");
    // The two filters say the same, whatever their order.
    assert_eq!(page.exclusions.len(), 2);
    assert!(page.exclusions.iter().all(|e| e.group == 0 && e.rules == [0, 2]));
    let events: Vec<_> = page.events.iter().map(|e| (e.provider.as_str(), e.event.as_str(), e.rules)).collect();
    assert_eq!(events, [("Security", "4688", 3), ("Sysmon", "1", 2)]);
    assert_eq!(page.events[0].title.as_deref(), Some("A new process has been created"));
    assert_eq!(page.rules.get(1).unwrap().url.as_deref(), Some("https://example.org/c0ffee/a%20b/2.yml"));

    // A retired id leads to its successor.
    assert_eq!(TechniquePage::of(&corpus, Attack::embedded(), "T1085").unwrap().id, "T1218.011");
    assert!(TechniquePage::of(&corpus, Attack::embedded(), "T9999").is_none());
    assert_eq!(TechniquePage::of(&corpus, Attack::embedded(), "T1003").unwrap().counts.rules, 0);

    let list = TechniqueList::of(&corpus, Attack::embedded());
    let list: Vec<_> = list.techniques.iter().map(|t| (t.id.as_str(), t.rules, t.own)).collect();
    assert_eq!(list, [("T1218", 3, 1), ("T1218.011", 3, 3)]);
}

/// A corpus of rules with these bodies, all for T1218.
fn corpus_of(bodies: &[&str]) -> Corpus {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, "test"));
    for (i, body) in bodies.iter().enumerate() {
        let text = format!(
            "title: Rule {i}\nid: r{i}\ntags: [attack.t1218]\nlogsource: {{product: windows, category: process_creation}}\n\
             detection:\n    sel:\n        CommandLine|contains: word{i}\n{body}"
        );
        let reading = readers::read(Vendor::Sigma, "x.yml", text.into_bytes(), &readers::Library::default());
        builder.file(&format!("{i}.yml"), reading);
    }
    Corpus::new(Snapshot::from_bytes(builder.build().unwrap()).unwrap())
}

#[test]
fn what_holds_together_is_left_out_together() {
    let corpus = corpus_of(&[
        "    f:\n        Image|endswith: ['\\a.exe', '\\b.exe']\n    condition: sel and not f\n",
        "    f:\n        Image|endswith: '\\a.exe'\n    condition: sel and not f\n",
        "    f:\n        Image|startswith: 'C:\\dir\\'\n        Image|endswith: ['\\a.exe', '\\c.exe']\n        User: x\n    condition: sel and not f\n",
        "    f:\n        EventID: 4\n    condition: sel and not f\n",
    ]);
    let page = TechniquePage::of(&corpus, Attack::embedded(), "T1218").unwrap();
    let show = |scaffold| -> Vec<String> {
        let part = |part: &Part<'_>| {
            let rows: Vec<_> = part.rows.iter().map(ToString::to_string).collect();
            format!("{:?} {}", part.join, rows.join(" or "))
        };
        let group = |group: &[TechniqueExclusion]| {
            let parts: Vec<_> = Part::of(group).iter().map(part).collect();
            format!("{:?} {}", group[0].rules, parts.join("; "))
        };
        page.exclusion_groups(scaffold).map(group).collect()
    };
    let mut found = show(false);
    assert_eq!(found.remove(0), r"[0, 1] Any Image|endswith: '\a.exe'");
    found.sort();
    assert_eq!(
        found,
        [
            r"[0] Any Image|endswith: '\b.exe'",
            r"[2] Any Image|endswith: '\a.exe' or Image|endswith: '\c.exe'; All Image|startswith: 'C:\dir\'; Any User: 'x'",
        ]
    );
    assert_eq!(show(true), ["[3] Any EventID: '4'"]);
}

#[test]
fn a_dump_does_not_set_the_totals() {
    let values: Vec<_> = (0..3000).map(|i| format!("'\\package{i}.exe'")).collect();
    let long = format!("    l:\n        Image|endswith: [{}]\n    condition: sel and l\n", values.join(", "));
    let short = "    l:\n        Image|endswith: '\\package2999.exe'\n    condition: sel and l\n";
    let corpus = corpus_of(&[&long, short]);
    let page = TechniquePage::of(&corpus, Attack::embedded(), "T1218").unwrap();
    // Two command lines, and of the list as many as count: the one that another rule has first.
    assert_eq!(page.indicators.len(), 2 + 200);
    assert_eq!((page.indicators[0].row.value(), &*page.indicators[0].rules), ("package2999.exe", &[0, 1][..]));
    let dump = &page.dumps[..];
    assert!(matches!(dump, [DumpView { rule: 0, values: 3000, counted: 200, .. }]), "{dump:?}");
    assert!(page.dump_notes().next().unwrap().starts_with("and 2800 more values of `Image`"));
    assert_eq!(page.fields.iter().find(|field| field.field == "Image").unwrap().values.len(), 10);
    let row = |field: &str, value: &str| {
        corpus.rows_of_field(corpus.field(field).unwrap()).find(|row| corpus.row_ref(*row).value == value).unwrap()
    };
    // Nor does it make partners of what stands beside it, or siblings of one another; who has a value is known all the same.
    let rules = [corpus.rules().next().unwrap().rule_id()];
    assert_eq!(corpus.partners_in(&rules, page.indicators[1].row.row).len(), 200);
    assert_eq!(corpus.siblings_in(&rules, row("Image", "package2999.exe")).len(), 199);
    assert_eq!(corpus.reach_count(row("Image", "package1500.exe"), Leave::NONE), 1);
    // Typical values take one of each rule before the second of any.
    assert_eq!((page.indicators[1].row.field(), page.indicators[2].row.field()), ("CommandLine", "CommandLine"));
}

#[test]
fn an_indicator_page_knows_its_company() {
    let corpus = corpus();
    let find = |text: &str| IndicatorPage::find(&corpus, &text.parse().unwrap(), Leave::NONE);
    let page = find(r"Image|endswith: \RUNDLL32.exe").unwrap();
    assert_eq!((page.reach, page.families, page.exclusions), (2, 2, 0));
    let partners: Vec<_> = page.partners.iter().map(|p| p.row.value.as_str()).collect();
    assert_eq!(partners, [" -x", " /x"]);
    assert_eq!(page.rules.len(), 2);
    assert_eq!(page.techniques, [("T1218.011".to_owned(), 2), ("T1218".to_owned(), 1)]);
    assert_eq!(find("CommandLine|contains|windash: ' -x'").unwrap().reach, 1);
    assert_eq!(find("Imag: x").unwrap_err().to_string(), "no rule of the corpus looks at the field `Imag`");
    assert!(find("Image: x").unwrap_err().known_field);
}

#[test]
fn a_rule_page_shows_reach_without_itself() {
    let corpus = corpus();
    let [page] = RulePage::find(&corpus, "i2").try_into().unwrap();
    assert_eq!((page.rule.title.as_str(), page.related[0].title.as_str()), ("Two", "One"));
    assert_eq!(page.indicators[0].reach, 1);
    assert_eq!(page.exclusions[0].reach, 1);
    assert_eq!(page.exclusions[0].group, "filter");
    assert_eq!(RulePage::find(&corpus, "Three").len(), 1);
    assert!(RulePage::find(&corpus, "Four").is_empty());
    assert!(RulePage::find(&corpus, "").is_empty());
}

#[test]
fn info_and_provenance_name_the_source() {
    let info = Info::of(&corpus());
    assert_eq!((info.rules, info.families, info.attack_version.as_str()), (3, 3, "v19"));
    assert_eq!((info.rows.indicators, info.rows.exclusions, info.rows.indicators_2_vendors), (5, 2, 0));
    assert_eq!(
        info.unread,
        [UnreadView { vendor: Vendor::Sigma, path: "x.yml".into(), reason: "no such file".into() }]
    );
    assert_eq!((info.sources[0].files, info.sources[0].commit.as_str()), (3, "c0ffee"));
    assert!(provenance(&info).contains("## test"));
}

#[test]
fn the_provenance_in_the_repository_is_the_embedded_one() {
    let info = Info::of(Corpus::embedded().unwrap());
    assert_eq!(provenance(&info), include_str!("../../snapshot/PROVENANCE.md"));
}

#[test]
fn contracts_have_schemas() {
    for schema in [
        schemars::schema_for!(ExtractLine),
        schemars::schema_for!(Info),
        schemars::schema_for!(TechniquePage),
        schemars::schema_for!(TechniqueList),
        schemars::schema_for!(RulePage),
        schemars::schema_for!(IndicatorPage),
    ] {
        assert!(schema.get("properties").is_some(), "{schema:?}");
    }
}
