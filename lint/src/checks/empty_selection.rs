//! `empty-selection`

use sigwise_sigma::detection::{Group, Join, Member, Selection};

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a selection that holds nothing, and a detection that has no selections.
    ///
    /// pySigma refuses an empty map (`SigmaDetectionError`: detection is empty) and an empty list (`SigmaConditionError`). A
    /// selection without any value is read as a search for the keyword null, which no backend can express.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    /// #   ^^^^^^^^^ empty-selection
    ///     filter: {}
    /// #   ^^^^^^ empty-selection
    ///     condition: selection and not filter
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    ///         ParentImage: null
    ///     condition: selection and not filter
    /// ```
    "empty-selection" {
        group: Condition, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaDetectionError", "SigmaConditionError", "empty-detection", "filter-missing-selection"],
        since: "0.1.0", run: Detection(empty_selection),
    }
}

fn empty_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    if detection.selections.is_empty() && detection.condition_key.is_some() {
        let word = if rule.is_filter { "filter" } else { "detection" };
        report.at(detection.key, format!("`{word}` has no selection"));
    }
    for selection in &detection.selections {
        if selection.is_empty() {
            whole(selection, report);
            continue;
        }
        let nested = |member: &Member| matches!(member, Member::Group(_));
        if selection.group.members.iter().any(nested) {
            for group in selection.group.groups().filter(|group| group.members.is_empty()) {
                report.at(group.span, format!("this {} is empty", what(group)));
            }
        }
    }
}

fn what(group: &Group) -> &'static str {
    match group.join {
        Join::All => "map",
        Join::Any => "list",
    }
}

fn whole(selection: &Selection, report: &mut Report<'_>) {
    let name = &*selection.name.text;
    if selection.group.members.is_empty() {
        report.at(selection.name.span, format!("the selection `{name}` is an empty {}", what(&selection.group)));
        return;
    }
    report
        .at(selection.name.span, format!("the selection `{name}` has no value"))
        .severity(Severity::Warning)
        .note("pySigma reads this as a search for the keyword null");
}
