//! reviewdog's diagnostic format: comments, with suggestions, on pull requests of many services.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use sigwise_lint::diagnostic::LabelPlace;
use sigwise_lint::{Diagnostic, Severity, docs};
use sigwise_sigma::{Source, Span};

use super::{Filled, Linted, Report, full_text};

/// What reviewdog reads with `-f=rdjson`.
#[derive(Serialize)]
struct DiagnosticResult<'a> {
    source: Tool,
    diagnostics: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Found<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

/// 1-based; columns count bytes of UTF-8, the end is the one behind the last byte.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location,
}

/// Prints the findings.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
    let result = DiagnosticResult {
        source: Tool { name: env!("CARGO_PKG_NAME"), url: env!("CARGO_PKG_HOMEPAGE") },
        diagnostics: findings.map(|(file, finding)| found(report, file, &finding.diagnostic)).collect(),
    };
    serde_json::to_writer(&mut *out, &result)?;
    writeln!(out)
}

fn found<'a>(report: &Report, file: &Linted, found: &'a Diagnostic) -> Found<'a> {
    let path = || report.in_repository(&file.path);
    // A place in another file is known in characters only, which reviewdog would take for bytes.
    let here = found.labels.iter().filter_map(|label| match label.place {
        LabelPlace::Here(span) => {
            let location = Location { path: path(), range: range(&file.source, span) };
            Some(Related { message: &label.message, location })
        }
        LabelPlace::Other(_) => None,
    });
    Found {
        message: full_text(found),
        location: Location { path: path(), range: range(&file.source, found.span) },
        severity: match found.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Hint => "INFO",
        },
        code: Code { value: found.check.id, url: docs::url(found.check) },
        suggestions: report.fixes(file, found).iter().filter_map(|fix| suggestion(&file.source, fix)).collect(),
        related_locations: here.collect(),
    }
}

/// A fix as the one replacement that reviewdog can show: from its first edit to its last.
fn suggestion(source: &Source, Filled { edits, .. }: &Filled<'_>) -> Option<Suggestion> {
    let all = edits.iter().map(|(span, _)| *span).reduce(Span::cover)?;
    let mut text = String::new();
    let mut from = all.start;
    for (span, new) in edits {
        text.push_str(source.slice(Span { start: from, end: span.start }));
        text.push_str(Cow::as_ref(new));
        from = span.end;
    }
    text.push_str(source.slice(Span { start: from, end: all.end }));
    Some(Suggestion { range: range(source, all), text })
}

fn range(source: &Source, span: Span) -> Range {
    Range { start: place(source, span.start), end: place(source, span.end) }
}

fn place(source: &Source, offset: u32) -> Place {
    let line = source.position(offset as usize).line;
    let start = source.line_span(line).start;
    Place { line, column: offset.saturating_sub(start) + 1 }
}
