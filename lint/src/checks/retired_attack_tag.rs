//! `retired-attack-tag`

use crate::check::Profile;
use crate::declare_check;
use crate::diagnostic::{Severity, Tag as Look};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag::AttackName;

declare_check! {
    /// Reports an ATT&CK tag whose technique or tactic is no more.
    ///
    /// Coverage maps of the current version do not show it. Where ATT&CK names one successor, the fix writes it; what
    /// succeeds the tactic Defense Evasion (Stealth or Defense Impairment), the rule's techniques decide. What only the newest
    /// version of ATT&CK retired is information, since tools follow slowly; in the profile `sigmahq` it is a warning.
    ///
    /// ## Fires
    /// ```yaml
    /// title: PowerShell Without Profile
    /// tags:
    ///     - attack.execution
    ///     - attack.t1086
    /// #     ^^^^^^^^^^^^ retired-attack-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\powershell.exe'
    ///         CommandLine|contains: '-nop'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: PowerShell Without Profile
    /// tags:
    ///     - attack.execution
    ///     - attack.t1059.001
    /// detection:
    ///     selection:
    ///         Image|endswith: '\powershell.exe'
    ///         CommandLine|contains: '-nop'
    ///     condition: selection
    /// ```
    "retired-attack-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["attacktag", "InvalidATTACKTagIssue", "attack-tag-deprecated"], since: "0.1.0",
        run: Document(retired_attack_tag),
    }
}

fn retired_attack_tag(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let attack = cx.attack;
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.attack_name(attack) else { continue };
        let old = AttackName::of(attack, name);
        let (kind, title, retired_in) = match &old {
            AttackName::RetiredTechnique(retired) => ("technique", &retired.name, retired.retired_in.as_deref()),
            AttackName::RetiredTactic(retired) => ("tactic", &retired.name, Some(&*retired.retired_in)),
            _ => continue,
        };
        let since = match retired_in {
            Some(version) => format!("in {version}"),
            None => format!("before {}", attack.version()),
        };
        let newest = retired_in == Some(attack.version());
        let severity =
            if newest && cx.settings.profile < Profile::SigmaHq { Severity::Info } else { Severity::Warning };
        let known = old.tag(attack, tags);
        let fix = known.as_ref().and_then(|known| {
            // Another retired tag that becomes the same one goes first; this one then has nothing left to say.
            let becomes = |text: &str| Some(text) == Some(known);
            let twin = tags.iter().take_while(|other| other.index < tag.index).any(|other| {
                let other = other.attack_name(attack).map(|name| AttackName::of(attack, name));
                other.and_then(|other| other.tag(attack, tags)).is_some_and(|other| becomes(&other))
            });
            if twin { tags.safe_removal(&tag, known) } else { tags.safe_change(&tag, known) }
        });
        let note = match (&old, &known) {
            (_, Some(known)) => format!("its successor is `{known}`{}", name_of(attack, known)),
            (AttackName::RetiredTactic(tactic), None) => {
                format!("it became {}: which, the rule's techniques decide", either(&tactic.successors))
            }
            _ => "nothing took its place".to_owned(),
        };
        report
            .at(tag.span, format!("the {kind} {title} (`{}`) was retired from ATT&CK {since}", tag.text))
            .severity(severity)
            .note(note)
            .tag(Look::Deprecated)
            .maybe_fix(fix);
    }
}

fn name_of(attack: &sigwise_corpus::attack::Attack, tag: &str) -> String {
    let name = match tag.strip_prefix("attack.").map(|name| AttackName::of(attack, name)) {
        Some(AttackName::Technique(technique)) => &technique.name,
        Some(AttackName::Tactic(tactic)) => &tactic.name,
        _ => return String::new(),
    };
    format!(" ({name})")
}

fn either(tactics: &[Box<str>]) -> String {
    let tags: Vec<String> = tactics.iter().map(|tactic| format!("`attack.{tactic}`")).collect();
    tags.join(" or ")
}
