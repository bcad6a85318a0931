//! GitLab's code quality report: shown in merge requests.

use std::io::{self, Write};

use serde::Serialize;
use sigwise_lint::Severity;
use sigwise_sigma::source::Position;

use super::{Report, full_text};

/// One finding (a subset of the Code Climate format).
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Place,
    end: Place,
}

/// 1-based; columns count characters.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

impl From<Position> for Place {
    fn from(at: Position) -> Self {
        Self { line: at.line, column: at.column }
    }
}

/// Prints the findings.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut issues = Vec::new();
    for file in &report.files {
        let path = report.in_repository(&file.path);
        for finding in &file.findings {
            let found = &finding.diagnostic;
            let place = |offset: u32| Place::from(file.source.position(offset as usize));
            let positions = Positions { begin: place(found.span.start), end: place(found.span.end) };
            issues.push(Issue {
                description: full_text(found),
                check_name: found.check.id,
                fingerprint: &found.fingerprint,
                severity: match found.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "major",
                    Severity::Info => "minor",
                    Severity::Hint => "info",
                },
                location: Location { path: path.clone(), positions },
            });
        }
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
