//! What holds for Splunk's rules. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sigwise_corpus::readers::{self, Library};
use sigwise_corpus::rule::Rule;
use sigwise_corpus::source::{self, Source};
use sigwise_corpus::vendor::Vendor;

fn source() -> Source {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    Source { vendor: Vendor::Splunk, label: None, dir: PathBuf::from(shared).join("corpora/splunk") }
}

fn library(source: &Source) -> Library {
    let mut library = Library::default();
    let folder = source.dir.join(Library::folder(Vendor::Splunk).unwrap());
    for entry in std::fs::read_dir(folder).unwrap() {
        library.add(Vendor::Splunk, std::fs::read(entry.unwrap().path()).unwrap());
    }
    library
}

/// Path and text of every file that can hold a rule.
fn files(source: &Source) -> Vec<(String, String)> {
    let read = |path: String| {
        let text = String::from_utf8_lossy(&std::fs::read(source.dir.join(&path)).unwrap()).into_owned();
        (path, text)
    };
    source::files(source, |_, _| {}).unwrap().into_iter().map(read).collect()
}

fn rules(files: &[(String, String)], library: &Library) -> Vec<Rule> {
    let read =
        |(path, text): &(String, String)| readers::read(Vendor::Splunk, path, text.clone().into(), library).rules;
    files.iter().flat_map(read).collect()
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_active_rule_is_read() {
    let source = source();
    let rules = rules(&files(&source), &library(&source));
    assert_eq!(rules.len(), 1613);

    let empty: Vec<_> = rules.iter().filter(|rule| rule.predicates.is_empty()).collect();
    assert!(empty.len() <= 5, "{:?}", empty.iter().map(|rule| &rule.path).collect::<Vec<_>>());
    assert!(empty.iter().all(|rule| !rule.unread.is_empty()), "a rule was lost without a reason");

    let unread = rules.iter().filter(|rule| !rule.unread.is_empty() && !rule.predicates.is_empty()).count();
    assert!(unread <= 5, "{unread} rules were not read to the end");
    let unknown = rules.iter().filter(|rule| rule.logsource.as_ref().is_unknown()).count();
    assert!(unknown * 100 < rules.len(), "{unknown} log sources are unknown");
}

/// A search in a rule of its own.
fn rule(search: &str) -> Vec<u8> {
    let mut quoted = String::from("name: a\nsearch: '");
    quoted.push_str(&search.replace('\'', "''").replace('\n', " "));
    quoted.push_str("'\n");
    quoted.into_bytes()
}

/// No panic, no hang: every search cut at every seventh byte, and with pieces of it deleted, doubled and exchanged.
#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn broken_searches_end_quickly() {
    let source = source();
    let library = library(&source);
    let mut slowest = Duration::ZERO;
    let mut read = |search: &str| {
        let start = Instant::now();
        readers::read(Vendor::Splunk, "a.yml", rule(search), &library);
        slowest = slowest.max(start.elapsed());
    };
    for (_, text) in files(&source) {
        let Some(search) = search(&text) else { continue };
        let cuts: Vec<_> = (0..search.len()).step_by(7).filter(|at| search.is_char_boundary(*at)).collect();
        for (n, &at) in cuts.iter().enumerate() {
            read(&search[..at]);
            let from = cuts[n * 31 % cuts.len()];
            let (start, end) = (at.min(from), at.max(from));
            match n % 4 {
                0 => read(&format!("{}{}", &search[..start], &search[end..])),
                1 => read(&format!("{}{}", &search[..end], &search[start..])),
                2 => read(&format!(
                    "{}{}{}",
                    &search[..start],
                    ["\"", "(", "[", "`", "|", "\\", "'", "NOT "][n / 4 % 8],
                    &search[start..]
                )),
                _ => read(&format!("{}{}", &search[end..], &search[..start])),
            }
        }
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

/// The text of a rule's search.
fn search(text: &str) -> Option<String> {
    let stream = sigwise_sigma::yaml::parse(&sigwise_sigma::Source::from_bytes(text));
    let root = stream.documents.first()?.root.as_ref()?.mapping()?;
    Some(root.get("search")?.value.scalar()?.text.to_string())
}

#[test]
fn hostile_searches_end_quickly() {
    let mut library = Library::default();
    for name in ["a", "b"] {
        let definition = "`a` `b` ".repeat(50);
        library.add(Vendor::Splunk, format!("name: {name}\ndefinition: '{definition}'\n").into());
    }
    let times = 20_000;
    let hostile = [
        "`a`".to_owned(),
        "\"".repeat(times),
        "\"\\\"".repeat(times),
        "`\"".repeat(times),
        "(".repeat(times),
        "a IN (".repeat(times),
        "[search ".repeat(times),
        "| convert ctime(".repeat(times),
        "| convert ctime".to_owned() + &"(".repeat(times),
        "NOT ".repeat(times),
        "a=1 OR ".repeat(times),
        "| rename a* as *".repeat(times),
        "| rename a as b, b as a | search a=1 b=2 ".repeat(times / 10),
        "x=1 | where ".to_owned() + &"NOT (".repeat(times),
        "x=1 | where a=1".to_owned() + &" AND b=2 OR c=3".repeat(times),
        "x=1 | where ".to_owned() + &"in(".repeat(times),
        "x=1 | where ".to_owned() + &"'".repeat(times + 1),
        "x=1 | eval a=1".to_owned() + &",a=1".repeat(times),
        "x=1 | eval a=".to_owned() + &"(".repeat(times),
        "| stats values(".repeat(times),
        "| tstats count where where ".repeat(times),
        "| lookup ".repeat(times),
    ];
    for search in hostile {
        let start = Instant::now();
        readers::read(Vendor::Splunk, "a.yml", rule(&search), &library);
        assert!(start.elapsed() < Duration::from_secs(2), "{} {:?}", &search[..search.len().min(40)], start.elapsed());
    }
}
