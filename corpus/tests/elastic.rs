//! What holds for Elastic's rules. Needs the shared corpora: `SIGWISE_SHARED=FOLDER cargo test -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test program")]

use std::path::PathBuf;

use sigwise_corpus::readers::{self, Library};
use sigwise_corpus::rule::Rule;
use sigwise_corpus::source::{self, Source};
use sigwise_corpus::vendor::Vendor;

/// Every file with its bytes.
fn files() -> Vec<(String, Vec<u8>)> {
    let shared = std::env::var_os("SIGWISE_SHARED").expect("SIGWISE_SHARED names the folder of shared data");
    let dir = PathBuf::from(shared).join("corpora/elastic");
    let source = Source { vendor: Vendor::Elastic, label: None, dir };
    let names = source::files(&source, |path, error| panic!("{path}: {error}")).unwrap();
    names.into_iter().map(|name| (name.clone(), std::fs::read(source.dir.join(name)).unwrap())).collect()
}

fn read(path: &str, bytes: Vec<u8>) -> Option<Rule> {
    readers::read(Vendor::Elastic, path, bytes, &Library::default()).rules.pop()
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn every_rule_with_a_query_is_read_whole() {
    let mut unread = Vec::new();
    let (mut rules, mut queries, mut unknown) = (0, 0, 0);
    for (path, bytes) in files() {
        let rule = read(&path, bytes).unwrap_or_else(|| panic!("no rule in {path}"));
        assert!(rule.id.is_some() && !rule.title.is_empty() && rule.level.is_some() && rule.date.is_some(), "{path}");
        rules += 1;
        queries += usize::from(rule.has_query);
        unknown += usize::from(rule.has_query && rule.logsource.as_ref().is_unknown());
        if rule.has_query && (rule.predicates.is_empty() || !rule.unread.is_empty()) {
            unread.push((path, rule.unread));
        }
    }
    assert!(rules > 2000 && queries > 1900, "{rules} rules, {queries} of them with a query");
    assert!(unknown * 20 < queries, "{unknown} of {queries} log sources are unknown");
    assert!(unread.is_empty(), "{unread:#?}");
}

#[test]
#[ignore = "needs SIGWISE_SHARED, takes a minute"]
fn no_query_cut_or_mutated_panics_or_hangs() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below.max(1)
    };
    let junk = [
        "(", ")", "\"", "\"\"\"", "'", "[", "]", "not ", " or ", " and ", ",", "\\", "*", "`", "|", "/*", "?", "é",
        "{", ":", "",
    ];
    for (path, bytes) in files() {
        let text = String::from_utf8(bytes).unwrap();
        // The query alone, in a rule of nothing else: what stands around it costs time and says nothing.
        let Some(rule) = text.parse::<toml::Table>().unwrap().remove("rule") else { continue };
        let (Some(query), Some(language)) = (rule.get("query").and_then(|q| q.as_str()), rule.get("language")) else {
            continue;
        };
        let read_alone = |query: &str| {
            let mut body = toml::Table::new();
            body.insert("query".into(), query.into());
            body.insert("language".into(), language.clone());
            let file = toml::Table::from_iter([("rule".to_owned(), toml::Value::Table(body))]).to_string();
            let rule = read(&path, file.into_bytes()).unwrap();
            assert!(rule.predicates.len() <= query.len(), "{path}");
            rule
        };
        for cut in (0..query.len()).step_by(7).filter(|cut| query.is_char_boundary(*cut)) {
            let rule = read_alone(&query[..cut]);
            // Of a query that is cut something is left, or it is said why not.
            let said = !rule.predicates.is_empty() || !rule.unread.is_empty();
            assert!(said || cut == 0 || language.as_str() != Some("eql"), "{path} at {cut}");
        }
        for _ in 0..20 {
            let at = (0..=next(query.len())).rev().find(|at| query.is_char_boundary(*at)).unwrap_or(0);
            let end = (at..=query.len()).skip(next(9)).find(|at| query.is_char_boundary(*at)).unwrap_or(query.len());
            read_alone(&[&query[..at], junk[next(junk.len())], &query[end..]].concat());
        }
    }
}
