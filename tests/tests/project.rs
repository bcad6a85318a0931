//! What the index may change: the findings of a file that is not entangled with others are the same whether its project is
//! the whole repository or the file alone. The command line rests on this when it lints files as it reads them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigwise_corpus::attack::Attack;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Diagnostic, Project, Settings, lint};
use sigwise_sigma::{File, Source, parse};
use sigwise_tests::setup::{TODAY, shared};

fn rules(folder: &Path, out: &mut Vec<(Arc<str>, File)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rules(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let file = parse(Source::from_bytes(std::fs::read(&path).unwrap()));
            out.push((Arc::from(path.to_str().unwrap()), file));
        }
    }
}

fn found(path: &str, file: &File, project: &Project) -> Vec<String> {
    let settings = Settings::everything();
    let attack = Attack::embedded();
    let cx = Context { path, settings: &settings, project, corpus: None, attack, today: TODAY, named: false };
    let say = |one: &Diagnostic| format!("{} {:?} {} {}", one.check.id, one.span, one.message, one.fingerprint);
    lint(file, &cx).iter().map(say).collect()
}

fn alone_as_together(folder: &Path) -> (usize, usize) {
    let mut files = Vec::new();
    rules(folder, &mut files);
    let mut project = Project::default();
    files.iter().for_each(|(path, file)| project.add(FileEntries::of(path, file)));
    let entangled = project.entangled();
    for (path, file) in files.iter().filter(|(path, _)| !entangled.contains(&**path)) {
        let mut alone = Project::default();
        alone.add(FileEntries::of(path, file));
        assert_eq!(found(path, file, &alone), found(path, file, &project), "{path}");
    }
    (files.len(), entangled.len())
}

#[test]
fn examples_alone_as_together() {
    let (files, entangled) = alone_as_together(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples"));
    assert!(
        entangled > 0 && entangled < files,
        "the correlation and the filter refer to other rules, the others stand alone"
    );
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn published_rules_alone_as_together() {
    let (files, entangled) = alone_as_together(&shared().join("corpora/sigmahq"));
    assert!(files > 4000 && entangled < files);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn first_submissions_alone_as_together() {
    alone_as_together(&shared().join("prs/first"));
}
