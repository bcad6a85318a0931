//! `lowercase-falsepositive`

use sigwise_sigma::yaml::OffsetMap;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports false positives that begin with a small letter.
    ///
    /// SigmaHQ writes them with a capital: `Unknown`, `Unlikely`, or a sentence.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - unknown
    /// #     ^^^^^^^ lowercase-falsepositive
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// ```
    "lowercase-falsepositive" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_falsepositives_capital", "SigmahqFalsepositivesCapitalIssue", "falsepositive-capital"],
        since: "0.1.0", run: Document(lowercase_falsepositive),
    }
}

fn lowercase_falsepositive(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("falsepositives") else { return };
    let Some(list) = entry.value.sequence() else { return };
    for item in &list.items {
        let Some(first) = item.str().and_then(|text| text.chars().next()).filter(|c| c.is_lowercase()) else { continue };
        let place = OffsetMap::new(rule.source(), item).span(0..first.len_utf8());
        let upper: String = first.to_uppercase().collect();
        let exact = rule.source().slice(place).chars().eq([first]) && entry.is_own() && item.alias.is_none();
        report
            .at(item.place(), "a false positive begins with a small letter")
            .maybe_fix(exact.then(|| Fix::safe("write a capital", [Edit::replace(place, upper)])));
    }
}
