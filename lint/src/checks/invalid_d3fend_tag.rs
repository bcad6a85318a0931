//! `invalid-d3fend-tag`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `d3fend.` tag that has no form of a D3FEND tactic, technique or artifact.
    ///
    /// A tactic is a word (`d3fend.harden`), a technique `d3-` with letters (`d3fend.d3-am`), an artifact `d3f-` with its name
    /// (`d3fend.d3f-AccessControlList`); specification, appendix *Sigma Tags*. Whether such a technique or artifact exists is not
    /// looked up.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - d3fend.t1059
    /// #     ^^^^^^^^^^^^ invalid-d3fend-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - d3fend.d3-am
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-d3fend-tag" {
        group: Tags, profile: Default, severity: Warning, fix: None,
        aliases: ["d3_fendtag", "InvalidD3FENDagIssue", "d3fend-tag-unknown"], since: "0.1.0",
        run: Document(invalid_d3fend_tag),
    }
}

fn invalid_d3fend_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for tag in rule.tags().iter() {
        if tag.name_in("d3fend").is_some_and(|name| !tag::is_d3fend(name)) {
            report
                .at(tag.span, format!("`{}` is no tactic, technique or artifact of D3FEND", tag.text))
                .note("they look like `d3fend.harden`, `d3fend.d3-am` and `d3fend.d3f-AccessControlList`");
        }
    }
}
