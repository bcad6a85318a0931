//! SARIF 2.1.0, for code scanning services.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sigwise_lint::check::Check;
use sigwise_lint::diagnostic::{Label, LabelPlace};
use sigwise_lint::{Severity, docs};
use sigwise_sigma::source::Position;
use sigwise_sigma::{Source, Span};

use super::{Filled, Finding, Linted, Report, full_text};

/// What a path may hold in a URI beside letters and digits (RFC 3986: unreserved, `/`, and what a segment may have).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Under which name a run's paths are relative to the top of the repository.
const ROOT: &str = "%SRCROOT%";

/// Prints the findings.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules: BTreeMap<&str, &Check> = report.by_check().into_iter().map(|(id, (check, _))| (id, check)).collect();
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results = report.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_HOMEPAGE"),
                "rules": rules.values().map(|check| rule(check)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "the top of the repository" } } },
            "results": results.map(|(file, finding)| {
                result(report, file, finding, index.get(finding.diagnostic.check.id).copied())
            }).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer(&mut *out, &log)?;
    writeln!(out)
}

fn rule(check: &Check) -> Value {
    let summary = check.summary().replace('\n', " ");
    json!({
        "id": check.id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": check.docs.trim(), "markdown": docs::page(check) },
        "helpUri": docs::url(check),
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": { "tags": ["sigma", check.group.title()] },
    })
}

fn result(report: &Report, file: &Linted, finding: &Finding, index: Option<usize>) -> Value {
    let found = &finding.diagnostic;
    let mut result = json!({
        "ruleId": found.check.id,
        "level": level(found.severity),
        "message": { "text": full_text(found) },
        "locations": [{ "physicalLocation": physical(report, file, found.span) }],
        "partialFingerprints": { "sigwise/v1": found.fingerprint },
        "properties": { "severity": found.severity },
    });
    let Some(entries) = result.as_object_mut() else { return result };
    if let Some(index) = index {
        entries.insert("ruleIndex".into(), index.into());
    }
    if let Some(title) = finding.rule.as_ref().and_then(|rule| rule.title.as_deref()) {
        let id = finding.rule.as_ref().and_then(|rule| rule.id.as_deref());
        let logical = json!([{ "name": title, "fullyQualifiedName": id.unwrap_or(title), "kind": "object" }]);
        if let Some(location) = entries.get_mut("locations").and_then(|locations| locations.get_mut(0)) {
            location["logicalLocations"] = logical;
        }
    }
    if !found.labels.is_empty() {
        let related = found.labels.iter().zip(1..).map(|(label, id)| related(report, file, label, id));
        entries.insert("relatedLocations".into(), related.collect());
    }
    if !found.fixes.is_empty() {
        let fixes = report.fixes(file, found);
        entries.insert("fixes".into(), fixes.iter().map(|filled| fix(report, file, filled)).collect());
    }
    result
}

fn related(report: &Report, file: &Linted, label: &Label, id: u32) -> Value {
    let place = match &label.place {
        LabelPlace::Here(span) => physical(report, file, *span),
        LabelPlace::Other(place) => json!({
            "artifactLocation": artifact(&report.in_repository(&place.path)),
            "region": region(place.start, place.end, place.span),
        }),
    };
    json!({ "id": id, "message": { "text": label.message }, "physicalLocation": place })
}

fn fix(report: &Report, file: &Linted, Filled { fix, edits }: &Filled<'_>) -> Value {
    let replacement = |(span, text): &(Span, std::borrow::Cow<'_, str>)| json!({ "deletedRegion": region_of(&file.source, *span), "insertedContent": { "text": text } });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": artifact(&report.in_repository(&file.path)),
            "replacements": edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
        "properties": { "applicability": fix.applicability },
    })
}

fn physical(report: &Report, file: &Linted, span: Span) -> Value {
    json!({
        "artifactLocation": artifact(&report.in_repository(&file.path)),
        "region": region_of(&file.source, span),
    })
}

/// A path relative to the repository, or a whole address where it lies elsewhere.
fn artifact(path: &str) -> Value {
    let uri = utf8_percent_encode(path, PATH).to_string();
    if path.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": ROOT })
    }
}

fn region_of(source: &Source, span: Span) -> Value {
    region(source.position(span.start as usize), source.position(span.end as usize), span)
}

/// Lines and columns count from 1, the end column is the one behind the last character; bytes count from 0.
fn region(start: Position, end: Position, span: Span) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}

/// SARIF has three levels: hints are notes like infos.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}
