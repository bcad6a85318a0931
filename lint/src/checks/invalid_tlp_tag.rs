//! `invalid-tlp-tag`

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `tlp.` tag that is no level of the Traffic Light Protocol.
    ///
    /// Version 2.0 has `red`, `amber`, `amber-strict`, `green` and `clear` (specification, appendix *Sigma Tags*). Its `clear` was
    /// `white` before, which is only information.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.purple
    /// #     ^^^^^^^^^^ invalid-tlp-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - tlp.amber-strict
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-tlp-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["tlpv2_tag", "tlp-tag-unknown", "tlp-tag-not-v2"], since: "0.1.0",
        run: Document(invalid_tlp_tag),
    }
}

fn invalid_tlp_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.name_in("tlp").filter(|name| !tag::is_one_of(name, &tag::TLP)) else { continue };
        let white = name.eq_ignore_ascii_case("white");
        let meant = if white { Some("clear") } else { tag::meant(name, &tag::TLP) };
        let fix = meant.and_then(|meant| tags.safe_change(&tag, &format!("tlp.{meant}")));
        let finding = report.at(tag.span, format!("`{}` is no level of the Traffic Light Protocol", tag.text));
        let finding = if white {
            finding.severity(Severity::Info).note("version 2.0 of the protocol calls it `clear`")
        } else {
            finding.note("there are `red`, `amber`, `amber-strict`, `green` and `clear`")
        };
        finding.maybe_fix(fix);
    }
}
