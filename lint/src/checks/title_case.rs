//! `title-case`

use sigwise_sigma::yaml::OffsetMap;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports words of a title that begin with a small letter.
    ///
    /// SigmaHQ writes titles in title case (*SigmaHQ Rule Conventions*, section *Titles*): every word but articles, conjunctions
    /// and prepositions begins with a capital. File names and the like keep their case: words with `.`, `/`, `_` or a digit at
    /// the start are left alone.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami execution
    /// #             ^^^^^^^^^ title-case
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
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "title-case" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_title_case", "SigmahqTitleCaseIssue"],
        since: "0.1.0", run: Document(title_case),
    }
}

/// Words that stay small: pySigma's list.
const SMALL: [&str; 20] = [
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "new", "of", "on", "or", "over", "the", "through", "to",
    "via", "with", "without",
];

fn title_case(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("title") else { return };
    let Some(text) = entry.value.str() else { return };
    let mut at = 0;
    for word in text.split(' ') {
        let start = at;
        at += word.len() + 1;
        if !is_small(word) || SMALL.contains(&word) {
            continue;
        }
        let places = OffsetMap::new(rule.source(), &entry.value);
        let place = places.span(start..start + word.len());
        let first = word.chars().next().unwrap_or_default();
        let upper: String = first.to_uppercase().collect();
        let letter = places.span(start..start + first.len_utf8());
        let exact = entry.is_own() && first.is_alphabetic() && rule.source().slice(letter) == &word[..first.len_utf8()];
        let title = format!("write `{upper}{}`", &word[first.len_utf8()..]);
        report
            .at(place, format!("`{word}` begins with a small letter"))
            .maybe_fix(exact.then(|| Fix::risky(title, [Edit::replace(letter, upper)])));
    }
}

/// As Python's `islower`, and none of the words that keep their case.
fn is_small(word: &str) -> bool {
    word.chars().any(char::is_lowercase)
        && !word.chars().any(char::is_uppercase)
        && !word.trim_end_matches('.').contains(['.', '/', '_'])
        && !word.starts_with(|c: char| c.is_ascii_digit())
}
