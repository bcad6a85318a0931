use super::*;
use crate::features::sample::look;

const RULE: &str = "\
title: T
status: experimental
tags:
    - attack.t1059.001
    - attack.t1086
    - attack.defense-evasion
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\powershell.exe'
        CommandLine|contains|all:
            - one
            - two
    filter_main_x:
        User: me
    condition: selection and not 1 of filter_main_*
level: high
";

/// The hover over the first occurrence of a text.
fn over(text: &str) -> String {
    let offset = RULE.find(text).expect("it is there") + 1;
    match look(RULE, |view| hover(view, offset)).map(|hover| hover.contents) {
        Some(HoverContents::Markup(markup)) => markup.value,
        _ => String::new(),
    }
}

#[test]
fn everything_says_what_it_is() {
    for (text, expected) in [
        ("experimental", "false positives"),
        ("high", "alert"),
        ("attack.t1059.001", "PowerShell"),
        ("attack.t1086", "was retired from ATT&CK; now T1059.001"),
        ("attack.defense-evasion", "`attack.stealth` or `attack.defense-impairment`"),
        ("process_creation", "Sysmon 1: Process creation"),
        ("Image", "other rules of windows/process_creation look at it"),
        ("endswith", "ends with the value"),
        ("\\powershell.exe", "other rules look for it"),
        ("selection:", "`CommandLine` contains `one` and `two`"),
        ("filter_main_*", "`User` is `me`"),
        (" and not", "**filter_main_x** (left out)"),
    ] {
        let found = over(text);
        assert!(found.contains(expected), "{text}: {found}");
    }
    assert_eq!(over("title"), "");
}
