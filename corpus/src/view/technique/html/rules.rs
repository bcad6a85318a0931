//! The rules of the page: each opens to what it looks for and what it leaves out.

use std::fmt::Write as _;

use super::escape::Text;
use super::section;
use crate::view::TechniquePage;
use crate::view::rule::{RulePage, RuleRow};
use crate::view::shown::{counted, web};

/// So many rows of one group of a rule are shown.
const ROWS: usize = 100;

pub(super) fn section_of_rules(out: &mut String, page: &TechniquePage<'_>) {
    section(out, "rules", "Rules", page.rules.len(), |out| {
        out.push_str("<p>Each opens to what it looks for and what it leaves out, with how many other rules do.</p>\n");
        for (source, vendor, numbers) in page.rules_by_source() {
            let (name, rules) = (Text(source), counted(numbers.len(), "rule"));
            let _ = writeln!(out, "<h3>{name} <span class=\"dim\">({vendor}, {rules})</span></h3>");
            for number in numbers {
                if let Some(page) = page.rules.page(number) {
                    rule(out, number, &page);
                }
            }
        }
    });
}

fn rule(out: &mut String, number: u32, rule: &RulePage) {
    let link = &rule.rule;
    let _ = write!(out, "<details class=\"rule\"><summary>{}", Text(&link.title));
    if let Some(level) = &link.level {
        let class = if matches!(&**level, "critical" | "high") { level } else { "dim" };
        let _ = write!(out, " <span class=\"{class}\">{}</span>", Text(level));
    }
    let _ = write!(out, "</summary>\n<div id=\"r{number}\">\n<dl class=\"facts\">\n");
    let mut fact = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Text(text));
        }
    };
    fact("Id", link.id.as_deref().unwrap_or(""));
    fact("Author", &link.author);
    fact("Techniques", &rule.techniques.join(", "));
    fact("Log source", &rule.logsource.to_string());
    fact("Events", &rule.events.join(", "));
    fact("Licence", &rule.licence);
    match web(link.url.as_deref()) {
        Some(url) => {
            let _ = writeln!(
                out,
                "<dt>Source</dt><dd><a href=\"{}\" rel=\"noopener noreferrer\">{}</a></dd>",
                Text(url),
                Text(&rule.path)
            );
        }
        None => fact("Source", &rule.path),
    }
    out.push_str("</dl>\n");
    rows(out, "Looks for", &rule.indicators);
    rows(out, "Leaves out", &rule.exclusions);
    if !rule.derived.is_empty() {
        out.push_str("<h4>Asks of results of its query</h4>\n<ul class=\"rows\">");
        rule.derived.iter().take(ROWS).for_each(|asked| {
            let _ = write!(out, "<li><code>{}</code></li>", Text(asked));
        });
        out.push_str("</ul>\n");
    }
    out.push_str("</div></details>\n");
}

fn rows(out: &mut String, title: &str, rows: &[RuleRow]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h4>{title}</h4>\n<ul>");
    for group in RuleRow::groups(rows) {
        let Some(first) = group.first() else { continue };
        let _ = write!(out, "<li>{}{}<ul class=\"rows\">", Text(&first.group), first.scope_note());
        for row in group.iter().take(ROWS) {
            let _ = write!(out, "<li><code>{}</code>", Text(&row.row.to_string()));
            if row.reach > 0 {
                let _ = write!(out, " <span class=\"dim\">{}</span>", counted(row.reach as usize, "other"));
            }
            out.push_str("</li>");
        }
        if let Some(more) = group.len().checked_sub(ROWS).filter(|more| *more > 0) {
            let _ = write!(out, "<li>and {more} more</li>");
        }
        out.push_str("</ul></li>\n");
    }
    out.push_str("</ul>\n");
}
