//! `invalid-related`

use sigwise_sigma::Span;
use sigwise_sigma::yaml::{Entry, Mapping, Node};

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::keys;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::uuid::{self, Written};
use crate::words;

declare_check! {
    /// Reports entries of `related` that are no map of the `id` of a rule and the `type` of the relation.
    ///
    /// The types are `derived`, `obsolete`, `merged`, `renamed` and `similar` (specification, section *Identification*), and
    /// pySigma's `correlation`. pySigma refuses anything else (`SigmaRelatedError`).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// related:
    ///     - id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    ///       type: obsoletes
    /// #           ^^^^^^^^^ invalid-related
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// related:
    ///     - id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    ///       type: obsolete
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-related" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaRelatedError", "related-invalid", "related-type-obsoletes"],
        since: "0.1.0", run: Document(invalid_related),
    }
}

fn invalid_related(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("related").filter(|entry| !entry.value.is_null()) else { return };
    let Some(list) = entry.value.sequence() else {
        let fix = entry.value.mapping().filter(|_| entry.is_own()).and_then(|map| into_item(rule, &entry.value, map));
        let what = keys::what(&entry.value);
        report
            .at(entry.key.place(), format!("`related` must be a list of maps, but this is {what}"))
            .maybe_fix(fix);
        return;
    };
    for item in &list.items {
        let own = entry.is_own() && item.alias.is_none();
        match item.mapping() {
            Some(map) => {
                id(item, map, own, report);
                kind(item, map, own, report);
            }
            None => {
                let what = keys::what(item);
                report
                    .at(item.place(), format!("an entry of `related` must be a map, but this is {what}"))
                    .note("write `id: …` and below it `type: …`");
            }
        }
    }
}

fn id(item: &Node, map: &Mapping, own: bool, report: &mut Report<'_>) {
    let Some(entry) = map.get("id") else { return missing("id", item, map, own, report) };
    let node = &entry.value;
    let text = node.scalar().map_or("", |scalar| &scalar.text);
    let own = own && entry.is_own();
    match (node.str(), uuid::written(text)) {
        (Some(_), Written::Canonical) => {}
        (Some(_), Written::Oddly) => {
            let canonical = uuid::canonical(text).unwrap_or_default();
            let fix = edit::rewrite(node, &canonical).filter(|_| own);
            report
                .at(node.place(), format!("the usual form of this UUID is `{canonical}`"))
                .severity(Severity::Warning)
                .maybe_fix(fix.map(|edit| Fix::safe("write it with dashes and without braces", [edit])));
        }
        _ => {
            let message = match node.scalar() {
                Some(_) if !node.is_blank() => format!("`{text}` is no UUID"),
                _ => "the `id` of a related rule must be its UUID".to_owned(),
            };
            let place = if node.is_null() { entry.key.place() } else { node.place() };
            report.at(place, message);
        }
    }
}

fn kind(item: &Node, map: &Mapping, own: bool, report: &mut Report<'_>) {
    match map.get("type") {
        Some(entry) => words::RELATION.report(&entry.value, own && entry.is_own(), report),
        None => missing("type", item, map, own, report),
    }
}

fn missing(key: &'static str, item: &Node, map: &Mapping, own: bool, report: &mut Report<'_>) {
    let meant = map.entries.iter().find(|entry| {
        let name = entry.name().filter(|name| !matches!(*name, "id" | "type"));
        name.is_some_and(|name| name.eq_ignore_ascii_case(key) || nearest(name, [key]).is_some())
    });
    if let Some(Entry { key: found, .. }) = meant {
        let name = found.scalar().map_or("", |scalar| &scalar.text);
        let fix = edit::rewrite(found, key).filter(|_| own);
        report
            .at(found.place(), format!("`{name}` is no key of a relation, `{key}` is"))
            .maybe_fix(fix.map(|edit| Fix::safe(format!("rename it to `{key}`"), [edit])));
        return;
    }
    let place = map.entries.first().map_or(item.place(), edit::entry_span);
    report.at(if own { place } else { item.place() }, format!("this relation has no `{key}`"));
}

/// Makes the only item of a list of a block map: a dash before its first key, blanks before the others.
fn into_item(rule: &RuleDocument<'_>, node: &Node, map: &Mapping) -> Option<Fix> {
    let source = rule.source();
    let title = "write it as a list";
    // What the map holds was not read so far, and may not be right itself.
    let right = |key: &str, good: fn(&str) -> bool| map.get(key).and_then(|entry| entry.value.str()).is_some_and(good);
    let good = right("id", |id| uuid::written(id) == Written::Canonical)
        && right("type", |kind| words::RELATION.all.contains(&kind));
    let fix = |edits: Vec<Edit>| if good { Fix::safe(title, edits) } else { Fix::risky(title, edits) };
    if map.flow {
        let text = source.slice(node.span);
        return Some(fix(vec![Edit::replace(node.span, format!("[{text}]"))]));
    }
    let first = source.position(node.span.start as usize).line;
    let last = source.position(node.span.end as usize).line;
    let mut edits = vec![Edit::insert(node.span.start as usize, "- ")];
    for line in first + 1..=last {
        let span: Span = source.line_span(line);
        if !source.slice(span).trim().is_empty() {
            edits.push(Edit::insert(span.start as usize, "  "));
        }
    }
    Some(fix(edits))
}
