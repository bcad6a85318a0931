//! One line each: `path:line:column: severity[check] message`.

use std::io::{self, Write};

use sigwise_lint::docs;

use super::Report;
use crate::report::full::severity_style;
use crate::terminal::{Link, Look, printable};

/// Prints the findings.
pub(crate) fn write(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        let path = printable(&file.shown);
        for finding in &file.findings {
            let found = &finding.diagnostic;
            let at = file.source.position(found.span.start as usize);
            let style = if look.color { severity_style(found.severity) } else { clap::builder::styling::Style::new() };
            let page = look.links.then(|| docs::url(found.check));
            let check = Link { text: found.check.id, url: page.as_deref() };
            let message = printable(&found.message);
            writeln!(out, "{path}:{}:{}: {style}{}{style:#}[{check}] {message}", at.line, at.column, found.severity)?;
        }
    }
    Ok(())
}
