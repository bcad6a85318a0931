//! How many findings each check has.

use std::io::{self, Write};

use super::Report;
use crate::report::full::{severity_style, summary};
use crate::terminal::Look;

/// Prints a table, the most frequent check first.
pub(crate) fn write(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    // A check can have findings of several severities: the highest stands for it.
    let mut rows: Vec<_> = report
        .by_check()
        .into_values()
        .map(|(check, count)| {
            let own = report.diagnostics().filter(|found| found.check == check);
            (count, check.id, own.map(|found| found.severity).max().unwrap_or(check.severity))
        })
        .collect();
    rows.sort_by_key(|&(count, id, _)| (std::cmp::Reverse(count), id));
    let digits = rows.first().map_or(1, |(count, ..)| count.to_string().len());
    let width = rows.iter().map(|(_, id, _)| id.len()).max().unwrap_or_default();
    for (count, id, severity) in rows {
        let style = if look.color { severity_style(severity) } else { clap::builder::styling::Style::new() };
        writeln!(out, "{count:>digits$}  {id:<width$}  {style}{severity}{style:#}")?;
    }
    summary(report, look, out)
}
