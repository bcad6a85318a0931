//! `misspelled-value`

use sigwise_corpus::advice::misspelled::{MisspelledValue, values};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::peers::names;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a value with a word that no published rule has, one slip away from what many rules look for.
    ///
    /// `\poweshell.exe` never matches, so the rule loads, deploys and stays silent. The word that is meant stands in at least
    /// eight rules, and at least three look for the whole value, set right, in the same field. A word that the title has
    /// too is meant, and so are words of which a rule has several spellings.
    ///
    /// ## Fires
    /// ```yaml
    /// title: PowerShell Starts A Download
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\poweshell.exe'
    /// #                         ^^^^^^^^^ misspelled-value
    ///         CommandLine|contains: 'DownloadString'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Poweshell Masquerades As PowerShell
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\poweshell.exe'
    ///     condition: selection
    /// ```
    "misspelled-value" {
        group: Corpus, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Detection(misspelled_value),
    }
}

fn misspelled_value(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    for slip in values(asking) {
        let Some(home) = rule.home(slip.predicate) else { continue };
        let Some((at, word)) = find(home.value.text().unwrap_or_default(), slip.word) else { continue };
        let place = home.value.place(rule.source(), at..at + word.len());
        let meant = as_written(word, slip.meant);
        let MisspelledValue { rules, in_field, predicate, .. } = &slip;
        // Escaped or folded text is not as long as what stands in the file.
        let exact = rule.source().slice(place) == word && home.is_own() && !rule.file.shares_text;
        let edit = Edit::replace(place, &*meant);
        report
            .at(place, format!("`{word}` stands in no published rule, `{meant}` in {}", rules.len()))
            .note(format!("{in_field} of them look for the same value with `{meant}` in `{}`", predicate.field_raw))
            .evidence([("rules", rules.len() as u32), ("support", *in_field)], names(asking.corpus(), rules))
            .maybe_fix(exact.then(|| Fix::risky(format!("replace `{word}` with `{meant}`"), [edit])));
    }
}

/// Where `word` (in lower case) stands in a text, in any case.
fn find<'a>(text: &'a str, word: &str) -> Option<(usize, &'a str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    let here = |at: usize| text.get(at..at + word.len()).map(|found| (at, found));
    starts.filter_map(here).find(|(_, found)| found.eq_ignore_ascii_case(word))
}

/// `meant`, with letters as large as those of the misspelt word.
fn as_written(word: &str, meant: &str) -> String {
    if word.bytes().all(|b| !b.is_ascii_lowercase()) {
        return meant.to_ascii_uppercase();
    }
    let lower = word.to_ascii_lowercase();
    let start = lower.bytes().zip(meant.bytes()).take_while(|(a, b)| a == b).count();
    let rest = (word.len().min(meant.len())) - start;
    let end = lower.bytes().rev().zip(meant.bytes().rev()).take(rest).take_while(|(a, b)| a == b).count();
    // What both have stays as it is written; what comes in is small.
    format!("{}{}{}", &word[..start], &meant[start..meant.len() - end], &word[word.len() - end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_size() {
        assert_eq!(as_written("PoweShell", "powershell"), "PowerShell");
        assert_eq!(as_written("Systems32", "system32"), "System32");
        assert_eq!(as_written("POWESHELL", "powershell"), "POWERSHELL");
        assert_eq!(as_written("Pwoershell", "powershell"), "Powershell");
        assert_eq!(as_written("Powershelll", "powershell"), "Powershell");
    }
}
