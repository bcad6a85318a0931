//! What sessions begin with: a rule, folders of rules, and clients that can do much.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Client;

/// The address of a document that is in no folder.
pub const URI: &str = "file:///rules/a.yml";

/// A rule with one finding, of `unused-selection`.
pub const RULE: &str = "\
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

/// [`RULE`] with another id and title.
pub fn rule(id: u32, title: &str) -> String {
    RULE.replace("000000000001", &format!("{id:012}")).replace("Whoami Execution", title)
}

/// Capabilities of an editor that can do all that the server asks for, but does not pull.
pub fn everything() -> Value {
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

/// The checks of findings.
pub fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|found| found["code"].as_str()).collect()
}

/// A change that inserts a text.
pub fn insert(line: u32, character: u32, text: &str) -> Value {
    let place = json!({ "line": line, "character": character });
    json!([{ "range": { "start": place, "end": place }, "text": text }])
}

/// The range of every text.
pub fn whole() -> Value {
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 1_000_000, "character": 0 } })
}

/// A folder with these files.
///
/// # Panics
/// Where it cannot be written.
pub fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let root = dir.path().canonicalize().expect("a path");
    for (name, text) in files {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    (dir, root)
}

/// Waits until the server has read its folders.
pub fn indexed(client: &mut Client) {
    client.wait("the index", |message| {
        message["method"] == "window/logMessage"
            && message["params"]["message"].as_str().is_some_and(|said| said.starts_with("read "))
    });
}

/// The text without its `^`, and the parameters of a request for where that stood.
///
/// # Panics
/// Where there is none.
pub fn cursor(uri: &str, marked: &str) -> (String, Value) {
    let at = marked.find('^').expect("a cursor");
    let before = &marked[..at];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let character = before[start..].encode_utf16().count();
    let position = json!({ "line": before.matches('\n').count(), "character": character });
    (marked.replacen('^', "", 1), json!({ "textDocument": { "uri": uri }, "position": position }))
}
