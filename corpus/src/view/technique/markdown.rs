//! The page of a technique as Markdown: compact, for the hover of an editor. CommonMark with GitHub's tables, no HTML.

use std::fmt::Write as _;

use super::{EventView, FieldView, Join, Part, SubTechnique, TechniqueExclusion, TechniquePage, TechniqueRow};
use crate::view::RuleLink;
use crate::view::shown::{counted, printable, shortened, vendors, web};

/// So many characters of a value are shown.
const VALUE: usize = 80;

/// How many values of one field stand beside it, and in a group of exclusions.
const VALUES: usize = 3;

/// Writes the page; every list has at most `limit` entries.
pub fn markdown(page: &TechniquePage<'_>, limit: usize) -> String {
    let mut out = format!("### {}\n\n", text(&page.title()));
    if let Some(retirement) = page.retirement() {
        let _ = writeln!(out, "{}\n", text(&retirement));
    }
    let _ = writeln!(out, "{}\n", facts(page));
    if !page.subtechniques.is_empty() {
        let sub =
            |sub: &SubTechnique| format!("{} {} ({})", sub.id, text(sub.name.as_deref().unwrap_or("")), sub.rules);
        line(&mut out, "Sub-techniques", &page.subtechniques, limit, sub);
    }
    line(&mut out, "Events", &page.events, limit, event);
    table(&mut out, ["Field", "Rules", "How", "For example"], [false, true, false, false], &page.fields, limit, field);
    let columns = ["Looked for", "Rules", "Reach", "Vendors"];
    table(&mut out, columns, [false, true, true, false], &page.indicators, limit, indicator);
    exclusions(&mut out, page, limit);
    rules(&mut out, page, limit);
    line(&mut out, "Says only where to look", &page.scaffold, limit, |row| {
        format!("{} ({})", code(&row.row.to_string()), row.rules.len())
    });
    line(&mut out, "Results of queries", &page.derived, limit, |derived| {
        let tests: Vec<_> = derived.tests.iter().take(VALUES).map(|test| code(test)).collect();
        format!("{} {} ({})", code(&derived.field), tests.join(" or "), derived.rules.len())
    });
    let _ = writeln!(out, "Counted: {} {}", text(&page.statement()), sources(page));
    out
}

fn facts(page: &TechniquePage<'_>) -> String {
    let by_vendor = match vendors(&page.counts.by_vendor) {
        empty if empty.is_empty() => empty,
        list => format!(" ({list})"),
    };
    let rules = format!("**{}**{by_vendor}", counted(page.counts.rules as usize, "rule"));
    let mut facts = vec![rules];
    if !page.tactics.is_empty() {
        facts.insert(0, page.tactics.join(", "));
    }
    facts.push(format!("ATT&CK {}", text(&page.attack_version)));
    facts.join(" · ")
}

fn sources(page: &TechniquePage<'_>) -> String {
    let all: Vec<_> = page.sources.iter().map(|s| format!("{} ({})", text(&s.label), text(&s.date))).collect();
    format!("Sources: {}.", all.join(", "))
}

/// A paragraph: a name, then the entries.
fn line<T>(out: &mut String, name: &str, items: &[T], limit: usize, entry: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    let listed: Vec<_> = items.iter().take(limit).map(entry).collect();
    let _ = writeln!(out, "**{name}:** {}{}\n", listed.join(", "), more(items.len(), limit));
}

fn more(all: usize, limit: usize) -> String {
    match all.saturating_sub(limit) {
        0 => String::new(),
        more => format!(", … and {more} more"),
    }
}

/// A table; `right` says which columns are numbers.
fn table<T, const N: usize>(
    out: &mut String,
    columns: [&str; N],
    right: [bool; N],
    items: &[T],
    limit: usize,
    cells: impl Fn(&T) -> [String; N],
) {
    if items.is_empty() {
        return;
    }
    let mut row = |cells: [String; N]| {
        let _ = writeln!(out, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    };
    row(columns.map(str::to_owned));
    row(right.map(|right| if right { "--:" } else { "---" }.to_owned()));
    items.iter().take(limit).for_each(|item| row(cells(item)));
    out.push('\n');
    if let Some(more) = items.len().checked_sub(limit).filter(|more| *more > 0) {
        let _ = writeln!(out, "… and {more} more\n");
    }
}

fn event(event: &EventView) -> String {
    let name = format!("{} {}", event.provider, event.event);
    format!("{} ({})", text(name.trim_end()), event.rules)
}

fn field(field: &FieldView) -> [String; 4] {
    let mut ops: Vec<_> = field.ops.iter().map(|(op, rules)| (format!("{op} {rules}"), *rules)).collect();
    ops.sort_by_key(|(_, rules)| std::cmp::Reverse(*rules));
    let mut how: Vec<String> = ops.into_iter().take(VALUES).map(|(text, _)| text).collect();
    if field.exclusions > 0 {
        how.push(format!("left out by {}", field.exclusions));
    }
    let values: Vec<_> = field.values.iter().take(VALUES).map(|value| code(value)).collect();
    [code(&field.field), field.rules.to_string(), how.join(", "), values.join(", ")]
}

fn indicator(found: &TechniqueRow) -> [String; 4] {
    let vendors: Vec<_> = found.vendors.iter().map(|vendor| vendor.word()).collect();
    let reach = found.reach_elsewhere().map_or(String::new(), |reach| reach.to_string());
    [code(&found.row.to_string()), found.rules.len().to_string(), reach, vendors.join(", ")]
}

fn exclusions(out: &mut String, page: &TechniquePage<'_>, limit: usize) {
    let groups: Vec<_> = page.exclusion_groups(false).collect();
    if groups.is_empty() {
        return;
    }
    out.push_str("**Left out:**\n\n");
    let mut source = None;
    for group in groups.iter().take(limit) {
        let Some(first) = group.first() else { continue };
        if source.replace(&first.logsource) != Some(&first.logsource) {
            let _ = writeln!(out, "- {}", text(&first.logsource.to_string()));
        }
        let _ = writeln!(out, "  - {} ({})", exclusion(group), first.rules.len());
    }
    if let Some(more) = groups.len().checked_sub(limit).filter(|more| *more > 0) {
        let _ = writeln!(out, "- … and {more} more");
    }
    out.push('\n');
}

/// `a` or `b`, with `c`, unless `d`
fn exclusion(group: &[TechniqueExclusion]) -> String {
    let part = |part: &Part<'_>| {
        let or: Vec<_> = part.rows.iter().take(VALUES).map(|row| code(&row.to_string())).collect();
        let or = format!("{}{}", or.join(" or "), more(part.rows.len(), VALUES));
        if part.join == Join::Unless { format!("unless {or}") } else { or }
    };
    Part::of(group).iter().map(part).collect::<Vec<_>>().join(", with ").replace(", with unless", ", unless")
}

fn rules(out: &mut String, page: &TechniquePage<'_>, limit: usize) {
    if page.rules.is_empty() {
        return;
    }
    out.push_str("**Rules:**\n\n");
    let sources = page.rules_by_source();
    // Every vendor's first ones, rather than the first vendor's alone.
    let each = (limit / sources.len().max(1)).max(1);
    for (name, _, rules) in sources {
        let all = rules.len();
        let links: Vec<_> =
            rules.take(each).filter_map(|number| page.rules.get(number)).map(|rule| link(&rule)).collect();
        let _ = writeln!(out, "- {}: {}{}", text(name), links.join(", "), more(all, each));
    }
    out.push('\n');
}

/// The title of a rule, leading to where it can be read.
pub(crate) fn link(rule: &RuleLink) -> String {
    match web(rule.url.as_deref()) {
        Some(url) => format!("[{}](<{url}>)", text(&rule.title)),
        None => text(&rule.title),
    }
}

/// Text that means nothing to Markdown.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        let marks = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '|' | '&');
        // These mean something at the start of a line only.
        let begins = out.is_empty() && matches!(c, '-' | '+' | '=');
        if marks || begins || (c == '.' || c == ')') && !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit()) {
            out.push('\\');
        }
        out.push(if c == '\t' { ' ' } else { c });
    }
    out
}

/// Text as code, shortened.
pub(crate) fn code(text: &str) -> String {
    let text = printable(text);
    let text = shortened(&text, VALUE);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One blank at both ends is taken away where there is one at both.
    let blanks = text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty();
    let pad = if blanks || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn nothing_is_taken_for_markup() {
        assert_eq!(text("a_b *c* <d> [e](f) | g"), r"a\_b \*c\* \<d\> \[e\](f) \| g");
        assert_eq!(text("1. - x"), r"1\. - x");
        assert_eq!(text("- x"), r"\- x");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code(" -x "), "`  -x  `");
        assert_eq!(code("a\nb"), "`a␊b`");
    }
}
