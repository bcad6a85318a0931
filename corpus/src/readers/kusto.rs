//! Kusto queries: FalconFriday's Markdown, Sentinel's analytics rules in YAML or JSON, and queries in files of their own.

mod call;
mod columns;
mod condition;
mod expression;
mod markdown;
mod names;
mod parse;
mod read;
mod scope;
mod sentinel;
mod source;
mod stage;
mod syntax;
mod tables;
mod target;
mod template;
mod token;
mod value;

use self::scope::Base;
use self::sentinel::Analytic;
use self::syntax::{Definition, Expr, Script, Source, Stage, Statement};
use super::Reading;
use super::query::Query;
use crate::logsource::Event;
use crate::rule::Rule;
use crate::vendor::Vendor;

/// A byte that no text has within its first bytes: what has it is an image or an archive.
const NO_TEXT: u8 = 0;

/// So many bytes say whether a file is text.
const HEAD: usize = 1_024;

/// Headings that say nothing of the query below them.
const GENERIC: [&str; 6] = ["kql", "kusto", "query", "queries", "detection", "hunt details"];

/// Reads a file; see [`super::read`]. What it is, its content says, except that a bare query is one only in a file that is
/// called so, or can be read to its end.
pub(super) fn read(path: &str, bytes: Vec<u8>) -> Reading {
    let mut reading = Reading::default();
    let extension = extension(path);
    let query = matches!(extension.as_deref(), Some("kql" | "csl" | "kusto"));
    let bytes = utf8(bytes);
    if bytes.iter().take(HEAD).any(|&byte| byte == NO_TEXT) {
        if query {
            reading.unread.push("it is no text in UTF-8".to_owned());
        }
        return reading;
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    if begin.starts_with(['{', '['])
        && ["\"query\"", "\"queryText\""].iter().any(|key| text.contains(key))
        && let Some(analytics) = template::read(begin)
    {
        let rules = analytics.into_iter().filter(is_kusto).enumerate();
        reading.rules.extend(rules.map(|(document, analytic)| rule_of(path, document, analytic)));
        return reading;
    }
    // YAML is also found in files that are called queries.
    let yaml = |line: &str| {
        let line = line.trim_start_matches([' ', '-']);
        line.starts_with("query:") || line.starts_with("queryText:")
    };
    if text.lines().any(yaml) {
        analytics(path, bytes, &mut reading);
        if !reading.rules.is_empty() || !reading.inactive.is_empty() {
            return reading;
        }
    }
    let plain = matches!(extension.as_deref(), None | Some("txt" | "yaml" | "yml"));
    let fenced = markdown::has_fence(&text);
    let found = || {
        let (script, unread) = parse::parse(&text);
        is_query(&script) && (plain || unread.is_empty())
    };
    // Markdown is, too; a query begins with no heading.
    if (query && !begin.starts_with("# ")) || (!fenced && !markdown::is_called(extension.as_deref()) && found()) {
        reading.rules.push(bare(path, &text));
    } else if query || plain || fenced || markdown::is_called(extension.as_deref()) {
        page(path, &text, &mut reading);
    }
    reading
}

/// What the name of a file says of its content, in lower case; `None` where it only looks as if it did: in `A v1.2 to B`
/// and `Advisory 2024.3`.
fn extension(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let (_, extension) = name.rsplit_once('.')?;
    let meant = extension.len() <= 8
        && extension.starts_with(|c: char| c.is_ascii_alphabetic())
        && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    meant.then(|| extension.to_ascii_lowercase())
}

/// The name of a file, without what it says of its content.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    extension(path).map_or(name, |extension| name.get(..name.len() - extension.len() - 1).unwrap_or(name))
}

/// A file that is a query.
fn bare(path: &str, text: &str) -> Rule {
    let mut rule = Rule::new(Vendor::Kusto, path);
    rule.title = stem(path).into();
    let mut techniques = Vec::new();
    for comment in text.lines().filter_map(|line| line.trim().strip_prefix("//")).filter(|c| !c.contains("://")) {
        markdown::techniques_in(comment, &mut techniques);
    }
    rule.techniques = techniques.into_iter().map(Into::into).collect();
    let (script, unread) = parse::parse(text);
    query(&mut rule, &script, unread, &[]);
    rule
}

/// Bytes of text in UTF-16, if a byte order mark says that it is, in UTF-8.
fn utf8(bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match bytes.as_slice() {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return bytes,
    };
    let pair = |pair: &[u8]| pair.try_into().map_or(0xfffd, unit);
    let units: Vec<u16> = bytes.chunks(2).skip(1).map(pair).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

fn rule_of(path: &str, document: usize, analytic: Analytic) -> Rule {
    let some = |text: String| Some(text).filter(|text| !text.is_empty()).map(String::into_boxed_str);
    let mut rule = Rule::new(Vendor::Kusto, path);
    rule.document = document;
    rule.id = some(analytic.id);
    rule.title = analytic.name.into();
    rule.author = analytic.author.into();
    rule.level = some(analytic.severity.to_lowercase());
    rule.status = some(analytic.status.to_lowercase());
    rule.techniques = analytic.techniques.into_iter().map(Into::into).collect();
    let bases: Vec<_> = analytic.tables.into_iter().map(|table| Base { table, facts: Vec::new() }).collect();
    let (script, unread) = parse::parse(&analytic.query);
    query(&mut rule, &script, unread, &bases);
    rule
}

fn analytics(path: &str, bytes: Vec<u8>, reading: &mut Reading) {
    let (mut rules, unread) = sentinel::read(bytes);
    rules.retain(is_kusto);
    for (document, analytic) in rules.into_iter().enumerate() {
        let rule = rule_of(path, document, analytic);
        if rule.status.as_deref() == Some("deprecated") {
            reading.inactive.push(rule);
        } else {
            reading.rules.push(rule);
        }
    }
    if !reading.rules.is_empty() || !reading.inactive.is_empty() {
        reading.unread.extend(unread);
    }
}

/// A page with queries: each is a rule. Where there is more than one, each has the heading above it in its title, and none
/// has the page's id.
fn page(path: &str, text: &str, reading: &mut Reading) {
    let mut page = markdown::read(text);
    if page.title.is_empty() {
        stem(path).clone_into(&mut page.title);
    }
    let mut found: Vec<_> = Vec::new();
    for block in page.blocks {
        let (script, unread) = parse::parse(&block.query);
        if is_query(&script) {
            found.push((block, script, unread));
        }
    }
    let some = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Box::<str>::from);
    let alone = found.len() == 1;
    let bases: Vec<_> = page
        .sources
        .into_iter()
        .map(|(table, event)| {
            let facts = ["ActionType", "EventID", "EventName"].map(|field| (field.to_owned(), event.clone()));
            Base { table, facts: if event.is_empty() { Vec::new() } else { facts.to_vec() } }
        })
        .collect();
    for (document, (block, script, unread)) in found.into_iter().enumerate() {
        let mut rule = Rule::new(Vendor::Kusto, path);
        rule.document = document;
        rule.author = page.author.as_str().into();
        rule.licence = some(&page.licence);
        if let Some((first, last)) = &page.dates {
            rule.date = some(first);
            rule.modified = some(last);
        }
        let mut techniques = page.techniques.clone();
        if alone {
            rule.id = some(&page.id);
            rule.title = page.title.as_str().into();
        } else {
            let generic = GENERIC.iter().any(|word| block.heading.eq_ignore_ascii_case(word));
            let title = match block.heading.as_str() {
                heading if heading.is_empty() || generic => page.title.clone(),
                heading => format!("{}: {heading}", page.title),
            };
            let before = reading.rules.iter().filter(|rule| rule.title.starts_with(&title)).count();
            rule.title = if before == 0 { title } else { format!("{title} ({})", before + 1) }.into();
        }
        techniques.extend(block.techniques.into_iter().filter(|id| !page.techniques.contains(id)));
        rule.techniques = techniques.into_iter().map(Into::into).collect();
        query(&mut rule, &script, unread, &bases);
        reading.rules.push(rule);
    }
}

/// Whether a rule is one: in a list, or without a mark of its own, queries of other languages stand as well.
fn is_kusto(analytic: &Analytic) -> bool {
    !analytic.listed || is_query(&parse::parse(&analytic.query).0)
}

/// Whether a text is a query at all: something with stages, or tables put together, be it under a name.
fn is_query(script: &Script) -> bool {
    script.statements.iter().any(|statement| match statement {
        Statement::Let(_, Definition::Function(function)) => !function.body.is_empty(),
        Statement::Let(_, Definition::Value(pipeline)) | Statement::Query(pipeline) => match &pipeline.source {
            Source::Union(_) | Source::Search(..) => true,
            // A bag is `{table}` in a template.
            Source::Expr(Expr::Name(_) | Expr::Call(..) | Expr::Path(..) | Expr::Query(_) | Expr::Bag) => {
                pipeline.stages.iter().any(|stage| !matches!(stage, Stage::Other))
            }
            _ => false,
        },
    })
}

/// Adds what a query says. `named` are the tables that stand beside it: what it reads if it does not say so itself.
fn query(rule: &mut Rule, script: &Script, mut unread: Vec<String>, named: &[Base]) {
    let read = read::read(script);
    let (mut source, mut events) = tables::of(&read.bases);
    let parts = read.parts.iter().map(|part| part.bases.as_slice()).chain([read.others.as_slice()]);
    for (bases, beside) in parts.map(|bases| (bases, false)).chain([(named, true)]) {
        let (found, of_part) = tables::of(bases);
        if source.as_ref().is_unknown() {
            source = found;
        }
        // What stands beside the query counts only where the query itself names nothing that is known.
        if !beside || events.is_empty() {
            for event in of_part {
                // `DeviceEvents` says nothing more where `DeviceEvents NamedPipeEvent` is said.
                if !events
                    .iter()
                    .any(|known: &Event| known.provider == event.provider && known.id.starts_with(&*event.id))
                {
                    events.push(event);
                }
            }
        }
    }
    unread.extend(read.unread);
    for part in read.parts {
        // A part reads tables of its own, and these decide what its fields mean.
        let (of_part, _) = tables::of(&part.bases);
        rule.logsource = if of_part.as_ref().is_unknown() { source.clone() } else { of_part };
        Query { parts: vec![(part.name, part.logic)], unread: Vec::new() }.add_to(rule);
    }
    rule.logsource = source;
    rule.events = events;
    if rule.predicates.is_empty() {
        unread.push("it compares no field with a value".to_owned());
    }
    rule.unread.extend(unread.into_iter().map(Into::into));
}

#[cfg(test)]
mod tests;
