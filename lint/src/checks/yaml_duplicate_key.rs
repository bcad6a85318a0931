//! `yaml-duplicate-key`

use sigwise_sigma::yaml::Mapping;
use sigwise_sigma::{Document, File, ProblemKind, Span};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports a key that a map has twice.
    ///
    /// YAML forbids it. PyYAML, and so pySigma, keeps the last value and drops the first without a word: of two selections
    /// of one name, or two lines for one field, one has no effect.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         CommandLine|contains: whoami
    ///         CommandLine|contains: '/all'
    /// #       ^^^^^^^^^^^^^^^^^^^^ yaml-duplicate-key
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         CommandLine|contains|all:
    ///             - whoami
    ///             - '/all'
    ///     condition: selection
    /// ```
    "yaml-duplicate-key" {
        group: Yaml, profile: Spec, severity: Error, fix: Sometimes(Unsafe),
        aliases: ["yamllint:key-duplicates"], since: "0.1.0", run: File(yaml_duplicate_key),
    }
}

fn yaml_duplicate_key(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    for problem in file.problems.iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey) {
        let first = problem.related.as_ref().map(|(span, _)| *span);
        let fix = first.and_then(|first| fix(file, first, problem.span));
        report
            .problem(file, problem)
            .note("the last value counts, the ones before it are lost")
            .maybe_fix(fix);
    }
}

fn fix(file: &File, first: Span, later: Span) -> Option<Fix> {
    // An anchor among what goes would leave its aliases behind.
    if file.shares_text {
        return None;
    }
    let source = &file.source;
    let mut documents = file.documents.iter();
    let (map, at) = documents.find_map(|document| find(document, first))?;
    let same = map.entries.iter().position(|entry| entry.key.span == later && entry.is_own())?;
    if source.slice(map.entries[at].value.span) == source.slice(map.entries[same].value.span) {
        return Some(Fix::safe("remove the repetition", [edit::remove_entry(source, map, same)?]));
    }
    Some(Fix::risky("remove the value that is lost", [edit::remove_entry(source, map, at)?]))
}

/// The map whose key stands here, with the number of that entry.
fn find(document: &Document, key: Span) -> Option<(&Mapping, usize)> {
    let mut open = vec![&document.map];
    while let Some(map) = open.pop() {
        if let Some(at) = map.entries.iter().position(|entry| entry.key.span == key && entry.is_own()) {
            return Some((map, at));
        }
        for entry in map.entries.iter().filter(|entry| entry.is_own()) {
            match &entry.value.value {
                sigwise_sigma::yaml::Value::Mapping(map) => open.push(map),
                sigwise_sigma::yaml::Value::Sequence(list) => {
                    open.extend(list.items.iter().filter(|item| item.alias.is_none()).filter_map(|item| item.mapping()));
                }
                sigwise_sigma::yaml::Value::Scalar(_) => {}
            }
        }
    }
    None
}
