//! Documents that hurt others: the server answers everything, and in time.

use serde_json::json;
use sigwise_tests::client::sample::{RULE, URI, codes, insert};
use sigwise_tests::client::{Client, Options};

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
