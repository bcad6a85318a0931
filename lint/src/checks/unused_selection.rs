//! `unused-selection`

use sigwise_sigma::Span;
use sigwise_sigma::condition::Expr;
use sigwise_sigma::detection::Selection;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Tag};
use crate::engine::Context;
use crate::logic::{self, Names};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a selection that no condition uses.
    ///
    /// The rule behaves as if it were not there: a filter that nothing refers to filters nothing (pySigma's
    /// `DanglingDetectionValidator`). As in pySigma, `them` and patterns leave out selections whose name begins with `_`
    /// unless the pattern does too. pySigma also takes `timeframe` for a selection: windows of time went from conditions
    /// to correlation rules.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    /// #   ^^^^^^ unused-selection
    ///         ParentImage|endswith: '\monitor.exe'
    ///     _helper:
    /// #   ^^^^^^^ unused-selection
    ///         User: SYSTEM
    ///     condition: 1 of selection*
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter_main_monitor:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     _helper:
    ///         User: SYSTEM
    ///     condition: selection and not 1 of filter_main_* and 1 of _*
    /// ```
    "unused-selection" {
        group: Condition, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["dangling_detection", "DanglingDetectionIssue"], since: "0.1.0", run: Detection(unused_selection),
    }
}

fn unused_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    if detection.selections.is_empty() && detection.timeframe.is_none() {
        return;
    }
    let names = Names::new(detection);
    let Some(used) = logic::used(detection, &names) else { return };
    if used.contains(&false) {
        let unused = detection.selections.iter().zip(&used).filter(|(_, used)| !**used);
        for (selection, _) in unused {
            if !is_used_elsewhere(rule, selection) && !is_misspelt_elsewhere(rule, &names, selection) {
                let mut finding = report
                    .at(selection.name.span, format!("the condition does not use the selection `{}`", selection.name.text))
                    .note("the rule behaves as if this selection were not there")
                    .tag(Tag::Unnecessary);
                for condition in detection.conditions.iter().take(3) {
                    finding = finding.label(condition.span, "the condition");
                }
                finding.maybe_fix(exclude(rule, selection));
            }
        }
    }
    if let Some(key) = detection.timeframe {
        timeframe(rule, key, report);
    }
}

/// A selection of a global document is meant for all the documents behind it.
fn is_used_elsewhere(rule: &DetectionRule<'_>, selection: &Selection) -> bool {
    selection.inherited
        && rule.file.documents.iter().filter_map(|document| document.detection()).any(|detection| {
            detection.references().any(|reference| reference.selects(&selection.name.text))
        })
}

/// A name in the condition that there is no selection of was meant for this one: that is reported there.
fn is_misspelt_elsewhere(rule: &DetectionRule<'_>, names: &Names<'_>, selection: &Selection) -> bool {
    let mut misspelt = false;
    logic::for_each_reference(rule.detection, |reference| {
        misspelt |= reference.quantifier.is_none()
            && !names.knows(&reference.name.text)
            && names.nearest(&reference.name.text).is_some_and(|meant| std::ptr::eq(meant, selection));
    });
    misspelt
}

fn timeframe(rule: &DetectionRule<'_>, key: Span, report: &mut Report<'_>) {
    let mut used = false;
    logic::for_each_reference(rule.detection, |reference| used |= reference.selects("timeframe"));
    if !used {
        report
            .at(key, "`timeframe` has no effect")
            .note("windows of time moved to correlation rules (`timespan`); pySigma reads this key as an unused selection")
            .tag(Tag::Unnecessary);
    }
}

/// What is called a filter is most likely meant to be excluded.
fn exclude(rule: &DetectionRule<'_>, selection: &Selection) -> Option<Fix> {
    let name = &*selection.name.text;
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let filter = ["filter", "exclu", "falsepositive", "fp_"].iter().any(|prefix| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    });
    if !word || !filter {
        return None;
    }
    let condition = logic::editable_condition(rule)?;
    let extent = logic::extent(condition)?;
    let end = extent.end as usize;
    let edits = match condition.expr.as_ref()? {
        Expr::Or(_) => {
            vec![Edit::insert(extent.start as usize, "("), Edit::insert(end, format!(") and not {name}"))]
        }
        _ => vec![Edit::insert(end, format!(" and not {name}"))],
    };
    Some(Fix::risky(format!("exclude `{name}` in the condition"), edits))
}
