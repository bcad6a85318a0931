//! Definitions, references, highlights and renames: in one rule, and from rule to rule.

use serde_json::{Value, json};
use sigwise_tests::client::sample::{URI, cursor, everything, folder, indexed, rule};
use sigwise_tests::client::{Client, Options, apply, offset, uri};

const RULE: &str = "\
title: 'Öne 🦀'
logsource:
    product: windows
detection:
    sel_a:
        A: '🦀'
    'sel_b':
        B: 2
    other:
        C: 3
    condition: '1 of sel_* and not other or sel_a' # 🦀
";

/// The text at each range, with its line.
fn shown(text: &str, places: &Value) -> Vec<String> {
    let place = |one: &Value| {
        let range = &one["range"];
        let span = offset(text, &range["start"], "utf-16")..offset(text, &range["end"], "utf-16");
        format!("{}: {}", range["start"]["line"], &text[span])
    };
    places.as_array().into_iter().flatten().map(place).collect()
}

fn marked(what: &str) -> (String, Value) {
    let at = RULE.find(what).unwrap();
    cursor(URI, &format!("{}^{}", &RULE[..at], &RULE[at..]))
}

#[test]
fn selections_and_where_the_condition_speaks_of_them() {
    let mut client = Client::new(&Options::default());
    client.open(URI, RULE);
    let mut ask = |method: &str, what: &str| {
        let mut place = marked(what).1;
        place["context"] = json!({ "includeDeclaration": true });
        client.request(&format!("textDocument/{method}"), place)["result"].clone()
    };
    assert_eq!(shown(RULE, &ask("definition", "sel_* and")), ["4: sel_a", "6: sel_b"]);
    assert_eq!(shown(RULE, &ask("definition", "other or")), ["8: other"]);
    assert!(ask("definition", "product").is_null());
    assert_eq!(shown(RULE, &ask("references", "sel_a:")), ["4: sel_a", "10: sel_*", "10: sel_a"]);
    assert_eq!(shown(RULE, &ask("documentHighlight", "other:")), ["8: other", "10: other"]);
    client.stop();
}

#[test]
fn renames_keep_the_meaning_or_are_refused_with_the_reason() {
    let mut client = Client::new(&Options { capabilities: everything(), ..Options::default() });
    client.open(URI, RULE);
    let mut rename = |what: &str, new: &str| {
        let mut place = marked(what).1;
        let prepared = client.request("textDocument/prepareRename", place.clone());
        place["newName"] = new.into();
        (prepared, client.request("textDocument/rename", place))
    };
    for (what, old, new) in
        [("other or", "other", "filter_x"), ("sel_b", "sel_b", "sel_c"), ("sel_a' #", "sel_a", "sel_z")]
    {
        let (prepared, renamed) = rename(what, new);
        assert_eq!(prepared["result"]["placeholder"], old);
        let edit = &renamed["result"]["documentChanges"][0];
        assert_eq!(edit["textDocument"], json!({ "uri": URI, "version": 1 }));
        assert_eq!(apply(RULE, edit["edits"].as_array().unwrap(), "utf-16"), RULE.replace(old, new));
    }
    for (what, new, reason) in [
        ("sel_a:", "selected", "would not take in `selected` any more"),
        ("other:", "sel_c", "would take in `sel_c`, too"),
        ("other:", "sel_a", "another selection is called `sel_a`"),
        ("other:", "condition", "is a key of its own"),
        ("other:", "a b", "is no name"),
        ("sel_* and", "x", "is a pattern"),
    ] {
        let error = rename(what, new).1["error"].clone();
        assert_eq!(error["code"], -32803, "{error}");
        assert!(error["message"].as_str().unwrap().contains(reason), "{error}");
    }
    let (prepared, renamed) = rename("product", "x");
    assert!(prepared["result"].is_null() && renamed["result"].is_null(), "no selection is named there");
    client.stop();
}

#[test]
fn rules_that_rules_name_are_found_in_other_files() {
    let other = rule(7, "Öther Rule").replace("status:", "name: other_rule\nstatus:");
    let (_dir, root) = folder(&[("sub dir/o.yml", &other)]);
    let a = uri(&root.join("a.yml"));
    let mut client =
        Client::new(&Options { folders: vec![root.clone()], capabilities: everything(), ..Options::default() });
    indexed(&mut client);
    for (marked, found) in [
        ("title: T\nlogsource:\n    product: x\nrelated:\n    - id: ^5013EA4A-1b0f-4d3c-9f5e-000000000007\n", "1: 4"),
        ("title: T\ncorrelation:\n    rules:\n        - other^_rule\n", "2: 6"),
        ("title: T\nfilter:\n    rules:\n        - ^Öther Rule\n", "0: 7"),
    ] {
        let (text, mut place) = cursor(&a, marked);
        place["textDocument"]["uri"] = a.clone().into();
        client.open(&a, &text);
        let there = client.request("textDocument/definition", place)["result"][0].clone();
        assert!(there["uri"].as_str().unwrap().ends_with("/sub%20dir/o.yml"), "{marked}: {there}");
        let start = &there["range"]["start"];
        assert_eq!(format!("{}: {}", start["line"], start["character"]), found);
        client.close(&a);
    }
    client.stop();
}

#[test]
fn rules_of_the_folders_are_listed_and_so_is_who_names_them() {
    let named = rule(7, "Öther Rule").replace("status:", "name: other_rule\nstatus:");
    let related = rule(8, "Rundll32 By Name")
        .replace("status:", "related:\n    - id: 5013ea4a-1b0f-4d3c-9f5e-000000000007\n      type: similar\nstatus:");
    let correlation =
        "title: Two\nid: 5013ea4a-1b0f-4d3c-9f5e-000000000009\ncorrelation:\n    rules:\n        - other_rule\n";
    let (_dir, root) = folder(&[("o.yml", &named), ("r.yml", &related), ("sub/c.yml", correlation)]);
    let o = uri(&root.join("o.yml"));
    let mut client =
        Client::new(&Options { folders: vec![root.clone()], capabilities: everything(), ..Options::default() });
    indexed(&mut client);

    let mut symbols = |query: &str| {
        let found = client.request("workspace/symbol", json!({ "query": query }))["result"].clone();
        let file = |one: &Value| one["location"]["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        found.as_array().unwrap().iter().map(file).collect::<Vec<_>>()
    };
    assert_eq!(symbols("rndl32nm"), ["r.yml"], "letters in their order");
    assert_eq!(symbols("5013ea4a-1b0f-4d3c-9f5e-000000000009"), ["c.yml"], "an id");
    assert_eq!(symbols("nothing like it"), [""; 0]);
    assert_eq!(symbols("").len(), 3);

    client.open(&o, &named);
    // A rule is named by its id and by its name, wherever one asks.
    for (marked, with_itself, files) in [
        ("000000000007", true, &["c.yml", "o.yml", "o.yml", "r.yml"][..]),
        ("000000000007", false, &["c.yml", "r.yml"][..]),
        ("other_rule", false, &["c.yml", "r.yml"][..]),
    ] {
        let at = named.find(marked).unwrap();
        let (_, mut place) = cursor(&o, &format!("{}^{}", &named[..at], &named[at..]));
        place["context"] = json!({ "includeDeclaration": with_itself });
        let found = client.request("textDocument/references", place)["result"].clone();
        let mut places: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["uri"].as_str().unwrap().rsplit('/').next().unwrap())
            .collect();
        places.sort_unstable();
        assert_eq!(places, files, "{marked}: {found}");
    }
    client.stop();
}
