//! Invariant 6: a check that consults the corpus names its evidence, never counts the rule itself, and is silent below its
//! threshold: with just enough published rules it speaks, with one less it does not.

use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::{Builder, Provenance};
use sigwise_corpus::readers::sigma::rules;
use sigwise_corpus::rule::Rule;
use sigwise_corpus::vendor::Vendor;
use sigwise_corpus::{Corpus, Snapshot};
use sigwise_lint::check::Group;
use sigwise_lint::config::{Config, Flags};
use sigwise_lint::diagnostic::Applicability;
use sigwise_lint::{Diagnostic, Settings, checks, docs};
use sigwise_sigma::{Source, parse};
use sigwise_tests::markdown::blocks;
use sigwise_tests::markers;
use sigwise_tests::setup::Setup;

/// The rules of the test corpus.
fn published() -> Vec<Rule> {
    let text = include_str!("../corpus/peers.yml");
    rules(&parse(Source::from_bytes(text)), "peers.yml")
}

fn corpus_of(rules: impl IntoIterator<Item = Rule>) -> &'static Corpus {
    let mut builder = Builder::new(Attack::embedded());
    builder.source(Provenance::unknown(Vendor::Sigma, "own"));
    builder.rules(rules);
    let snapshot = builder.build().and_then(Snapshot::from_bytes).unwrap();
    // A test may keep what it needs for as long as it runs.
    Box::leak(Box::new(Corpus::new(snapshot)))
}

fn findings(corpus: &'static Corpus, check: &str, text: &str) -> Vec<Diagnostic> {
    let setup = Setup { corpus: Some(corpus), ..Setup::new(Settings::everything()) };
    let mut found = setup.lint(text).1;
    found.retain(|diagnostic| diagnostic.check.id == check);
    found
}

/// A check, a rule that it reports, the rules that it rests on (by the beginning of their titles), and how many it needs.
const CASES: [(&str, &str, &str, usize); 6] = [
    ("broad-selection", "Image|endswith: '\\powershell.exe'", "PowerShell", 20),
    ("twin-value", "Image|endswith: '\\powershell.exe'", "PowerShell", 20),
    ("misspelled-value", "Image|endswith: '\\poweshell.exe'", "PowerShell", 8),
    ("misspelled-field", "CommandLin|contains: lorem", "PowerShell", 5),
    ("suggested-technique", "CommandLine|contains: ' /create '", "Scheduled", 5),
    ("missing-exclusion", "ImageLoaded|endswith: '\\lorem.dll'", "", 3),
];

#[test]
fn silent_below_the_threshold() {
    for (check, item, title, least) in CASES {
        let (category, tags) = match check {
            "missing-exclusion" => ("image_load", "tags: [attack.t1574.001]\n"),
            _ => ("process_creation", ""),
        };
        let text = format!(
            "title: Scheduled Task Creation\n{tags}logsource: {{product: windows, category: {category}}}\n\
             detection:\n    selection:\n        {item}\n    condition: selection\n"
        );
        let peers = |count: usize| {
            let excluding = |rule: &Rule| {
                rule.predicates.iter().any(|p| &*p.field == "ImageLoaded" && p.value.ends_with("system32\\"))
            };
            let fits = |rule: &Rule| if title.is_empty() { excluding(rule) } else { rule.title.starts_with(title) };
            let (peers, others): (Vec<Rule>, Vec<Rule>) = published().into_iter().partition(fits);
            assert!(peers.len() >= count, "{check}");
            // What every rule has makes none like another: there must be others.
            let asks = |rule: &Rule| rule.predicates.iter().any(|p| &*p.field == "CommandLine");
            let others = others.into_iter().filter(|rule| check == "suggested-technique" || !asks(rule));
            corpus_of(peers.into_iter().take(count).chain(others.filter(|rule| !excluding(rule))))
        };
        assert_eq!(findings(peers(least), check, &text).len(), 1, "{check} with {least} rules");
        assert_eq!(findings(peers(least - 1), check, &text).len(), 0, "{check} with {} rules", least - 1);
        assert!(findings(corpus_of([]), check, &text).is_empty(), "{check} with none");
        let without = Setup { corpus: None, ..Setup::new(Settings::everything()) };
        assert!(without.lint(text).1.iter().all(|diagnostic| diagnostic.check.id != check), "{check} without a corpus");
    }
}

/// Published rules and the user's own are one body of evidence, however they are laid over each other.
#[test]
fn two_layers_are_one_corpus() {
    let snapshot = |rules: Vec<Rule>| {
        let mut builder = Builder::new(Attack::embedded());
        builder.source(Provenance::unknown(Vendor::Sigma, "own"));
        builder.rules(rules);
        builder.build().and_then(Snapshot::from_bytes).unwrap()
    };
    let (mut base, mut own) = (Vec::new(), Vec::new());
    for (number, rule) in published().into_iter().enumerate() {
        if number % 3 == 0 { own.push(rule) } else { base.push(rule) }
    }
    let layered: &'static Corpus = Box::leak(Box::new(Corpus::new(snapshot(base)).with_overlay(snapshot(own))));
    let whole = corpus_of(published());
    for check in checks::ALL.iter().filter(|check| CASES.iter().any(|case| case.0 == check.id)) {
        let fires = docs::body(check);
        let example = &blocks(&fires).into_iter().find(|block| block.heading == "Fires").unwrap().text;
        let text = markers::split(example).0;
        let told = |corpus: &'static Corpus| {
            let found = findings(corpus, check.id, &text);
            assert_eq!(found.len(), 1, "{}", check.id);
            let evidence = found[0].evidence.as_ref().unwrap();
            let mut rules: Vec<String> = evidence.rules.iter().map(|rule| rule.title.clone()).collect();
            rules.sort();
            // Of more rules than are named, which ones are named depends on their order.
            rules.truncate(if rules.len() < 10 { 10 } else { 0 });
            (found[0].message.clone(), found[0].notes.clone(), evidence.counts.clone(), rules, found[0].fixes.clone())
        };
        assert_eq!(told(layered), told(whole));
    }
}

#[test]
fn every_finding_names_its_evidence() {
    let consults = |check: &str| CASES.iter().any(|case| case.0 == check);
    for check in checks::ALL.iter().filter(|check| check.group == Group::Corpus) {
        assert!(consults(check.id), "{} has no case here", check.id);
    }
    for text in include_str!("../corpus/peers.yml").split("\n---\n") {
        let (file, found) = Setup::new(Settings::everything()).lint(text);
        let id = file.documents[0].id().unwrap().text;
        for diagnostic in found.iter().filter(|diagnostic| consults(diagnostic.check.id)) {
            let evidence = diagnostic.evidence.as_ref().unwrap();
            assert!(!evidence.counts.is_empty() && evidence.counts.iter().all(|count| count.value > 0));
            assert!(!evidence.rules.is_empty() && evidence.rules.iter().all(|rule| rule.id != *id));
        }
    }
}

/// The text after all fixes of one check, of the test corpus.
fn mended(check: &str, text: &str) -> String {
    let flags = Flags { select: vec![check.to_owned()], ..Flags::default() };
    let config = Config::from_toml("ignore = [\"all\"]", &flags).unwrap();
    let setup = Setup::new(config.settings_for(sigwise_tests::setup::PATH).into_owned());
    setup.fix(text, Applicability::Unsafe).text.unwrap_or_else(|| text.to_owned())
}

#[test]
fn fixes_keep_line_endings_and_folds() {
    let library = |condition: &str| {
        format!(
            "title: Library\r\ntags: [attack.t1574.001]\r\nlogsource: {{category: image_load, product: windows}}\r\n\
             detection:\r\n    selection:\r\n        ImageLoaded|endswith: '\\lorem.dll'\r\n{condition}"
        )
    };
    let filter = "    filter_main_system:\r\n        ImageLoaded|startswith:\r\n            - 'C:\\Windows\\System32\\'\r\n            \
                  - 'C:\\Windows\\SysWOW64\\'\r\n";
    let plain = mended("missing-exclusion", &library("    condition: selection\r\n"));
    assert_eq!(plain, library(&format!("{filter}    condition: selection and not 1 of filter_main_*\r\n")));
    let folded =
        mended("missing-exclusion", &library("    condition: >-\r\n        selection\r\n        or selection\r\n"));
    let wanted = format!(
        "{filter}    condition: >-\r\n        (selection\r\n        or selection) and not 1 of filter_main_*\r\n"
    );
    assert_eq!(folded, library(&wanted));
    let last = mended("missing-exclusion", &library("    condition: selection"));
    assert_eq!(last, library(&format!("{filter}    condition: selection and not 1 of filter_main_*")));

    let program = |values: &str| {
        format!(
            "\u{feff}title: Program\r\nlogsource: {{category: process_creation, product: windows}}\r\ndetection:\r\n    \
             selection:\r\n        Image|endswith:{values}        CommandLine|contains: lorem\r\n    condition: selection\r\n"
        )
    };
    let single = mended("twin-value", &program(" \"\\\\powershell.exe\"\r\n"));
    let both = "\r\n            - \"\\\\powershell.exe\"\r\n            - \"\\\\pwsh.exe\"\r\n";
    assert_eq!(single, program(both));
}

/// What an alias or a global document brings in stands elsewhere: it is reported, and not changed.
#[test]
fn what_stands_elsewhere_is_not_changed() {
    let text = "title: Aliases\nlogsource: {category: process_creation, product: windows}\ndetection:\n    selection:\n        \
                Image|endswith: &program '\\powershell.exe'\n        CommandLine|contains: lorem\n    other:\n        \
                Image|endswith: *program\n        CommandLine|contains: ipsum\n    condition: selection or other\n";
    assert_eq!(mended("twin-value", text), text);
    let text = "action: global\ndetection:\n    selection:\n        Image|endswith: '\\poweshell.exe'\n        CommandLine|contains: x\n    \
                condition: selection\n---\ntitle: One\nlogsource: {category: process_creation, product: windows}\n---\ntitle: Two\n\
                logsource: {category: process_creation, product: windows}\n";
    let found = Setup::new(Settings::everything()).lint(text).1;
    assert_eq!(found.iter().filter(|found| found.check.id == "misspelled-value").count(), 1);
    assert_eq!(mended("misspelled-value", text), text);
}
