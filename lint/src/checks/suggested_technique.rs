//! `suggested-technique`

use sigwise_corpus::advice::techniques::suggested;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::peers::{counts, names};
use crate::report::Report;
use crate::rule::{DetectionRule, RuleDocument};

declare_check! {
    /// Reports a rule without a technique where most rules that are like it have one and the same.
    ///
    /// Without a technique a rule is missing from every coverage map. The most similar published rules are compared by what
    /// they look for and by the words of their titles; three authors and five rules must agree, with most of the
    /// likeness on their side. Of the suggestions for SigmaHQ's own untagged rules about four in five are right: look
    /// before you take one.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Scheduled Task Creation From Temporary Folder
    /// #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ suggested-technique
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\schtasks.exe'
    ///         CommandLine|contains|all:
    ///             - ' /create '
    ///             - '\Temp\'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Scheduled Task Creation From Temporary Folder
    /// tags:
    ///     - attack.t1053.005
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\schtasks.exe'
    ///         CommandLine|contains|all:
    ///             - ' /create '
    ///             - '\Temp\'
    ///     condition: selection
    /// ```
    "suggested-technique" {
        group: Corpus, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Detection(suggested_technique),
    }
}

fn suggested_technique(rule: &DetectionRule<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.document.techniques().next().is_some() {
        return;
    }
    let Some(asking) = rule.asking() else { return };
    let Some(technique) = suggested(asking) else { return };
    let document = RuleDocument { file: rule.file, document: rule.document };
    let tags = document.tags();
    let tag = format!("attack.{}", technique.id.to_lowercase());
    let name = cx.attack.technique(technique.id).map_or("", |technique| &*technique.name);
    let key = rule.document.get("tags").filter(|entry| !entry.inherited).map(|entry| entry.key.span);
    let support = &technique.support;
    // Tactics stand before techniques, other tags behind them.
    let next = tags.iter().find(|tag| tag.name_in("attack").is_none());
    let edit = match (next, tags.iter().last()) {
        (Some(next), _) => tags.insert_before(&next, &tag),
        (None, Some(last)) => tags.insert_after(&last, &tag),
        (None, None) => None,
    };
    report
        .at(
            key.unwrap_or(document.head()),
            format!("this rule names no technique; {} of the {} rules most like it have `{tag}`", support.count(), support.peers),
        )
        .note(format!("{} is {name} in ATT&CK {}", technique.id, cx.attack.version()))
        .evidence(counts(asking.corpus(), support), names(asking.corpus(), &support.rules))
        .maybe_fix(edit.map(|edit| Fix::risky(format!("add `{tag}`"), [edit])));
}
