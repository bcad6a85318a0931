//! `yaml-indentation`

use sigwise_sigma::yaml::{Entry, Mapping, Node, Value};
use sigwise_sigma::{File, Problem, ProblemKind, Span};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports maps and lists that are not indented by four blanks.
    ///
    /// The specification and SigmaHQ's yamllint want four (section *Yaml File*). A list stands four blanks behind its key; a map
    /// in a list two behind its dash.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///   category: process_creation
    /// # ^^^^^^^^ yaml-indentation
    ///   product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "yaml-indentation" {
        group: Yaml, profile: SigmaHq, severity: Info, fix: Sometimes(Safe),
        aliases: ["yamllint:indentation"],
        since: "0.1.0", run: File(yaml_indentation),
    }
}

const STEP: usize = 4;

fn yaml_indentation(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    // Of a text that was not read as written nobody can tell.
    let misread = |problem: &Problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab);
    if file.problems.iter().any(misread) {
        return;
    }
    let mut open: Vec<&Mapping> = Vec::new();
    for document in &file.documents {
        open.push(&document.map);
        while let Some(map) = open.pop() {
            for entry in map.entries.iter().filter(|entry| !map.flow && entry.is_own()) {
                child(file, entry, report);
                match &entry.value.value {
                    Value::Mapping(map) => open.push(map),
                    Value::Sequence(list) => open.extend(list.items.iter().filter_map(Node::mapping)),
                    Value::Scalar(_) => {}
                }
            }
        }
    }
}

/// The block map or list that is the value of a key.
fn child(file: &File, entry: &Entry, report: &mut Report<'_>) {
    let first = match &entry.value.value {
        Value::Mapping(map) if !map.flow => map.entries.iter().find(|entry| !entry.inherited).map(|entry| entry.key.span),
        Value::Sequence(list) if !list.flow && !list.items.is_empty() => {
            let start = entry.value.span.start;
            Some(Span { start, end: start + 1 })
        }
        _ => None,
    };
    let Some(first) = first else { return };
    let source = &file.source;
    let column = |span: Span| source.position(span.start as usize).column as usize;
    let (key, own) = (column(entry.key.span), column(first));
    // On the line of its key, or not deeper than it: a list may stand at the level of its key.
    if own < key || own == key + STEP || source.position(first.start as usize).line == source.position(entry.key.span.start as usize).line {
        return;
    }
    let (old, new) = (own - 1, key - 1 + STEP);
    let fix = shift(file, entry, old, new).map(|edits| Fix::safe(format!("indent it by {new}"), edits));
    report
        .at(first, format!("indented by {} instead of {STEP}", own - key))
        .maybe_fix(fix);
}

/// Moves the lines of a value to another level.
fn shift(file: &File, entry: &Entry, old: usize, new: usize) -> Option<Vec<Edit>> {
    let source = &file.source;
    let line = |offset: u32| source.position(offset as usize).line;
    // Comments between the key and its value move along.
    let (first, last) = (line(entry.key.span.end) + 1, line(entry.value.span.end));
    let mut edits = Vec::new();
    for line in first..=last {
        let line = source.line_span(line);
        let blanks = source.slice(line).bytes().take_while(|byte| *byte == b' ').count();
        if source.slice(line).trim().is_empty() {
            continue;
        }
        if new > old {
            edits.push(Edit::insert(line.start as usize, " ".repeat(new - old)));
        } else if blanks >= old - new || line.start < entry.value.span.start {
            edits.push(Edit::remove(Span { start: line.start, end: line.start + blanks.min(old - new) as u32 }));
        } else {
            return None;
        }
    }
    Some(edits)
}
