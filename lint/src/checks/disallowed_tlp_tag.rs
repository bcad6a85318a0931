//! `disallowed-tlp-tag`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `tlp.` tag other than `tlp.clear`.
    ///
    /// The rules of the SigmaHQ repository are public, so that no other level of the Traffic Light Protocol can hold.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.amber
    /// #     ^^^^^^^^^ disallowed-tlp-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.clear
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "disallowed-tlp-tag" {
        group: Tags, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_tags_tlp", "SigmahqTagsTlpIssue", "tlp-not-allowed"], since: "0.1.0",
        run: Document(disallowed_tlp_tag),
    }
}

fn disallowed_tlp_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.name_in("tlp") else { continue };
        // What is no level at all, and `white`, which was `clear`, are `invalid-tlp-tag`'s alone.
        let known = tag::is_one_of(name, &tag::TLP).then_some(name);
        let white = name.eq_ignore_ascii_case("white");
        let level = known.or_else(|| if white { None } else { tag::meant(name, &tag::TLP) });
        if level.is_none_or(|level| level.eq_ignore_ascii_case("clear")) {
            continue;
        }
        let fix = tags.change(&tag, "tlp.clear").map(|(title, edit)| Fix::risky(title, [edit]));
        report
            .at(tag.span, format!("`{}` does not go with a public rule", tag.text))
            .note("only `tlp.clear` may be published")
            .maybe_fix(fix);
    }
}
