//! What editors show of a document beside findings: outline, folds, links, colours, lenses, hints, growing selections; and the
//! commands that lenses run.

use serde_json::{Value, json};
use sigwise_tests::client::sample::{URI, cursor, whole};
use sigwise_tests::client::{Client, Options, offset};

const RULE: &str = "\
# A rule
# of ours 🦀
title: 'Öne 🦀'
references:
    - https://example.org/a b
tags:
    - attack.t1059.001
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '*\\powershell.exe'
        User|expand: '%users%'
    condition: 1 of selection*
level: high
---
title: Two
logsource:
    product: linux
detection:
    s:
        a: b
    condition: s
";

fn about() -> Value {
    json!({ "textDocument": { "uri": URI } })
}

fn slice<'a>(text: &'a str, range: &Value) -> &'a str {
    &text[offset(text, &range["start"], "utf-16")..offset(text, &range["end"], "utf-16")]
}

/// A client that has [`RULE`] open and these settings.
fn open(settings: Value) -> Client {
    let capabilities = json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } });
    let mut client = Client::new(&Options { settings, capabilities, ..Options::default() });
    client.open(URI, RULE);
    client
}

#[test]
fn the_outline() {
    fn walk(symbols: &Value, depth: usize, out: &mut Vec<String>) {
        for symbol in symbols.as_array().into_iter().flatten() {
            let (whole, name) = (slice(RULE, &symbol["range"]), slice(RULE, &symbol["selectionRange"]));
            assert!(whole.contains(name), "{symbol}");
            out.push(format!("{}{}", " ".repeat(depth), symbol["name"].as_str().unwrap()));
            walk(&symbol["children"], depth + 1, out);
        }
    }
    let mut client = open(Value::Null);
    let mut out = Vec::new();
    walk(&client.request("textDocument/documentSymbol", about())["result"], 0, &mut out);
    let first = ["Öne 🦀", " references", " tags", " logsource", " detection", "  selection", "  condition"];
    assert_eq!(out[..7], first);
    assert_eq!(out[7..], ["Two", " logsource", " detection", "  s", "  condition"]);
    client.stop();
}

#[test]
fn folds_and_links() {
    let mut client = open(Value::Null);
    let folds = client.request("textDocument/foldingRange", about())["result"].clone();
    let lines = |fold: &Value| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap());
    let folds: Vec<_> = folds.as_array().unwrap().iter().map(lines).collect();
    for fold in [(0, 1), (7, 9), (10, 14), (11, 13), (20, 23)] {
        assert!(folds.contains(&fold), "{fold:?} in {folds:?}");
    }
    assert!(folds.is_sorted_by(|a, b| a.0 < b.0), "one a line");
    let links = client.request("textDocument/documentLink", about())["result"].clone();
    let links: Vec<_> = links
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (slice(RULE, &one["range"]), one["target"].as_str().unwrap()))
        .collect();
    let page = "https://attack.mitre.org/techniques/T1059/001/";
    assert_eq!(links, [("https://example.org/a", "https://example.org/a"), ("attack.t1059.001", page)]);
    client.stop();
}

#[test]
fn colours() {
    let mut client = open(Value::Null);
    let provider = client.initialized["capabilities"]["semanticTokensProvider"].clone();
    assert_eq!(provider["full"], true, "no deltas are announced");
    let types = provider["legend"]["tokenTypes"].as_array().unwrap().clone();
    let data = client.request("textDocument/semanticTokens/full", about())["result"]["data"].clone();
    let (mut line, mut column) = (0, 0);
    let mut out = Vec::new();
    for token in data.as_array().unwrap().chunks(5) {
        let number = |at: usize| token[at].as_u64().unwrap();
        column = if number(0) > 0 { 0 } else { column } + number(1);
        line += number(0);
        let range = json!({
            "start": { "line": line, "character": column }, "end": { "line": line, "character": column + number(2) },
        });
        out.push(format!("{} {}", types[number(3) as usize].as_str().unwrap(), slice(RULE, &range)));
    }
    let expected = [
        "variable selection",
        "property Image",
        "modifier endswith",
        "regexp *",
        "property User",
        "modifier expand",
        "macro %users%",
        "keyword 1",
        "keyword of",
        "variable selection*",
        "variable s",
        "property a",
        "variable s",
    ];
    assert_eq!(out, expected);
    let delta = json!({ "textDocument": { "uri": URI }, "previousResultId": "1" });
    assert_eq!(client.request("textDocument/semanticTokens/full/delta", delta)["error"]["code"], -32601);
    client.stop();
}

#[test]
fn lenses_and_the_commands_that_they_run() {
    let mut client = open(Value::Null);
    let lenses = client.request("textDocument/codeLens", about())["result"].clone();
    let commands: Vec<Value> = lenses.as_array().unwrap().iter().map(|lens| lens["command"].clone()).collect();
    let announced = client.initialized["capabilities"]["executeCommandProvider"]["commands"].clone();
    assert!(commands.iter().any(|command| command["command"] == "sigwise.technique"));
    assert!(commands.iter().any(|command| command["command"] == "sigwise.advise"));
    for command in &commands {
        assert!(announced.as_array().unwrap().contains(&command["command"]));
        let run = json!({ "command": command["command"], "arguments": command["arguments"] });
        let answer = client.request("workspace/executeCommand", run);
        assert!(answer["error"].is_null(), "{command}: {answer}");
        match command["command"].as_str() {
            Some("sigwise.technique") => assert!(answer["result"].as_str().unwrap().starts_with("### T1059.001")),
            Some("sigwise.advise") => assert_eq!(answer["result"].as_array().unwrap().len(), 1),
            Some("sigwise.similarRules") => {
                assert!(answer["result"][0][0]["score"].as_f64().unwrap() > 0.0, "{answer}")
            }
            _ => {}
        }
    }
    let mut run = |command: &str, argument: Value| {
        client.request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
    };
    assert_eq!(run("sigwise.advise", json!({ "uri": URI }))["result"].as_array().unwrap().len(), 2);
    let html = run("sigwise.technique", json!({ "uri": URI, "technique": "T1059", "format": "html" }));
    assert!(html["result"].as_str().unwrap().contains("<h"));
    assert_eq!(run("sigwise.technique", json!({ "uri": URI, "technique": "T0" }))["error"]["code"], -32803);
    assert_eq!(run("sigwise.technique", json!({ "uri": 5 }))["error"]["code"], -32602);
    assert_eq!(run("sigwise.nonsense", json!({}))["error"]["code"], -32602);
    assert!(run("sigwise.showCorpusInfo", json!({}))["result"].as_str().unwrap().contains("Sigma"));
    client.set(json!({ "codeLens": false }));
    assert!(client.request("textDocument/codeLens", about())["result"].is_null());
    client.set(json!({ "codeLens": true, "corpus": false }));
    assert!(client.request("textDocument/codeLens", about())["result"].is_null(), "no corpus, no peers");
    client.stop();
}

#[test]
fn hints_where_they_are_wanted() {
    let ask = json!({ "textDocument": { "uri": URI }, "range": whole() });
    let mut client = open(Value::Null);
    assert!(client.request("textDocument/inlayHint", ask.clone())["result"].is_null(), "off by default");
    client.set(json!({ "inlayHints": true }));
    let hints = client.request("textDocument/inlayHint", ask.clone())["result"].clone();
    assert!(
        hints.as_array().unwrap().iter().any(|hint| hint["label"].as_str().unwrap().ends_with("other rules")),
        "{hints}"
    );
    let first = json!({ "textDocument": { "uri": URI }, "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 5, "character": 0 } } });
    assert_eq!(client.request("textDocument/inlayHint", first)["result"], json!([]));
    client.stop();
}

#[test]
fn selections_grow() {
    let mut client = open(Value::Null);
    let marked = RULE.replacen("powershell", "power^shell", 1);
    let (_, place) = cursor(URI, &marked);
    let ask =
        json!({ "textDocument": { "uri": URI }, "positions": [place["position"], { "line": 0, "character": 0 }] });
    let ranges = client.request("textDocument/selectionRange", ask)["result"].clone();
    assert_eq!(ranges.as_array().unwrap().len(), 2, "one for each position");
    let mut out = Vec::new();
    let mut range = &ranges[0];
    while range.is_object() {
        out.push(slice(RULE, &range["range"]));
        range = &range["parent"];
    }
    assert_eq!(out[..3], ["*\\powershell.exe", "'*\\powershell.exe'", "Image|endswith: '*\\powershell.exe'"]);
    assert_eq!(*out.last().unwrap(), RULE);
    assert!(out.windows(2).all(|two| two[1].contains(two[0])));
    client.stop();
}
