//! `--since` and `--baseline`: only what is new.

use std::process::Command;

use crate::setup::{FIXABLE, Folder, GOOD, UNTITLED};

/// A repository with these files in its first commit, on the branch `main`.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder);
    folder
}

fn git(folder: &Folder, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A. Tester", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(folder: &Folder) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "-m", "x"]);
}

/// Path and check of every finding.
fn found(folder: &Folder, args: &[&str]) -> Vec<String> {
    let select = ["--select", "duplicate-id,unused-selection", "--format", "json"];
    let json = folder.lint(&[&select, args].concat()).json();
    let diagnostics = json["diagnostics"].as_array().unwrap();
    diagnostics
        .iter()
        .map(|found| format!("{} {}", found["path"].as_str().unwrap(), found["check"].as_str().unwrap()))
        .collect()
}

#[test]
fn only_what_the_branch_brought() {
    let folder = repository(&[("old.yml", UNTITLED), ("good.yml", GOOD)]);
    git(&folder, &["switch", "--quiet", "-c", "topic"]);
    // A text of its own: git would take a copy of `old.yml` for the renamed file.
    let new = "logsource:\n    product: linux\ndetection:\n    sel:\n        a: b\n    condition: sel\n";
    folder.write("new.yml", new);
    commit(&folder);
    assert_eq!(found(&folder, &[]).len(), 2);
    assert_eq!(found(&folder, &["--since", "main"]), ["new.yml missing-title"]);
    // The working tree counts, and so does what is only renamed, or moved by lines above it.
    folder.write("old.yml", format!("# a line\n{UNTITLED}"));
    git(&folder, &["mv", "old.yml", "renamed.yml"]);
    folder.write("unsaved.yml", new.replace("linux", "macos"));
    assert_eq!(found(&folder, &["--since", "main"]), ["new.yml missing-title", "unsaved.yml missing-title"]);
    assert_eq!(found(&folder, &["--since", "main", "renamed.yml"]), [""; 0]);
    let ended = folder.lint(&["--since", "main", "renamed.yml"]).expect(0, "");
    assert_eq!(ended.out, "nothing new found in 1 file; 1 not shown that was there before\n");
    // What `main` got in the meantime is not the branch's.
    commit(&folder);
    git(&folder, &["switch", "--quiet", "main"]);
    folder.write("later.yml", UNTITLED);
    commit(&folder);
    git(&folder, &["switch", "--quiet", "topic"]);
    assert_eq!(found(&folder, &["--since", "main"]), ["new.yml missing-title", "unsaved.yml missing-title"]);
}

#[test]
fn what_a_change_does_to_untouched_files_is_new() {
    let folder = repository(&[("a.yml", GOOD)]);
    folder.write("b.yml", GOOD);
    // Both of them are told, though only one was touched.
    assert_eq!(found(&folder, &["--since", "main"]), ["a.yml duplicate-id", "b.yml duplicate-id"]);
    assert_eq!(found(&folder, &["--since", "main", "--index", ".", "a.yml"]), ["a.yml duplicate-id"]);
    commit(&folder);
    assert_eq!(found(&folder, &["--since", "main"]), [""; 0]);
    // A selection that is unused since its name was taken out of the condition.
    let two = GOOD
        .replace("    condition", "    other:\n        User: x\n    condition")
        .replace(": selection\n", ": selection and other\n");
    folder.write("b.yml", two.replace("5a5f8f2c", "6a5f8f2c"));
    commit(&folder);
    folder.write("b.yml", two.replace("5a5f8f2c", "6a5f8f2c").replace(" and other", ""));
    assert_eq!(found(&folder, &["--since", "HEAD"]), ["b.yml unused-selection"]);
}

#[test]
fn a_folder_within_the_repository_is_enough() {
    let folder = repository(&[("rules/a.yml", UNTITLED), ("rules/sigwise.toml", "ignore = ['all']\n")]);
    folder.write("rules/b.yml", UNTITLED);
    assert_eq!(found(&folder, &["--since", "main", "rules"]), ["rules/b.yml missing-title"]);
}

#[test]
fn where_git_cannot_say() {
    let folder = Folder::new(&[("a.yml", UNTITLED)]);
    folder.lint(&["--since", "main"]).expect(2, "`--since` needs a git repository");
    let folder = repository(&[("a.yml", UNTITLED)]);
    folder
        .lint(&["--since", "gone"])
        .expect(2, "there is no such commit here; fetch it first (`git fetch origin gone`)");
    folder.lint(&["--since", "--help"]).expect(2, "");
    git(&folder, &["switch", "--quiet", "--orphan", "other"]);
    commit(&folder);
    folder.lint(&["--since", "main", "."]).expect(2, "no history in common");
    folder.lint(&["--since", "main", "--fix"]).expect(2, "cannot be used with");
}

#[test]
fn a_shallow_clone_says_what_to_do() {
    let folder = repository(&[("a.yml", UNTITLED)]);
    git(&folder, &["branch", "base"]);
    for _ in 0..3 {
        commit(&folder);
    }
    let clone = Folder::new(&[]);
    let url = format!("file://{}", folder.path().display());
    git(&clone, &["clone", "--quiet", "--depth=1", "--no-single-branch", &url, "clone"]);
    let mut command = clone.command(&["lint", "--since", "origin/base", "."]);
    let output = command.current_dir(clone.at("clone")).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && message.contains("this clone is shallow"), "{message}");
    assert!(message.contains("fetch-depth: 0"), "{message}");
}

#[test]
fn a_baseline_hides_what_it_knows() {
    let folder = Folder::new(&[("a.yml", UNTITLED), ("b.yml", FIXABLE)]);
    let ended = folder.lint(&["--write-baseline", "known.json"]).expect(0, "2 findings written to known.json");
    assert_eq!(ended.out, "");
    let ended = folder.lint(&["--baseline", "known.json"]).expect(0, "");
    assert_eq!(ended.out, "nothing new found in 2 files; 2 not shown that were there before\n");
    folder.write("c.yml", UNTITLED);
    assert_eq!(found(&folder, &["--baseline", "known.json"]), ["c.yml missing-title"]);
    folder.lint(&["--baseline", "gone.json"]).expect(2, "cannot read `gone.json`");
    folder.write("known.json", "{}");
    folder.lint(&["--baseline", "known.json"]).expect(2, "write it again with `--write-baseline`");
    folder.write("known.json", r#"{"version":2,"findings":[]}"#);
    folder.lint(&["--baseline", "known.json"]).expect(2, "it has version 2, and this sigwise knows 1");
}
