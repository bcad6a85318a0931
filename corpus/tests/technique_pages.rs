//! What holds for the page of every technique, whatever the corpus: the counts add up, vendors meet, and the formats are
//! what they say they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test program")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use sigwise_corpus::attack::{Attack, Status};
use sigwise_corpus::corpus::Dump;
use sigwise_corpus::fields::Fields;
use sigwise_corpus::source::{self, Manifest};
use sigwise_corpus::view::technique::{html, markdown};
use sigwise_corpus::view::{Join, TechniqueList, TechniquePage};
use sigwise_corpus::{Corpus, Snapshot};

#[test]
fn pages_of_the_embedded_corpus() {
    check(Corpus::embedded().unwrap());
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn pages_of_four_vendors() {
    check(&four_vendors());
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn a_page_is_quick() {
    let corpus = four_vendors();
    let attack = Attack::embedded();
    for entry in TechniqueList::of(&corpus, attack).techniques {
        let start = Instant::now();
        let page = TechniquePage::of(&corpus, attack, &entry.id).unwrap();
        let counted = start.elapsed();
        let html = html::html(&page, None);
        let all = start.elapsed();
        if all > Duration::from_millis(10) {
            let (id, rules, kib) = (entry.id, entry.rules, html.len() >> 10);
            println!("{id}: {rules} rules, counted in {counted:?}, with HTML ({kib} KiB) {all:?}");
        }
    }
}

fn four_vendors() -> Corpus {
    let shared = PathBuf::from(std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the shared data"));
    let sources = ["sigma=sigmahq", "elastic=elastic", "splunk=splunk", "kusto=falconfriday"].map(|source| {
        let (vendor, folder) = source.split_once('=').unwrap();
        let folder = shared.join("corpora").join(folder);
        format!("{vendor}={}", folder.display()).parse().unwrap()
    });
    let manifest = Manifest::parse(Manifest::EMBEDDED).unwrap();
    let builder = source::build(&sources, &manifest, None, Attack::embedded(), |_, _| {}).unwrap();
    Corpus::new(builder.build().and_then(Snapshot::from_bytes).unwrap())
}

fn check(corpus: &Corpus) {
    let attack = Attack::embedded();
    let list = TechniqueList::of(corpus, attack);
    assert!(!list.techniques.is_empty());
    for entry in &list.techniques {
        assert!(matches!(attack.status(&entry.id), Status::Current(_)), "{} is not current", entry.id);
        let page = TechniquePage::of(corpus, attack, &entry.id).unwrap();
        assert_eq!((page.counts.rules, page.counts.own), (entry.rules, entry.own), "{}", entry.id);
        counts(&page);
        fields(&page);
        rows(&page);
        exclusions(&page);
        check_markdown(&page);
        check_html(&page, None);
    }
}

fn counts(page: &TechniquePage<'_>) {
    let (id, counts) = (&page.id, &page.counts);
    assert_eq!(counts.rules as usize, page.rules.len(), "{id}");
    assert_eq!(counts.by_vendor.values().sum::<u32>(), counts.rules, "{id}");
    assert!(counts.own <= counts.rules && counts.sub <= counts.rules, "{id}");
    assert!(counts.own + counts.sub >= counts.rules, "{id}: a rule is neither its own nor a sub-technique's");
    assert!(page.subtechniques.iter().all(|sub| sub.rules <= counts.sub && sub.name.is_some()), "{id}");
    let by_source: usize = page.rules_by_source().into_iter().map(|(.., rules)| rules.len()).sum();
    assert_eq!(by_source, page.rules.len(), "{id}");
    unique(id, page.events.iter().map(|event| (&event.provider, &event.event)));
    assert!(page.events.iter().all(|event| (1..=counts.rules).contains(&event.rules)), "{id}");
    assert!(page.events.is_sorted_by(|a, b| a.rules >= b.rules), "{id}");
}

/// Names that say where to look, as the vendors write them.
const SCAFFOLD: [&str; 12] = [
    "EventID",
    "EventType",
    "EventCode",
    "event.type",
    "event.category",
    "event.code",
    "event.kind",
    "host.os.type",
    "data_stream.dataset",
    "sourcetype",
    "ActionType",
    "Channel",
];

fn fields(page: &TechniquePage<'_>) {
    let id = &page.id;
    unique(id, page.fields.iter().map(|field| &field.field));
    for field in &page.fields {
        unique(id, field.vendors.iter().map(|spelling| (spelling.vendor, &spelling.spelling)));
        let name = &field.field;
        assert!(!Fields::embedded().canonical(name).scaffold && !SCAFFOLD.contains(&name.as_str()), "{id}: {name}");
        assert!(field.rules <= page.counts.rules && field.exclusions <= page.counts.rules, "{id}: {name}");
        assert!(field.rules + field.exclusions > 0, "{id}: {name}");
        assert!(field.ops.values().all(|rules| (1..=field.rules).contains(rules)), "{id}: {name}");
        assert!(field.ops.values().sum::<u32>() >= field.rules, "{id}: {name}");
        unique(id, &field.values);
        for spelling in &field.vendors {
            assert!((1..=field.rules).contains(&spelling.rules), "{id}: {name}");
        }
    }
    assert!(page.fields.is_sorted_by(|a, b| a.rules >= b.rules), "{id}");
}

fn rows(page: &TechniquePage<'_>) {
    let id = &page.id;
    let rows = page.indicators.iter().chain(&page.scaffold).map(|found| found.row);
    unique(id, rows.map(|row| (row.field(), row.op(), row.value())));
    let scaffold = |field: &str| Fields::embedded().canonical(field).scaffold;
    assert!(page.indicators.iter().all(|found| !scaffold(found.row.field())), "{id}");
    assert!(page.scaffold.iter().all(|found| scaffold(found.row.field())), "{id}");
    let mut of_lists = BTreeMap::new();
    for found in page.indicators.iter().chain(&page.scaffold) {
        let what = format!("{id}: {}", found.row);
        numbers(page, &found.rules, &what);
        assert!(found.reach as usize >= found.rules.len(), "{what}");
        let vendors: BTreeSet<_> = found.rules.iter().map(|rule| page.rules.get(*rule).unwrap().vendor).collect();
        assert!(vendors.iter().eq(&found.vendors), "{what}");
        if let [only] = *found.rules {
            *of_lists.entry((only, found.row.field())).or_insert(0) += 1;
        }
        if !scaffold(found.row.field()) {
            let field = page.fields.iter().find(|field| field.field == found.row.field()).expect(&what);
            assert!(
                field.rules as usize >= found.rules.len() && field.ops.contains_key(&found.row.op().to_string()),
                "{what}"
            );
        }
    }
    assert!(page.indicators.is_sorted_by(|a, b| a.rules.len() >= b.rules.len()), "{id}");
    for dump in &page.dumps {
        assert!(dump.values > dump.counted && dump.counted as usize == Dump::LIMIT, "{id}");
        assert!(page.rules.get(dump.rule).is_some(), "{id}");
    }
}

fn exclusions(page: &TechniquePage<'_>) {
    let id = &page.id;
    let groups: Vec<_> = page.exclusion_groups(false).chain(page.exclusion_groups(true)).collect();
    assert_eq!(groups.iter().map(|group| group.len()).sum::<usize>(), page.exclusions.len(), "{id}");
    unique(id, groups.iter().map(|group| group[0].group));
    let mut seen = BTreeSet::new();
    for group in groups {
        let what = format!("{id}: without {}", group[0].row);
        assert!(group.iter().all(|row| (row.rules == group[0].rules) && row.logsource == group[0].logsource), "{what}");
        numbers(page, &group[0].rules, &what);
        assert!(group.iter().any(|row| row.join != Join::Unless), "{what}");
        let scaffold = |field: &str| Fields::embedded().canonical(field).scaffold;
        assert_eq!(group.iter().all(|row| scaffold(row.row.field())), group[0].scaffold, "{what}");
        let text: Vec<_> = group.iter().map(|row| (row.row.to_string(), row.join)).collect();
        assert!(seen.insert((group[0].logsource.to_string(), text)), "{what} stands here twice");
    }
}

/// Numbers of rules of the page: some, sorted, each once.
fn numbers(page: &TechniquePage<'_>, rules: &[u32], what: &str) {
    assert!(!rules.is_empty() && rules.is_sorted_by(|a, b| a < b), "{what}");
    assert!(rules.iter().all(|&rule| (rule as usize) < page.rules.len()), "{what}");
}

fn unique<T: Ord + std::fmt::Debug>(id: &str, items: impl IntoIterator<Item = T>) {
    let mut seen = BTreeSet::new();
    for item in items {
        assert!(!seen.contains(&item), "{id}: {item:?} stands here twice");
        seen.insert(item);
    }
}

fn check_markdown(page: &TechniquePage<'_>) {
    let text = markdown::markdown(page, 10);
    let id = &page.id;
    assert!(text.starts_with(&format!("### {id}")), "{id}");
    assert!(text.len() < 16_000, "{id}: {} bytes are no hover", text.len());
    let mut columns = None;
    for line in text.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, *columns.get_or_insert(bars), "{id}: {line}");
        assert!(line.ends_with('|'), "{id}: {line}");
    }
    assert!(!text.contains("\n\n\n"), "{id}: two empty lines");
}

fn check_html(page: &TechniquePage<'_>, nonce: Option<&str>) {
    let text = html::html(page, nonce);
    let id = &page.id;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&text, options).unwrap_or_else(|e| panic!("{id}: {e}"));
    let elements = || document.root().descendants().filter(roxmltree::Node::is_element);
    let named = |name: &'static str| elements().filter(move |node| node.has_tag_name(name));
    assert_eq!(document.root_element().attribute("lang"), Some("en"));
    assert_eq!((named("h1").count(), named("main").count(), named("style").count()), (1, 1, 1), "{id}");
    unique(id, elements().filter_map(|node| node.attribute("id")));
    let ids: BTreeSet<_> = elements().filter_map(|node| node.attribute("id")).collect();
    for link in named("a") {
        let href = link.attribute("href").unwrap();
        match href.strip_prefix('#') {
            Some(target) => assert!(ids.contains(target), "{id}: {href} leads nowhere"),
            None => {
                assert!(href.starts_with("https://"), "{id}: {href}");
                assert_eq!(link.attribute("rel"), Some("noopener noreferrer"), "{id}: {href}");
            }
        }
    }
    for table in named("table") {
        assert!(table.first_element_child().unwrap().has_tag_name("caption"), "{id}");
        let cells = |row: roxmltree::Node<'_, '_>| row.children().filter(roxmltree::Node::is_element).count();
        let mut rows = table.descendants().filter(|node| node.has_tag_name("tr"));
        let columns = cells(rows.next().unwrap());
        assert!(rows.all(|row| cells(row) == columns), "{id}");
    }
    assert!(named("th").all(|cell| cell.attribute("scope").is_some()), "{id}: a heading without a scope");
    for section in named("section") {
        assert!(ids.contains(section.attribute("aria-labelledby").unwrap()), "{id}");
    }
    for node in elements() {
        assert!(!["script", "img", "link", "iframe", "object"].contains(&node.tag_name().name()), "{id}");
        assert!(node.attributes().all(|a| a.name() != "style" && !a.name().starts_with("on")), "{id}");
    }
    // A heading is at most one level below the one before it.
    let levels = elements().filter_map(|node| node.tag_name().name().strip_prefix('h')?.parse::<u32>().ok());
    levels.fold(0, |before, level| {
        assert!(level <= before + 1, "{id}: h{level} after h{before}");
        level
    });
}

#[test]
fn the_policy_of_a_page_names_its_style() {
    let corpus = Corpus::embedded().unwrap();
    let page = TechniquePage::of(corpus, Attack::embedded(), "T1059").unwrap();
    let base64 = |bytes: &[u8]| {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let chunk = |chunk: &[u8]| {
            let number = (0..3).fold(0u32, |n, i| n << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
            let digit = |i: usize| char::from(DIGITS[(number >> (18 - 6 * i) & 63) as usize]);
            (0..4).map(|i| if i <= chunk.len() { digit(i) } else { '=' }).collect::<String>()
        };
        bytes.chunks(3).map(chunk).collect::<String>()
    };
    let hash = format!("'sha256-{}'", base64(&Sha256::digest(html::STYLE)));
    assert_eq!(html::STYLE_HASH, hash, "put the new hash into the code");
    let plain = html::html(&page, None);
    assert!(plain.contains(&hash.replace('\'', "&#39;")) && plain.contains(&format!("<style>{}</style>", html::STYLE)));
    let allowed = html::html(&page, Some("r4nd0m"));
    assert!(allowed.contains("<style nonce=\"r4nd0m\">") && allowed.contains("style-src &#39;nonce-r4nd0m&#39;"));
    check_html(&page, Some("a\"><b>"));
}
