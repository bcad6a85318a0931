//! Folders, the project index, configurations and settings.

use serde_json::json;
use sigwise_tests::client::sample::{RULE, codes, everything, folder, indexed, rule};
use sigwise_tests::client::{Client, Options, uri};

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
fn lenses_and_hints_are_asked_for_again_when_settings_change() {
    let mut capabilities = everything();
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    let mut client = Client::new(&Options { capabilities, ..Options::default() });
    client.set(json!({ "inlayHints": true }));
    client.wait("lenses", |message| message["method"] == "workspace/codeLens/refresh");
    client.wait("hints", |message| message["method"] == "workspace/inlayHint/refresh");
    assert_eq!(client.stop().code(), Some(0));
}

#[test]
fn own_rules_count_anew_when_written_where_no_files_are_watched() {
    let local = "[corpus]\nlocal = ['rules']\n";
    let (_dir, root) = folder(&[("sigwise.toml", local), ("rules/a.yml", &rule(1, "First Rule")), ("b.yml", RULE)]);
    let (b, second) = (uri(&root.join("b.yml")), root.join("rules/second.yml"));
    let mut client = Client::new(&Options { folders: vec![root.clone()], ..Options::default() });
    client.open(&b, RULE);
    client.published_for(&b, 1);
    let command = json!({ "command": "sigwise.showCorpusInfo", "arguments": [{ "uri": b, "format": "json" }] });
    let until = |client: &mut Client, rules: u64| {
        for _ in 0..200 {
            let info = client.request("workspace/executeCommand", command.clone());
            // The overlay is the last source.
            if info["result"]["sources"].as_array().and_then(|all| all.last()).is_some_and(|own| own["rules"] == rules)
            {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the corpus never had {rules} rules of the folder");
    };
    until(&mut client, 1);
    std::fs::write(&second, rule(2, "Second Rule")).unwrap();
    client.open(&uri(&second), &rule(2, "Second Rule"));
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&second) } }));
    until(&mut client, 2);
    assert_eq!(client.stop().code(), Some(0));
}
