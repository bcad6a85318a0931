//! `duplicate-tag`

use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a tag that stands twice in the list.
    ///
    /// The specification's schema wants every tag once; the second says nothing. Case does not count.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    ///     - attack.discovery
    /// #     ^^^^^^^^^^^^^^^^ duplicate-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "duplicate-tag" {
        group: Tags, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: ["duplicate_tag", "DuplicateTagIssue"], since: "0.1.0", run: Document(duplicate_tag),
    }
}

fn duplicate_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let mut before = tags.iter().take_while(|other| other.index < tag.index);
        let Some(first) = before.find(|other| other.text.eq_ignore_ascii_case(tag.text)) else { continue };
        let remove = tags.remove(&tag).map(|edit| Fix::safe("remove the second one", [edit]));
        report
            .at(tag.span, format!("the tag `{}` is there twice", tag.text))
            .label(first.span, "the first one")
            .tag(Tag::Unnecessary)
            .maybe_fix(remove);
    }
}
