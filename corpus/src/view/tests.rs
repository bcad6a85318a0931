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
    assert_eq!(page.indicators[0].row.value, "rundll32.exe");
    assert_eq!(page.indicators[0].rules, [0, 2]);
    assert_eq!(page.indicators[0].vendors, [Vendor::Sigma]);
    assert_eq!(page.scaffold[0].row.field, "EventID");
    assert!(page.indicators.iter().all(|row| row.row.field != "EventID"));
    assert_eq!((page.fields[0].field.as_str(), page.fields[0].rules), ("Image", 2));
    assert_eq!(page.fields[0].ops.get("name"), Some(&2));
    assert_eq!(page.fields[0].vendors[0].spelling, "Image");
    // The two filters say the same, whatever their order.
    assert_eq!(page.exclusions.len(), 2);
    assert!(page.exclusions.iter().all(|e| e.group == 0 && e.rules == [0, 2]));
    let events: Vec<_> = page.events.iter().map(|e| (e.provider.as_str(), e.event.as_str(), e.rules)).collect();
    assert_eq!(events, [("Security", "4688", 3), ("Sysmon", "1", 2)]);
    assert_eq!(page.events[0].title.as_deref(), Some("A new process has been created"));
    assert_eq!(page.rules[1].url.as_deref(), Some("https://example.org/c0ffee/a%20b/2.yml"));

    // A retired id leads to its successor.
    assert_eq!(TechniquePage::of(&corpus, Attack::embedded(), "T1085").unwrap().id, "T1218.011");
    assert!(TechniquePage::of(&corpus, Attack::embedded(), "T9999").is_none());
    assert_eq!(TechniquePage::of(&corpus, Attack::embedded(), "T1003").unwrap().counts.rules, 0);

    let list = TechniqueList::of(&corpus, Attack::embedded());
    let list: Vec<_> = list.techniques.iter().map(|t| (t.id.as_str(), t.rules, t.own)).collect();
    assert_eq!(list, [("T1218", 3, 1), ("T1218.011", 3, 3)]);
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
