//! `yaml-syntax`

use sigwise_sigma::{File, ProblemKind, Source, Span};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::Edit;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports text that is not YAML.
    ///
    /// pySigma and every other tool stop at such a file: none of its rules is loaded. Most often a value is missing its
    /// quotes, since `*`, `%`, `@`, `[`, `{` and a colon with a blank behind it mean something in YAML. The rest of the
    /// file is checked all the same.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image: *\whoami.exe
    /// #              ^^^^^^^^^^^^ yaml-syntax
    ///         CommandLine: "C:\temp\whoami.exe"
    /// #                            ^^ yaml-syntax
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image: '*\whoami.exe'
    ///         CommandLine: 'C:\temp\whoami.exe'
    ///     condition: selection
    /// ```
    "yaml-syntax" {
        group: Yaml, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["yamllint:syntax", "yamllint:anchors", "yaml.YAMLError", "ScannerError", "ParserError", "ComposerError", "ConstructorError", "ReaderError"],
        since: "0.1.0", run: File(yaml_syntax),
    }
}

fn yaml_syntax(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    for problem in file.problems.iter().filter(|problem| problem.kind == ProblemKind::Syntax) {
        let finding = report.problem(file, problem);
        match (&problem.fix, &problem.help) {
            (Some((span, with)), Some(help)) => {
                let edits = [Edit::replace(*span, with.clone())];
                let one_way = is_the_only_way(&file.source, *span, with);
                finding.fix(if one_way { Fix::safe(help.clone(), edits) } else { Fix::risky(help.clone(), edits) });
            }
            (_, Some(help)) => {
                finding.note(help.clone());
            }
            _ => {}
        }
    }
}

/// Whether no other mending comes to mind: quotes around a value that YAML cannot read in any other way, a blank or a
/// colon between a key and its value. A bracket, quote or level of indentation can be meant in several ways.
fn is_the_only_way(source: &Source, span: Span, with: &str) -> bool {
    let old = source.slice(span);
    match old.chars().next() {
        None => matches!(with, ":" | " "),
        Some('"') => old.len() > 1 && old.ends_with('"') && with.starts_with('\''),
        Some('\'' | '[' | '{' | '&' | '!' | '|' | '>' | ' ' | '\t') => false,
        Some(_) => with.starts_with('\''),
    }
}
