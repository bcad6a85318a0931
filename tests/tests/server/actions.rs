//! Fixes, suppressions and what is offered for the whole file.

use serde_json::json;
use sigwise_tests::client::sample::{RULE, URI, codes, everything, whole};
use sigwise_tests::client::{Client, Options, apply};

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
