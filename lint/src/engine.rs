//! Runs the checks that are switched on over one file.

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_sigma::{Body, File};

use crate::check::{Check, Run};
use crate::checks;
use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fingerprint;
use crate::peers::Peers;
use crate::project::Project;
use crate::report::Report;
use crate::rule::{CorrelationRule, DetectionRule, FilterRule, RuleDocument};
use crate::suppress::Suppressions;

/// What the engine may not fetch itself; the command line and the server fill it, tests fix it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The file's path relative to the project root, with `/`.
    pub path: &'a str,
    /// What the configuration says for this file.
    pub settings: &'a Settings,
    /// Ids, titles and names of the project's rules, this file's included.
    pub project: &'a Project,
    /// What published rules do; `None` with `--no-corpus`.
    pub corpus: Option<&'a Corpus>,
    /// The ATT&CK tables.
    pub attack: &'a Attack,
    /// Today's date, `(year, month, day)`.
    pub today: (u16, u8, u8),
    /// The user named this very file on the command line, so that it is told if it is no rule.
    pub named: bool,
}

/// Lints a file: every finding that is neither switched off nor suppressed, in the order of the file.
///
/// A file that is no Sigma file gets nothing; one that was named on the command line and is no map of keys is told so.
pub fn lint(file: &File, cx: &Context<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !file.is_sigma {
        if cx.named {
            checks::report_named(file, cx, &mut found);
        }
        fingerprint::assign(file, cx.path, cx.project, &mut found);
        return found;
    }
    let peers: Vec<Peers<'_>> = file.documents.iter().map(|_| Peers::new(cx)).collect();
    for (index, check) in checks::ALL.iter().enumerate() {
        if cx.settings.is_enabled(index) {
            run(check, cx.settings.severity(index), file, &peers, cx, &mut found);
        }
    }
    found.retain(|diagnostic| {
        let id = file.documents.get(diagnostic.document).and_then(|document| document.id());
        id.is_none_or(|id| !cx.settings.excludes_rule(&id.text, diagnostic.check))
    });
    let suppressions = Suppressions::read(file);
    suppressions.apply(file, cx, &mut found);
    // A file that was not read as written must not be rewritten: the edits would stand on invented text.
    if !file.source.invalid().is_empty() {
        for diagnostic in &mut found {
            diagnostic.fixes.clear();
        }
    }
    found.sort_by(|a, b| {
        (a.span, a.check.id, &a.message, a.document).cmp(&(b.span, b.check.id, &b.message, b.document))
    });
    // A key that several documents inherit from a global one is one mistake, not several.
    found.dedup_by(|later, first| {
        later.check == first.check && later.span == first.span && later.message == first.message
    });
    fingerprint::assign(file, cx.path, cx.project, &mut found);
    found
}

fn run<'a>(
    check: &'static Check,
    severity: Option<Severity>,
    file: &'a File,
    peers: &'a [Peers<'a>],
    cx: &Context<'_>,
    out: &mut Vec<Diagnostic>,
) {
    if let Run::File(function) = check.run {
        function(file, cx, &mut Report::new(check, 0, severity, out));
        return;
    }
    for (document, peers) in file.documents.iter().zip(peers) {
        let mut report = Report::new(check, document.index, severity, out);
        match (check.run, &document.body) {
            (_, Body::None) => {}
            (Run::Document(function), _) => function(&RuleDocument { file, document }, cx, &mut report),
            (Run::Detection(function), Body::Detection { .. } | Body::Filter(_)) => {
                if let Some(rule) = DetectionRule::of(file, document, peers) {
                    function(&rule, cx, &mut report);
                }
            }
            (Run::Correlation(function), Body::Correlation(correlation)) => {
                function(&CorrelationRule { file, document, correlation }, cx, &mut report);
            }
            (Run::Filter(function), Body::Filter(filter)) => {
                function(&FilterRule { file, document, filter }, cx, &mut report);
            }
            _ => {}
        }
    }
}
