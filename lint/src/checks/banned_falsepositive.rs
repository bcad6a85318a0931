//! `banned-falsepositive`

use sigwise_sigma::yaml::OffsetMap;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports false positives that say "none" or name penetration tests and red teams.
    ///
    /// Nobody can know that there are none: SigmaHQ writes `Unknown` where the author knows of none, and `Unlikely` where none
    /// are expected. What a penetration test does should be detected (*SigmaHQ Rule Conventions*, section *False Positives*).
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
    ///     - Pentest activity
    /// #     ^^^^^^^ banned-falsepositive
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
    "banned-falsepositive" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: [
            "sigmahq_falsepositives_banned_word", "SigmahqFalsepositivesBannedWordIssue", "falsepositive-banned-word",
        ],
        since: "0.1.0", run: Document(banned_falsepositive),
    }
}

fn banned_falsepositive(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("falsepositives") else { return };
    let Some(list) = entry.value.sequence() else { return };
    for item in &list.items {
        let Some(text) = item.str() else { continue };
        let Some((start, word)) = banned(text) else { continue };
        let place = OffsetMap::new(rule.source(), item).span(start..start + word.len());
        let alone = text.trim().trim_end_matches('.').eq_ignore_ascii_case("none");
        let own = alone && entry.is_own() && item.alias.is_none();
        let edit = edit::rewrite(item, "Unlikely").filter(|_| own);
        report
            .at(place, format!("`{word}` is no false positive"))
            .note("write `Unknown`, or `Unlikely` where none are expected")
            .maybe_fix(edit.map(|edit| Fix::risky("replace it with `Unlikely`", [edit])));
    }
}

/// The first word that is not accepted, with its place.
fn banned(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    for part in text.split(' ') {
        let word = part.trim_matches(|c: char| !c.is_alphanumeric());
        let start = at + part.find(word).unwrap_or(0);
        at += part.len() + 1;
        if ["none", "pentest", "penetration"].iter().any(|banned| word.eq_ignore_ascii_case(banned)) {
            return Some((start, word));
        }
    }
    None
}
