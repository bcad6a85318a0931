//! Linting as the edges do it, with everything fixed that the edges would bring: date, ids, corpus.

use std::sync::{Arc, OnceLock};

use sigwise_corpus::attack::Attack;
use sigwise_corpus::build::Builder;
use sigwise_corpus::source::{self, Manifest};
use sigwise_corpus::{Corpus, Snapshot};
use sigwise_lint::diagnostic::Applicability;
use sigwise_lint::fix::{Fill, Fixed, fix};
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Diagnostic, Project, Settings, lint};
use sigwise_sigma::{File, Source, parse};

/// The date of every test.
pub const TODAY: (u16, u8, u8) = (2026, 11, 24);

/// The path of a text that has none.
pub const PATH: &str = "rules/proc_creation_win_example.yml";

/// What a test lints with.
#[derive(Debug)]
pub struct Setup {
    /// Which checks are on.
    pub settings: Settings,
    /// What stands behind the advice.
    pub corpus: Option<&'static Corpus>,
    /// Where the text claims to stand.
    pub path: String,
    /// Other files of the project.
    pub others: Vec<(String, String)>,
}

impl Setup {
    /// With these settings, the test corpus, and no other file.
    pub fn new(settings: Settings) -> Self {
        Self { settings, corpus: Some(test_corpus()), path: PATH.to_owned(), others: Vec::new() }
    }

    /// Lints a text.
    pub fn lint(&self, text: impl Into<Vec<u8>>) -> (File, Vec<Diagnostic>) {
        let file = parse(Source::from_bytes(text));
        let found = self.lint_file(&file);
        (file, found)
    }

    /// Applies fixes until nothing is left to fix.
    pub fn fix(&self, text: &str, limit: Applicability) -> Fixed {
        let mut number = 0;
        let mut fresh_id = || {
            number += 1;
            format!("00000000-0000-4000-8000-{number:012}")
        };
        let mut fill = Fill { fresh_id: &mut fresh_id, today: "2026-11-24".to_owned() };
        fix(parse(Source::from_bytes(text)), limit, &mut fill, |file| self.lint_file(file))
    }

    /// Lints a parsed file.
    pub fn lint_file(&self, file: &File) -> Vec<Diagnostic> {
        let mut project = Project::default();
        for (path, text) in &self.others {
            project.add(FileEntries::of(&Arc::from(path.as_str()), &parse(Source::from_bytes(text.as_str()))));
        }
        project.add(FileEntries::of(&Arc::from(self.path.as_str()), file));
        let cx = Context {
            path: &self.path,
            settings: &self.settings,
            project: &project,
            corpus: self.corpus,
            attack: Attack::embedded(),
            today: TODAY,
            named: true,
        };
        lint(file, &cx)
    }
}

/// A corpus of the rules of our own in `tests/corpus`.
///
/// # Panics
/// Where those cannot be read.
pub fn test_corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
        let source = format!("sigma:own={folder}").parse().expect("a source");
        let mut builder = Builder::new(Attack::embedded());
        source::read(&[source], &Manifest::default(), &mut builder, |_, _| {}).expect("the folder of the test corpus");
        Corpus::new(builder.build().and_then(Snapshot::from_bytes).expect("a snapshot"))
    })
}

/// The folder with the rule corpora, where the environment names it.
///
/// # Panics
/// Where `SIGWISE_SHARED` is not set: the tests that call this are ignored without it.
pub fn shared() -> std::path::PathBuf {
    std::env::var_os("SIGWISE_SHARED").map(Into::into).expect("SIGWISE_SHARED names the folder with the corpora")
}
