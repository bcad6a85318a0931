//! `link-in-description`

use sigwise_sigma::yaml::{OffsetMap, Style};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a description that names its source where the rule has no references.
    ///
    /// Links belong into `references`. SigmaHQ's validator looks for links and for the words "internal research".
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// description: Detects whoami, see https://example.org/whoami
    /// #                                ^^^^^^^^^^^^^^^^^^^^^^^^^^ link-in-description
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// description: Detects whoami
    /// references:
    ///     - https://example.org/whoami
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "link-in-description" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_link_in_description", "SigmahqLinkInDescriptionIssue"],
        since: "0.1.0", run: Document(link_in_description),
    }
}

fn link_in_description(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("description") else { return };
    let Some(text) = entry.value.str() else { return };
    let listed = rule.document.get("references").and_then(|entry| entry.value.sequence());
    if listed.is_some_and(|list| !list.items.is_empty()) {
        return;
    }
    let Some((word, at)) = ["http://", "https://", "internal research"].into_iter().find_map(|word| {
        Some((word, text.find(word)?))
    }) else {
        return;
    };
    let link = word.ends_with('/');
    let length = if link { text[at..].find(char::is_whitespace).unwrap_or(text.len() - at) } else { word.len() };
    let found = text[at..at + length].trim_end_matches(['.', ',', ';', ')', '"', '\'']);
    let place = OffsetMap::new(rule.source(), &entry.value).span(at..at + found.len());
    let free = link && entry.is_own() && rule.document.get("references").is_none() && !rule.document.map.flow;
    let fix = free.then(|| edit::insert_key(rule, "references", EditText::Text(list(rule, found)))).flatten();
    report
        .at(place, format!("`{found}` belongs into `references`"))
        .maybe_fix(fix.map(|edits| Fix::risky("add it to `references`", edits)));
}

/// A list of this one item, as the value of a key at the top of a rule.
fn list(rule: &RuleDocument<'_>, item: &str) -> String {
    format!("{}    - {}", rule.source().line_ending().as_str(), edit::quoted(item, Style::Plain))
}
