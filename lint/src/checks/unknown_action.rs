//! `unknown-action`

use sigwise_sigma::document::Action;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports an `action` that is none of `global`, `reset` and `repeat`.
    ///
    /// `action` is how Sigma v1 gave several documents of a file common keys. pySigma still reads these three
    /// (`SigmaCollection`) and refuses any other, but `sigma check` does not show it.
    ///
    /// ## Fires
    /// ```yaml
    /// action: globl
    /// #       ^^^^^ unknown-action
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// action: global
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// ---
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-action" {
        group: Shape, profile: Spec, severity: Error, fix: Sometimes(Unsafe),
        aliases: ["SigmaCollectionError"], since: "0.1.0", run: Document(unknown_action),
    }
}

const ACTIONS: [&str; 3] = ["global", "reset", "repeat"];

fn unknown_action(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(Action::Unknown(word)) = &rule.document.action else { return };
    let Some(entry) = rule.document.get("action") else { return };
    let fix = nearest(&word.text, ACTIONS).filter(|_| entry.is_own()).and_then(|near| {
        let edit: Edit = edit::rewrite(&entry.value, near)?;
        Some(Fix::risky(format!("replace `{}` with `{near}`", word.text), [edit]))
    });
    let message = match entry.value.scalar() {
        Some(_) => format!("unknown action `{}`", word.text),
        None => "`action` must be a word".to_owned(),
    };
    report.at(entry.value.place(), message).note("there are `global`, `reset` and `repeat`").maybe_fix(fix);
}
