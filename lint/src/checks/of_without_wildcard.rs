//! `of-without-wildcard`

use sigwise_sigma::condition::{Expr, Quantifier, is_them};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::logic::Names;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports `1 of` and `all of` with the name of a single selection.
    ///
    /// Without a `*` it is that selection and nothing else. Most likely the `*` was forgotten. The official linter has it as
    /// `sigmahq_missing_asterisk_condition`; unlike there, a `*` need not stand at the end.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_args:
    ///         CommandLine|contains: '/all'
    ///     condition: 1 of selection and selection_args
    /// #                   ^^^^^^^^^ of-without-wildcard
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_args:
    ///         CommandLine|contains: '/all'
    ///     condition: 1 of selection* or all of *_args
    /// ```
    "of-without-wildcard" {
        group: Condition, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_missing_asterisk_condition", "SigmahqMissingAsteriskConditionIssue"], since: "0.1.0",
        run: Detection(of_without_wildcard),
    }
}

/// What is meant is looked for in so many cases; it takes a hostile rule to have more.
const MAX_FIXES: usize = 50;

fn of_without_wildcard(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    let mut names = None;
    let mut found = 0;
    for expr in detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, _| {
            let Expr::Of { pattern, quantifier, .. } = expr else { return };
            let name = &*pattern.text;
            // That there is no such selection is reported by itself.
            if name.contains('*') || is_them(name) || matches!(quantifier, Quantifier::Count(_)) {
                return;
            }
            if names.get_or_insert_with(|| Names::new(detection)).find(name).is_none() {
                return;
            }
            found += 1;
            let mut finding = report.at(pattern.span, format!("`{name}` has no `*` and stands for one selection only"));
            if rule.file.shares_text || found > MAX_FIXES {
                return;
            }
            let longer = |other: &str| other.len() > name.len() && other.starts_with(name);
            if detection.selections.iter().any(|selection| longer(&selection.name.text)) {
                let title = format!("take in all that begin with `{name}`: `{name}*`");
                finding = finding.fix(Fix::risky(title, [Edit::insert(pattern.span.end as usize, "*")]));
            }
            let title = format!("name the selection: `{name}`");
            finding.fix(Fix::safe(title, [Edit::replace(expr.span(), name)]));
        });
    }
}
