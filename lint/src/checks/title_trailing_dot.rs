//! `title-trailing-dot`

use sigwise_sigma::yaml::OffsetMap;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a title that ends with a full stop.
    ///
    /// A title is no sentence (*SigmaHQ Title Conventions*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution.
    /// #                      ^ title-trailing-dot
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
    "title-trailing-dot" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_title_end", "SigmahqTitleEndIssue"],
        since: "0.1.0", run: Document(title_trailing_dot),
    }
}

fn title_trailing_dot(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("title") else { return };
    let Some(text) = entry.value.str().filter(|text| text.ends_with('.')) else { return };
    let bare = text.trim_end_matches('.');
    let place = OffsetMap::new(rule.source(), &entry.value).span(bare.len()..text.len());
    let exact = entry.is_own() && place.len() == text.len() - bare.len() && !bare.trim().is_empty();
    let fix = exact.then(|| Fix::safe("remove it", [Edit::remove(place)]));
    report.at(place, "the title ends with a full stop").maybe_fix(fix);
}
