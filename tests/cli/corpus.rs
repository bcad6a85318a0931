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

/// A corpus with a rule that has everything a page shows, wide characters included.
fn wide() -> Folder {
    let values: Vec<String> =
        (0..60).map(|i| format!("            - '\\値が長い-{i}-{}.exe'\n", "x".repeat(i))).collect();
    let long = OTHER
        .replace("0c7d7a9e", "3c7d7a9e")
        .replace("Whoami Output Redirected", "長い題名のルール長い題名のルール")
        .replace(
            "        ParentImage: 'C:\\Admin\\tool.exe'\n",
            &format!(
                "        ParentImage|startswith: 'C:\\Admin\\'\n        ParentImage|endswith:\n{}",
                values.concat()
            ),
        );
    let folder = Folder::new(&[("rules/good.yml", GOOD), ("rules/other.yml", OTHER), ("rules/long.yml", &long)]);
    folder.run(&["corpus", "build", "--source", "sigma:ours=rules", "--output", "our.corpus"]).expect(0, "3 rules");
    folder
}

#[test]
fn pages_fit_the_terminal() {
    let folder = wide();
    for columns in [40, 80, 120, 200] {
        for question in [
            &["technique", "T1033"][..],
            &["technique", "T1033", "--all", "--details"],
            &["technique"],
            &["rule", "Whoami Output Redirected"],
            &["indicator", "Image|endswith: \\whoami.exe"],
        ] {
            let args = [question, &["--corpus", "our.corpus"]].concat();
            let ended = folder.run_in(columns, &args).expect(0, "");
            for line in ended.out.lines() {
                let width: usize = line.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum();
                assert!(width <= columns, "{question:?} is wider than {columns}: {line}");
            }
        }
    }
}

#[test]
fn lists_are_as_long_as_wanted() {
    let folder = wide();
    let ask = |more: &[&str]| folder.run(&[&["technique", "T1033", "--corpus", "our.corpus"], more].concat());
    let short = ask(&["--limit", "1"]).expect(0, "").out;
    assert!(short.contains("  … and 1 more (`--all` shows them)\n"), "{short}");
    let usual = ask(&[]).expect(0, "").out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(usual.contains(" or 54 more and ParentImage|startswith: 'C:\\Admin\\'"), "{usual}");
    let all = ask(&["--all"]).expect(0, "").out;
    assert!(!all.contains("`--all`"), "{all}");
    assert!(!all.contains("– Whoami"));
    // What stands behind a line.
    assert!(ask(&["--details"]).expect(0, "").out.contains("       – Whoami Output Redirected (ours)"));
    ask(&["--all", "--limit", "2"]).expect(2, "cannot be used with");
}

#[test]
fn pages_have_formats_for_editors_and_browsers() {
    let folder = wide();
    let ask = |format: &str| {
        folder.run(&["technique", "T1033", "--corpus", "our.corpus", "--format", format]).expect(0, "").out
    };
    let markdown = ask("markdown");
    assert!(markdown.starts_with("### T1033 System Owner/User Discovery\n"), "{markdown}");
    assert!(markdown.contains("| `Image\\|endswith: '\\whoami.exe'` | 3 |"), "{markdown}");
    let html = ask("html");
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
    assert!(html.contains("<code>Image|endswith: &#39;\\whoami.exe&#39;</code>"), "{html}");
    folder.run(&["technique", "--format", "html"]).expect(2, "name a technique");
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
fn a_build_over_the_embedded_corpus_adds_to_it() {
    let folder = built();
    let info = |file: &[&str]| {
        folder.run(&[&["corpus", "info", "--format", "json"], file].concat()).expect(0, "").json()["rules"]
            .as_u64()
            .unwrap()
    };
    let args = ["corpus", "build", "--base", "embedded", "--source", "sigma:ours=rules", "--output", "more.corpus"];
    folder.run(&args).expect(0, "");
    assert_eq!(info(&["more.corpus"]), info(&[]) + 2);
    let diff = folder.run(&["corpus", "diff", "embedded", "more.corpus", "--format", "json"]).expect(0, "").json();
    let titles = |list: &serde_json::Value| {
        let rules = list.as_array().unwrap().iter();
        rules.map(|rule| rule["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&diff["rules"]["came"]), ["Whoami Started From An Office Program", "Whoami Output Redirected"]);
    assert_eq!((titles(&diff["rules"]["went"]).len(), diff["rules"]["changed"].as_array().unwrap().len()), (0, 0));
    let more = diff["rows"]["changed"].as_array().unwrap().iter().find(|row| row["value"] == "whoami.exe").unwrap();
    let (from, to) = (more["indicator"]["from"].as_u64().unwrap(), more["indicator"]["to"].as_u64().unwrap());
    assert_eq!((&more["field"], to), (&"Image".into(), from + 2));
}

#[test]
fn diff_says_what_came_went_and_changed() {
    let folder = built();
    folder.write("rules/good.yml", GOOD.replace("\\whoami.exe", "\\whoareyou.exe"));
    fs::remove_file(folder.at("rules/other.yml")).unwrap();
    folder.write("rules/new.yml", OTHER.replace("0c7d7a9e", "2c7d7a9e").replace("Redirected", "Piped"));
    let args = ["corpus", "build", "--source", "sigma:ours=rules", "--output", "new.corpus"];
    folder.run(&args).expect(0, "2 rules");
    let diff = |args: &[&str]| folder.run(&[&["corpus", "diff"], args].concat());
    let text = diff(&["our.corpus", "new.corpus"]).expect(0, "").out;
    for line in [
        "Rules that came: 1\n  ours  Whoami Output Piped\n",
        "Rules that went: 1\n  ours  Whoami Output Redirected\n",
        "Rules that changed: 1\n  ours  Whoami Started From An Office Program: predicates\n",
        "0 → 1         Image|endswith: '\\whoareyou.exe'\n",
        "2 → 1         Image|endswith: '\\whoami.exe'\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(diff(&["our.corpus", "new.corpus", "--limit", "0"]).expect(0, "").out.contains("and 1 more (`--all`"));
    assert!(diff(&["our.corpus", "our.corpus"]).expect(0, "").out.ends_with("Rules and rows are the same.\n"));
    diff(&["our.corpus", "gone.corpus"]).expect(2, "cannot read `gone.corpus`");
}

#[test]
fn what_cannot_be_read_is_counted_or_listed() {
    let folder = built();
    folder.write("rules/odd.yml", OTHER.replace("0c7d7a9e", "3c7d7a9e").replace("|contains", "|holds"));
    let args = ["corpus", "build", "--source", "sigma:ours=rules", "--output", "odd.corpus"];
    folder.run(&args).expect(0, "1 place could not be read; `--verbose` lists them");
    folder.run(&[&args[..], &["--verbose"]].concat()).expect(0, "odd.yml: unknown modifier `holds`");
    let info = folder.run(&["corpus", "info", "odd.corpus", "--format", "json"]).expect(0, "").json();
    assert_eq!(info["unread_kinds"][0]["reason"], "unknown modifier `…`");
    assert_eq!(info["with_query"]["sigma"], 3);
}

/// A configuration that lays the user's own rules over the test's corpus.
fn local(checks: &str) -> String {
    format!("{checks}\n[corpus]\nfile = 'our.corpus'\nlocal = ['mine', 'more']\n")
}

#[test]
fn own_rules_are_peers_but_never_their_own() {
    let folder = built();
    folder.write("mine/one.yml", OTHER.replace("0c7d7a9e", "4c7d7a9e").replace("Redirected", "Sent"));
    folder.write("more/deep/two.yml", OTHER.replace("0c7d7a9e", "5c7d7a9e").replace("Redirected", "Kept"));
    // Newer than the published one, whose place it takes.
    folder.write("more/three.yml", OTHER);
    // Nothing tells it from itself.
    folder.write(
        "more/four.yml",
        "logsource: {product: windows}\ndetection:\n    s: {Image|endswith: '\\whoami.exe'}\n    condition: s\n",
    );
    folder.write("sigwise.toml", local(""));
    let reach = |args: &[&str]| {
        let json = folder.run(&[args, &["--format", "json"]].concat()).expect(0, "").json();
        match json["indicators"].as_array() {
            Some(all) => all.iter().find(|found| found["value"] == "whoami.exe").unwrap()["reach"].as_u64().unwrap(),
            None => json["reach"].as_u64().unwrap(),
        }
    };
    assert_eq!(reach(&["indicator", "Image|endswith: \\whoami.exe"]), 4);
    assert_eq!(reach(&["advise", "mine/one.yml"]), 3);
    assert_eq!(reach(&["advise", "more/three.yml"]), 3);
    assert_eq!(folder.run(&["technique", "T1033", "--format", "json"]).expect(0, "").json()["counts"]["rules"], 4);
    folder.run(&["rule", "Whoami Output Kept"]).expect(0, "");
    folder.run(&["lint", "mine"]).expect(0, "");
}

#[test]
fn own_rules_that_are_missing_are_said_with_their_place() {
    let folder = built();
    folder.write("mine/one.yml", GOOD);
    folder.write("sigwise.toml", local(""));
    let message = "there is no folder `more`";
    for args in [&["lint", "mine"][..], &["technique"], &["advise", "mine/one.yml"], &["indicator", "whoami"]] {
        let ended = folder.run(args).expect(2, message);
        assert!(ended.err.contains("sigwise.toml:4:18"), "{}", ended.err);
    }
    folder.run(&["lint", "--no-corpus", "mine"]).expect(0, "");
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
    let mut older = bytes.clone();
    older[8] = 1;
    folder.write("older.corpus", &older);
    folder.write("foreign.corpus", "PK\x03\x04");
    for (file, message) in [
        ("older", "a snapshot of format 1, but this version of sigwise reads format"),
        ("foreign", "not a corpus snapshot"),
        ("short", "the snapshot is damaged"),
        ("changed", "the snapshot is damaged"),
        ("empty", "not a corpus snapshot"),
    ] {
        let file = format!("{file}.corpus");
        folder.run(&["lint", "--corpus", &file]).expect(2, message);
        folder.run(&["corpus", "info", &file]).expect(2, message);
        folder.run(&["technique", "--corpus", &file]).expect(2, message);
        folder.run(&["corpus", "diff", "embedded", &file]).expect(2, message);
        folder.write("sigwise.toml", format!("[corpus]\nfile = '{file}'\n"));
        folder.run(&["lint", "rules"]).expect(2, message);
        folder.write("sigwise.toml", "");
    }
    // A build replaces what is damaged, and leaves nothing half written beside it.
    folder.run(&["corpus", "build", "--source", "sigma:ours=rules", "--output", "short.corpus"]).expect(0, "");
    assert_eq!(fs::read(folder.at("short.corpus")).unwrap(), bytes);
    let left = fs::read_dir(folder.path())
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(left.count(), 0);
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
