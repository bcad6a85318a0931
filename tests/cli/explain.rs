//! `explain`, `checks`, `completions`, `man`.

use crate::setup::Folder;

#[test]
fn explain_shows_a_page() {
    let folder = Folder::new(&[]);
    let ended = folder.run(&["explain", "missing-title"]).expect(0, "");
    assert!(ended.out.starts_with("# missing-title\n"), "{}", ended.out);
    // By another linter's name, too, which can stand for several checks.
    assert!(folder.run(&["explain", "SigmaTitleError"]).expect(0, "").out.contains(&ended.out));
    folder
        .run(&["explain", "missing-titel"])
        .expect(2, "there is no check named `missing-titel`; did you mean `missing-title`?");
}

#[test]
fn checks_lists_all() {
    let folder = Folder::new(&[]);
    let text = folder.run(&["checks"]).expect(0, "").out;
    let json = folder.run(&["checks", "--format", "json"]).expect(0, "").json();
    assert_eq!(json["version"], 1);
    for check in json["checks"].as_array().unwrap() {
        assert!(text.contains(check["name"].as_str().unwrap()));
    }
}

#[test]
fn completions_and_manual() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(folder.run(&["completions", shell]).expect(0, "").out.contains("fail-on"), "{shell}");
    }
    assert!(folder.run(&["man"]).expect(0, "").out.contains(".TH sigwise 1"));
    assert!(folder.run(&["man", "lint"]).expect(0, "").out.contains("fail\\-on"));
    folder.run(&["man", "lnt"]).expect(2, "did you mean `lint`?");
}
