//! Which files a run takes, which configuration holds for each, and what the project is.

use crate::setup::{Folder, GOOD, UNTITLED};

/// The paths with findings.
fn paths(folder: &Folder, args: &[&str]) -> Vec<String> {
    let ended = folder.lint(&[&["--format", "json"], args].concat());
    let json = ended.json();
    let found = json["diagnostics"].as_array().unwrap().iter();
    found.map(|found| found["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn folders_are_walked_as_git_sees_them() {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "build/\n"),
        (".hidden/a.yml", UNTITLED),
        ("build/a.yml", UNTITLED),
        ("b.YAML", UNTITLED),
        ("c.txt", UNTITLED),
        ("a/c.yml", UNTITLED),
    ]);
    assert_eq!(paths(&folder, &[]), ["a/c.yml", "b.YAML"]);
    // What is named is taken, whatever its name.
    assert_eq!(paths(&folder, &["c.txt", "build/a.yml", ".hidden/a.yml"]), [".hidden/a.yml", "build/a.yml", "c.txt"]);
    // Each file once.
    assert_eq!(paths(&folder, &["a", "a/c.yml", "./a/../a/c.yml", "."]).len(), 2);
}

#[test]
fn the_nearest_configuration_holds() {
    let folder = Folder::new(&[
        ("sigwise.toml", "ignore = ['all']\nexclude = ['old/**']\n"),
        ("a.yml", UNTITLED),
        ("old/a.yml", UNTITLED),
        ("near/sigwise.toml", "ignore = ['missing-title']\n"),
        ("near/deep/a.yml", UNTITLED),
        ("other.toml", "profile = 'spec'\n[checks.missing-title]\nseverity = 'hint'\n"),
    ]);
    let found = |args: &[&str]| {
        let ended = folder.run(&[&["lint", "--no-corpus", "--format", "concise"], args].concat());
        ended.out.lines().filter(|line| line.contains("missing-title")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(found(&["."]).is_empty());
    assert_eq!(found(&["--select", "missing-title", "."]).len(), 2);
    // `exclude` keeps a file out of folders; named, it is looked at.
    assert_eq!(found(&["--select", "missing-title", "old/a.yml"]).len(), 1);
    // Hooks name every file.
    assert_eq!(found(&["--select", "missing-title", "--force-exclude", "old/a.yml", "a.yml"]).len(), 1);
    folder.lint(&["--force-exclude", "old/a.yml"]).expect(0, "");
    let hints = found(&["--config", "other.toml", "."]);
    assert_eq!(hints.len(), 3);
    assert!(hints.iter().all(|line| line.contains("hint[missing-title]")), "{hints:?}");
}

#[test]
fn a_typo_in_the_configuration_is_shown_where_it_stands() {
    let folder = Folder::new(&[("a.yml", GOOD)]);
    folder.write("sigwise.toml", "profile = 'default'\nignor = ['x']\n");
    let ended = folder.lint(&[]).expect(2, "unknown field `ignor`");
    assert!(ended.err.contains("sigwise.toml:2:1") && ended.err.contains("^^^^^"), "{}", ended.err);
    assert_eq!(ended.out, "");
    folder.write("sigwise.toml", "ignore = ['missing-titel']\nselect = ['nonsense-beyond-hope']\n");
    let ended = folder.lint(&[]).expect(2, "did you mean `missing-title`?");
    assert!(ended.err.contains("nonsense-beyond-hope") && ended.err.contains("sigwise.toml:1:11"), "{}", ended.err);
    folder.write("sigwise.toml", "ignore = [");
    folder.lint(&[]).expect(2, "sigwise.toml:1:");
    folder.lint(&["--config", "gone.toml"]).expect(2, "cannot read `gone.toml`");
}

#[test]
fn the_official_linters_configuration_is_read() {
    let folder = Folder::new(&[
        ("a.yml", UNTITLED),
        ("conf.yml", "validators:\n    - all\n    - -SigmaTitleError\n    - nonsense\n"),
    ]);
    let ended = folder.run(&["lint", "--no-corpus", "--config", "conf.yml", "a.yml"]);
    assert!(ended.err.contains("no equivalent here: nonsense") && !ended.out.contains("missing-title"), "{ended:?}");
    folder.write("conf.yml", "validators: {");
    folder.run(&["lint", "--config", "conf.yml"]).expect(2, "no configuration of the official linter");
}

#[test]
fn a_missing_or_damaged_corpus_is_said() {
    let folder = Folder::new(&[("a.yml", GOOD), ("bad.corpus", "nonsense")]);
    folder.run(&["lint", "--corpus", "gone.corpus"]).expect(2, "cannot read `gone.corpus`");
    folder.run(&["lint", "--corpus", "bad.corpus"]).expect(2, "cannot use `bad.corpus`: not a corpus snapshot");
    folder.write("sigwise.toml", "[corpus]\nfile = 'bad.corpus'\n");
    folder.run(&["lint"]).expect(2, "bad.corpus`: not a corpus snapshot");
    folder.write("sigwise.toml", "[corpus]\nenabled = false\n");
    folder.run(&["lint"]).expect(0, "");
    folder.run(&["lint", "--attack", "."]).expect(2, "techniques.tsv");
}

#[test]
fn the_index_reaches_beyond_the_run() {
    let other = GOOD.replace("Whoami Started", "Whoami Begun");
    let folder = Folder::new(&[("rules/new/a.yml", &other), ("rules/old.yml", GOOD), ("rules/broken.yml", "title: [")]);
    let found = |args: &[&str]| {
        folder.run(&[&["lint", "--no-corpus", "--select", "duplicate-id", "--format", "json"], args].concat())
    };
    assert_eq!(found(&["rules/new"]).expect(0, "").json()["diagnostics"].as_array().unwrap().len(), 0);
    let json = found(&["rules/new", "--index", "rules"]).expect(1, "").json();
    assert_eq!(json["summary"]["files"], 1);
    let found = &json["diagnostics"][0];
    assert_eq!((&found["path"], &found["labels"][0]["path"]), (&"rules/new/a.yml".into(), &"rules/old.yml".into()));
    let mut command = folder.command(&["lint", "--select", "duplicate-id", "--no-corpus", "--index", "..", "."]);
    let output = command.current_dir(folder.at("rules/new")).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("../old.yml:2:5"));
}
