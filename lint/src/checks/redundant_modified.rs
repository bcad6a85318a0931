//! `redundant-modified`

use crate::date::Date;
use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule that was modified on the day of its creation.
    ///
    /// `modified` is the date of the last change after the rule was published; on the first day it says nothing.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// date: 2024-05-06
    /// modified: 2024-05-06
    /// #         ^^^^^^^^^^ redundant-modified
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// status: experimental
    /// description: Detects the execution of whoami
    /// references:
    ///     - https://example.org/whoami
    /// author: A. Nonymous
    /// date: 2024-05-06
    /// tags:
    ///     - attack.discovery
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// falsepositives:
    ///     - Unknown
    /// level: low
    /// ```
    "redundant-modified" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: Sometimes(Safe),
        aliases: ["sigmahq_redundant_modified", "SigmahqRedundantModifiedIssue"],
        since: "0.1.0", run: Document(redundant_modified),
    }
}

fn redundant_modified(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let map = &rule.document.map;
    let Some(index) = map.entries.iter().rposition(|entry| entry.name() == Some("modified")) else { return };
    let modified = &map.entries[index];
    let Some(created) = rule.document.get("date") else { return };
    let Some(day) = Date::of(&modified.value).filter(|day| Some(*day) == Date::of(&created.value)) else { return };
    let edit = edit::remove_entry(rule.source(), map, index).filter(|_| modified.is_own());
    report
        .at(modified.value.place(), format!("the rule was created on {day} as well"))
        .label(created.value.place(), "created on this day")
        .tag(Tag::Unnecessary)
        .maybe_fix(edit.map(|edit| Fix::safe("remove `modified`", [edit])));
}
