//! `yaml-tab`

use sigwise_sigma::{File, Problem, ProblemKind};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports tabs outside quotes, where YAML wants blanks.
    ///
    /// PyYAML, and so pySigma, stops at a tab in the indentation or between a key and its value. Tabs that indent several
    /// lines are reported once, at the first of them.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    /// 		Image|endswith: '\whoami.exe'
    /// #^ yaml-tab
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         CommandLine|contains: '	/all'
    ///     condition: selection
    /// ```
    "yaml-tab" {
        group: Yaml, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["yaml-tab-indent", "ScannerError"], since: "0.1.0", run: File(yaml_tab),
    }
}

fn yaml_tab(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tabs = || file.problems.iter().filter(|problem| problem.kind == ProblemKind::Tab);
    let indents = |problem: &Problem| edit::begins_line(&file.source, problem.span.start as usize);
    let mut lines = 0;
    let mut edits = Vec::new();
    for (span, with) in tabs().filter(|tab| indents(tab)).filter_map(|tab| tab.fix.as_ref()) {
        lines += 1;
        edits.push(Edit::replace(*span, with.clone()));
    }
    for problem in tabs() {
        let (title, edits) = match &problem.fix {
            Some(_) if indents(problem) && edits.is_empty() => continue,
            Some(_) if indents(problem) => ("indent with blanks", std::mem::take(&mut edits)),
            Some((span, with)) if with.is_empty() => ("remove it", vec![Edit::remove(*span)]),
            Some((span, with)) => ("write a blank", vec![Edit::replace(*span, with.clone())]),
            None => ("", Vec::new()),
        };
        let mut finding = report.problem(file, problem);
        if edits.len() > 1 {
            finding = finding.note(format!("{lines} lines of this file are indented with tabs"));
        }
        if edits.is_empty() {
            if let Some(help) = &problem.help {
                finding.note(help.clone());
            }
        } else {
            finding.fix(Fix::safe(title, edits));
        }
    }
}
