//! `missing-exclusion`

use sigwise_corpus::advice::Asking;
use sigwise_corpus::advice::exclusions::{Agreed, agreed};
use sigwise_corpus::logsource::LogSourceRef;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::exclusion::{self, Addition};
use crate::logic::extent;
use crate::peers::{listed, names};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports exclusions that rules of the same log source and technique agree on.
    ///
    /// At least three of them, and at least 40 percent, leave something out that this rule does not: what disturbs them will
    /// probably disturb it. Rules that were made from one another, which share a pasted list, count once. The fix adds a
    /// selection written as a peer writes it, and takes it out in the condition. Of what this names for SigmaHQ's rules,
    /// each asked as if it were new, they have 86 of 100; whether one suits your environment only you can tell. Nothing
    /// is said of exclusions that the rule could never match.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Temporary Library Loaded By A Service
    /// tags:
    ///     - attack.t1574.001
    /// logsource:
    ///     category: image_load
    ///     product: windows
    /// detection:
    ///     selection:
    ///         ImageLoaded|endswith: '\svcutil.dll'
    ///     condition: selection
    /// #              ^^^^^^^^^ missing-exclusion
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Temporary Library Loaded By A Service
    /// tags:
    ///     - attack.t1574.001
    /// logsource:
    ///     category: image_load
    ///     product: windows
    /// detection:
    ///     selection:
    ///         ImageLoaded|endswith: '\svcutil.dll'
    ///     filter_main_system:
    ///         ImageLoaded|startswith:
    ///             - 'C:\Windows\System32\'
    ///             - 'C:\Windows\SysWOW64\'
    ///     condition: selection and not 1 of filter_main_*
    /// ```
    "missing-exclusion" {
        group: Corpus, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Detection(missing_exclusion),
    }
}

/// How many exclusions the message names.
const SHOWN: usize = 3;

fn missing_exclusion(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    let Some(agreed) = agreed(asking) else { return };
    let corpus = asking.corpus();
    let Some(condition) = rule.detection.conditions.first() else { return };
    let product = asking.rule().logsource.product.as_deref();
    let values: Vec<String> = agreed
        .rows
        .iter()
        .filter_map(|row| corpus.sigma(row.row, product))
        .map(|item| format!("{}: {}", item.key, item.value.as_deref().unwrap_or("null")))
        .collect();
    let support = agreed.rows.iter().map(|row| row.rules.len()).min().unwrap_or_default() as u32;
    let most = agreed.rows.first().map_or(&[][..], |row| &row.rules);
    let at_least = if most.len() as u32 > support { "at least " } else { "" };
    let peers = agreed.peers.len() as u32;
    let techniques: Vec<&str> = asking.techniques().collect();
    let message = format!(
        "{at_least}{support} of {peers} {} rules for {} exclude {}",
        kind(asking.rule().logsource.as_ref()),
        techniques.join(", "),
        listed(&values, SHOWN)
    );
    let families = corpus.evidence(most).families;
    report
        .at(extent(condition).unwrap_or(condition.span), message)
        .note("what disturbs rules that look at the same events for the same reason will probably disturb this one")
        .evidence([("support", support), ("peers", peers), ("families", families)], names(corpus, most))
        .maybe_fix(fix(rule, asking, &agreed));
}

/// What a person calls the rules of a log source.
fn kind(source: LogSourceRef<'_>) -> &str {
    source.category.or(source.service).or(source.product).unwrap_or("such")
}

fn fix(rule: &DetectionRule<'_>, asking: &Asking<'_>, agreed: &Agreed) -> Option<Fix> {
    let Addition { added, extended, edits } = exclusion::add(rule.file, rule.document, &agreed.filters(asking))?;
    let title = match added.as_slice() {
        [] => format!("add them to {}", listed(&extended, SHOWN)),
        added => format!("add {} and leave it out", listed(added, SHOWN)),
    };
    Some(Fix::risky(title, edits))
}
