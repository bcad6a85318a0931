//! `unused-selection`

use sigwise_sigma::Span;
use sigwise_sigma::condition::{Expr, selects};
use sigwise_sigma::detection::Selection;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Tag};
use crate::engine::Context;
use crate::keys;
use crate::logic::{self, Meant, Names};
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

/// How many misspelt names are followed up; it takes a hostile rule to have more.
const MAX_MISSPELT: usize = 20;

fn unused_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    if detection.selections.is_empty() && detection.timeframe.is_none() {
        return;
    }
    let names = Names::new(detection);
    let Some(used) = logic::used(detection, &names) else { return };
    if used.contains(&false) {
        let misspelt = misspelt(rule, &names);
        let unused = detection.selections.iter().zip(&used).filter(|(_, used)| !**used);
        for (selection, _) in unused {
            if !is_misplaced_key(rule, selection) && !is_used_elsewhere(rule, selection) && !misspelt.iter().any(|meant| covers(meant, selection)) {
                let mut finding = report
                    .at(selection.name.span, format!("the condition does not use the selection `{}`", selection.name.text))
                    .note(note(selection))
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
            let mut used = false;
            logic::for_each_reference(detection, |reference| used |= reference.selects(&selection.name.text));
            used
        })
}

/// What the names and patterns in the condition were meant for that there is no selection of: that is reported there.
fn misspelt<'a>(rule: &DetectionRule<'a>, names: &Names<'a>) -> Vec<Meant<'a>> {
    let mut out = Vec::new();
    let mut seen = 0;
    logic::for_each_reference(rule.detection, |reference| {
        if seen < MAX_MISSPELT && logic::is_unknown(rule.detection, names, reference) {
            seen += 1;
            out.extend(names.meant(reference));
        }
    });
    out
}

fn covers(meant: &Meant<'_>, selection: &Selection) -> bool {
    match meant {
        Meant::Selection(one) => std::ptr::eq(*one, selection),
        Meant::Pattern(pattern) => selects(pattern, &selection.name.text),
    }
}

/// A key of the rule itself that is indented too far is reported as that.
fn is_misplaced_key(rule: &DetectionRule<'_>, selection: &Selection) -> bool {
    let name = &*selection.name.text;
    if rule.is_filter || keys::key(name).is_none() {
        return false;
    }
    let map = rule.document.get("detection").and_then(|entry| entry.value.mapping());
    map.and_then(|map| map.get(name)).is_some_and(|entry| keys::is_top_key(name, &entry.value))
}

/// Why it is there at all, where its name tells.
fn note(selection: &Selection) -> &'static str {
    let name = &*selection.name.text;
    if name.contains('|') {
        "this looks like a field: fields stand one level deeper, in a selection"
    } else {
        "the rule behaves as if this selection were not there"
    }
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
    let condition = logic::editable_condition(rule.source(), rule.document, rule.detection)?;
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
