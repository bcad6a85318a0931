//! `invalid-detection-tag`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `detection.` tag that is none of the three kinds of rules.
    ///
    /// There are `detection.dfir`, `detection.emerging-threats` and `detection.threat-hunting` (specification, appendix *Sigma
    /// Tags*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - detection.threat_hunting
    /// #     ^^^^^^^^^^^^^^^^^^^^^^^^ invalid-detection-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - detection.threat-hunting
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-detection-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["detection_tag", "detection-tag-unknown"], since: "0.1.0",
        run: Document(invalid_detection_tag),
    }
}

fn invalid_detection_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.name_in("detection").filter(|name| !tag::is_one_of(name, &tag::DETECTION)) else {
            continue;
        };
        let near = tag::meant(name, &tag::DETECTION).map(|near| format!("detection.{near}"));
        report
            .at(tag.span, format!("`{}` is no kind of rule", tag.text))
            .note("there are `detection.dfir`, `detection.emerging-threats` and `detection.threat-hunting`")
            .maybe_fix(near.and_then(|near| tags.safe_change(&tag, &near)));
    }
}
