//! The server tells what the command line tells, of every published rule.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sigwise_tests::client::sample::{URI, indexed, whole};
use sigwise_tests::client::{Client, Options, offset, uri};

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

pub fn yaml_files(folder: &Path) -> Vec<PathBuf> {
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
