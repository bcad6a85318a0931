//! 0 nothing at or above `--fail-on`, 1 findings, 2 something could not be done.

use crate::setup::{FIXABLE, Folder, GOOD, UNTITLED};

#[test]
fn nothing_found() {
    let folder = Folder::new(&[("good.yml", GOOD)]);
    let ended = folder.lint(&[]).expect(0, "");
    assert_eq!(ended.out, "nothing found in 1 file\n");
}

#[test]
fn findings_count_from_fail_on() {
    let folder = Folder::new(&[("a.yml", FIXABLE)]);
    folder.lint(&[]).expect(0, "");
    folder.lint(&["--fail-on", "info"]).expect(1, "");
    folder.lint(&["--fail-on", "info", "--exit-zero"]).expect(0, "");
    folder.write("a.yml", UNTITLED);
    folder.lint(&[]).expect(1, "");
    folder.lint(&["--fail-on", "error"]).expect(1, "");
    folder.lint(&["--exit-zero"]).expect(0, "");
}

#[test]
fn wrong_usage() {
    let folder = Folder::new(&[("good.yml", GOOD)]);
    folder.lint(&["--formt", "json"]).expect(2, "--format");
    folder.lint(&["--unsafe-fixes"]).expect(2, "goes with `--fix` or `--diff`");
    folder.lint(&["--diff", "--fix"]).expect(2, "cannot be used with");
    folder
        .lint(&["--ignore", "missing-titel"])
        .expect(2, "there is no check named `missing-titel`; did you mean `missing-title`?");
    folder.lint(&["--select", "missing-title,nonsense-beyond-hope"]).expect(2, "`sigwise checks` lists them");
    folder.run(&["explian"]).expect(2, "explain");
}

#[test]
fn paths_that_are_not_there_do_not_stop_the_run() {
    let folder = Folder::new(&[("a.yml", UNTITLED)]);
    let ended =
        folder.lint(&["gone.yml", "a.yml"]).expect(2, "error: cannot read `gone.yml`: no such file or directory");
    assert!(ended.out.contains("missing-title"), "{ended:?}");
    // Not even `--exit-zero` hides that something was not looked at.
    folder.lint(&["gone.yml", "a.yml", "--exit-zero"]).expect(2, "cannot read `gone.yml`");
    folder.lint(&["--index", "gone", "a.yml"]).expect(2, "`gone`: it is no folder");
}

#[test]
fn a_folder_without_rules() {
    let folder = Folder::new(&[("empty/readme.txt", "x"), ("other/ci.yml", "on: push\n"), ("rules/a.yml", GOOD)]);
    folder.lint(&["empty"]).expect(2, "no Sigma rule below `empty`");
    folder.lint(&["other"]).expect(2, "no Sigma rule below `other`");
    folder.lint(&["other", "rules"]).expect(2, "no Sigma rule below `other`");
    folder.lint(&["rules"]).expect(0, "");
    folder.lint(&[]).expect(0, "");
}

#[test]
fn files_that_are_no_rules_are_skipped() {
    let folder = Folder::new(&[("ci.yml", "on: push\n"), ("list.yml", "- a\n"), ("a.yml", GOOD)]);
    let ended = folder.lint(&["--format", "json"]).expect(0, "");
    assert_eq!(ended.json()["summary"]["files"], 1);
    assert_eq!(ended.json()["summary"]["skipped"], 2);
    let ended = folder.lint(&["ci.yml", "--format", "json"]).expect(0, "");
    assert_eq!(ended.json()["summary"]["files"], 0);
    assert_eq!(ended.json()["summary"]["skipped"], 1);
    // Only a file that was named, and that holds no map of keys, is told so.
    folder.lint(&["list.yml", "--format", "concise"]).expect(1, "").out.contains("yaml-not-a-map");
    folder.lint_stdin("on: push\n", &[]).expect(0, "");
}
