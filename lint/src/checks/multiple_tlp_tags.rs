//! `multiple-tlp-tags`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a second, different `tlp.` tag.
    ///
    /// The Traffic Light Protocol says how far a text may be passed on: of two levels nobody knows which one holds.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.amber
    ///     - tlp.clear
    /// #     ^^^^^^^^^ multiple-tlp-tags
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.amber
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "multiple-tlp-tags" {
        group: Tags, profile: Default, severity: Warning, fix: None,
        aliases: ["sigmahq_tags_unique_tlp", "SigmahqTagsUniqueTlpIssue"], since: "0.1.0",
        run: Document(multiple_tlp_tags),
    }
}

fn multiple_tlp_tags(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let mut levels = rule.tags().iter().filter(|tag| tag.name_in("tlp").is_some());
    let Some(first) = levels.next() else { return };
    for tag in levels.filter(|tag| !tag.text.eq_ignore_ascii_case(first.text)) {
        report
            .at(tag.span, format!("the rule already has the level `{}`", first.text))
            .label(first.span, "the first one");
    }
}
