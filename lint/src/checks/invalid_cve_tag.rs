//! `invalid-cve-tag`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `cve.` tag that is no CVE number.
    ///
    /// A CVE number is a year and a number of at least four digits: `cve.2021-44228` (specification, appendix *Sigma Tags*).
    /// Tools that look the vulnerability up find nothing under any other spelling.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - cve.2021.44228
    /// #     ^^^^^^^^^^^^^^ invalid-cve-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - cve.2021-44228
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-cve-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["cvetag", "InvalidPatternTagIssue", "cve-tag-format"], since: "0.1.0",
        run: Document(invalid_cve_tag),
    }
}

fn invalid_cve_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.name_in("cve").filter(|name| !tag::is_cve(name)) else { continue };
        let full = tag::numbers(name, "cve").map(|[year, number]| format!("cve.{year}-{number}"));
        let fix = full.filter(|full| tag::is_well_formed(full) && tag::is_cve(&full[4..]));
        report
            .at(tag.span, format!("`{}` is no CVE number", tag.text))
            .note("it is a year and a number of at least four digits, such as `cve.2021-44228`")
            .maybe_fix(fix.and_then(|full| tags.safe_change(&tag, &full)));
    }
}
