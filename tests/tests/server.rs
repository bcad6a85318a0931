//! The language server through real pipes, as an editor meets it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sigwise_tests::client::{Client, Options, apply, offset, uri};

const URI: &str = "file:///rules/a.yml";

const RULE: &str = "\
title: Whoami Execution
id: 5013ea4a-1b0f-4d3c-9f5e-000000000001
status: test
description: Detects the execution of whoami by somebody
author: nobody
date: 2024-01-01
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\whoami.exe'
    spare:
        CommandLine|contains: ' /priv'
    condition: selection
falsepositives:
    - Unknown
level: high
";

fn everything() -> Value {
    json!({
        "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "workspaceEdit": { "documentChanges": true },
            "diagnostic": { "refreshSupport": true },
        },
        "window": { "workDoneProgress": true },
    })
}

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|found| found["code"].as_str()).collect()
}

fn rule(id: u32, title: &str) -> String {
    RULE.replace("000000000001", &format!("{id:012}")).replace("Whoami Execution", title)
}

fn insert(line: u32, character: u32, text: &str) -> Value {
    let place = json!({ "line": line, "character": character });
    json!([{ "range": { "start": place, "end": place }, "text": text }])
}

fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1_000_000, "character": 0 } })
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    (dir, root)
}

/// Waits until the server has read its folders.
fn indexed(client: &mut Client) {
    client.wait("the index", |message| {
        message["method"] == "window/logMessage"
            && message["params"]["message"].as_str().is_some_and(|said| said.starts_with("read "))
    });
}

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

#[test]
fn fixes_are_code_actions() {
    let text = RULE.replace("level: high", "level: hihg").replace('\n', "\r\n");
    let capabilities = everything();
    let mut client = Client::new(&Options { capabilities, ..Options::default() });
    client.open(URI, &text);
    client.published_for(URI, 1);
    let actions = client.code_actions(URI, &whole(), &[]);
    let level = actions.iter().find(|action| action["diagnostics"][0]["code"] == "invalid-level").expect("a fix");
    assert_eq!(level["kind"], "quickfix");
    let edit = &level["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"], json!({ "uri": URI, "version": 1 }));
    assert_eq!(apply(&text, edit["edits"].as_array().unwrap(), "utf-16"), text.replace("hihg", "high"));
    for action in &actions {
        assert_eq!(action["kind"], "quickfix", "what is for the whole file was not asked for");
    }
    assert!(client.code_actions(URI, &whole(), &["refactor"]).is_empty());
    let all = client.code_actions(URI, &whole(), &["source.fixAll"]);
    let edits = all[0]["edit"]["documentChanges"][0]["edits"].as_array().unwrap().clone();
    assert!(!edits.is_empty());
    assert_eq!(all[0]["kind"], "source.fixAll.sigwise");
    let fixed = apply(&text, &edits, "utf-16");
    assert!(!fixed.replace("\r\n", "").contains('\n'), "line endings are kept: {fixed:?}");
    client.change(URI, 2, json!([{ "text": fixed }]));
    client.published_for(URI, 2);
    assert!(client.code_actions(URI, &whole(), &["source.fixAll.sigwise"]).is_empty(), "nothing safe is left");
    client.stop();
}

#[test]
fn suppressions_are_code_actions() {
    let mut client = Client::new(&Options::default());
    client.open(URI, RULE);
    client.published_for(URI, 1);
    let actions = client.code_actions(URI, &whole(), &["quickfix"]);
    let mut version = 1;
    for place in ["here", "in this file"] {
        let title = format!("ignore `unused-selection` {place}");
        let action = actions.iter().find(|action| action["title"] == title).expect("a suppression");
        assert_ne!(action["isPreferred"], true);
        let edits = action["edit"]["changes"][URI].as_array().expect("a client without versions").clone();
        let text = apply(RULE, &edits, "utf-16");
        version += 1;
        client.change(URI, version, json!([{ "text": text }]));
        let found = client.published_for(URI, version);
        assert!(!codes(&found).contains(&"unused-selection"), "{text}");
        assert!(!codes(&found).contains(&"unused-suppression"), "{text}");
    }
    client.stop();
}

#[test]
fn the_project_is_every_file_of_the_folder() {
    let (_dir, root) = folder(&[("a.yml", &rule(1, "First Rule")), ("sub/b.yml", &rule(1, "Second Rule"))]);
    let (a, b) = (uri(&root.join("a.yml")), uri(&root.join("sub/b.yml")));
    let options = Options { folders: vec![root.clone()], capabilities: everything(), ..Options::default() };
    let mut client = Client::new(&options);
    indexed(&mut client);
    client.open(&a, &rule(1, "First Rule"));
    let found = client.published_for(&a, 1);
    let duplicate = found.iter().find(|found| found["code"] == "duplicate-id").expect("the other file's id");
    assert_eq!(duplicate["relatedInformation"][0]["location"]["uri"], b);
    assert_eq!(duplicate["relatedInformation"][0]["location"]["range"]["start"], json!({ "line": 1, "character": 4 }));

    client.open(&b, &format!("# moved\n{}", rule(1, "Second Rule")));
    client.published_for(&b, 1);
    let found = client.published(&a);
    let duplicate = found.iter().find(|found| found["code"] == "duplicate-id").expect("still there");
    assert_eq!(duplicate["relatedInformation"][0]["location"]["range"]["start"]["line"], 2, "buffers come before disk");

    client.change(&b, 2, json!([{ "text": rule(2, "Second Rule") }]));
    client.published_for(&b, 2);
    assert!(!codes(&client.published(&a)).contains(&"duplicate-id"), "a changed id is told to whoever shares it");
    client.close(&b);
    assert!(codes(&client.published(&a)).contains(&"duplicate-id"), "closed, the disk counts");

    std::fs::write(root.join("sub/b.yml"), rule(3, "Second Rule")).unwrap();
    client.changed_on_disk(&root.join("sub/b.yml"));
    assert!(!codes(&client.published(&a)).contains(&"duplicate-id"), "files are watched");
    std::fs::write(root.join("c.yml"), rule(1, "Third Rule")).unwrap();
    client.changed_on_disk(&root.join("c.yml"));
    assert!(codes(&client.published(&a)).contains(&"duplicate-id"));
    std::fs::remove_file(root.join("c.yml")).unwrap();
    client.changed_on_disk(&root.join("c.yml"));
    assert!(!codes(&client.published(&a)).contains(&"duplicate-id"));
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn configurations_are_watched_and_broken_ones_told() {
    let (_dir, root) = folder(&[("sigwise.toml", "ignore = ['unused-selection']\n"), ("a.yml", RULE)]);
    let (a, toml) = (uri(&root.join("a.yml")), root.join("sigwise.toml"));
    let options = Options { folders: vec![root.clone()], capabilities: everything(), ..Options::default() };
    let mut client = Client::new(&options);
    let registered = client.wait("watching", |message| message["method"] == "client/registerCapability");
    assert!(registered.to_string().contains("**/sigwise.toml"));
    indexed(&mut client);
    client.open(&a, RULE);
    assert!(!codes(&client.published_for(&a, 1)).contains(&"unused-selection"));

    std::fs::write(&toml, "ignore = ['unused-selection', 'nonsense']\n").unwrap();
    client.changed_on_disk(&toml);
    let broken = client.published(&uri(&toml));
    assert_eq!(broken[0]["range"]["start"], json!({ "line": 0, "character": 30 }));
    assert!(!codes(&client.published(&a)).contains(&"unused-selection"), "the last good settings hold");

    std::fs::write(&toml, "").unwrap();
    client.changed_on_disk(&toml);
    assert!(client.published(&uri(&toml)).is_empty(), "it is well again");
    assert!(codes(&client.published(&a)).contains(&"unused-selection"));

    client.set(json!({ "ignore": ["unused-selection"] }));
    assert!(!codes(&client.published(&a)).contains(&"unused-selection"), "the client's settings are on top");
    client.stop();
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

#[test]
fn the_protocol_is_kept() {
    let options = Options::default();
    let mut client = Client::start(&options);
    assert_eq!(client.request("textDocument/hover", json!({}))["error"]["code"], -32002, "before `initialize`");
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(1), "no shutdown was asked for");

    let mut client = Client::new(&options);
    assert_eq!(client.request("sigwise/nonsense", json!({}))["error"]["code"], -32601);
    client.notify("sigwise/nonsense", json!({}));
    client.notify("$/nonsense", json!({}));
    client.send_raw(b"Content-Length: 7\r\n\r\n{\"a\": ,");
    let refused = client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32700);
    client.send(&json!([1, 2]));
    let refused = client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(refused["error"]["code"], -32600);
    client.send_raw(b"nonsense\r\n\r\n");
    client.wait("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
    client.notify("$/setTrace", json!({ "value": "messages" }));
    client.open(URI, RULE);
    client.published_for(URI, 1);
    client.wait("a trace", |message| message["method"] == "$/logTrace");
    client.request("shutdown", Value::Null);
    assert_eq!(client.request("textDocument/hover", json!({}))["error"]["code"], -32600, "after `shutdown`");
    client.notify("exit", Value::Null);
    assert_eq!(client.end().code(), Some(0));

    assert_eq!(Client::new(&options).hang_up().code(), Some(1), "the end of its input ends it");
}

#[test]
fn a_cancelled_request_is_refused() {
    let mut client = Client::new(&Options::default());
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [{ "uri": URI, "value": "0" }] }));
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.answer(id)["error"]["code"], -32800);
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
fn documents_that_hurt_others() {
    let detection = |body: &str| format!("title: A\nlogsource:\n    product: windows\ndetection:\n{body}");
    let anchors: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{}, *a{}]\n", n - 1, n - 1)).collect();
    let selections: String = (0..10_000).map(|n| format!("    s{n}:\n        A: b\n")).collect();
    let documents: String = (0..1_600).map(|n| format!("---\ntitle: A {n}\ndetection:\n    condition: s\n")).collect();
    let texts = [
        ("NUL bytes", detection("    sel:\n        A: 'x\0y'\n\0    condition: sel\n")),
        ("flow nesting", detection(&format!("    sel: {}{}\n", "[".repeat(5_000), "]".repeat(5_000)))),
        ("block nesting", detection(&(1..1_000).map(|n| format!("{}a:\n", " ".repeat(n * 4))).collect::<String>())),
        ("alias bomb", format!("detection: x\na0: &a0 [x, x]\n{anchors}")),
        ("parentheses", detection(&format!("    condition: {}s{}\n", "(".repeat(20_000), ")".repeat(20_000)))),
        ("a long line", detection(&format!("    sel:\n        A: '{}'\n", "é* ".repeat(400_000)))),
        ("selections", detection(&format!("{selections}    condition: 1 of s*\n"))),
        ("documents", documents),
        ("a byte order mark", format!("\u{feff}{RULE}")),
        ("emoji", RULE.replace(' ', " 😀 ")),
        ("tabs", RULE.replace("    ", "\t")),
    ];
    let mut client = Client::new(&Options::default());
    for (name, text) in &texts {
        client.open(URI, text);
        client.published_for(URI, 1);
        for (line, character) in [(0, 0), (4, 30), (u32::MAX, 0), (0, u32::MAX)] {
            let place = json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } });
            let answer = client.request("textDocument/hover", place);
            assert!(answer.get("error").is_none(), "{name}: {answer}");
        }
        let far = json!({ "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 });
        let back = json!({ "line": 0, "character": 0 });
        client.change(URI, 2, json!([{ "range": { "start": far, "end": far }, "text": "# end\n" }]));
        client.change(URI, 3, json!([{ "range": { "start": far, "end": back }, "text": "# backwards\n" }]));
        client.published_for(URI, 3);
        client.close(URI);
    }
    client.close(URI);
    client.change("file:///never/opened.yml", 1, insert(0, 0, "x"));
    client.open("untitled:Untitled-1", RULE);
    assert!(codes(&client.published("untitled:Untitled-1")).contains(&"unused-selection"));
    assert_eq!(client.stop().code(), Some(0));
}

/// A finding as both the command line and the server tell it.
fn finding(check: &Value, severity: u64, span: (usize, usize), message: &Value, fixes: Vec<Value>) -> Value {
    json!({ "check": check, "severity": severity, "span": [span.0, span.1], "message": message, "fixes": fixes })
}

fn as_the_server_tells(client: &mut Client, uri: &str, text: &str, encoding: &str) -> Vec<Value> {
    let found = client.published_for(uri, 1);
    let mut actions = client.code_actions(uri, &whole(), &["quickfix"]);
    actions.retain(|action| !action["title"].as_str().unwrap_or_default().starts_with("ignore `"));
    let span = |range: &Value| (offset(text, &range["start"], encoding), offset(text, &range["end"], encoding));
    let told = found.iter().map(|found| {
        let own = actions.iter().filter(|action| action["diagnostics"][0] == *found);
        let fixes = own.map(|action| {
            let edits = action["edit"]["changes"][uri].as_array().cloned().unwrap_or_default();
            let edits = edits.iter().map(|edit| {
                let (start, end) = span(&edit["range"]);
                json!({ "start": start, "end": end, "text": edit["newText"] })
            });
            json!({ "title": action["title"], "edits": edits.collect::<Vec<_>>() })
        });
        let severity = found["severity"].as_u64().unwrap_or_default();
        finding(&found["code"], severity, span(&found["range"]), &found["message"], fixes.collect())
    });
    told.collect()
}

fn as_the_command_line_tells(
    root: &Path,
    index: bool,
    files: &[PathBuf],
) -> std::collections::BTreeMap<String, Vec<Value>> {
    let mut command = std::process::Command::new(sigwise_tests::client::binary());
    command.current_dir(root).args(["lint", "--format", "json", "--exit-zero"]);
    if index {
        command.arg("--index").arg(root);
    }
    let relative = files.iter().map(|file| file.strip_prefix(root).unwrap_or(file));
    let output = command.args(relative).output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut told = std::collections::BTreeMap::<String, Vec<Value>>::new();
    for found in report["diagnostics"].as_array().expect("findings") {
        let severity = match found["severity"].as_str() {
            Some("error") => 1,
            Some("warning") => 2,
            Some("info") => 3,
            _ => 4,
        };
        let at = |end: &str| found["span"][end].as_u64().unwrap_or_default() as usize;
        let fixes = found["fixes"].as_array().into_iter().flatten();
        let fixes = fixes.map(|fix| json!({ "title": fix["title"], "edits": fix["edits"] })).collect();
        let path = found["path"].as_str().unwrap_or_default().to_owned();
        let finding = finding(&found["check"], severity, (at("start"), at("end")), &found["message"], fixes);
        told.entry(path).or_default().push(finding);
    }
    told
}

#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn the_server_tells_what_the_command_line_tells() {
    let root = sigwise_tests::setup::shared().join("corpora/sigmahq").canonicalize().unwrap();
    let mut files: Vec<PathBuf> = yaml_files(&root);
    files.sort();
    for (encoding, has_folder) in [("utf-8", true), ("utf-16", true), ("utf-8", false), ("utf-16", false)] {
        let folders = if has_folder { vec![root.clone()] } else { Vec::new() };
        let told = as_the_command_line_tells(&root, has_folder, if has_folder { &[] } else { &files });
        let options = Options { folders, encodings: vec![encoding], cwd: Some(root.clone()), ..Options::default() };
        let mut client = Client::new(&options);
        if has_folder {
            indexed(&mut client);
        } else {
            // Without a folder the project is what is open, as it is what is named on the command line.
            for file in &files {
                let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
                client.open(&uri(file), &text);
            }
            client.request(
                "textDocument/hover",
                json!({
                    "textDocument": { "uri": URI }, "position": { "line": 0, "character": 0 },
                }),
            );
            client.drain(Duration::from_secs(8));
        }
        let mut findings = 0;
        for file in &files {
            let text = std::fs::read_to_string(file).unwrap();
            if !sigwise_sigma::sniff(&text) {
                continue;
            }
            let uri = uri(file);
            if !has_folder {
                client.close(&uri);
            }
            client.open(&uri, &text);
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            let expected = told.get(path).cloned().unwrap_or_default();
            let got = as_the_server_tells(&mut client, &uri, &text, encoding);
            assert_eq!(got, expected, "{path} {encoding} folder: {has_folder}");
            findings += got.len();
            if has_folder {
                client.close(&uri);
            }
            client.drain(Duration::ZERO);
        }
        println!("{encoding} folder: {has_folder}: {findings} findings");
        assert_eq!(client.stop().code(), Some(0));
    }
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            files.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            files.push(path);
        }
    }
    files
}
