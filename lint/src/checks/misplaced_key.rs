//! `misplaced-key`

use sigwise_sigma::yaml::{Entry, Mapping};
use sigwise_sigma::{RuleKind, Span};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a key of the specification that stands at the wrong level: `level` within `detection`, `condition` beside
    /// it.
    ///
    /// Most often the indentation slipped. Within `detection` the key is read as a selection that no condition names, and at
    /// the top of the rule as a custom key, so that the rule has no level, or no condition.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    ///     level: high
    /// #   ^^^^^ misplaced-key
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// level: high
    /// ```
    "misplaced-key" {
        group: Shape, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Document(misplaced_key),
    }
}

fn misplaced_key(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        let Some(home) = entry.name().and_then(keys::home) else { continue };
        let name = entry.name().unwrap_or_default();
        let fits = match rule.kind() {
            RuleKind::Detection => home != "correlation",
            RuleKind::Correlation => home == "correlation",
            RuleKind::Filter => home != "correlation",
        };
        if fits {
            let home = if rule.kind() == RuleKind::Filter && home == "detection" { "filter" } else { home };
            report.at(entry.key.place(), format!("`{name}` belongs into `{home}`")).note("here, tools ignore it");
        } else {
            report.at(entry.key.place(), format!("the specification has no key `{name}` here"));
        }
    }
    for section in ["logsource", "detection"] {
        let Some(entry) = rule.document.get(section) else { continue };
        let Some(map) = entry.value.mapping() else { continue };
        for inner in &map.entries {
            let Some(name) = inner.name().filter(|name| keys::is_top_key(name, &inner.value)) else { continue };
            if section == "detection" && is_used(rule, name) {
                continue;
            }
            report
                .at(inner.key.place(), format!("`{name}` belongs to the top of the rule, not into `{section}`"))
                .maybe_fix(dedent(rule, entry, map, inner));
        }
    }
}

fn is_used(rule: &RuleDocument<'_>, name: &str) -> bool {
    rule.document.detection().is_some_and(|detection| {
        let named = |reference: &sigwise_sigma::condition::Reference<'_>| {
            reference.quantifier.is_none() && &*reference.name.text == name
        };
        detection.references().any(|reference| named(&reference))
    })
}

/// Moves the lines of an entry, and of those behind it, to the top: only where every one of them belongs there.
fn dedent(rule: &RuleDocument<'_>, section: &Entry, map: &Mapping, inner: &Entry) -> Option<Fix> {
    let source = rule.source();
    let at = map.entries.iter().position(|entry| entry.key.span == inner.key.span)?;
    let tail = &map.entries[at..];
    let belongs = |entry: &Entry| entry.is_own() && entry.name().is_some_and(|name| keys::is_top_key(name, &entry.value));
    if map.flow || at == 0 || !section.is_own() || !tail.iter().all(belongs) {
        return None;
    }
    if tail.iter().any(|entry| entry.name().is_some_and(|name| rule.document.get(name).is_some())) {
        return None;
    }
    let first = edit::line_of(source, inner.key.span.start as usize);
    let width = inner.key.span.start - first.start;
    let last = source.position(edit::entry_span(tail.last()?).end as usize).line;
    let mut edits = Vec::new();
    for line in source.position(first.start as usize).line..=last {
        let span = source.line_span(line);
        let blanks = source.slice(span).bytes().take_while(|byte| *byte == b' ').count() as u32;
        if blanks < width && !source.slice(span).trim().is_empty() {
            return None;
        }
        let cut = Span { start: span.start, end: span.start + width.min(blanks) };
        if !cut.is_empty() {
            edits.push(Edit::remove(cut));
        }
    }
    Some(Fix::risky("move it to the top of the rule", edits))
}
