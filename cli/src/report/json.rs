//! One JSON object: the contract that editors, scripts and other formats build on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use sigwise_lint::diagnostic::{Applicability, Evidence, LabelPlace, Tag};
use sigwise_lint::{Diagnostic, Severity, docs};
use sigwise_sigma::source::Position;
use sigwise_sigma::{Source, Span};

use super::{Filled, Finding, Linted, Report};

/// What `sigwise lint --format json` prints. Bytes are 0-based; lines and columns are 1-based, columns count characters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "sigwise lint --format json")]
pub(crate) struct LintJson<'a> {
    /// The version of this format.
    version: u32,
    /// The findings, in the order of paths and places.
    diagnostics: Vec<DiagnosticJson<'a>>,
    /// Counts.
    summary: SummaryJson,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Diagnostic")]
struct DiagnosticJson<'a> {
    /// The check that speaks.
    check: &'a str,
    severity: Severity,
    /// The file as it was named on the command line, with `/`; `<stdin>` for standard input.
    path: &'a str,
    /// 0-based number of the YAML document in the file.
    document: usize,
    /// The rule that it is about, where the document is one.
    rule: Option<RuleJson<'a>>,
    /// Bytes of the file.
    span: SpanJson,
    /// Where it starts.
    start: PlaceJson,
    /// Where it ends: behind the last character.
    end: PlaceJson,
    /// What is wrong.
    message: &'a str,
    /// Other places that explain it.
    labels: Vec<LabelJson<'a>>,
    /// How an editor may show it.
    tags: &'a [Tag],
    /// Why it matters.
    notes: &'a [String],
    /// On what it rests, where it comes from the corpus.
    evidence: Option<&'a Evidence>,
    /// The page of the check.
    url: Option<String>,
    /// Names the finding in baselines: unique in a run, stable under moved lines and renamed files.
    fingerprint: &'a str,
    /// What to do; alternatives, best first.
    fixes: Vec<FixJson<'a>>,
}

/// What a rule calls itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rule")]
struct RuleJson<'a> {
    id: Option<&'a str>,
    title: Option<&'a str>,
}

/// 0-based bytes, the end excluded.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Span")]
struct SpanJson {
    start: u32,
    end: u32,
}

/// 1-based; columns count characters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
struct PlaceJson {
    line: u32,
    column: u32,
}

/// A second place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Label")]
struct LabelJson<'a> {
    path: String,
    span: SpanJson,
    start: PlaceJson,
    end: PlaceJson,
    /// What is there.
    message: &'a str,
}

/// A change that removes the finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct FixJson<'a> {
    /// What it does.
    title: &'a str,
    applicability: Applicability,
    /// In the order of the file, not overlapping.
    edits: Vec<EditJson<'a>>,
}

/// Bytes replaced by a text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct EditJson<'a> {
    start: u32,
    end: u32,
    text: Cow<'a, str>,
}

/// Counts of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryJson {
    /// Sigma files that were linted.
    files: usize,
    /// YAML files that are no Sigma files.
    skipped: usize,
    by_severity: BySeverityJson,
    /// Checks without findings are left out.
    by_check: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BySeverity")]
struct BySeverityJson {
    error: usize,
    warning: usize,
    info: usize,
    hint: usize,
}

/// Prints the findings.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let [(_, error), (_, warning), (_, info), (_, hint)] = report.by_severity();
    let findings = report.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
    let lint = LintJson {
        version: 1,
        diagnostics: findings.map(|(file, finding)| diagnostic(report, file, finding)).collect(),
        summary: SummaryJson {
            files: report.linted,
            skipped: report.skipped,
            by_severity: BySeverityJson { error, warning, info, hint },
            by_check: report.by_check().into_iter().map(|(id, (_, count))| (id, count)).collect(),
        },
    };
    serde_json::to_writer(&mut *out, &lint)?;
    writeln!(out)
}

fn diagnostic<'a>(report: &'a Report, file: &'a Linted, finding: &'a Finding) -> DiagnosticJson<'a> {
    let found = &finding.diagnostic;
    DiagnosticJson {
        check: found.check.id,
        severity: found.severity,
        path: &file.shown,
        document: found.document,
        rule: finding.rule.as_ref().map(|rule| RuleJson { id: rule.id.as_deref(), title: rule.title.as_deref() }),
        span: span(found.span),
        start: place(&file.source, found.span.start),
        end: place(&file.source, found.span.end),
        message: &found.message,
        labels: labels(report, file, found),
        tags: &found.tags,
        notes: &found.notes,
        evidence: found.evidence.as_ref(),
        url: Some(docs::url(found.check)),
        fingerprint: &found.fingerprint,
        fixes: fixes(report, file, found),
    }
}

fn labels<'a>(report: &Report, file: &Linted, found: &'a Diagnostic) -> Vec<LabelJson<'a>> {
    let label = |label: &'a sigwise_lint::diagnostic::Label| match &label.place {
        LabelPlace::Here(at) => LabelJson {
            path: file.shown.clone(),
            span: span(*at),
            start: place(&file.source, at.start),
            end: place(&file.source, at.end),
            message: &label.message,
        },
        LabelPlace::Other(at) => LabelJson {
            path: report.shown(&at.path),
            span: span(at.span),
            start: PlaceJson::from(at.start),
            end: PlaceJson::from(at.end),
            message: &label.message,
        },
    };
    found.labels.iter().map(label).collect()
}

fn fixes<'a>(report: &Report, file: &Linted, found: &'a Diagnostic) -> Vec<FixJson<'a>> {
    let edit = |(span, text): (Span, Cow<'a, str>)| EditJson { start: span.start, end: span.end, text };
    let fix = |filled: Filled<'a>| FixJson {
        title: &filled.fix.title,
        applicability: filled.fix.applicability,
        edits: filled.edits.into_iter().map(edit).collect(),
    };
    report.fixes(file, found).into_iter().map(fix).collect()
}

fn span(span: Span) -> SpanJson {
    SpanJson { start: span.start, end: span.end }
}

fn place(source: &Source, offset: u32) -> PlaceJson {
    PlaceJson::from(source.position(offset as usize))
}

impl From<Position> for PlaceJson {
    fn from(at: Position) -> Self {
        Self { line: at.line, column: at.column }
    }
}
