//! `unknown-selection`

use sigwise_sigma::Span;
use sigwise_sigma::condition::{Condition, ErrorKind, Expr, Reference, is_name};
use sigwise_sigma::detection::{Detection, Selection};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::logic::{self, Meant, Names};
use crate::report::{Finding, Report};
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a name in the condition that there is no selection of.
    ///
    /// pySigma refuses the rule when it is converted (`SigmaConditionError`: not defined in detections).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter_monitor:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not filter_moniter
    /// #                                ^^^^^^^^^^^^^^ unknown-selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter_monitor:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not filter_monitor
    /// ```
    "unknown-selection" {
        group: Condition, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaConditionError"], since: "0.1.0", run: Detection(unknown_selection),
    }
}

fn unknown_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    // That there is no selection at all is reported by itself.
    if detection.conditions.is_empty() || detection.selections.is_empty() {
        return;
    }
    let names = Names::new(detection);
    let mut found = 0;
    for condition in &detection.conditions {
        let Some(expr) = &condition.expr else { continue };
        expr.walk(&mut |expr, negated| {
            let Expr::Name(name) = expr else { return };
            if names.knows(&name.text) || is_explained(detection, condition, name.span) {
                return;
            }
            let finding = report.at(name.span, format!("there is no selection `{}`", name.text));
            found += 1;
            if found <= MAX_EXPLAINED {
                explain(rule, &names, Reference { name, quantifier: None, negated }, finding);
            }
        });
    }
}

/// What was meant is looked for in so many cases; it takes a hostile rule to have more.
const MAX_EXPLAINED: usize = 50;

/// The word is reported as one that no operator stands before, so it is most likely none that was meant as a name, or it
/// is a part of a name with blanks.
fn is_explained(detection: &Detection, condition: &Condition, span: Span) -> bool {
    condition.errors.iter().any(|error| {
        let beside = error.span == span
            || (error.span.start > span.end && error.span.start - span.end < 3 && detection.selections.iter().any(has_blank));
        error.kind == ErrorKind::ExpectedOperator && beside
    })
}

fn has_blank(selection: &Selection) -> bool {
    selection.name.text.contains(' ')
}

fn explain(rule: &DetectionRule<'_>, names: &Names<'_>, reference: Reference<'_>, mut finding: Finding<'_>) {
    let name = &*reference.name.text;
    // A condition that several documents share cannot be mended for one of them.
    if rule.file.shares_text {
        return;
    }
    let replace = |new: &str| [Edit::replace(reference.name.span, new)];
    match names.meant(reference) {
        // One that no condition can name is no help.
        Some(Meant::Selection(meant)) if !is_name(&meant.name.text) => {}
        Some(Meant::Selection(meant)) => {
            let known = &*meant.name.text;
            let title = format!("replace `{name}` with `{known}`");
            let slip = strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase()) <= 1;
            finding = finding.label(meant.name.span, "did you mean this selection?");
            let unused = logic::used(rule.detection, names).zip(names.find(known)).is_some_and(|(used, at)| !used[at]);
            finding.fix(if slip && unused {
                Fix::safe(title, replace(known))
            } else {
                Fix::risky(title, replace(known))
            });
        }
        Some(Meant::Pattern(pattern)) => {
            let words = if reference.negated { ["1 of", "all of"] } else { ["all of", "1 of"] };
            for word in words {
                let new = format!("{word} {pattern}");
                finding = finding.fix(Fix::risky(format!("replace `{name}` with `{new}`"), replace(&new)));
            }
        }
        None => {
            let known: Vec<String> =
                rule.detection.selections.iter().take(5).map(|selection| format!("`{}`", selection.name.text)).collect();
            finding.note(format!("the rule has {}", known.join(", ")));
        }
    }
}
