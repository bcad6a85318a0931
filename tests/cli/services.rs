//! The formats that services read: code scanning, annotations, merge requests, test reports, review comments.

use std::fs;

use serde_json::{Value, json};

use crate::setup::{FIXABLE, Folder, UNTITLED};

/// A repository with rules in a folder whose name has to be escaped, characters of several bytes before a finding, and a rule
/// that two checks speak of.
fn repository() -> Folder {
    let folder = Folder::new(&[
        ("my rules/ä,b.yml", UNTITLED),
        ("fix.yml", &FIXABLE.replace("selection: #", "ÄÖ🦀: #")),
        (
            "twin.yml",
            "title: Twin\nid: 0f7d6f56-8f6b-4f39-8d2c-7f6b1f6f0c1d\nlogsource:\n    category: x\ndetection: {}\n",
        ),
        (
            "win.yml",
            "title: Win\nid: 0f7d6f56-8f6b-4f39-8d2c-7f6b1f6f0c1d\nlogsource:\n    category: x\ndetection: {}\n",
        ),
    ]);
    fs::create_dir(folder.at(".git")).unwrap();
    folder
}

fn lint(folder: &Folder, format: &str) -> String {
    folder.lint(&["--select", "duplicate-id", "--format", format]).expect(1, "").out
}

#[test]
fn sarif_is_valid_and_complete() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let folder = repository();
    let log: Value = serde_json::from_str(&lint(&folder, "sarif")).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let empty: Value = serde_json::from_str(&folder.lint(&["--format", "sarif", "win.yml"]).out).unwrap();
    assert!(validator.is_valid(&empty) && empty["runs"][0]["results"] == json!([]), "{empty}");

    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Fires"), "{rule}");
        assert_eq!(result["partialFingerprints"]["sigwise/v1"].as_str().unwrap().len(), 16);
    }
    let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
    let fixable = place(&results[0]);
    assert_eq!(fixable["artifactLocation"], json!({ "uri": "fix.yml", "uriBaseId": "%SRCROOT%" }));
    // Columns count characters: the crab is one.
    assert_eq!((&fixable["region"]["startColumn"], &fixable["region"]["endColumn"]), (&28.into(), &41.into()));
    let replacement = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "");
    assert_eq!(results[0]["level"], "note");
    assert_eq!(place(&results[1])["artifactLocation"]["uri"], "my%20rules/%C3%A4%2Cb.yml");
    let twin = &results[2]["relatedLocations"][0];
    assert_eq!(twin["physicalLocation"]["artifactLocation"]["uri"], "win.yml");
    assert_eq!(twin["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn github_shows_the_most_severe_first() {
    let expected = "\
::error title=missing-title,file=my rules/ä%2Cb.yml,line=1,endLine=1,col=1,endColumn=10::this rule has no `title`
";
    let folder = repository();
    let out = lint(&folder, "github");
    assert!(out.starts_with(expected), "{out}");
    let last = out.lines().last().unwrap();
    assert_eq!(
        last,
        "::notice title=unused-suppression,file=fix.yml,line=5,endLine=5,col=28,endColumn=41::`missing-title` has no \
         finding on this line to suppress%0Afix: remove the comment"
    );
}

#[test]
fn github_gets_the_whole_list_as_the_summary_of_the_step() {
    let folder = repository();
    folder.write("summary.md", "before\n");
    let mut command = folder.command(&["lint", "--no-corpus", "--select", "missing-title", "--format", "github"]);
    command.env("GITHUB_STEP_SUMMARY", folder.at("summary.md")).env("GITHUB_OUTPUT", folder.at("outputs"));
    command.output().unwrap();
    let page = "https://github.com/sigwise/sigwise/blob/main/docs/checks/missing-title.md";
    let expected = format!(
        "before\n## sigwise\n\n1 error in 4 files.\n\n| severity | check | place | finding |\n|---|---|---|---|\n\
         | error | [missing-title]({page}) | `my rules/ä,b.yml:1:1` | this rule has no `title` |\n"
    );
    assert_eq!(folder.read("summary.md"), expected);
    assert_eq!(folder.read("outputs"), "errors=1\nwarnings=0\ninfos=0\nhints=0\nfiles=4\n");
}

#[test]
fn gitlab_reads_a_list_of_issues_with_unique_fingerprints() {
    let issues: Vec<Value> = serde_json::from_str(&lint(&repository(), "gitlab")).unwrap();
    let mut fingerprints: Vec<_> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 4);
    let untitled = json!({
        "description": "this rule has no `title`",
        "check_name": "missing-title",
        "fingerprint": issues[1]["fingerprint"],
        "severity": "critical",
        "location": {
            "path": "my rules/ä,b.yml",
            "positions": { "begin": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 10 } },
        },
    });
    assert_eq!(issues[1], untitled);
}

#[test]
fn junit_fails_where_the_run_does() {
    let folder = repository();
    let out = lint(&folder, "junit");
    assert!(
        out.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sigwise\" tests=\"4\" failures=\"3\""
        ),
        "{out}"
    );
    assert!(out.contains("<testcase name=\"unused-suppression:5:28\" classname=\"fix.yml\">"), "{out}");
    let strict = folder.lint(&["--format", "junit", "--fail-on", "hint", "fix.yml"]).out;
    assert!(strict.contains("tests=\"1\" failures=\"1\""), "{strict}");
    let nothing = folder.lint(&["--format", "junit", "win.yml"]).out;
    assert!(nothing.contains("tests=\"1\" failures=\"0\"") && nothing.contains("name=\"no findings\""), "{nothing}");
}

#[test]
fn reviewdog_counts_bytes_and_gets_suggestions() {
    let result: Value = serde_json::from_str(&lint(&repository(), "rdjson")).unwrap();
    assert_eq!(result["source"]["name"], "sigwise");
    let found = &result["diagnostics"][0];
    assert_eq!(found["severity"], "INFO");
    assert_eq!(found["code"]["value"], "unused-suppression");
    // `ÄÖ🦀` are three characters in eight bytes.
    let range = json!({ "start": { "line": 5, "column": 33 }, "end": { "line": 5, "column": 46 } });
    assert_eq!(found["location"], json!({ "path": "fix.yml", "range": range }));
    let suggestion = json!({
        "range": { "start": { "line": 5, "column": 14 }, "end": { "line": 5, "column": 47 } },
        "text": "",
    });
    assert_eq!(found["suggestions"], json!([suggestion]));
}
