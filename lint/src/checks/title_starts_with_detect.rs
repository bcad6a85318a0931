//! `title-starts-with-detect`

use sigwise_sigma::yaml::{OffsetMap, Style};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a title that begins with "Detect" or "Detects".
    ///
    /// Every rule detects something; a title names what (*SigmaHQ Title Conventions*, section *Main Title*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Detects Whoami Execution
    /// #      ^^^^^^^ title-starts-with-detect
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
    "title-starts-with-detect" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_title_start", "SigmahqTitleStartIssue"],
        since: "0.1.0", run: Document(title_starts_with_detect),
    }
}

fn title_starts_with_detect(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("title") else { return };
    let Some(text) = entry.value.str() else { return };
    let Some(word) = ["Detects", "Detect"].into_iter().find(|word| {
        text.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))
    }) else {
        return;
    };
    let places = OffsetMap::new(rule.source(), &entry.value);
    let rest = text[word.len()..].trim_start();
    let cut = text.len() - rest.len();
    let place = places.span(0..cut);
    let fix = rest.chars().next().filter(|_| entry.is_own() && place.len() == cut).and_then(|first| {
        let letter = places.span(cut..cut + first.len_utf8());
        let upper: String = first.to_uppercase().collect();
        // Without its first word, a title without quotes might mean something else to YAML.
        let plain = entry.value.scalar()?.style != Style::Plain || edit::is_plain_safe(rest);
        plain.then(|| {
            let edits = [Edit::remove(place), Edit::replace(letter, upper)];
            Fix::risky(format!("remove `{word}`"), edits)
        })
    });
    report.at(places.span(0..word.len()), format!("the title begins with `{word}`")).maybe_fix(fix);
}
