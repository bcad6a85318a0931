//! Hovers of every kind, with the range that they are about.

use sigwise_tests::client::sample::{URI, cursor};
use sigwise_tests::client::{Client, Options, offset};

const RULE: &str = "\
title: 'Öne 🦀'
status: experimental
tags:
    - attack.t1059.001
    - attack.execution
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\powershell.exe' # 🦀
        User: nobody looks for this
    filter_main_x:
        ParentImage: me
    condition: selection and not 1 of filter_main_*
level: high
";

#[test]
fn every_kind_of_word_is_explained() {
    let mut client = Client::new(&Options::default());
    for (before, word, expected) in [
        ("status: ", "experimental", "false positives"),
        ("level: ", "high", "alert"),
        ("- ", "attack.t1059.001", "PowerShell"),
        ("- ", "attack.execution", "tactic"),
        ("category: ", "process_creation", "Sysmon"),
        ("product: ", "windows", "published rules look here"),
        ("        ", "Image", "other rules"),
        ("Image|", "endswith", "ends with"),
        ("endswith: ", "'\\powershell.exe'", "other rules look for it"),
        ("User: ", "nobody looks for this", "No other published rule has it"),
        ("    ", "selection", "matches if"),
        ("condition: ", "selection", "ends with `\\powershell.exe`"),
        ("1 of ", "filter_main_*", "`ParentImage` is `me`"),
        ("selection and ", "not", "**filter_main_x** (left out)"),
    ] {
        let at = RULE.find(&format!("{before}{word}")).unwrap() + before.len();
        let marked = format!("{}^{}", &RULE[..=at], &RULE[at + 1..]);
        let (text, place) = cursor(URI, &marked);
        client.open(URI, &text);
        let hover = client.request("textDocument/hover", place.clone())["result"].clone();
        let told = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(told.contains(expected), "{word}: {told}");
        let (start, end) = (&hover["range"]["start"], &hover["range"]["end"]);
        let span = offset(&text, start, "utf-16")..offset(&text, end, "utf-16");
        assert!(span.contains(&(at + 1)), "{word}: {:?}", &text[span.clone()]);
        client.close(URI);
    }
    let (text, place) = cursor(URI, &RULE.replacen("title", "ti^tle", 1));
    client.open(URI, &text);
    assert!(client.request("textDocument/hover", place)["result"].is_null());
    client.stop();
}
