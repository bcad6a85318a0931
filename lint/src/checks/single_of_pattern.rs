//! `single-of-pattern`

use sigwise_sigma::condition::{Expr, is_them, selects};

use crate::declare_check;
use crate::engine::Context;
use crate::logic;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports `1 of` and `all of` with a pattern that takes in a single selection.
    ///
    /// It is that selection. As in the official linter (`sigmahq_ofselection_condition`), patterns that begin with
    /// `selection_` or `filter_` are left alone, which conventions ask for, and so are patterns that do not end with `_*`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     image_whoami:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: 1 of image_*
    /// #                   ^^^^^^^ single-of-pattern
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection_whoami:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: 1 of selection_*
    /// ```
    "single-of-pattern" {
        group: Condition, profile: SigmaHq, severity: Hint, fix: None,
        aliases: ["sigmahq_ofselection_condition", "SigmahqOfselectionConditionIssue", "of-pattern-single-match"],
        since: "0.1.0", run: Detection(single_of_pattern),
    }
}

fn single_of_pattern(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let selections = &rule.detection.selections;
    let mut matches = 0;
    for expr in rule.detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, _| {
            let Expr::Of { pattern, .. } = expr else { return };
            let text = &*pattern.text;
            let usual = text.starts_with("selection_") || text.starts_with("filter_");
            matches += selections.len();
            if usual || is_them(text) || !text.ends_with("_*") || matches > logic::MAX_MATCHES {
                return;
            }
            let mut taken = selections.iter().filter(|selection| selects(text, &selection.name.text));
            if let (Some(only), None) = (taken.next(), taken.next()) {
                report
                    .at(pattern.span, format!("`{text}` takes in one selection only, `{}`", only.name.text))
                    .label(only.name.span, "the only one");
            }
        });
    }
}
