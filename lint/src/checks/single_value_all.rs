//! `single-value-all`

use sigwise_sigma::modifier::Modifier;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports the modifier `all` on a single value.
    ///
    /// All of one value is that value. The specification does not allow it (section *Generic Modifiers*), because some
    /// backends cannot express it: whoever uses it to have the same field twice in a map needs a second selection. The
    /// official linter has it as `sigmahq_invalid_all_modifier`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains|all: whoami
    /// #                            ^^^ single-value-all
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains|all:
    ///             - whoami
    ///             - /all
    ///     condition: selection
    /// ```
    "single-value-all" {
        group: Modifiers, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_invalid_all_modifier", "SigmahqInvalidAllModifierIssue", "all-single-value"],
        since: "0.1.0", run: Detection(single_value_all),
    }
}

fn single_value_all(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        // As in the official linter, keywords are left alone.
        if item.values.len() != 1 || item.is_keyword() {
            continue;
        }
        let used = item.modifiers();
        let Some(all) = used.iter().find(|used| used.modifier == Some(Modifier::All)) else { continue };
        let words: Vec<&str> = used.iter().map(|used| &*used.word.text).filter(|word| *word != "all").collect();
        let finding = report.at(all.word.span, "`all` on a single value has no effect");
        match rule.remodel(group, item, &words) {
            Some(edit) => finding.fix(Fix::safe("remove `all`", [edit])),
            None => finding.note("to have this field twice, use a second selection"),
        };
    }
}
