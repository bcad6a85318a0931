//! `misspelled-falsepositive`

use sigwise_sigma::yaml::OffsetMap;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports words of false positives that are often misspelled.
    ///
    /// The list is that of SigmaHQ's validator: `unkown`, `ligitimate`, `legitim`, `legitimeate`.
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
    ///     - Unkown
    /// #     ^^^^^^ misspelled-falsepositive
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
    "misspelled-falsepositive" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_falsepositives_typo_word", "SigmahqFalsepositivesTypoWordIssue", "falsepositive-typo"],
        since: "0.1.0", run: Document(misspelled_falsepositive),
    }
}

const SLIPS: [(&str, &str); 7] = [
    ("unkown", "unknown"),
    ("unknow", "unknown"),
    ("unlikley", "unlikely"),
    ("ligitimate", "legitimate"),
    ("legitim", "legitimate"),
    ("legitimeate", "legitimate"),
    ("legimate", "legitimate"),
];

fn misspelled_falsepositive(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("falsepositives") else { return };
    let Some(list) = entry.value.sequence() else { return };
    for item in &list.items {
        let Some(text) = item.str() else { continue };
        let mut at = 0;
        for part in text.split(' ') {
            let word = part.trim_matches(|c: char| !c.is_alphanumeric());
            let start = at + part.find(word).unwrap_or(0);
            at += part.len() + 1;
            let Some((_, right)) = SLIPS.iter().find(|(slip, _)| word.eq_ignore_ascii_case(slip)) else { continue };
            let place = OffsetMap::new(rule.source(), item).span(start..start + word.len());
            let right = match word.starts_with(char::is_uppercase) {
                true => format!("{}{}", right[..1].to_uppercase(), &right[1..]),
                false => (*right).to_owned(),
            };
            let exact = rule.source().slice(place) == word && entry.is_own() && item.alias.is_none();
            let title = format!("replace `{word}` with `{right}`");
            report
                .at(place, format!("`{word}` is misspelled"))
                .maybe_fix(exact.then(|| Fix::safe(title, [Edit::replace(place, right)])));
        }
    }
}
