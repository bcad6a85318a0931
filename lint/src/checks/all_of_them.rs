//! `all-of-them`

use sigwise_sigma::condition::{Expr, Quantifier, is_them};
use sigwise_sigma::detection::Detection;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports `all of them`.
    ///
    /// The specification discourages it (section *Condition*): whoever deploys the rule cannot add a filter to it, because
    /// the filter would become one of *them*. `all of selection_*` leaves room. The official linter has it as
    /// `all_of_them_condition`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection_image:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_args:
    ///         CommandLine|contains: '/all'
    ///     condition: all of them
    /// #              ^^^^^^^^^^^ all-of-them
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection_image:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_args:
    ///         CommandLine|contains: '/all'
    ///     condition: all of selection_*
    /// ```
    "all-of-them" {
        group: Condition, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["all_of_them_condition", "AllOfThemConditionIssue"], since: "0.1.0", run: Detection(all_of_them),
    }
}

fn all_of_them(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let mut common = None;
    for expr in rule.detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, _| {
            let Expr::Of { quantifier: Quantifier::All, pattern, .. } = expr else { return };
            if !is_them(&pattern.text) {
                return;
            }
            let common = common.get_or_insert_with(|| common_pattern(rule.detection));
            let fix = common.as_ref().filter(|_| !rule.file.shares_text).map(|common| {
                Fix::safe(format!("replace `them` with `{common}`"), [Edit::replace(pattern.span, &**common)])
            });
            report
                .at(expr.span(), "`all of them` leaves no room for a filter")
                .note("a selection that someone adds to exclude their own false positives would have to match as well")
                .maybe_fix(fix);
        });
    }
}

/// A pattern that takes in all that `them` does: what their names have in common, if that is a word.
fn common_pattern(detection: &Detection) -> Option<String> {
    let mut names = detection.selections.iter().map(|selection| &*selection.name.text).filter(|n| !n.starts_with('_'));
    let first = names.next()?;
    let mut common = first;
    let mut several = false;
    for name in names {
        several = true;
        let length = common.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
        common = common.get(..length)?;
    }
    // The part before the last underscore reads best.
    let common = common.rfind('_').map_or(common, |at| &common[..=at]);
    let word = common.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (several && word && common.len() >= 3 && detection.timeframe.is_none()).then(|| format!("{common}*"))
}
