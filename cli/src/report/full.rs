//! Findings with the lines that are meant, as a compiler shows them.

mod snippet;
mod style;

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Level};
use codespan_reporting::term::{self, Config};
use sigwise_lint::config::ConfigError;
use sigwise_lint::diagnostic::{Applicability, Evidence, LabelPlace};
use sigwise_lint::{Severity, docs};
use sigwise_sigma::{Source, Span};

use super::{Finding, Linted, Report};
use crate::parallel::each;
use crate::terminal::{Link, Look, counted, printable, to_stderr};
use snippet::{Shown, Snippet};
use style::Styled;

pub(crate) use style::severity_style;

/// How many rules behind corpus advice are named.
const NAMED_RULES: usize = 3;

/// How many files are rendered before they are printed, so that a large report need not fit into memory.
const FILES_AT_ONCE: usize = 512;

/// Prints the findings, and a summary.
pub(crate) fn write(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for files in report.files.chunks(FILES_AT_ONCE) {
        let texts = each(files.iter().collect(), |file: &Linted| {
            let mut text = Vec::new();
            let shown = Shown::new(&file.shown, &file.source);
            for finding in &file.findings {
                write_finding(report, &shown, finding, look, &mut text)?;
            }
            io::Result::Ok(text)
        });
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    summary(report, look, out)
}

fn write_finding(
    report: &Report,
    file: &Shown<'_>,
    finding: &Finding,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let found = &finding.diagnostic;
    let snippet = Snippet::new(file, found.span);
    let mut labels = vec![Label::primary((), snippet.primary())];
    let mut notes = Vec::new();
    for label in &found.labels {
        let message = printable(&label.message);
        match &label.place {
            LabelPlace::Here(span) => match snippet.range_of(*span) {
                Some(range) => labels.push(Label::secondary((), range).with_message(message)),
                None => {
                    let at = snippet.position(*span);
                    notes.push(format!("line {}, column {}: {message}", at.line, at.column));
                }
            },
            LabelPlace::Other(place) => {
                let path = report.shown(&place.path);
                notes.push(format!("{}:{}:{}: {message}", printable(&path), place.start.line, place.start.column));
            }
        }
    }
    notes.extend(found.notes.iter().map(|note| printable(note).into_owned()));
    notes.extend(found.evidence.iter().map(evidence));
    notes.extend(found.fixes.iter().map(|fix| {
        let unsafe_word = if fix.applicability == Applicability::Unsafe { " (unsafe)" } else { "" };
        format!("fix{unsafe_word}: {}", printable(&fix.title))
    }));
    let page = look.links.then(|| docs::url(found.check));
    let check = Link { text: found.check.id, url: page.as_deref() };
    let diagnostic = Diagnostic::new(level(found.severity))
        .with_code(check.to_string())
        .with_message(printable(&found.message))
        .with_labels(labels)
        .with_notes(notes);
    render(&snippet, &diagnostic, found.severity, look, out)
}

fn render(
    snippet: &Snippet<'_>,
    diagnostic: &Diagnostic<()>,
    severity: Severity,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = Styled::new(out, severity, look.color);
    term::emit_to_write_style(&mut out, &Config::default(), snippet, diagnostic).map_err(|error| match error {
        codespan_reporting::files::Error::Io(error) => error,
        other => io::Error::other(other),
    })
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
        Severity::Hint => Level::Help,
    }
}

fn evidence(evidence: &Evidence) -> String {
    let counts: Vec<String> = evidence.counts.iter().map(|count| format!("{} {}", count.name, count.value)).collect();
    let mut text = format!("evidence: {}", counts.join(", "));
    let rules = evidence.rules.iter().take(NAMED_RULES);
    for rule in rules {
        text.push_str(&format!("\n  {}: {}", rule.vendor, printable(&rule.title)));
    }
    if evidence.rules.len() > NAMED_RULES {
        text.push_str("\n  …");
    }
    text
}

/// One line on the whole run.
pub(crate) fn summary(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    if report.fixed.fixes > 0 {
        writeln!(out, "{}", report.fixed)?;
    }
    let files = counted(report.linted, "file");
    let counts: Vec<String> = report
        .by_severity()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| {
            let noun =
                if severity == Severity::Info { format!("{count} info") } else { counted(count, severity.word()) };
            if look.color { format!("{style}{noun}{style:#}", style = severity_style(severity)) } else { noun }
        })
        .collect();
    if counts.is_empty() {
        if report.linted == 0 {
            return Ok(());
        }
        let nothing = match report {
            Report { fixed, .. } if fixed.fixes > 0 => "nothing else found",
            Report { known: 1.., .. } => "nothing new found",
            _ => "nothing found",
        };
        write!(out, "{nothing} in {files}")?;
        return known(report, out);
    }
    write!(out, "{} in {files}", counts.join(", "))?;
    match report.fixable() {
        (0, 0) => {}
        (safe, 0) => write!(out, "; {safe} fixable with `--fix`")?,
        (0, risky) => write!(out, "; {risky} fixable with `--fix --unsafe-fixes`")?,
        (safe, risky) => write!(out, "; {safe} fixable with `--fix`, {risky} more with `--unsafe-fixes`")?,
    }
    known(report, out)
}

/// The end of the line: what was there before.
fn known(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match report.known {
        0 => writeln!(out),
        known => writeln!(out, "; {known} not shown that {} there before", if known == 1 { "was" } else { "were" }),
    }
}

/// Says on standard error what is wrong in a configuration file.
pub(crate) fn show_config_errors(path: &str, text: &str, errors: &[ConfigError]) {
    let source = Source::from(text);
    let shown = Shown::new(path, &source);
    let look = Look::of_stderr();
    to_stderr(|out| {
        for error in errors {
            let snippet = Snippet::new(&shown, Span::new(error.span.start, error.span.end));
            let diagnostic = Diagnostic::error()
                .with_message(printable(&error.message))
                .with_label(Label::primary((), snippet.primary()));
            render(&snippet, &diagnostic, Severity::Error, look, out)?;
        }
        Ok(())
    });
}
