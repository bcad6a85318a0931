//! Annotations of GitHub's workflows, the summary of a step and its outputs.

use std::cmp::Reverse;
use std::fmt;
use std::io::{self, Write};

use sigwise_lint::{Severity, docs};

use super::{Finding, Linted, Report, full_text};
use crate::terminal::counted;

/// Prints the findings, the most severe first: of each level GitHub shows only ten for a step.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (file, finding) in by_severity(report) {
        let found = &finding.diagnostic;
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Hint => "notice",
        };
        let path = report.in_repository(&file.path);
        let start = file.source.position(found.span.start as usize);
        let end = file.source.position(found.span.end as usize);
        write!(out, "::{command} title={},file={},", Property(found.check.id), Property(&path))?;
        write!(out, "line={},endLine={}", start.line, end.line)?;
        // Columns of a range over several lines are refused.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        writeln!(out, "::{}", Data(&full_text(found)))?;
    }
    Ok(())
}

/// How many findings the summary lists; GitHub cuts a summary off at 1 MiB.
const LISTED: usize = 500;

/// Prints all findings as Markdown, for the file that `GITHUB_STEP_SUMMARY` names.
pub(crate) fn write_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## sigwise\n")?;
    let counts = report.by_severity().into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<_> = counts.map(|(severity, count)| counted(count, severity.word())).collect();
    let files = counted(report.linted, "file");
    if counts.is_empty() {
        return writeln!(out, "Nothing to report in {files}.");
    }
    writeln!(out, "{} in {files}.\n", counts.join(", "))?;
    writeln!(out, "| severity | check | place | finding |\n|---|---|---|---|")?;
    let findings = by_severity(report);
    for (file, finding) in findings.iter().take(LISTED) {
        let found = &finding.diagnostic;
        let at = file.source.position(found.span.start as usize);
        let (check, page) = (found.check.id, docs::url(found.check));
        let place = format!("{}:{}:{}", report.in_repository(&file.path), at.line, at.column);
        let (severity, message) = (found.severity, Cell(&found.message));
        writeln!(out, "| {severity} | [{check}]({page}) | {} | {message} |", Cell(&format!("`{place}`")))?;
    }
    if findings.len() > LISTED {
        writeln!(out, "\n{} more are not listed.", findings.len() - LISTED)?;
    }
    Ok(())
}

/// Prints how many findings there are, as outputs of the step: for the file that `GITHUB_OUTPUT` names.
pub(crate) fn write_outputs(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (severity, count) in report.by_severity() {
        writeln!(out, "{}s={count}", severity.word())?;
    }
    writeln!(out, "files={}", report.linted)
}

fn by_severity(report: &Report) -> Vec<(&Linted, &Finding)> {
    let mut findings: Vec<_> =
        report.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding))).collect();
    findings.sort_by_key(|(_, finding)| Reverse(finding.diagnostic.severity));
    findings
}

/// The message of a workflow command.
struct Data<'a>(&'a str);

impl fmt::Display for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '%' => f.write_str("%25"),
            '\r' => f.write_str("%0D"),
            '\n' => f.write_str("%0A"),
            c => write!(f, "{c}"),
        })
    }
}

/// A property of a workflow command.
struct Property<'a>(&'a str);

impl fmt::Display for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            ':' => f.write_str("%3A"),
            ',' => f.write_str("%2C"),
            c => Data(c.encode_utf8(&mut [0; 4])).fmt(f),
        })
    }
}

/// The cell of a table.
struct Cell<'a>(&'a str);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '|' => f.write_str("\\|"),
            '\r' | '\n' => f.write_str(" "),
            '<' => f.write_str("&lt;"),
            c => write!(f, "{c}"),
        })
    }
}
