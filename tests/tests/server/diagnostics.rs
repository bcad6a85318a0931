//! Findings as they are pushed and pulled: versions, positions, bursts of edits.

use std::time::Duration;

use serde_json::{Value, json};
use sigwise_tests::client::sample::{RULE, URI, codes, everything, folder, insert, rule};
use sigwise_tests::client::{Client, Options, apply, offset, uri};

#[test]
fn diagnostics_follow_the_text() {
    let mut client = Client::new(&Options { encodings: vec!["utf-8", "utf-16"], ..Options::default() });
    assert_eq!(client.initialized["capabilities"]["positionEncoding"], "utf-8");
    client.open(URI, RULE);
    let found = client.published_for(URI, 1);
    let unused = found.iter().find(|found| found["code"] == "unused-selection").expect("a finding");
    assert_eq!(unused["source"], "sigwise");
    assert_eq!(unused["tags"], json!([1]), "unnecessary");
    assert_eq!(unused["range"]["start"], json!({ "line": 12, "character": 4 }));
    assert!(unused["codeDescription"]["href"].as_str().unwrap().ends_with("/unused-selection.md"));
    client.change(URI, 2, insert(14, 24, " and not spare"));
    assert!(!codes(&client.published_for(URI, 2)).contains(&"unused-selection"));
    client.close(URI);
    assert!(client.published(URI).is_empty());
    assert!(client.drain(Duration::from_millis(100)).iter().all(|message| message["method"] == "window/logMessage"));
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn only_sigma_rules_get_something() {
    let mut client = Client::new(&Options::default());
    client.open(URI, "services:\n  web: {}\n");
    client.change(URI, 2, insert(0, 0, "detection: x\n"));
    assert!(!client.published_for(URI, 2).is_empty());
    client.change(URI, 3, insert(0, 0, "no"));
    assert!(client.published_for(URI, 3).is_empty(), "it stopped being a rule");
    client.change(URI, 4, insert(0, 0, "no"));
    let left = client.drain(Duration::from_millis(200));
    assert!(left.iter().all(|message| message["method"] != "textDocument/publishDiagnostics"), "{left:?}");
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn positions_in_both_encodings() {
    let text = RULE.replace("    spare:", "    # 日本 😀\n    späre😀: ");
    for (encoding, start, end) in [("utf-8", 4, 14), ("utf-16", 4, 11)] {
        let mut client = Client::new(&Options { encodings: vec![encoding], ..Options::default() });
        client.open(URI, &text);
        let found = client.published_for(URI, 1);
        let unused = found.iter().find(|found| found["code"] == "unused-selection").expect("a finding");
        let range = json!({
            "start": { "line": 13, "character": start }, "end": { "line": 13, "character": end },
        });
        assert_eq!(unused["range"], range, "{encoding}");
        client.stop();
    }
}

#[test]
fn every_keystroke_is_answered() {
    let mut client = Client::new(&Options::default());
    client.open(URI, RULE);
    client.published_for(URI, 1);
    for version in 2..27 {
        client.change(URI, version, insert(3, 13, "x"));
        std::thread::sleep(Duration::from_millis(20));
    }
    for version in 2..27 {
        client.published_for(URI, version);
    }
    client.stop();
}

/// A text that edits can be made in anywhere: every kind of line break, characters of every width.
fn busy_text() -> String {
    let mut text = RULE.replace("whoami", "wh😀ämi 日本").replace("author: nobody\n", "author: nobody\r\n");
    text.push_str("tags:\r\n    - attack.t1033\r    - attack.discovery\n# end 😀");
    text
}

#[test]
fn unawaited_edits_are_all_applied() {
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let encoding = if seed % 2 == 0 { "utf-8" } else { "utf-16" };
        let mut client = Client::new(&Options { encodings: vec![encoding], ..Options::default() });
        let mut text = busy_text();
        client.open(URI, &text);
        for version in 2..=501 {
            let lines = text.matches(['\n', '\r']).count() as u64 + 1;
            let mut place = || json!({ "line": random.u64(0..lines + 1), "character": random.u64(0..40) });
            let (mut start, mut end) = (place(), place());
            if random.u8(0..4) > 0 {
                end = start.clone();
            }
            if offset(&text, &start, encoding) > offset(&text, &end, encoding) {
                (start, end) = (end, start);
            }
            let new = random.choice(["", "x", "😀", "é", "\n", "\r\n", "\r", "  - a: 日本\n", "selection:"]).unwrap();
            let edit = json!({ "range": { "start": start, "end": end }, "newText": new });
            text = apply(&text, &[edit], encoding);
            if text.len() > 4_000 {
                text = busy_text();
                client.change(URI, version, json!([{ "text": text }]));
            } else {
                let range = json!({ "start": start, "end": end });
                client.change(URI, version, json!([{ "range": range, "text": new }]));
            }
        }
        // So that there is something to compare.
        let end = json!({ "line": 1_000_000, "character": 0 });
        client.change(URI, 502, json!([{ "range": { "start": end, "end": end }, "text": "\ndetection: x\n" }]));
        text.push_str("\ndetection: x\n");
        let found = client.published_for(URI, 502);
        // The first publish can still be waiting, with the version of the one to come.
        client.drain(Duration::ZERO);
        client.close(URI);
        client.open(URI, &text);
        let mut fresh = client.published_for(URI, 1);
        assert!(!fresh.is_empty());
        assert_eq!(found, fresh, "seed {seed}");
        fresh.clear();
        assert_eq!(client.stop().code(), Some(0));
    }
}

#[test]
fn diagnostics_can_be_pulled() {
    let (_dir, root) = folder(&[("a.yml", RULE), ("b.yml", &rule(2, "Second Rule")), ("c.yml", "not: a rule\n")]);
    let mut capabilities = everything();
    capabilities["textDocument"] = json!({ "diagnostic": {} });
    let a = uri(&root.join("a.yml"));
    let mut client = Client::new(&Options { folders: vec![root], capabilities, ..Options::default() });
    assert_eq!(client.initialized["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open(&a, RULE);
    let report = client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": a } }))["result"].clone();
    assert!(codes(report["items"].as_array().unwrap()).contains(&"unused-selection"));
    let id = report["resultId"].clone();
    let again = json!({ "textDocument": { "uri": a }, "previousResultId": id });
    assert_eq!(client.request("textDocument/diagnostic", again)["result"]["kind"], "unchanged");

    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["result"].clone();
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{all}");
    let ids: Vec<Value> = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    client.drain(Duration::from_millis(50));
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": ids }));
    assert!(client.drain(Duration::from_millis(200)).is_empty(), "it waits for news");
    client.change(&a, 2, insert(14, 24, " and not spare"));
    let news = client.answer(id)["result"]["items"].as_array().unwrap().clone();
    let kinds: Vec<_> = news.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["full", "unchanged"]);
    let left = client.drain(Duration::from_millis(100));
    assert!(left.iter().all(|message| message["method"] != "textDocument/publishDiagnostics"), "nothing comes twice");
    client.stop();
}
