//! `--fix`, `--unsafe-fixes`, `--diff`.

use std::fs;

use crate::setup::{FIXABLE, Folder, GOOD, UNTITLED};

const FIXED: &str = "\
title: Whoami
logsource:
    category: process_creation
detection:
    selection:
        Image|endswith: '\\whoami.exe' # stays
    condition: selection
";

#[test]
fn fix_writes_and_reports_what_remains() {
    let folder = Folder::new(&[("a.yml", FIXABLE), ("b.yml", UNTITLED), ("good.yml", GOOD)]);
    let ended = folder.lint(&["--fix"]).expect(1, "");
    assert!(ended.out.ends_with("1 finding fixed in 1 file\n1 error in 3 files\n"), "{ended:?}");
    assert_eq!(folder.read("a.yml"), FIXED);
    assert_eq!(folder.read("b.yml"), UNTITLED);
    // A second run has nothing to do.
    assert!(!folder.lint(&["--fix"]).out.contains("fixed"));
    assert_eq!(folder.read("a.yml"), FIXED);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn fix_keeps_line_endings_byte_order_mark_and_permissions() {
    let text = format!("\u{feff}{}", FIXABLE.replace('\n', "\r\n"));
    let folder = Folder::new(&[("a.yml", &text)]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder.at("a.yml"), fs::Permissions::from_mode(0o640)).unwrap();
    }
    folder.lint(&["--fix"]).expect(0, "");
    assert_eq!(folder.read("a.yml"), format!("\u{feff}{}", FIXED.replace('\n', "\r\n")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.at("a.yml")).unwrap().permissions().mode() & 0o777, 0o640);
    }
}

#[cfg(unix)]
#[test]
fn fix_writes_through_a_link() {
    let folder = Folder::new(&[("real/a.txt", FIXABLE)]);
    std::os::unix::fs::symlink("real/a.txt", folder.at("a.yml")).unwrap();
    folder.lint(&["--fix", "a.yml"]).expect(0, "");
    assert!(fs::symlink_metadata(folder.at("a.yml")).unwrap().is_symlink());
    assert_eq!(folder.read("real/a.txt"), FIXED);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_said_and_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("a.yml", FIXABLE), ("b.yml", FIXABLE)]);
    fs::set_permissions(folder.at("a.yml"), fs::Permissions::from_mode(0o444)).unwrap();
    folder.lint(&["--fix"]).expect(2, "cannot write `a.yml`: permission denied");
    assert_eq!(folder.read("a.yml"), FIXABLE);
    assert_eq!(folder.read("b.yml"), FIXED);
}

#[test]
fn diff_shows_what_fix_writes_and_writes_nothing() {
    let folder = Folder::new(&[("a.yml", FIXABLE), ("sub/b.yml", FIXABLE.trim_end()), ("good.yml", GOOD)]);
    let ended = folder.lint(&["--diff"]).expect(0, "`--fix` would fix 2 findings in 2 files");
    let expected = "\
--- a.yml
+++ a.yml
@@ -2,6 +2,6 @@
 logsource:
     category: process_creation
 detection:
-    selection: # sigwise: ignore[missing-title]
+    selection:
         Image|endswith: '\\whoami.exe' # stays
     condition: selection
--- sub/b.yml
+++ sub/b.yml
@@ -2,6 +2,6 @@
 logsource:
     category: process_creation
 detection:
-    selection: # sigwise: ignore[missing-title]
+    selection:
         Image|endswith: '\\whoami.exe' # stays
     condition: selection
\\ No newline at end of file
";
    assert_eq!(ended.out, expected);
    assert_eq!(folder.read("a.yml"), FIXABLE);
    // Nothing was fixed, so what was found counts.
    folder.lint(&["--diff", "--fail-on", "info"]).expect(1, "");
    folder.write("a.yml", GOOD);
    folder.write("sub/b.yml", GOOD);
    assert_eq!(folder.lint(&["--diff"]).expect(0, "nothing to fix").out, "");
}

#[test]
fn stdin_is_fixed_to_stdout() {
    let folder = Folder::new(&[]);
    let ended = folder.lint_stdin(FIXABLE, &["--fix"]).expect(0, "1 finding fixed in 1 file");
    assert_eq!(ended.out, FIXED);
    // What has nothing to fix comes out as it went in.
    assert_eq!(folder.lint_stdin(UNTITLED, &["--fix"]).expect(1, "missing-title").out, UNTITLED);
    assert_eq!(folder.lint_stdin("on: push\n", &["--fix"]).expect(0, "").out, "on: push\n");
    assert!(folder.lint_stdin(FIXABLE, &["--diff"]).out.starts_with("--- <stdin>\n+++ <stdin>\n"));
    assert!(folder.lint_stdin(UNTITLED, &["--format", "concise"]).out.starts_with("<stdin>:1:1: error"));
}

#[test]
fn a_new_id_is_the_same_in_every_run_and_settles_the_duplicate() {
    let folder = Folder::new(&[("a.yml", GOOD), ("b.yml", &GOOD.replace("Whoami Started", "Whoami Begun"))]);
    let lint = |args: &[&str]| {
        folder.run(&[&["lint", "--no-corpus", "--select", "duplicate-id", "--unsafe-fixes"], args].concat())
    };
    let diff = lint(&["--diff"]).expect(1, "`--fix` would fix 1 finding in 1 file").out;
    assert_eq!(lint(&["--diff"]).out, diff);
    lint(&["--fix"]).expect(0, "");
    let new = diff.lines().find_map(|line| line.strip_prefix("+id: ")).unwrap();
    assert!(folder.read("a.yml").contains(new), "{diff}");
}

/// Killed at any moment, a run leaves each file as it was or as it should be.
#[cfg(unix)]
#[test]
fn an_interrupted_fix_leaves_the_old_or_the_new_file() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    for delay in [0, 2, 5, 10, 20, 40] {
        let folder = Folder::new(&[]);
        for number in 0..300 {
            folder.write(&format!("{number}.yml"), FIXABLE);
        }
        let mut run = Command::new(env!("CARGO_BIN_EXE_sigwise"))
            .args(["lint", "--fix", "--no-corpus", "--select", "unused-suppression,missing-title"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        run.kill().unwrap();
        run.wait().unwrap();
        for number in 0..300 {
            let text = folder.read(&format!("{number}.yml"));
            assert!(text == FIXABLE || text == FIXED, "{text}");
        }
    }
}
