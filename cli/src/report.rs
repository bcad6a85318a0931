//! What a run found, in the form that every format prints. Spans become lines and columns in the formats, and nowhere else.

pub(crate) mod concise;
pub(crate) mod full;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod rdjson;
pub(crate) mod sarif;
pub(crate) mod statistics;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use sigwise_lint::diagnostic::{Applicability, Fix};
use sigwise_lint::{Check, Diagnostic, Severity};
use sigwise_sigma::{Source, Span};
use sigwise_workspace::fill::Texts;
use sigwise_workspace::path::relative;

use crate::source::seen_from;
use crate::terminal::counted;

/// What a run found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The files with findings, in the order of their paths.
    pub(crate) files: Vec<Linted>,
    /// How many Sigma files were linted.
    pub(crate) linted: usize,
    /// How many YAML files are no Sigma files.
    pub(crate) skipped: usize,
    /// What was fixed before.
    pub(crate) fixed: Fixed,
    /// How many findings are not shown because they were there before.
    pub(crate) known: usize,
    /// How the user calls the files of the run.
    pub(crate) names: Names,
    /// The project root and the working directory, for places in files outside the run.
    pub(crate) root: PathBuf,
    pub(crate) cwd: PathBuf,
    /// For fixes that insert today's date.
    pub(crate) today: (u16, u8, u8),
}

/// A file with findings.
#[derive(Debug)]
pub(crate) struct Linted {
    /// Its path as the user named it.
    pub(crate) shown: String,
    /// Its path relative to the project root.
    pub(crate) path: Arc<str>,
    /// Its text.
    pub(crate) source: Source,
    /// In the order of the file.
    pub(crate) findings: Vec<Finding>,
}

/// A fix whose edits have their text.
#[derive(Debug)]
pub(crate) struct Filled<'a> {
    pub(crate) fix: &'a Fix,
    /// In the order of the file, not overlapping.
    pub(crate) edits: Vec<(Span, Cow<'a, str>)>,
}

/// A finding and the rule it is in.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) diagnostic: Diagnostic,
    /// `None` where the document is no rule.
    pub(crate) rule: Option<Rule>,
}

/// What a rule calls itself.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
}

/// What was fixed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fixed {
    /// How many fixes were applied.
    pub(crate) fixes: usize,
    /// In how many files.
    pub(crate) files: usize,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fixed in {}", counted(self.fixes, "finding"), counted(self.files, "file"))
    }
}

/// How the user calls the files of a run, by their path relative to the root.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(Arc<str>, String)>);

impl Names {
    /// From pairs in the order of the paths.
    pub(crate) fn new(pairs: impl Iterator<Item = (Arc<str>, String)>) -> Self {
        Self(pairs.collect())
    }

    fn get(&self, path: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(known, _)| (**known).cmp(path)).ok()?;
        self.0.get(at).map(|(_, shown)| shown.as_str())
    }
}

impl Report {
    /// The path of a file within its repository, with `/`: what services know it by. A path relative to the project root where
    /// there is no repository, an absolute one where the file lies outside.
    pub(crate) fn in_repository(&self, path: &str) -> String {
        let top = self.root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&self.root);
        relative(&self.root.join(path), top)
    }

    /// The fixes of a finding, their templates filled.
    pub(crate) fn fixes<'a>(&self, file: &Linted, found: &'a Diagnostic) -> Vec<Filled<'a>> {
        let mut texts = Texts::new(&file.path, file.source.text(), &found.fingerprint, self.today);
        let mut fixes = Vec::with_capacity(found.fixes.len());
        for fix in &found.fixes {
            fixes.push(Filled {
                fix,
                edits: fix.edits.iter().map(|edit| (edit.span, texts.next(&edit.text))).collect(),
            });
        }
        fixes
    }

    /// The highest severity found.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.diagnostics().map(|diagnostic| diagnostic.severity).max()
    }

    /// All findings, file by file.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(|file| file.findings.iter().map(|finding| &finding.diagnostic))
    }

    /// How many findings each severity has, most severe first.
    pub(crate) fn by_severity(&self) -> [(Severity, usize); 4] {
        Severity::ALL.map(|severity| (severity, self.diagnostics().filter(|found| found.severity == severity).count()))
    }

    /// How many findings each check has.
    pub(crate) fn by_check(&self) -> BTreeMap<&'static str, (&'static Check, usize)> {
        let mut counts = BTreeMap::new();
        for diagnostic in self.diagnostics() {
            counts.entry(diagnostic.check.id).or_insert((diagnostic.check, 0)).1 += 1;
        }
        counts
    }

    /// How many findings have a fix: a safe one, and only unsafe ones.
    pub(crate) fn fixable(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for diagnostic in self.diagnostics() {
            if diagnostic.fixes.iter().any(|fix| fix.applicability == Applicability::Safe) {
                counts.0 += 1;
            } else if !diagnostic.fixes.is_empty() {
                counts.1 += 1;
            }
        }
        counts
    }

    /// How the user calls the file at this path relative to the root.
    pub(crate) fn shown(&self, path: &str) -> String {
        self.names.get(path).map_or_else(|| seen_from(&self.root.join(path), &self.cwd), str::to_owned)
    }
}

/// What a service shows that has one text for a finding: the message, why it matters, and what to do.
pub(crate) fn full_text(found: &Diagnostic) -> String {
    let fix = found.fixes.first().map(|fix| format!("fix: {}", fix.title));
    let lines = std::iter::once(&found.message).chain(&found.notes).chain(&fix);
    lines.map(String::as_str).collect::<Vec<_>>().join("\n")
}
