//! Files that want to hurt: each ends in a message and an exit code, and the rest of the run goes on.

use std::fs;
use std::time::{Duration, Instant};

use crate::setup::{FIXABLE, Folder, UNTITLED};

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let folder = Folder::new(&[("a.yml", UNTITLED)]);
    for (path, text) in [("huge.yml", UNTITLED), ("other.yml", "on: push\n")] {
        folder.write(path, text);
        fs::File::options().write(true).open(folder.at(path)).unwrap().set_len(100 << 20).unwrap();
    }
    let started = Instant::now();
    let ended = folder.lint(&["--select", "file-too-large", "--format", "concise"]).expect(1, "");
    assert!(ended.out.contains("a.yml:1:1: error[missing-title]"), "{ended:?}");
    assert!(ended.out.contains("huge.yml:1:1: error[file-too-large] the file has 104857600 bytes"), "{ended:?}");
    assert!(!ended.out.contains("other.yml"), "{ended:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    folder.lint_stdin(vec![b'a'; 20 << 20], &[]).expect(2, "cannot read `<stdin>`: it has more than 16 MiB");
}

#[test]
fn binary_is_no_rule() {
    let bytes: Vec<u8> = (0..4096_u32).map(|number| (number * 7919 % 251) as u8).collect();
    let folder = Folder::new(&[("a.yml", UNTITLED)]);
    folder.write("noise.yml", &bytes);
    folder.write("zeros.yml", [0; 512]);
    let ended = folder.lint(&["--format", "json"]).expect(1, "");
    assert_eq!(ended.json()["summary"]["skipped"], 2);
    let ended = folder.lint(&["noise.yml", "zeros.yml"]);
    assert!(ended.code < 2, "{ended:?}");
}

#[test]
fn bytes_that_are_not_utf8_are_never_rewritten() {
    let mut bytes = FIXABLE.as_bytes().to_vec();
    bytes.extend(b"description: caf\xe9\n");
    let folder = Folder::new(&[]);
    folder.write("a.yml", &bytes);
    let ended = folder.lint(&["--fix"]);
    assert!(ended.out.contains("unused-suppression") && !ended.out.contains("fixed in"), "{ended:?}");
    assert_eq!(fs::read(folder.at("a.yml")).unwrap(), bytes);
    let mut command = folder.command(&["lint", "--fix", "-"]);
    assert_eq!(command.write_stdin(bytes.clone()).output().unwrap().stdout, bytes);
}

#[test]
fn deep_nesting_and_wide_conditions_end() {
    let deep = format!("title: a\ndetection: {}\n", "[".repeat(5_000));
    let blocks: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let parentheses = format!(
        "{}condition: {}selection{}\n",
        &UNTITLED[..UNTITLED.find("condition").unwrap()],
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    let folder = Folder::new(&[
        ("deep.yml", &deep),
        ("blocks.yml", &format!("title: a\ndetection:\n{blocks}")),
        ("parens.yml", &parentheses),
    ]);
    for format in ["full", "concise", "json"] {
        let ended = folder.run(&["lint", "--select", "all", "--format", format]);
        assert!(ended.code < 2, "{} {}", ended.code, ended.err);
        assert!(ended.out.len() < 1 << 20, "{format}: {} bytes", ended.out.len());
    }
}

#[test]
fn a_file_cannot_steer_the_terminal() {
    let text = UNTITLED.replace("selection:", "'s\u{1b}[31m\u{9b}2J\u{202e}': # sigwise: ignore[x\u{1b}]0;owned\u{7}]");
    let folder = Folder::new(&[("a.yml", &text)]);
    folder.write("b\u{1b}[5m.yml", UNTITLED);
    for format in ["full", "concise"] {
        let ended = folder.run(&["lint", "--select", "all", "--format", format]);
        let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!ended.out.contains(steers) && !ended.err.contains(steers), "{ended:?}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("rules/a.yml", UNTITLED)]);
    symlink(".", folder.at("rules/loop")).unwrap();
    symlink("b.yml", folder.at("rules/c.yml")).unwrap();
    symlink("c.yml", folder.at("rules/b.yml")).unwrap();
    let ended = folder.lint(&["rules", "--format", "json"]).expect(1, "");
    assert_eq!(ended.json()["summary"]["files"], 1);
    folder.lint(&["rules/b.yml"]).expect(2, "cannot read `rules/b.yml`: too many levels of symbolic links");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("a.yml", UNTITLED), ("secret.yml", UNTITLED), ("closed/a.yml", UNTITLED)]);
    fs::set_permissions(folder.at("secret.yml"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(folder.at("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything.
    if fs::read(folder.at("secret.yml")).is_err() {
        let ended = folder.lint(&[]).expect(2, "cannot read `secret.yml`: permission denied");
        assert!(ended.err.contains("cannot read `closed`: permission denied"), "{}", ended.err);
        assert!(ended.out.contains("a.yml:1:1"), "{}", ended.out);
    }
    fs::set_permissions(folder.at("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_very_long_line_is_shown_in_part() {
    let long = format!(
        "title: a\ndetection:\n    selection: [{}] # sigwise: ignore[nonsense]\n    condition: selection\n",
        "'x', ".repeat(100_000)
    );
    let folder = Folder::new(&[("a.yml", &long)]);
    let ended = folder.lint(&[]).expect(1, "");
    assert!(
        ended.out.contains("a.yml:3:500037") && ended.out.len() < 4096,
        "{}",
        &ended.out[..2_000.min(ended.out.len())]
    );
}
