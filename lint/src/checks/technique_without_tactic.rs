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
        let mut missing: Vec<String> = Vec::new();
        for tactic in &technique.tactics {
            let there = tags.iter().any(|tag| tag::says_tactic(attack, &tag, tactic));
            let mut before = tag::techniques(attack, tags).take_while(|(other, _)| other.index < tag.index);
            if !there && !before.any(|(_, other)| other.tactics.contains(tactic)) {
                missing.push(format!("attack.{tactic}"));
            }
        }
        if missing.is_empty() {
            continue;
        }
        let edits: Option<Vec<_>> = missing.iter().map(|wanted| tags.insert_before(&tag, wanted)).collect();
        let listed = format!("`{}`", missing.join("` and `"));
        let verb = if missing.len() == 1 { "is" } else { "are" };
        report
            .at(tag.span, format!("`{}` belongs to {listed}, which {verb} not among the tags", tag.text))
            .note(format!(
                "{} ({}) belongs to {} in ATT&CK {}",
                technique.id,
                technique.name,
                technique.tactics.join(" and "),
                attack.version()
            ))
            .maybe_fix(edits.map(|edits| Fix::safe(format!("add {listed}"), edits)));
    }
}
