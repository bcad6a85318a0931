//! `technique-without-tactic`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a technique whose tactics are not all among the tags.
    ///
    /// SigmaHQ wants every tactic of a technique beside it, so that rules can be looked up by tactic alone. Each missing
    /// tactic is reported once, at the first technique that belongs to it; the fix adds it.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.t1033
    /// #     ^^^^^^^^^^^^ technique-without-tactic
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
    "technique-without-tactic" {
        group: Tags, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_tags_techniques_without_tactics", "SigmahqTagsTechniquesWithoutTacticsIssue"], since: "0.1.0",
        run: Document(technique_without_tactic),
    }
}

fn technique_without_tactic(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let attack = cx.attack;
    let tags = rule.tags();
    for (tag, technique) in tag::techniques(attack, tags) {
        for tactic in &technique.tactics {
            let there = tags.iter().any(|tag| tag::says_tactic(attack, &tag, tactic));
            let mut before = tag::techniques(attack, tags).take_while(|(other, _)| other.index < tag.index);
            if there || before.any(|(_, other)| other.tactics.contains(tactic)) {
                continue;
            }
            let wanted = format!("attack.{tactic}");
            let add = tags.insert_before(&tag, &wanted).map(|edit| Fix::safe(format!("add `{wanted}`"), [edit]));
            let name = attack.tactic(tactic).map_or("", |tactic| &*tactic.name);
            report
                .at(tag.span, format!("`{}` belongs to `{wanted}`, which is not among the tags", tag.text))
                .note(format!(
                    "{} ({}) is a technique of {name} in ATT&CK {}",
                    technique.id,
                    technique.name,
                    attack.version()
                ))
                .maybe_fix(add);
        }
    }
}
