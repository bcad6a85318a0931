//! `unknown-key`

use sigwise_sigma::RuleKind;

use crate::check::Profile;
use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a key at the top of a rule that the specification does not have, or not for this kind of rule.
    ///
    /// Custom keys are allowed, and no tool reads them. What is not read should not look as if it were: `detection` beside
    /// `correlation` has no effect, and a filter has neither `level` nor `status`. The SigmaHQ repository accepts no custom
    /// keys but `regression_tests_path` and `simulation`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// hypothesis: An intruder asks who they are
    /// #^^^^^^^^^ unknown-key
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
    /// description: An intruder asks who they are
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-key" {
        group: Shape, profile: Default, severity: Info, fix: None,
        aliases: ["sigmahq_unknown_field", "SigmahqUnknownFieldIssue", "filter-unexpected-key"],
        since: "0.1.0", run: Document(unknown_key),
    }
}

fn unknown_key(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        let Some(name) = entry.name() else { continue };
        match keys::key(name) {
            Some(key) if key.kinds.contains(&rule.kind()) => {}
            Some(_) => {
                let kind = match rule.kind() {
                    RuleKind::Detection => "a rule without `correlation`",
                    RuleKind::Correlation => "a correlation",
                    RuleKind::Filter => "a filter",
                };
                report
                    .at(entry.key.place(), format!("{kind} has no `{name}`"))
                    .severity(Severity::Warning)
                    .note("tools ignore it");
            }
            None if keys::meant(name, &entry.value).is_some() || keys::home(name).is_some() => {}
            None => {
                let finding = report.at(entry.key.place(), format!("the specification has no key `{name}`"));
                let finding = finding.note("tools ignore it");
                if cx.settings.profile == Profile::SigmaHq {
                    finding.severity(Severity::Warning);
                }
            }
        }
    }
}
