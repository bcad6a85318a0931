//! `missing-detection`

use sigwise_sigma::RuleKind;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule without a detection, or with one that has a condition but no selection.
    ///
    /// The specification requires it (section *Detection*), and pySigma refuses the rule (`SigmaDetectionError`). The same
    /// goes for a filter without a selection.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    /// #^^^^^^^^ missing-detection
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "missing-detection" {
        group: Shape, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaDetectionError", "neither-rule-kind", "filter-missing-selection"],
        since: "0.1.0", run: Document(missing_detection),
    }
}

fn missing_detection(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let key = match rule.kind() {
        RuleKind::Correlation => return,
        RuleKind::Detection if rule.report_missing("detection", report).is_some() => return,
        RuleKind::Detection => "detection",
        RuleKind::Filter => "filter",
    };
    let Some(detection) = rule.document.detection() else { return };
    // Without a condition either, the missing condition is enough to say.
    let empty = detection.selections.is_empty() && detection.condition_key.is_some();
    if empty && !rule.file.has_gaps(rule.document) {
        report.at(detection.key, format!("`{key}` has no selection"));
    }
}
