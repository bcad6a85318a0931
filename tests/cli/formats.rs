//! What each format prints.

use std::fs;

use crate::setup::{FIXABLE, Folder, GOOD, UNTITLED};

#[test]
fn full() {
    let folder = Folder::new(&[("a.yml", UNTITLED), ("b.yml", FIXABLE)]);
    let expected = "\
error[missing-title]: this rule has no `title`
  ┌─ a.yml:1:1
  │
1 │ logsource:
  │ ^^^^^^^^^

info[unused-suppression]: `missing-title` has no finding on this line to suppress
  ┌─ b.yml:5:34
  │
5 │     selection: # sigwise: ignore[missing-title]
  │                                  ^^^^^^^^^^^^^
  │
  = fix: remove the comment

1 error, 1 info in 2 files; 1 fixable with `--fix`
";
    assert_eq!(folder.lint(&[]).expect(1, "").out, expected);
}

#[test]
fn concise() {
    let folder = Folder::new(&[("rules/a.yml", UNTITLED), ("b.yml", &FIXABLE.replace("selection:", "ÄÖ🦀:"))]);
    let expected = "\
b.yml:5:28: info[unused-suppression] `missing-title` has no finding on this line to suppress
rules/a.yml:1:1: error[missing-title] this rule has no `title`
";
    assert_eq!(folder.lint(&["--format", "concise"]).expect(1, "").out, expected);
    // Paths are printed as they were named.
    let ended = folder.lint(&["--format", "concise", "./rules/"]);
    assert!(ended.out.starts_with("rules/a.yml:1:1: "), "{ended:?}");
    let absolute = folder.at("rules");
    let ended = folder.lint(&["--format", "concise", absolute.to_str().unwrap()]);
    assert!(ended.out.starts_with(absolute.to_str().unwrap()), "{ended:?}");
}

#[test]
fn json() {
    let text = format!("\u{feff}# ä\r\n{}", FIXABLE.replace('\n', "\r\n"));
    let folder = Folder::new(&[("a.yml", &text)]);
    let ended = folder.lint(&["--format", "json"]).expect(0, "");
    let json = ended.json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["summary"]["by_severity"]["info"], 1);
    assert_eq!(json["summary"]["by_check"]["unused-suppression"], 1);
    let found = &json["diagnostics"][0];
    assert_eq!(found["check"], "unused-suppression");
    assert_eq!(found["path"], "a.yml");
    assert_eq!(found["rule"]["title"], "Whoami");
    assert!(found["rule"]["id"].is_null() && found["evidence"].is_null());
    assert_eq!(found["tags"][0], "unnecessary");
    assert_eq!(found["fingerprint"].as_str().unwrap().len(), 16);
    assert!(found["url"].as_str().unwrap().ends_with("/docs/checks/unused-suppression.md"));
    // Bytes count from 0 and include the byte order mark, lines and columns count from 1.
    let (start, end) = (found["span"]["start"].as_u64().unwrap(), found["span"]["end"].as_u64().unwrap());
    assert_eq!(&text[start as usize..end as usize], "missing-title");
    assert_eq!((&found["start"]["line"], &found["start"]["column"]), (&6.into(), &34.into()));
    assert_eq!((&found["end"]["line"], &found["end"]["column"]), (&6.into(), &47.into()));
    // The edits are bytes of the file.
    let edit = &found["fixes"][0]["edits"][0];
    assert_eq!(found["fixes"][0]["applicability"], "safe");
    let (start, end) = (edit["start"].as_u64().unwrap(), edit["end"].as_u64().unwrap());
    let mut fixed = text.clone();
    fixed.replace_range(start as usize..end as usize, edit["text"].as_str().unwrap());
    assert_eq!(fixed, text.replace(" # sigwise: ignore[missing-title]", ""));
}

#[test]
fn statistics_and_output_file() {
    let folder = Folder::new(&[("a.yml", UNTITLED), ("b.yml", UNTITLED), ("c.yml", FIXABLE)]);
    let expected = "\
2  missing-title       error
1  unused-suppression  info
2 errors, 1 info in 3 files; 1 fixable with `--fix`
";
    assert_eq!(folder.lint(&["--statistics"]).expect(1, "").out, expected);
    let ended = folder.lint(&["--format", "json", "--output", "out.json"]).expect(1, "");
    assert_eq!(ended.out, "");
    assert!(folder.read("out.json").starts_with("{\"version\":1"));
    folder.lint(&["--format", "concise", "--output", "out.json"]).expect(1, "");
    assert!(folder.read("out.json").starts_with("a.yml:1:1: error"));
    folder.lint(&["--output", "gone/out.json"]).expect(2, "cannot write `gone/out.json`");
}

#[test]
fn colour_and_links_only_where_they_are_wanted() {
    let folder = Folder::new(&[("a.yml", UNTITLED)]);
    let plain = folder.lint(&[]).out;
    assert!(!plain.contains('\u{1b}'));
    let mut command = folder.command(&["lint", "--color", "always", "--select", "missing-title"]);
    let colored = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(colored.contains("\u{1b}[1m\u{1b}[91merror"), "{colored:?}");
    assert!(colored.contains("missing-title]\u{1b}[0m\u{1b}[1m: this rule has no `title`\u{1b}[0m\n"), "{colored:?}");
    // A pipe is no terminal: nobody can click there.
    assert!(!colored.contains("\u{1b}]8;;"), "{colored:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    let folder = Folder::new(&[]);
    for number in 0..2_000 {
        folder.write(&format!("rules/{number}.yml"), UNTITLED);
    }
    let mut run = Command::new(env!("CARGO_BIN_EXE_sigwise"))
        .args(["lint", "--select", "missing-title", "--no-corpus"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 100];
    run.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn two_runs_print_the_same_bytes() {
    let folder = Folder::new(&[]);
    for number in 0..300 {
        let text = [UNTITLED, GOOD, FIXABLE][number % 3];
        folder.write(&format!("rules/{}/{number}.yml", number % 7), text);
    }
    for format in ["full", "concise", "json"] {
        let first = folder.run(&["lint", "--select", "all", "--format", format]);
        for _ in 0..3 {
            assert_eq!(folder.run(&["lint", "--select", "all", "--format", format]).out, first.out);
        }
    }
    assert!(fs::read_dir(folder.at("rules")).unwrap().count() == 7);
}
