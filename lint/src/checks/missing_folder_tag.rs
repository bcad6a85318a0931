//! `missing-folder-tag`

use sigwise_sigma::RuleKind;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a rule in a folder for threat hunting, emerging threats or forensics without the tag that says so.
    ///
    /// SigmaHQ keeps such rules apart by folder and by tag; whoever selects rules by their tags misses it.
    ///
    /// ## Fires
    /// ```yaml rules-threat-hunting/proc_creation_win_whoami.yml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ missing-folder-tag
    /// tags:
    ///     - attack.t1033
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml rules-threat-hunting/proc_creation_win_whoami.yml
    /// title: Whoami Execution
    /// tags:
    ///     - attack.t1033
    ///     - detection.threat-hunting
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "missing-folder-tag" {
        group: Tags, profile: SigmaHq, severity: Info, fix: Sometimes(Safe),
        aliases: ["sigmahq_tags_detection", "SigmahqTagsDetectionIssue"],
        since: "0.1.0", run: Document(missing_folder_tag),
    }
}

/// Folders of SigmaHQ with the tag that their rules have.
const FOLDERS: [(&str, &str); 3] = [
    ("rules-dfir", "detection.dfir"),
    ("rules-emerging-threats", "detection.emerging-threats"),
    ("rules-threat-hunting", "detection.threat-hunting"),
];

fn missing_folder_tag(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let folder = FOLDERS.iter().find(|(folder, _)| cx.path.split('/').any(|part| part == *folder));
    let Some((folder, tag)) = folder.filter(|_| rule.kind() != RuleKind::Filter) else { return };
    let entry = rule.document.get("tags");
    let list = entry.and_then(|entry| entry.value.sequence());
    if list.is_some_and(|list| list.items.iter().any(|item| item.str() == Some(tag))) {
        return;
    }
    // Another kind is a contradiction that only the author can solve.
    let other = list.is_some_and(|list| {
        list.items.iter().any(|item| item.str().is_some_and(|text| text.starts_with("detection.")))
    });
    let own = entry.is_some_and(|entry| entry.is_own()) && !other;
    let edit = list.filter(|_| own).and_then(|list| edit::append_item(rule.source(), list, tag));
    report
        .at(rule.head(), format!("a rule in `{folder}` has the tag `{tag}`"))
        .maybe_fix(edit.map(|edit| Fix::safe("add it", [edit])));
}
