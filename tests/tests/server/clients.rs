//! What clients cannot do, and how they differ: nothing is sent that a client has not said it understands.

use std::time::Duration;

use serde_json::{Value, json};
use sigwise_tests::client::sample::{RULE, URI, codes, everything, folder, indexed, rule};
use sigwise_tests::client::{Client, Options, uri};

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } })
}

/// A client with these capabilities for documents that has [`RULE`] open.
fn with(document: Value) -> Client {
    let capabilities = json!({ "textDocument": document });
    let mut client = Client::new(&Options { capabilities, ..Options::default() });
    client.open(URI, RULE);
    client
}

#[test]
fn texts_come_in_a_format_that_the_client_shows() {
    let plain = json!({
        "hover": { "contentFormat": ["plaintext"] },
        "completion": { "completionItem": { "documentationFormat": ["plaintext"] } },
    });
    let rich = json!({
        "hover": { "contentFormat": ["plaintext", "markdown"] },
        "completion": { "completionItem": { "documentationFormat": ["markdown"], "labelDetailsSupport": true } },
    });
    for (document, kind, is_rich) in
        [(plain, "plaintext", false), (rich, "markdown", true), (json!({}), "markdown", false)]
    {
        let mut client = with(document);
        let hover = client.request("textDocument/hover", at(2, 9))["result"].clone();
        assert_eq!(hover["contents"]["kind"], kind);
        assert!(hover["contents"]["value"].as_str().unwrap().contains("false positives"));
        let items = client.request("textDocument/completion", at(11, 10))["result"]["items"].clone();
        let image = items.as_array().unwrap().iter().find(|item| item["label"] == "CommandLine").unwrap().clone();
        assert_eq!(image["labelDetails"].is_object(), is_rich, "{image}");
        assert_eq!(image["detail"].is_string(), !is_rich, "{image}");
        let resolved = client.request("completionItem/resolve", image)["result"].clone();
        assert_eq!(resolved["documentation"]["kind"], kind, "{resolved}");
        client.stop();
    }
}

#[test]
fn outlines_are_flat_where_the_client_knows_no_others() {
    let mut client = with(json!({}));
    let list =
        client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }))["result"].clone();
    let names: Vec<_> = list.as_array().unwrap().iter().map(|one| (&one["name"], &one["containerName"])).collect();
    assert!(names.contains(&(&json!("spare"), &json!("detection"))), "{list}");
    assert!(list.as_array().unwrap().iter().all(|one| one["location"]["uri"] == URI));
    client.stop();
}

#[test]
fn renames_are_prepared_for_clients_that_ask() {
    let client = with(json!({ "rename": { "prepareSupport": true } }));
    assert_eq!(client.initialized["capabilities"]["renameProvider"]["prepareProvider"], true);
    client.stop();
    let client = with(json!({}));
    assert_eq!(client.initialized["capabilities"]["renameProvider"], true);
    client.stop();
}

#[test]
fn the_root_is_a_folder_where_there_are_no_others() {
    let (_dir, root) = folder(&[("a.yml", &rule(1, "First Rule")), ("b.yml", &rule(1, "Second Rule"))]);
    for folders in [json!(null), json!([])] {
        let mut client = Client::start(&Options::default());
        let params =
            json!({ "processId": null, "rootUri": uri(&root), "workspaceFolders": folders, "capabilities": {} });
        client.request("initialize", params);
        client.notify("initialized", json!({}));
        indexed(&mut client);
        let a = uri(&root.join("a.yml"));
        client.open(&a, &rule(1, "First Rule"));
        assert!(codes(&client.published_for(&a, 1)).contains(&"duplicate-id"));
        client.stop();
    }
}

#[test]
fn without_watching_configurations_are_seen_when_something_is_written() {
    let (_dir, root) = folder(&[("a.yml", RULE)]);
    let a = uri(&root.join("a.yml"));
    let mut client = Client::new(&Options { folders: vec![root.clone()], ..Options::default() });
    assert_eq!(client.initialized["capabilities"]["textDocumentSync"]["save"], true);
    indexed(&mut client);
    client.open(&a, RULE);
    assert!(codes(&client.published_for(&a, 1)).contains(&"unused-selection"));
    let save = json!({ "textDocument": { "uri": a } });
    std::fs::write(root.join("sigwise.toml"), "ignore = ['unused-selection']\n").unwrap();
    client.notify("textDocument/didSave", save.clone());
    assert!(!codes(&client.published(&a)).contains(&"unused-selection"), "it came");
    std::fs::write(root.join("sigwise.toml"), "ignore = ['level']\n# changed\n").unwrap();
    client.notify("textDocument/didSave", save.clone());
    assert_eq!(client.published(&uri(&root.join("sigwise.toml"))).len(), 1, "it is broken");
    std::fs::remove_file(root.join("sigwise.toml")).unwrap();
    client.notify("textDocument/didSave", save.clone());
    client.drain(Duration::from_millis(300));
    client.change(&a, 2, json!([{ "text": RULE }]));
    assert!(codes(&client.published_for(&a, 2)).contains(&"unused-selection"), "it went");
    client.drain(Duration::from_millis(100));
    client.notify("textDocument/didSave", save);
    let left = client.drain(Duration::from_millis(200));
    assert!(left.is_empty(), "nothing changed: {left:?}");
    client.stop();
}

#[test]
fn settings_of_the_start_hold_until_the_client_says_otherwise() {
    let settings = json!({ "ignore": ["unused-selection"] });
    // Clients that support the question answer `null` where their user set nothing.
    let mut client = Client::start(&Options::default());
    let params = json!({
        "processId": null, "rootUri": null, "initializationOptions": settings,
        "capabilities": { "workspace": { "configuration": true } },
    });
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client.wait("the question", |message| message["method"] == "workspace/configuration");
    client.open(URI, RULE);
    assert!(!codes(&client.published_for(URI, 1)).contains(&"unused-selection"));
    client.stop();

    let mut client = Client::new(&Options { settings, ..Options::default() });
    client.open(URI, RULE);
    assert!(!codes(&client.published_for(URI, 1)).contains(&"unused-selection"));
    for nothing in [json!(null), json!({}), json!({ "sigwise": null })] {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": nothing }));
    }
    client.change(URI, 2, json!([{ "text": RULE }]));
    assert!(!codes(&client.published_for(URI, 2)).contains(&"unused-selection"));
    client.set(json!({ "ignore": ["missing-date"] }));
    assert!(codes(&client.published(URI)).contains(&"unused-selection"));
    client.stop();
}

#[test]
fn settings_that_cannot_be_used_are_told() {
    for (settings, said) in [
        (json!({ "profile": "nonsense" }), "the settings cannot be used"),
        (json!({ "ignore": ["nonsense"] }), "nonsense"),
        (json!({ "attack": "/no/such/folder" }), "/no/such/folder"),
        (json!({ "corpus": "/no/such/file" }), "/no/such/file"),
    ] {
        let mut client = Client::new(&Options { settings, ..Options::default() });
        client.open(URI, RULE);
        client.wait(said, |message| {
            message["method"] == "window/logMessage"
                && message["params"]["type"] == 2
                && message["params"]["message"].as_str().is_some_and(|message| message.contains(said))
        });
        assert!(codes(&client.published_for(URI, 1)).contains(&"unused-selection"), "it goes on without");
        client.stop();
    }
}

#[test]
fn settings_are_watched_and_what_owes_to_them_is_shown_again() {
    let mut capabilities = everything();
    capabilities["workspace"]["didChangeConfiguration"] = json!({ "dynamicRegistration": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    let mut client = Client::new(&Options { capabilities, ..Options::default() });
    let is_settings = |message: &Value| {
        message["method"] == "client/registerCapability"
            && message["params"]["registrations"][0]["method"] == "workspace/didChangeConfiguration"
    };
    let registered = client.wait("a registration", is_settings);
    assert_eq!(registered["params"]["registrations"][0]["registerOptions"]["section"], "sigwise");
    client.open(URI, RULE);
    client.published_for(URI, 1);
    client.set(json!({ "inlayHints": true }));
    client.wait("lenses", |message| message["method"] == "workspace/codeLens/refresh");
    client.wait("hints", |message| message["method"] == "workspace/inlayHint/refresh");
    client.stop();
}

#[test]
fn addresses_are_those_of_the_client() {
    let name = "a b+(c) ü%41.yml";
    let (_dir, root) = folder(&[(name, RULE), ("b.yml", &rule(2, "Second Rule"))]);
    let encoded = |name: &str| format!("file://{}/{name}", root.display());
    // As VS Code writes it, and as the `url` crate does.
    for written in ["a%20b%2B%28c%29%20%C3%BC%2541.yml", "a%20b+(c)%20%C3%BC%2541.yml"] {
        let a = encoded(written);
        let mut client =
            Client::new(&Options { folders: vec![root.clone()], capabilities: everything(), ..Options::default() });
        indexed(&mut client);
        client.open(&a, RULE);
        assert!(codes(&client.published_for(&a, 1)).contains(&"unused-selection"));
        // It is told of under another spelling: the buffer counts all the same.
        client.change(&a, 2, json!([{ "text": rule(7, "Third Rule") }]));
        client.published_for(&a, 2);
        client.changed_on_disk(&root.join("b.yml"));
        client.notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": encoded("a%20b+(c)%20%C3%BC%2541.yml"), "type": 2 }] }),
        );
        let b = uri(&root.join("b.yml"));
        client.open(&b, &rule(1, "Second Rule"));
        assert!(!codes(&client.published_for(&b, 1)).contains(&"duplicate-id"), "what is on disk does not count");
        client.stop();
    }
}

#[test]
fn reports_are_known_again_under_any_spelling() {
    let (_dir, root) = folder(&[("a+b.yml", RULE)]);
    let mut capabilities = everything();
    capabilities["textDocument"] = json!({ "diagnostic": {} });
    let mut client = Client::new(&Options { folders: vec![root.clone()], capabilities, ..Options::default() });
    indexed(&mut client);
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["result"].clone();
    let value = all["items"][0]["resultId"].clone();
    let previous = json!([{ "uri": format!("file://{}/a%2Bb.yml", root.display()), "value": value }]);
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": previous }));
    let left = client.drain(Duration::from_millis(300));
    assert!(left.iter().all(|message| message["id"] != id), "it waits for news: {left:?}");
    client.stop();
}

#[test]
fn other_schemes_and_languages() {
    let mut client = Client::new(&Options::default());
    // The other side of a comparison is no document of the user's.
    client.open("git:/rules/a.yml?ref", RULE);
    client.open("file://", RULE);
    client.published("file:///");
    for (language, is_served) in
        [("sigma", true), ("YAML", true), ("yaml.sigma", true), ("markdown", false), ("", true)]
    {
        let uri = format!("untitled:Untitled-{}", if language.is_empty() { "x" } else { language });
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": RULE });
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
        assert_eq!(symbols["result"].is_array(), is_served, "{language}");
    }
    let left = client.drain(Duration::from_millis(200));
    assert!(!left.iter().any(|message| message["params"]["uri"].as_str().is_some_and(|uri| uri.starts_with("git:"))));
    client.stop();
}
