//! The page of a technique as one HTML file: no script, nothing remote, readable with a screen reader and on paper.
//!
//! The tags are balanced as in XML. The only style is in one element, which the page's own content security policy names.

mod escape;
mod rules;

use std::fmt::Write as _;

use super::{EventView, FieldView, Join, Part, TechniqueExclusion, TechniquePage, TechniqueRow};
use crate::view::shown::{counted, vendors};
use escape::Text;

/// The style sheet of every page.
pub const STYLE: &str = include_str!("html/style.css");

/// What a content security policy calls [`STYLE`], in quotes.
pub const STYLE_HASH: &str = "'sha256-PVyyUHxSwvGTih03dcpe4iahO5dpzbi8CzSFHL6gtkY='";

/// So many rows of a table are open; the others fold away.
const OPEN: usize = 40;

/// So many values of one field are shown in a group.
const VALUES: usize = 20;

/// Writes the page. With a `nonce` the style carries it, for the policy of a webview;
/// without one the page names [`STYLE_HASH`] itself.
pub fn html(page: &TechniquePage<'_>, nonce: Option<&str>) -> String {
    let mut out = String::with_capacity(1 << 16);
    head(&mut out, page, nonce);
    header(&mut out, page);
    out.push_str("<main>\n");
    events(&mut out, &page.events);
    fields(&mut out, &page.fields);
    indicators(&mut out, page);
    exclusions(&mut out, page);
    rules::section_of_rules(&mut out, page);
    scaffold(&mut out, page);
    derived(&mut out, page);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn head(out: &mut String, page: &TechniquePage<'_>, nonce: Option<&str>) {
    let (policy, attribute) = match nonce {
        Some(nonce) => (format!("'nonce-{nonce}'"), format!(" nonce=\"{}\"", Text(nonce))),
        None => (STYLE_HASH.to_owned(), String::new()),
    };
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src {policy}; \
         base-uri &#39;none&#39;; form-action &#39;none&#39;\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta name=\"generator\" content=\"sigwise {version}\"/>\n\
         <title>{title}</title>\n<style{attribute}>{STYLE}</style>\n</head>\n<body>\n",
        policy = Text(&policy),
        version = env!("CARGO_PKG_VERSION"),
        title = Text(&page.title()),
    );
}

fn header(out: &mut String, page: &TechniquePage<'_>) {
    let _ = write!(out, "<header>\n<h1>{}</h1>\n", Text(&page.title()));
    if let Some(retirement) = page.retirement() {
        let _ = writeln!(out, "<p><strong>{}</strong></p>", Text(&retirement));
    }
    out.push_str("<dl class=\"facts\">\n");
    let mut fact = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Text(text));
        }
    };
    fact("Counted", &page.statement());
    fact("Tactics", &page.tactics.join(", "));
    fact("ATT&amp;CK", &page.attack_version);
    fact("Rules", &format!("{} ({})", page.counts.rules, vendors(&page.counts.by_vendor)));
    for sub in &page.subtechniques {
        fact("Sub-technique", &format!("{} {}: {}", sub.id, sub.name.as_deref().unwrap_or(""), sub.rules));
    }
    for source in &page.sources {
        let rules = counted(source.rules as usize, "rule");
        fact("Source", &format!("{}, {}, {rules}, licence {}", source.label, source.date, source.licence));
    }
    out.push_str("</dl>\n<nav aria-label=\"Contents\"><ul>\n");
    for (id, name) in [
        ("events", "Events"),
        ("fields", "Fields"),
        ("indicators", "Indicators"),
        ("exclusions", "Exclusions"),
        ("rules", "Rules"),
        ("scaffold", "Where to look"),
        ("derived", "Results of queries"),
    ] {
        let _ = writeln!(out, "<li><a href=\"#{id}\">{name}</a></li>");
    }
    out.push_str("</ul></nav>\n</header>\n");
}

/// A section with its heading; `body` is left out, and said to be empty, where there are no entries.
fn section(out: &mut String, id: &str, title: &str, entries: usize, body: impl FnOnce(&mut String)) {
    let _ = write!(
        out,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title} <span class=\"dim\">({entries})</span></h2>\n"
    );
    if entries == 0 {
        out.push_str("<p class=\"dim\">None.</p>\n");
    } else {
        body(out);
    }
    out.push_str("</section>\n");
}

/// A column: its name, and whether it holds numbers.
type Column = (&'static str, bool);

/// A table whose first rows are open; the others fold away in a second one.
fn table<T>(out: &mut String, caption: &str, columns: &[Column], rows: &[T], row: impl Fn(&mut String, &T)) {
    let (open, folded) = rows.split_at(rows.len().min(OPEN));
    let one = |out: &mut String, caption: &str, rows: &[T]| {
        let _ = write!(
            out,
            "<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n<caption>{}</caption>\n\
             <thead><tr>",
            Text(caption),
            Text(caption)
        );
        for (name, number) in columns {
            let class = if *number { " class=\"n\"" } else { "" };
            let _ = write!(out, "<th scope=\"col\"{class}>{name}</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for item in rows {
            out.push_str("<tr>");
            row(out, item);
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
    };
    one(out, caption, open);
    if !folded.is_empty() {
        let _ = writeln!(out, "<details><summary>{} more</summary>", folded.len());
        one(out, &format!("{caption} (continued)"), folded);
        out.push_str("</details>\n");
    }
}

fn events(out: &mut String, events: &[EventView]) {
    section(out, "events", "Events covered", events.len(), |out| {
        let columns = [("Provider", false), ("Event", false), ("Title", false), ("Rules", true)];
        table(out, "Events that the rules look at", &columns, events, |out, event| {
            let _ = write!(
                out,
                "<td>{}</td><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td>",
                Text(&event.provider),
                Text(if event.event.is_empty() { "any" } else { &event.event }),
                Text(event.title.as_deref().unwrap_or("")),
                event.rules
            );
        });
    });
}

fn fields(out: &mut String, fields: &[FieldView]) {
    section(out, "fields", "Fields filtered most", fields.len(), |out| {
        let columns =
            [("Field", false), ("Rules", true), ("Left out by", true), ("How", false), ("For example", false)];
        table(out, "Fields, with what vendors call them", &columns, fields, field);
    });
}

fn field(out: &mut String, field: &FieldView) {
    let _ = write!(out, "<th scope=\"row\"><code>{}</code>", Text(&field.field));
    let other: Vec<_> = field.vendors.iter().filter(|spelling| spelling.spelling != field.field).collect();
    if !other.is_empty() {
        let _ = write!(out, "<details><summary class=\"dim\">{}</summary><ul>", counted(other.len(), "other name"));
        for spelling in other {
            let (vendor, name) = (spelling.vendor, Text(&spelling.spelling));
            let _ = write!(out, "<li>{vendor} <code>{name}</code> {}</li>", spelling.rules);
        }
        out.push_str("</ul></details>");
    }
    let mut ops: Vec<_> = field.ops.iter().collect();
    ops.sort_by_key(|(_, rules)| std::cmp::Reverse(**rules));
    let ops: Vec<_> = ops.into_iter().map(|(op, rules)| format!("{op} {rules}")).collect();
    let _ = write!(
        out,
        "</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>",
        field.rules,
        blank(field.exclusions),
        Text(&ops.join(", "))
    );
    for value in &field.values {
        let _ = write!(out, "<code>{}</code> ", Text(value));
    }
    out.push_str("</td>");
}

/// Nothing for 0.
fn blank(number: u32) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

const ROW: [Column; 6] = [
    ("Field", false),
    ("Operator", false),
    ("Value", false),
    ("Rules here", false),
    ("Reach", true),
    ("Vendors", false),
];

fn indicators(out: &mut String, page: &TechniquePage<'_>) {
    section(out, "indicators", "Top indicator values", page.indicators.len(), |out| {
        let caption = "What the rules look for; the reach is blank where only rules of this page do";
        table(out, caption, &ROW, &page.indicators, |out, found| indicator(out, page, found));
        dumps(out, page);
    });
}

fn indicator(out: &mut String, page: &TechniquePage<'_>, found: &TechniqueRow) {
    let vendors: Vec<_> = found.vendors.iter().map(|vendor| vendor.word()).collect();
    let _ = write!(
        out,
        "<td><code>{}</code></td><td>{}</td><th scope=\"row\"><code>{}</code></th><td>",
        Text(found.row.field()),
        found.row.op(),
        Text(found.row.value())
    );
    behind(out, page, &found.rules);
    let reach = blank(found.reach_elsewhere().unwrap_or_default());
    let _ = write!(out, "</td><td class=\"n\">{reach}</td><td>{}</td>", vendors.join(", "));
}

/// The rules behind a row: how many, and on demand which.
fn behind(out: &mut String, page: &TechniquePage<'_>, rules: &[u32]) {
    let _ = write!(out, "<details><summary>{}</summary><ul>", rules.len());
    for (number, title) in rules.iter().zip(page.titles(rules)) {
        let _ = write!(out, "<li><a href=\"#r{number}\">{}</a></li>", Text(title));
    }
    out.push_str("</ul></details>");
}

fn dumps(out: &mut String, page: &TechniquePage<'_>) {
    for note in page.dump_notes() {
        let _ = writeln!(out, "<p class=\"dim\">… {}.</p>", Text(&note));
    }
}

fn exclusions(out: &mut String, page: &TechniquePage<'_>) {
    let groups: Vec<_> = page.exclusion_groups(false).collect();
    section(out, "exclusions", "Exclusions", groups.len(), |out| {
        out.push_str(
            "<p>What the rules leave out as a whole. What stands in one cell is left out where all of it holds.</p>\n",
        );
        tables_of_exclusions(out, page, &groups);
    });
}

fn tables_of_exclusions(out: &mut String, page: &TechniquePage<'_>, groups: &[&[TechniqueExclusion]]) {
    let source = |group: &&[TechniqueExclusion]| group.first().map(|first| first.logsource.to_string());
    for of_source in groups.chunk_by(|a, b| source(a) == source(b)) {
        let name = of_source.first().and_then(source).unwrap_or_default();
        let columns = [("Left out", false), ("Rules here", false)];
        let caption = format!("Log source {name}: {}", counted(of_source.len(), "exclusion"));
        table(out, &caption, &columns, of_source, |out, group| {
            out.push_str("<th scope=\"row\">");
            parts(out, group);
            out.push_str("</th><td>");
            behind(out, page, group.first().map_or(&[], |first| &first.rules));
            out.push_str("</td>");
        });
    }
}

fn parts(out: &mut String, group: &[TechniqueExclusion]) {
    out.push_str("<ul class=\"parts\">");
    for (i, Part { join, rows }) in Part::of(group).iter().enumerate() {
        out.push_str(match join {
            Join::Unless => "<li>unless ",
            _ if i > 0 => "<li>and ",
            _ => "<li>",
        });
        for (i, row) in rows.iter().take(VALUES).enumerate() {
            let or = if i > 0 { " or " } else { "" };
            let _ = write!(out, "{or}<code>{}</code>", Text(&row.to_string()));
        }
        if let Some(more) = rows.len().checked_sub(VALUES).filter(|more| *more > 0) {
            let _ = write!(out, " or {more} more");
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}

fn scaffold(out: &mut String, page: &TechniquePage<'_>) {
    let groups: Vec<_> = page.exclusion_groups(true).collect();
    let number = page.scaffold.len() + groups.len();
    section(out, "scaffold", "Where to look", number, |out| {
        out.push_str("<details><summary>Fields that say where to look, and not what for</summary>\n");
        if !page.scaffold.is_empty() {
            table(out, "What only says where to look", &ROW, &page.scaffold, |out, found| indicator(out, page, found));
        }
        tables_of_exclusions(out, page, &groups);
        out.push_str("</details>\n");
    });
}

fn derived(out: &mut String, page: &TechniquePage<'_>) {
    section(out, "derived", "Results of queries", page.derived.len(), |out| {
        out.push_str("<details><summary>Counts, scores and other results, which no event has</summary>\n");
        let columns = [("Result", false), ("Asked", false), ("Rules here", false)];
        table(out, "What rules ask of results of their queries", &columns, &page.derived, |out, found| {
            let _ = write!(out, "<th scope=\"row\"><code>{}</code></th><td>", Text(&found.field));
            for (i, test) in found.tests.iter().enumerate() {
                let _ = write!(out, "{}<code>{}</code>", if i > 0 { ", " } else { "" }, Text(test));
            }
            out.push_str("</td><td>");
            behind(out, page, &found.rules);
            out.push_str("</td>");
        });
        out.push_str("</details>\n");
    });
}
