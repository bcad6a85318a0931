//! `empty-value-list`

use sigwise_sigma::detection::Form;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a field with an empty list of values.
    ///
    /// pySigma reads it as `null`: the field must be absent, which is the opposite of a list that any value is still to be
    /// added to. For keywords it refuses the rule (`SigmaConditionError`: null value must be bound to a field).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///         CommandLine|contains: []
    /// #                             ^^ empty-value-list
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///         CommandLine: ''
    ///         ParentImage: null
    ///     condition: selection
    /// ```
    "empty-value-list" {
        group: Values, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaConditionError"], since: "0.1.0", run: Detection(empty_value_list),
    }
}

fn empty_value_list(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        if item.values.is_empty() && item.form != Form::Single {
            let finding = report.at(item.alias.unwrap_or(item.value_span), "this list of values is empty");
            if item.is_keyword() {
                finding.note("pySigma refuses keywords without a value");
            } else {
                finding.note(format!("pySigma reads this as `{}: null`: the field must be absent", item.field()));
            }
        }
    }
}
