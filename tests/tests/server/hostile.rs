//! Documents that hurt others: the server answers everything about them, in time, and goes on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sigwise_tests::client::sample::{RULE, URI, codes, insert, whole};
use sigwise_tests::client::{Client, Options};

/// How long an answer may take in this profile, which is some times slower than a release, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(10);

fn texts() -> Vec<(&'static str, String)> {
    let detection = |body: &str| {
        format!("title: A\nlogsource:\n    product: windows\n    category: process_creation\ndetection:\n{body}")
    };
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let anchors = lines(40, &|n| format!("a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1));
    let selections = lines(10_000, &|n| format!("    s{n}:\n        A: b\n"));
    let fewer = lines(3_000, &|n| format!("    s{n}:\n        A: b\n"));
    let rule = "---\ntitle: A\nlogsource:\n    product: windows\n    category: process_creation\ntags:\n    - attack.t1033\ndetection:\n    s:\n        Image: '\\net.exe'\n    condition: s\n";
    vec![
        ("NUL bytes", detection("    sel:\n        A: 'x\0y'\n\0    condition: sel\n")),
        ("flow nesting", detection(&format!("    sel: {}{}\n", "[".repeat(5_000), "]".repeat(5_000)))),
        ("flow maps", detection(&format!("    sel: {}{}\n", "{a: ".repeat(5_000), "}".repeat(5_000)))),
        ("block nesting", detection(&lines(1_000, &|n| format!("{}a:\n", " ".repeat(n * 4 + 4))))),
        ("dashes", detection(&format!("    sel:\n        {}a\n", "- ".repeat(5_000)))),
        ("alias bomb", format!("detection: x\na0: &a0 [x, x]\n{anchors}")),
        ("parentheses", detection(&format!("    condition: {}s{}\n", "(".repeat(20_000), ")".repeat(20_000)))),
        ("negations", detection(&format!("    s:\n        A: b\n    condition: {}s\n", "not ".repeat(20_000)))),
        ("names", detection(&format!("    s:\n        A: b\n    condition: {}s\n", "s or ".repeat(20_000)))),
        ("all of them, often", detection(&format!("{fewer}    condition: {}s1\n", "1 of them or ".repeat(3_000)))),
        ("a long line", detection(&format!("    sel:\n        A: '{}'\n", "é* ".repeat(400_000)))),
        ("selections", detection(&format!("{selections}    condition: 1 of s*\n"))),
        ("unused selections", detection(&format!("{selections}    condition: s1\n"))),
        (
            "one value, often",
            detection(&format!("    s:\n        A: [{}x]\n    condition: s\n", "net.exe, ".repeat(10_000))),
        ),
        (
            "values",
            detection(&format!(
                "    s:\n        A:\n{}    condition: s\n",
                lines(20_000, &|n| format!("        - v{n}\n"))
            )),
        ),
        (
            "fields",
            detection(&format!("    s:\n{}    condition: s\n", lines(10_000, &|n| format!("        F{n}: x\n")))),
        ),
        ("keys", format!("{RULE}{}", lines(10_000, &|n| format!("k{n}: x\n")))),
        ("one key, often", format!("{RULE}{}", "level: high\n".repeat(5_000))),
        (
            "references",
            format!("{RULE}references:\n{}", lines(20_000, &|n| format!("    - https://example.org/{n}\n"))),
        ),
        ("tags", format!("{RULE}tags:\n{}", lines(5_000, &|n| format!("    - attack.t{}\n", 1_000 + n)))),
        ("comments", format!("{RULE}{}", "# c\n".repeat(50_000))),
        ("documents", rule.repeat(1_600)),
        ("a byte order mark", format!("\u{feff}{RULE}")),
        ("emoji", RULE.replace(' ', " 😀 ")),
        ("tabs", RULE.replace("    ", "\t")),
        ("carriage returns", RULE.replace('\n', "\r")),
        ("slips", format!("{RULE}{}", "  : : [ {\n".repeat(5_000))),
    ]
}

/// Asks everything about the document, at these places and as a whole; says what took too long or was refused.
fn ask_everything(client: &mut Client, places: &[Value], faults: &mut Vec<String>) {
    let document = json!({ "uri": URI });
    let mut ask = |method: &str, params: Value| {
        let start = Instant::now();
        let answer = client.request(method, params);
        let time = start.elapsed();
        // A rename that would change the meaning is refused, and so is advice without a corpus.
        let is_refused = answer.get("error").is_some_and(|error| error["code"] != -32803);
        if time > LIMIT || is_refused {
            faults.push(format!("{method} after {time:?}: {}", answer["error"]));
        }
        answer["result"].clone()
    };
    for place in places {
        let mut params = json!({ "textDocument": document, "position": place });
        for method in ["hover", "definition", "documentHighlight", "prepareRename"] {
            ask(&format!("textDocument/{method}"), params.clone());
        }
        let items = ask("textDocument/completion", params.clone());
        if let Some(item) = items["items"].get(0) {
            ask("completionItem/resolve", item.clone());
        }
        params["context"] = json!({ "includeDeclaration": true });
        ask("textDocument/references", params.clone());
        params["newName"] = json!("renamed_x");
        ask("textDocument/rename", params);
        let range = json!({ "start": place, "end": place });
        ask(
            "textDocument/codeAction",
            json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } }),
        );
    }
    ask("textDocument/selectionRange", json!({ "textDocument": document, "positions": places }));
    for method in ["documentSymbol", "foldingRange", "documentLink", "semanticTokens/full", "codeLens"] {
        ask(&format!("textDocument/{method}"), json!({ "textDocument": document }));
    }
    ask("textDocument/inlayHint", json!({ "textDocument": document, "range": whole() }));
    for only in ["quickfix", "refactor", "source.fixAll"] {
        let context = json!({ "diagnostics": [], "only": [only] });
        ask("textDocument/codeAction", json!({ "textDocument": document, "range": whole(), "context": context }));
    }
    ask("workspace/executeCommand", json!({ "command": "sigwise.advise", "arguments": [{ "uri": URI }] }));
}

#[test]
fn everything_is_answered_in_time() {
    let mut client = Client::new(&Options { settings: json!({ "inlayHints": true }), ..Options::default() });
    let mut faults = Vec::new();
    for (name, text) in &texts() {
        let mut found = Vec::new();
        let start = Instant::now();
        client.open(URI, text);
        client.published_for(URI, 1);
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        let condition = lines.iter().rposition(|line| line.trim_start().starts_with("condition:")).unwrap_or(3);
        let middle = lines.len() / 2;
        let places = [
            (0, 9),
            (9, 10),
            (middle, 10),
            (condition, 20),
            (condition, 5),
            (u32::MAX as usize, 0),
            (0, u32::MAX as usize),
        ];
        let places = places.map(|(line, character)| json!({ "line": line, "character": character }));
        ask_everything(&mut client, &places, &mut found);
        let far = json!({ "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 });
        let back = json!({ "line": 0, "character": 0 });
        let change = Instant::now();
        client.change(URI, 2, json!([{ "range": { "start": far, "end": far }, "text": "# end\n" }]));
        client.change(URI, 3, json!([{ "range": { "start": far, "end": back }, "text": "# backwards\n" }]));
        client.published_for(URI, 3);
        if change.elapsed() > LIMIT {
            found.push(format!("an edit after {:?}", change.elapsed()));
        }
        client.close(URI);
        println!("{name}: {:?} for everything", start.elapsed());
        faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn what_is_not_open_is_no_reason_to_end() {
    let mut client = Client::new(&Options::default());
    client.close(URI);
    client.change("file:///never/opened.yml", 1, insert(0, 0, "x"));
    client.open(URI, RULE);
    client.published_for(URI, 1);
    client.close(URI);
    client.close(URI);
    client.open("untitled:Untitled-1", RULE);
    assert!(codes(&client.published("untitled:Untitled-1")).contains(&"unused-selection"));
    assert_eq!(client.stop().code(), Some(0));
}
