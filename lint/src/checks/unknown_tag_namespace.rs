//! `unknown-tag-namespace`

use crate::check::Profile;
use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a tag in a namespace that the specification does not have.
    ///
    /// The appendix *Sigma Tags* has `attack`, `car`, `cve`, `d3fend`, `detection`, `stp` and `tlp`. A misspelled namespace
    /// hides the tag from everything that looks for it. A namespace of your own is no mistake, so that one far from any
    /// of these is only information (in the profile `sigmahq` a warning).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - atack.t1033
    /// #     ^^^^^ unknown-tag-namespace
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.t1033
    ///     - car.2016-03-001
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-tag-namespace" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["namespace_tag", "InvalidNamespaceTagIssue", "tag-namespace-unknown"], since: "0.1.0",
        run: Document(unknown_tag_namespace),
    }
}

fn unknown_tag_namespace(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some((namespace, name)) = tag.parts() else { continue };
        // Nothing before the dot, capitals and odd characters are `tag-format`'s.
        let is_word = namespace.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if namespace.is_empty() || !is_word || tag::is_one_of(namespace, &tag::NAMESPACES) {
            continue;
        }
        let near = nearest(namespace, tag::NAMESPACES);
        let fix = near.and_then(|near| {
            let full = format!("{near}.{name}");
            let (title, edit) = tags.change(&tag, &full)?;
            let known = tag::is_known(cx.attack, &full);
            Some(if known { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) })
        });
        let severity = match near {
            None if cx.settings.profile < Profile::SigmaHq => Severity::Info,
            _ => Severity::Warning,
        };
        report
            .at(tag.namespace_span(), format!("`{namespace}` is no namespace of tags"))
            .severity(severity)
            .note("there are `attack`, `car`, `cve`, `d3fend`, `detection`, `stp` and `tlp`")
            .maybe_fix(fix);
    }
}
