//! `tag-format`

use sigwise_corpus::attack::Attack;

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag::{self, AttackName, Tag, Tags};

declare_check! {
    /// Reports a tag that is not written as a namespace, a dot and a name in lower-case letters, digits, `-` and `_`.
    ///
    /// The specification's schema refuses such a tag, and tools that look for `attack.t1059` do not find
    /// `attack.T1059`. A tag without a dot makes pySigma refuse the rule. Names of D3FEND artifacts
    /// (`d3fend.d3f-WindowsNtOpenFile`) keep their capitals, as the appendix writes them.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.T1033
    /// #     ^^^^^^^^^^^^ tag-format
    ///     - discovery
    /// #     ^^^^^^^^^ tag-format
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
    ///     - d3fend.d3f-WindowsNtOpenFile
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "tag-format" {
        group: Tags, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: ["tag_format", "InvalidTagFormatIssue", "tag-without-namespace"], since: "0.1.0",
        run: Document(tag_format),
    }
}

fn tag_format(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        if tag::is_well_formed(tag.text) || is_artifact(tag.text) {
            continue;
        }
        let text = tag.text;
        let fix = mend(&tag, tags, cx.attack);
        match text.split_once('.') {
            None => report
                .at(tag.span, format!("`{text}` has no namespace"))
                .severity(Severity::Error)
                .note("a tag is a namespace, a dot and a name, such as `attack.t1059`; pySigma refuses the rule"),
            Some(("", _)) => report.at(tag.span, format!("`{text}` has nothing before its dot")).note(NOTE),
            Some((_, "")) => report.at(tag.span, format!("`{text}` has nothing behind its dot")).note(NOTE),
            Some(_) if tag::is_well_formed(&text.to_ascii_lowercase()) => {
                report.at(tag.span, format!("`{text}` is not in lower case")).note(NOTE)
            }
            Some(_) => {
                let odd = text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
                let what = match odd {
                    Some(c) if c.is_whitespace() => "a blank".to_owned(),
                    Some(c) if !c.is_control() => format!("`{c}`"),
                    _ => "a character that no tag may have".to_owned(),
                };
                report.at(tag.span, format!("`{text}` has {what} in it")).note(NOTE)
            }
        }
        .maybe_fix(fix);
    }
}

const NOTE: &str = "tags are made of lower-case letters, digits, `-`, `_` and dots";

fn is_artifact(text: &str) -> bool {
    text.strip_prefix("d3fend.").is_some_and(tag::is_d3fend_artifact)
}

fn mend(tag: &Tag<'_>, tags: Tags<'_>, attack: &Attack) -> Option<Fix> {
    let text = tag.text.trim();
    let (exact, sure) = match text.split_once('.') {
        Some((namespace, name)) if !text.contains([':', '/']) => (Some(lowered(namespace, name, tags, attack)), true),
        // Without a dot, or with that of a sub-technique alone.
        _ => match AttackName::guess(attack, text).tag(attack, tags) {
            Some(known) => (Some(known), true),
            None => (with_namespace(text, attack), false),
        },
    };
    // Whether a blank was meant to be `-` or `_` cannot be known.
    let joined = || text.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    let (full, sure) = match exact.filter(|text| fits(text)) {
        Some(exact) => (exact, sure),
        None => (Some(joined()).filter(|joined| fits(joined))?, false),
    };
    let (title, edit) = tags.change(tag, &full)?;
    Some(if sure { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) })
}

fn fits(text: &str) -> bool {
    tag::is_well_formed(text) || is_artifact(text)
}

/// The tag in lower case, with what its namespace makes plain.
fn lowered(namespace: &str, name: &str, tags: Tags<'_>, attack: &Attack) -> String {
    let (namespace, name) = (namespace.to_lowercase(), name.trim());
    let name = match (namespace.as_str(), name.get(..4)) {
        ("d3fend", Some(head)) if head.eq_ignore_ascii_case("d3f-") => format!("d3f-{}", &name[head.len()..]),
        ("tlp", _) => name.to_lowercase().replace('+', "-"),
        ("attack", _) if name.contains(' ') => {
            if let Some(known) = AttackName::guess(attack, name).tag(attack, tags) {
                return known;
            }
            name.to_lowercase()
        }
        _ => name.to_lowercase(),
    };
    format!("{namespace}.{name}")
}

/// The tag that is meant by a namespace with something else than a dot behind it, where the rest is known there.
fn with_namespace(text: &str, attack: &Attack) -> Option<String> {
    tag::NAMESPACES.iter().find_map(|namespace| {
        let (head, rest) = text.split_at_checked(namespace.len())?;
        let name = rest.strip_prefix(['-', '_', ':', '/', ' '])?.trim();
        let full = format!("{namespace}.{}", name.to_lowercase());
        (head.eq_ignore_ascii_case(namespace) && tag::is_known(attack, &full)).then_some(full)
    })
}
