//! Completion at every kind of place, in broken text too, and what is told of an item later.

use serde_json::Value;
use sigwise_tests::client::sample::{URI, cursor, everything, folder, indexed, rule};
use sigwise_tests::client::{Client, Options, apply, uri};

const HEAD: &str = "title: T\nlogsource:\n    category: process_creation\n    product: windows\n";

/// The items at `^`, and the text without it.
fn items(client: &mut Client, marked: &str) -> (Vec<Value>, String) {
    let (text, place) = cursor(URI, marked);
    client.open(URI, &text);
    let items =
        client.request("textDocument/completion", place)["result"]["items"].as_array().cloned().unwrap_or_default();
    client.close(URI);
    (items, text)
}

#[test]
fn every_place_has_its_words() {
    let detection = |body: &str| format!("{HEAD}detection:\n{body}");
    let places: Vec<(&str, String, &[&str])> = vec![
        ("keys", "title: T\nlogsource:\n    product: windows\n^\n".to_owned(), &["detection", "level", "tags"]),
        ("a key half typed", "title: T\nlogsource:\n    product: windows\nlev^\n".to_owned(), &["level"]),
        ("status", format!("{HEAD}status: ^\n"), &["stable", "test", "experimental"]),
        ("level", format!("{HEAD}level: ^\n"), &["high", "informational"]),
        ("the kind of a relation", format!("{HEAD}related:\n    - id: x\n      type: ^\n"), &["derived", "similar"]),
        ("categories", "title: T\nlogsource:\n    category: ^\n".to_owned(), &["process_creation", "file_event"]),
        ("products", "title: T\nlogsource:\n    product: ^\n".to_owned(), &["windows", "linux"]),
        (
            "services of a product",
            "title: T\nlogsource:\n    product: aws\n    service: ^\n".to_owned(),
            &["cloudtrail"],
        ),
        ("fields", detection("    sel:\n        ^\n"), &["Image", "CommandLine", "ParentImage"]),
        ("fields of a list", detection("    sel:\n        - Image: x\n        - ^\n"), &["CommandLine"]),
        ("modifiers", detection("    sel:\n        Image|^\n"), &["endswith", "contains"]),
        ("more modifiers", detection("    sel:\n        Image|contains|^: x\n"), &["all"]),
        ("values", detection("    sel:\n        Image|endswith: ^\n    condition: sel\n"), &["\\powershell.exe"]),
        ("values in a list", detection("    sel:\n        Image|endswith:\n            - '^\n"), &["\\powershell.exe"]),
        ("tags", format!("{HEAD}tags:\n    - ^\n"), &["attack.execution", "attack.t1003", "tlp.red"]),
        ("tags half typed", format!("{HEAD}tags:\n    - attack.t105^\n"), &["attack.t1059.001"]),
        ("successors", format!("{HEAD}tags:\n    - attack.t1086^\n"), &["attack.t1059.001"]),
        ("selections", detection("    sel_a:\n        A: b\n    condition: ^\n"), &["sel_a", "1 of sel_*", "not"]),
        ("operators", detection("    sel_a:\n        A: b\n    condition: sel_a ^\n"), &["and", "or", "and not"]),
        ("patterns", detection("    sel_a:\n        A: b\n    condition: 1 of ^\n"), &["sel_*", "them"]),
        ("keys of a correlation", "title: T\ncorrelation:\n    ^\n".to_owned(), &["type", "rules", "timespan"]),
        ("kinds of correlations", "title: T\ncorrelation:\n    type: ^\n".to_owned(), &["event_count", "temporal"]),
        ("keys of a filter's detection", "title: T\nfilter:\n    ^\n".to_owned(), &["condition", "selection"]),
        ("a quote left open", detection("    sel:\n        Image: 'x\n        Comm^\n"), &["CommandLine"]),
        ("a tab", detection("    sel:\n\t\tImage: x\n    other:\n        Comm^\n"), &["CommandLine"]),
        ("no colon yet", detection("    sel:\n        Image\n        Comm^\n"), &["CommandLine"]),
        ("windows line endings", detection("    sel:\n        ^\n").replace('\n', "\r\n"), &["Image"]),
    ];
    let mut client = Client::new(&Options::default());
    for (place, marked, expected) in &places {
        let (items, text) = items(&mut client, marked);
        let labels: Vec<&str> = items.iter().filter_map(|item| item["label"].as_str()).collect();
        for label in *expected {
            assert!(labels.contains(label), "{place}: no `{label}` in {labels:?}");
        }
        let mut sorted: Vec<&str> = items.iter().filter_map(|item| item["sortText"].as_str()).collect();
        sorted.dedup();
        assert!(sorted.is_sorted() && sorted.len() == items.len(), "{place}: the order is ours");
        for item in &items {
            let range = &item["textEdit"]["range"];
            let (start, end) = (&range["start"], &range["end"]);
            assert_eq!(start["line"], end["line"], "{place}: an edit of one line");
            // Whatever is taken, the rest stays as it is.
            let changed = apply(&text, std::slice::from_ref(&item["textEdit"]), "utf-16");
            assert!(changed.starts_with("title: T"), "{place}");
        }
    }
    let (comment, _) = items(&mut client, "title: T\nlogsource:\n    product: windows # ^\n");
    assert_eq!(comment, [Value::Null; 0], "nothing in comments");
    client.stop();
}

#[test]
fn more_is_told_when_the_client_looks_at_an_item() {
    let mut client = Client::new(&Options::default());
    for (body, label, expected) in [
        ("detection:\n    sel:\n        ^\n    condition: sel\n", "Image", "What most rules look for"),
        ("tags:\n    - attack.t105^\n", "attack.t1059.001", "PowerShell"),
    ] {
        let (text, place) = cursor(URI, &format!("{HEAD}{body}"));
        client.open(URI, &text);
        let items = client.request("textDocument/completion", place)["result"]["items"].as_array().cloned().unwrap();
        let item = items.into_iter().find(|item| item["label"] == label).unwrap();
        assert!(item["documentation"].is_null());
        let resolved = client.request("completionItem/resolve", item.clone())["result"].clone();
        assert!(resolved["documentation"]["value"].as_str().unwrap().contains(expected), "{resolved}");
        assert_eq!(resolved["textEdit"], item["textEdit"], "what is written stays");
        client.close(URI);
        let late = client.request("completionItem/resolve", item.clone())["result"].clone();
        assert_eq!(late["label"], item["label"], "a document that is closed has no more to tell");
    }
    let foreign = serde_json::json!({ "label": "x", "data": { "of": "another server" } });
    assert_eq!(client.request("completionItem/resolve", foreign.clone())["result"], foreign);
    client.stop();
}

#[test]
fn rules_of_the_folder_are_offered_where_rules_are_named() {
    let other = rule(7, "Other Rule").replace("status:", "name: other_rule\nstatus:");
    let (_dir, root) = folder(&[("other.yml", &other)]);
    let at = uri(&root.join("a.yml"));
    let mut client = Client::new(&Options { folders: vec![root], capabilities: everything(), ..Options::default() });
    indexed(&mut client);
    for (marked, label) in [
        ("title: T\nlogsource:\n    product: windows\nrelated:\n    - id: ^\n", "Other Rule"),
        ("title: T\ncorrelation:\n    rules:\n        - ^\n", "other_rule"),
        ("title: T\nfilter:\n    rules:\n        - ^\n", "other_rule"),
    ] {
        let (text, mut place) = cursor(&at, marked);
        place["textDocument"]["uri"] = at.clone().into();
        client.open(&at, &text);
        let items = client.request("textDocument/completion", place)["result"]["items"].as_array().cloned().unwrap();
        assert!(items.iter().any(|item| item["label"] == label), "{marked}: {items:?}");
        client.close(&at);
    }
    client.stop();
}
