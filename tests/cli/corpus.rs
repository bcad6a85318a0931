//! `corpus build|info|extract` and the questions to a corpus.

use std::fs;

use crate::setup::{Folder, GOOD};

/// A second rule that shares an indicator with [`GOOD`].
const OTHER: &str = "\
title: Whoami Output Redirected
id: 0c7d7a9e-2f0b-4f5b-8b1a-3b1f2a6d9e10
status: test
author: B. Tester
tags:
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\whoami.exe'
        CommandLine|contains: '>'
    filter_main_admin:
        ParentImage: 'C:\\Admin\\tool.exe'
    condition: selection and not 1 of filter_main_*
level: medium
";

fn built() -> Folder {
    let folder = Folder::new(&[
        ("rules/good.yml", GOOD),
        ("rules/other.yml", OTHER),
        ("rules/deprecated/old.yml", &OTHER.replace("0c7d7a9e", "1c7d7a9e")),
        ("rules/ci.yml", "on: push\n"),
    ]);
    let ended = folder
        .run(&["corpus", "build", "--source", "sigma:ours=rules", "--output", "our.corpus"])
        .expect(0, "2 rules from 1 source");
    assert_eq!(ended.out, "");
    folder
}

#[test]
fn a_built_corpus_answers() {
    let folder = built();
    let info = folder.run(&["corpus", "info", "our.corpus", "--format", "json"]).expect(0, "").json();
    assert_eq!((&info["version"], &info["by_vendor"]["sigma"]), (&1.into(), &2.into()));
    assert_eq!(info["sources"][0]["label"], "ours");
    assert!(folder.run(&["corpus", "info", "our.corpus"]).expect(0, "").out.starts_with("ours (sigma)\n"));

    let ask = |args: &[&str]| folder.run(&[args, &["--corpus", "our.corpus", "--format", "json"]].concat());
    let technique = ask(&["technique", "t1033"]).expect(0, "").json();
    assert_eq!((&technique["id"], &technique["counts"]["rules"]), (&"T1033".into(), &2.into()));
    assert_eq!(technique["rules"].as_array().unwrap().len(), 2);
    assert_eq!(ask(&["technique"]).expect(0, "").json()["techniques"].as_array().unwrap().len(), 1);
    let rule = ask(&["rule", "0C7D7A9E-2f0b-4f5b-8b1a-3b1f2a6d9e10"]).expect(0, "").json();
    assert_eq!(rule["title"], "Whoami Output Redirected");
    assert_eq!(ask(&["rule", "Whoami Output Redirected"]).expect(0, "").json(), rule);
    let indicator = ask(&["indicator", "Image|endswith: \\whoami.exe"]).expect(0, "").json();
    assert_eq!((&indicator["reach"], &indicator["op"]), (&2.into(), &"name".into()));

    for question in [
        &["technique", "T1033"][..],
        &["technique"],
        &["rule", "Whoami Output Redirected"],
        &["indicator", "Image|endswith: \\whoami.exe"],
    ] {
        let ended = folder.run(&[question, &["--corpus", "our.corpus"]].concat()).expect(0, "");
        assert!(!ended.out.is_empty() && !ended.out.contains('\u{1b}'), "{ended:?}");
    }
}

#[test]
fn what_is_unknown_is_said_with_the_nearest_name() {
    let folder = built();
    let ask = |args: &[&str]| folder.run(&[args, &["--corpus", "our.corpus"]].concat());
    ask(&["technique", "T1034.999"]).expect(2, "there is no technique `T1034.999` in ATT&CK v19");
    ask(&["technique", "rundll32"]).expect(2, "did you mean `T1218.011`?");
    ask(&["rule", "Whoami Output Redirectet"]).expect(2, "did you mean `Whoami Output Redirected`?");
    ask(&["rule", "redirected output"]).expect(2, "titles like that:\n  Whoami Output Redirected");
    ask(&["indicator", "Image|endswith: \\whoamy.exe"]).expect(2, "did you mean `whoami.exe`?");
    ask(&["indicator", "Imge|endswith: \\whoami.exe"]).expect(2, "did you mean `Image`?");
}

#[test]
fn the_embedded_corpus_answers() {
    let folder = Folder::new(&[]);
    let info = folder.run(&["corpus", "info", "--format", "json"]).expect(0, "").json();
    assert!(info["rules"].as_u64().unwrap() > 1000);
    assert!(folder.run(&["technique", "T1033"]).expect(0, "").out.contains("System Owner/User Discovery"));
    // Also where a configuration wants no advice.
    folder.write("sigwise.toml", "[corpus]\nenabled = false\n");
    folder.run(&["technique", "T1033"]).expect(0, "");
}

#[test]
fn a_build_adds_to_a_base_and_repeats_itself() {
    let folder = built();
    let build = |base: &str, output: &str| {
        folder.run(&["corpus", "build", "--base", base, "--source", "sigma:more=more", "--output", output])
    };
    folder.write("more/a.yml", OTHER.replace("0c7d7a9e", "2c7d7a9e").replace("Redirected", "Piped"));
    build("our.corpus", "both.corpus").expect(0, "3 rules from 2 sources");
    build("our.corpus", "again.corpus").expect(0, "");
    assert_eq!(fs::read(folder.at("both.corpus")).unwrap(), fs::read(folder.at("again.corpus")).unwrap());
    build("gone.corpus", "x.corpus").expect(2, "cannot read `gone.corpus`");
}

#[test]
fn a_build_that_cannot_be_done_leaves_the_old_file() {
    let folder = built();
    let before = fs::read(folder.at("our.corpus")).unwrap();
    let build = |source: &str| folder.run(&["corpus", "build", "--source", source, "--output", "our.corpus"]);
    build("sigma=gone").expect(2, "cannot read `gone`");
    folder.write("empty/ci.yml", "on: push\n");
    build("sigma=empty").expect(2, "no rule below `empty`");
    build("sgima=rules").expect(2, "unknown vendor `sgima`");
    build("rules").expect(2, "VENDOR=FOLDER");
    assert_eq!(fs::read(folder.at("our.corpus")).unwrap(), before);
    folder.write("manifest.toml", "[[source]]\nvendr = 'sigma'\n");
    let args = ["corpus", "build", "--source", "sigma=rules", "--manifest", "manifest.toml", "--output", "x"];
    folder.run(&args).expect(2, "cannot use `manifest.toml`");
}

#[test]
fn a_damaged_snapshot_is_said() {
    let folder = built();
    let bytes = fs::read(folder.at("our.corpus")).unwrap();
    folder.write("short.corpus", &bytes[..bytes.len() / 2]);
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    folder.write("changed.corpus", &changed);
    folder.write("empty.corpus", "");
    for (file, message) in [
        ("short", "the snapshot is damaged"),
        ("changed", "the snapshot is damaged"),
        ("empty", "not a corpus snapshot"),
    ] {
        let file = format!("{file}.corpus");
        folder.run(&["lint", "--corpus", &file]).expect(2, message);
        folder.run(&["corpus", "info", &file]).expect(2, message);
        folder.run(&["technique", "--corpus", &file]).expect(2, message);
    }
}

#[test]
fn extract_prints_a_line_per_rule() {
    let folder = built();
    let ended =
        folder.run(&["corpus", "extract", "--vendor", "sigma", "rules", "gone"]).expect(2, "cannot read `gone`");
    let lines: Vec<serde_json::Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let paths: Vec<&str> = lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["rules/good.yml", "rules/other.yml"]);
    assert_eq!(lines[1]["predicates"].as_array().unwrap().len(), 3);
    folder.run(&["corpus", "extract", "--vendor", "sgima", "rules"]).expect(2, "unknown vendor");
}

#[test]
fn advise_shows_what_peers_do() {
    let folder = built();
    folder.write("new.yml", GOOD.replace("5a5f8f2c", "6a5f8f2c").replace("Whoami Started", "Whoami Begun"));
    let advise = |args: &[&str]| folder.run(&[&["advise", "--corpus", "our.corpus"], args].concat());
    let ended = advise(&["new.yml", "--format", "json"]).expect(0, "");
    assert_eq!(ended.out.lines().count(), 1);
    let json = ended.json();
    assert_eq!((&json["version"], &json["path"]), (&1.into(), &"new.yml".into()));
    let whoami = json["indicators"].as_array().unwrap().iter().find(|found| found["value"] == "whoami.exe").unwrap();
    assert_eq!(whoami["reach"], 2);
    let text = folder.read("new.yml");
    let span = whoami["span"]["start"].as_u64().unwrap() as usize..whoami["span"]["end"].as_u64().unwrap() as usize;
    assert!(text[span].contains("whoami.exe"));
    assert!(advise(&["new.yml"]).expect(0, "").out.starts_with("Whoami Begun From An Office Program\n"));
    // A published rule is left out of its own counts.
    let own = advise(&["rules/other.yml", "--format", "json"]).expect(0, "").json();
    assert!(own["indicators"].as_array().unwrap().iter().all(|found| found["reach"].as_u64().unwrap() <= 1));
    assert_eq!(advise(&["rules", "--format", "json"]).expect(0, "").out.lines().count(), 3);
    advise(&["rules/ci.yml"]).expect(2, "no detection rule in `rules/ci.yml`");
    advise(&["gone.yml"]).expect(2, "cannot read `gone.yml`");
    assert!(folder.run(&["advise", "new.yml"]).expect(0, "").out.contains("What it looks for"));
}
