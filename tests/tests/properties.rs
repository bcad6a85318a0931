//! Invariant 1 and 2 as properties: whatever the text, nothing panics, every span lies in the text and on character
//! boundaries, and line endings, byte order marks and foreign characters move findings without changing them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sigwise_lint::diagnostic::LabelPlace;
use sigwise_lint::{Diagnostic, Settings};
use sigwise_sigma::{File, Span};
use sigwise_tests::markdown::blocks;
use sigwise_tests::markers;
use sigwise_tests::setup::{Setup, shared};

/// Every text that stands in this repository: examples, and the rules of the case files.
fn own_texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    for path in files_below(&root.join("examples"), "yml") {
        texts.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    for path in files_below(&root.join("tests/cases"), "md") {
        for block in
            blocks(&std::fs::read_to_string(&path).unwrap()).iter().filter(|block| block.info.starts_with("yaml"))
        {
            texts.push((format!("{}:{}", path.display(), block.line), markers::split(&block.text).0));
        }
    }
    assert!(texts.len() > 8);
    texts
}

fn corpus_texts() -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
    };
    files_below(&shared().join("corpora/sigmahq"), "yml").into_iter().map(read).collect()
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            out.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            out.push(path);
        }
    }
    out
}

fn setup() -> Setup {
    Setup::new(Settings::everything())
}

/// Lints and looks at every span.
fn check(setup: &Setup, name: &str, text: &str) -> (File, Vec<Diagnostic>) {
    let (file, found) = setup.lint(text);
    let inside = |span: Span, what: &str| {
        let range = span.range();
        let fits = range.start <= range.end
            && range.end <= text.len()
            && text.is_char_boundary(range.start)
            && text.is_char_boundary(range.end);
        assert!(fits, "{name}: {what} at {span:?} of {} bytes in\n{text}", text.len());
    };
    for problem in &file.problems {
        inside(problem.span, &problem.message);
    }
    for diagnostic in &found {
        inside(diagnostic.span, diagnostic.check.id);
        for label in &diagnostic.labels {
            if let LabelPlace::Here(span) = label.place {
                inside(span, "label");
            }
        }
        for edit in diagnostic.fixes.iter().flat_map(|fix| &fix.edits) {
            inside(edit.span, "edit");
        }
    }
    let names: BTreeSet<&str> = found.iter().map(|diagnostic| diagnostic.fingerprint.as_str()).collect();
    assert_eq!(names.len(), found.len(), "{name}: fingerprints are not unique");
    (file, found)
}

fn cut(setup: &Setup, texts: &[(String, String)], step: usize) {
    for (name, text) in texts {
        for at in (0..text.len()).step_by(step).filter(|at| text.is_char_boundary(*at)) {
            check(setup, name, &text[..at]);
        }
    }
}

fn mutate(setup: &Setup, texts: &[(String, String)], rounds: usize) {
    let mut random = fastrand::Rng::with_seed(7);
    let inserts = [
        "\t", "'", "\"", "*", "&a ", "[", "}", ":", "- ", "#", "|", "\n", "\r", "\u{0}", "😀", "漢", "%", "!!",
        "---\n", "<<: *a\n",
    ];
    for (name, text) in texts {
        for _ in 0..rounds {
            let mut at = random.usize(..=text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut changed = text.clone();
            if random.bool() && at < text.len() {
                changed.remove(at);
            } else {
                changed.insert_str(at, inserts[random.usize(..inserts.len())]);
            }
            check(setup, name, &changed);
        }
    }
}

/// What a reader sees of a finding: check, message, line, column.
fn seen(file: &File, found: &[Diagnostic], line_shift: u32) -> Vec<(&'static str, String, u32, u32)> {
    let place = |diagnostic: &Diagnostic| {
        let start = file.source.position(diagnostic.span.start as usize);
        (diagnostic.check.id, diagnostic.message.clone(), start.line - line_shift, start.column)
    };
    found.iter().map(place).collect()
}

fn rewrites(setup: &Setup, texts: &[(String, String)]) {
    for (name, text) in texts.iter().filter(|(_, text)| !text.contains('\r') && !text.starts_with('\u{feff}')) {
        let (file, found) = check(setup, name, text);
        let plain = seen(&file, &found, 0);
        let (crlf_file, mut crlf) = check(setup, name, &text.replace('\n', "\r\n"));
        // The one check that is about them.
        crlf.retain(|diagnostic| diagnostic.check.id != "yaml-line-ending");
        assert_eq!(plain, seen(&crlf_file, &crlf, 0), "{name} with CRLF");
        let (bom_file, bom) = check(setup, name, &format!("\u{feff}{text}"));
        assert_eq!(plain, seen(&bom_file, &bom, 0), "{name} with a byte order mark");
        let (emoji_file, emoji) = check(setup, name, &format!("# 😀 漢字\n{text}"));
        assert_eq!(plain, seen(&emoji_file, &emoji, 1), "{name} behind a comment with emoji");
    }
}

#[test]
fn own_rules_cut_mutated_and_rewritten() {
    let (setup, texts) = (setup(), own_texts());
    cut(&setup, &texts, 7);
    mutate(&setup, &texts, 30);
    rewrites(&setup, &texts);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn corpus_cut_at_every_64th_byte() {
    cut(&setup(), &corpus_texts(), 64);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn corpus_mutated() {
    mutate(&setup(), &corpus_texts(), 8);
}

#[test]
#[ignore = "needs SIGWISE_SHARED"]
fn corpus_rewritten() {
    rewrites(&setup(), &corpus_texts());
}

/// The longer run: `SIGWISE_LONG=1 cargo test --release --test properties -- --ignored every_byte`.
#[test]
#[ignore = "needs SIGWISE_SHARED; an hour, only with SIGWISE_LONG"]
fn corpus_cut_at_every_byte() {
    if std::env::var_os("SIGWISE_LONG").is_some() {
        cut(&setup(), &corpus_texts(), 1);
    }
}
