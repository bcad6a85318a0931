//! `unknown-attack-tag`

use sigwise_corpus::attack::{Attack, is_technique_id, parent};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag::{AttackName, Tag, Tags};

declare_check! {
    /// Reports an ATT&CK tag that names no technique and no tactic.
    ///
    /// Such a tag puts the rule into no coverage map. Tactics are written with hyphens (`attack.initial-access`; Sigma's
    /// first version had underscores), sub-techniques with a dot (`attack.t1059.001`). Groups, software, data sources,
    /// mitigations and assets are taken by their form (`g0007`, `s0002`, `ds0005`, `m1040`, `a0003`). Techniques and tactics
    /// that ATT&CK gave up are reported by `retired-attack-tag`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.discovry
    /// #     ^^^^^^^^^^^^^^^ unknown-attack-tag
    ///     - attack.t9999
    /// #     ^^^^^^^^^^^^ unknown-attack-tag
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
    ///     - attack.g0007
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-attack-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["attacktag", "InvalidATTACKTagIssue", "attack-tag-unknown"], since: "0.1.0",
        run: Document(unknown_attack_tag),
    }
}

fn unknown_attack_tag(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let attack = cx.attack;
    if attack.techniques().is_empty() {
        return;
    }
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.attack_name(attack) else { continue };
        if !matches!(AttackName::of(attack, name), AttackName::Unknown) {
            continue;
        }
        let guess = AttackName::meant(attack, name);
        let message = if is_technique_id(name) {
            format!("ATT&CK {} has no technique `{}`", attack.version(), name.to_ascii_uppercase())
        } else {
            format!("`{}` names nothing in ATT&CK {}", tag.text, attack.version())
        };
        let note = match (guess, parent(name).and_then(|parent| attack.technique(parent))) {
            (AttackName::Tactic(_) | AttackName::RetiredTactic(_), _) => {
                "a tactic is written in words with hyphens between them, as in `attack.initial-access`".to_owned()
            }
            (AttackName::Unknown, Some(parent)) if is_technique_id(name) => {
                let last = match last_sub_technique(attack, &parent.id) {
                    Some(last) => format!("no such sub-technique, its last is {last}"),
                    None => "no sub-techniques".to_owned(),
                };
                format!("{} ({}) has {last}", parent.id, parent.name)
            }
            _ => "tags name a tactic (`execution`), a technique (`t1059.001`), a group (`g0007`), software (`s0002`), a data \
                  source (`ds0005`), a mitigation (`m1040`) or an asset (`a0003`)"
                .to_owned(),
        };
        report.at(tag.span, message).note(note).maybe_fix(mend(attack, tags, &tag, name, guess));
    }
}

fn last_sub_technique<'a>(attack: &'a Attack, id: &str) -> Option<&'a str> {
    attack.techniques().iter().rev().map(|technique| &*technique.id).find(|sub| parent(sub) == Some(id))
}

fn mend(attack: &Attack, tags: Tags<'_>, tag: &Tag<'_>, name: &str, meant: AttackName<'_>) -> Option<Fix> {
    if let AttackName::Tactic(tactic) = meant
        && tactic.id.eq_ignore_ascii_case(name)
        && attack.retired_tactics().iter().any(|retired| retired.id == tactic.id)
    {
        // An id that went over from a retired tactic may mean the old one.
        let (title, edit) = tags.change(tag, &format!("attack.{}", tactic.short))?;
        return Some(Fix::risky(title, [edit]));
    }
    if let Some(known) = meant.tag(attack, tags) {
        return tags.safe_change(tag, &known);
    }
    if let AttackName::RetiredTactic(tactic) = meant {
        // Which of its successors is meant is left to the next step, by hand.
        let (title, edit) = tags.change(tag, &format!("attack.{}", tactic.short))?;
        return Some(Fix::risky(title, [edit]));
    }
    if !matches!(meant, AttackName::Unknown) || is_technique_id(name) {
        return None;
    }
    // The name of a technique, such as `process-injection`.
    let mut named = attack.techniques().iter().filter(|technique| is_slug(name, &technique.name));
    let (technique, None) = (named.next()?, named.next()) else { return None };
    let known = AttackName::Technique(technique).tag(attack, tags)?;
    let (title, edit) = tags.change(tag, &known)?;
    Some(Fix::risky(title, [edit]))
}

/// Whether `slug` is `name` in lower case with hyphens for everything between its words.
fn is_slug(slug: &str, name: &str) -> bool {
    let words = |text: &'_ str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect()
    };
    words(slug) == words(name)
}
