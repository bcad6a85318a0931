//! `yaml-trailing-blank`

use sigwise_sigma::yaml::{Node, Value};
use sigwise_sigma::{File, Span};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports blanks at the end of a line.
    ///
    /// They show in every diff. SigmaHQ's yamllint reports them. (The dots of the first example are blanks.)
    ///
    /// ## Fires
    /// ```yaml dots for blanks
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows··
    /// #                   ^^ yaml-trailing-blank
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
    "yaml-trailing-blank" {
        group: Yaml, profile: SigmaHq, severity: Info, fix: Sometimes(Safe),
        aliases: ["yaml-trailing-space", "yamllint:trailing-spaces"],
        since: "0.1.0", run: File(yaml_trailing_blank),
    }
}

fn yaml_trailing_blank(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    for line in 1..=file.source.line_count() {
        let line = file.source.line_span(line);
        let text = file.source.slice(line);
        let kept = text.trim_end_matches([' ', '\t']).len();
        if kept == text.len() {
            continue;
        }
        let span = Span { start: line.start + kept as u32, end: line.end };
        // In a text over several lines they may be part of it.
        let safe = !in_text(file, span);
        let edit = Edit::remove(span);
        let fix = if safe { Fix::safe("remove them", [edit]) } else { Fix::risky("remove them", [edit]) };
        report.at(span, "blanks at the end of the line").fix(fix);
    }
}

fn in_text(file: &File, span: Span) -> bool {
    let mut open: Vec<&Node> = Vec::new();
    for document in &file.documents {
        open.extend(document.map.entries.iter().map(|entry| &entry.value));
        open.extend(&document.stray_root);
    }
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Scalar(_) if node.span.touches(span) && node.span.end > span.start => return true,
            Value::Scalar(_) => {}
            Value::Sequence(list) => open.extend(&list.items),
            Value::Mapping(map) => open.extend(map.entries.iter().map(|entry| &entry.value)),
        }
    }
    false
}
