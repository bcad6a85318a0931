//! `multiple-detection-tags`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a second, different `detection.` tag.
    ///
    /// In the SigmaHQ repository the tag says which folder a rule belongs to, and there is only one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - detection.dfir
    ///     - detection.threat-hunting
    /// #     ^^^^^^^^^^^^^^^^^^^^^^^^ multiple-detection-tags
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - detection.dfir
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "multiple-detection-tags" {
        group: Tags, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_tags_unique_detection", "SigmahqTagsUniqueDetectionIssue"], since: "0.1.0",
        run: Document(multiple_detection_tags),
    }
}

fn multiple_detection_tags(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let mut levels = rule.tags().iter().filter(|tag| tag.name_in("detection").is_some());
    let Some(first) = levels.next() else { return };
    for tag in levels.filter(|tag| !tag.text.eq_ignore_ascii_case(first.text)) {
        report
            .at(tag.span, format!("the rule already has the kind `{}`", first.text))
            .label(first.span, "the first one");
    }
}
