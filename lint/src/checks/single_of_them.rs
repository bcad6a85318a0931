//! `single-of-them`

use sigwise_sigma::condition::{Expr, is_them};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports `1 of them` and `all of them` in a rule with a single selection.
    ///
    /// It is that selection, and saying so is easier to read. The official linter has it as
    /// `them_condition_with_single_detection` and `sigmahq_ofthem_condition`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: 1 of them
    /// #              ^^^^^^^^^ single-of-them
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "single-of-them" {
        group: Condition, profile: Default, severity: Info, fix: Sometimes(Safe),
        aliases: [
            "them_condition_with_single_detection", "ThemConditionWithSingleDetectionIssue", "sigmahq_ofthem_condition",
            "SigmahqOfthemConditionIssue", "of-them-single-selection",
        ],
        since: "0.1.0", run: Detection(single_of_them),
    }
}

fn single_of_them(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    let [selection] = detection.selections.as_slice() else { return };
    let name = &*selection.name.text;
    // pySigma counts `timeframe` as a selection, and `them` leaves out what begins with an underscore.
    if detection.timeframe.is_some() || name.starts_with('_') {
        return;
    }
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let free = !["and", "or", "not", "of", "them", "all", "any", "1"].contains(&name.to_ascii_lowercase().as_str());
    for expr in detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, _| {
            let Expr::Of { pattern, .. } = expr else { return };
            if !is_them(&pattern.text) {
                return;
            }
            let edit = Edit::replace(expr.span(), name);
            let fix = Fix::safe(format!("replace it with `{name}`"), [edit]);
            report
                .at(expr.span(), format!("`them` is the only selection, `{name}`"))
                .maybe_fix((word && free && !rule.file.shares_text).then_some(fix));
        });
    }
}
