//! `tactic-without-technique-match`

use sigwise_corpus::attack::{Attack, Technique};

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag::{self, AttackName};

declare_check! {
    /// Reports a tactic that none of the rule's techniques belongs to.
    ///
    /// Coverage by tactic and by technique then disagree. Many published rules do so on purpose (one in eight of SigmaHQ's),
    /// which is why it is a hint; where a technique of the rule has none of its own tactics beside it either, the tactic is
    /// probably the wrong one, and it is information. A rule that names tactics alone is left alone.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.impact
    /// #     ^^^^^^^^^^^^^ tactic-without-technique-match
    ///     - attack.discovery
    ///     - attack.t1033
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
    "tactic-without-technique-match" {
        group: Tags, profile: Default, severity: Hint, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Document(tactic_without_technique_match),
    }
}

fn tactic_without_technique_match(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let attack = cx.attack;
    let tags = rule.tags();
    if tag::techniques(attack, tags).next().is_none() {
        return;
    }
    let lonely = |technique: &Technique| {
        !tags.iter().any(|tag| technique.tactics.iter().any(|tactic| tag::says_tactic(attack, &tag, tactic)))
    };
    for tag in tags.iter() {
        let Some(AttackName::Tactic(tactic)) = tag.attack_name(attack).map(|name| AttackName::meant(attack, name))
        else {
            continue;
        };
        if tag::techniques(attack, tags).any(|(_, technique)| technique.tactics.contains(&tactic.short)) {
            continue;
        }
        let lonely = tag::techniques(attack, tags).find(|(_, technique)| lonely(technique));
        let fix = lonely.and_then(|(_, technique)| {
            let [tactic] = &*technique.tactics else { return None };
            let (title, edit) = tags.change(&tag, &format!("attack.{tactic}"))?;
            Some(Fix::risky(title, [edit]))
        });
        report
            .at(tag.span, format!("none of the rule's techniques belongs to `{}`", tag.text))
            .severity(if lonely.is_some() { Severity::Info } else { Severity::Hint })
            .note(format!("in ATT&CK {} {}", attack.version(), belongings(attack, tags)))
            .maybe_fix(fix);
    }
}

/// `T1033 belongs to discovery`, for each technique.
fn belongings(attack: &Attack, tags: tag::Tags<'_>) -> String {
    let each: Vec<String> = tag::techniques(attack, tags)
        .map(|(_, technique)| format!("{} belongs to {}", technique.id, technique.tactics.join(" and ")))
        .collect();
    each.join(", ")
}
