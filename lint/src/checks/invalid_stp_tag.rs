//! `invalid-stp-tag`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports an `stp.` tag that is no score of Summiting the Pyramid.
    ///
    /// A score is a digit from 1 to 5 for the robustness of the analytic, and may have a letter for that of the event: `a`
    /// (application), `u` (user mode) or `k` (kernel mode); specification, appendix *Sigma Tags*.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - stp.6
    /// #     ^^^^^ invalid-stp-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - stp.3k
    ///     - stp.4
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-stp-tag" {
        group: Tags, profile: Default, severity: Warning, fix: None,
        aliases: ["stptag", "stp-tag-format"], since: "0.1.0",
        run: Document(invalid_stp_tag),
    }
}

fn invalid_stp_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for tag in rule.tags().iter() {
        if tag.name_in("stp").is_some_and(|name| !tag::is_stp(name)) {
            report
                .at(tag.span, format!("`{}` is no score of Summiting the Pyramid", tag.text))
                .note("it is a digit from 1 to 5, alone or with `a`, `u` or `k` behind it, such as `stp.3k`");
        }
    }
}
