//! `non-random-uuid`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit::{Edit, EditText};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::uuid::{self, Written};

declare_check! {
    /// Reports an id that is a UUID, but not a random one (version 4).
    ///
    /// The specification uses version 4 (section *Identification*). Other versions are read everywhere, so it is only told.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: 6c84fb90-12c4-11e1-840d-7b25c5ee775a
    /// #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ non-random-uuid
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
    /// id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "non-random-uuid" {
        group: Metadata, profile: SigmaHq, severity: Info, fix: Sometimes(Unsafe),
        aliases: ["uuid-not-v4", "id-not-uuid-v4"],
        since: "0.1.0", run: Document(non_random_uuid),
    }
}

fn non_random_uuid(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("id") else { return };
    let Some(text) = entry.value.str().filter(|text| uuid::written(text) == Written::Canonical) else { return };
    let Some(version) = uuid::version(text).filter(|version| *version != 4) else { return };
    let fresh = [Edit { span: entry.value.span, text: EditText::FreshId }];
    report
        .at(entry.value.place(), format!("this UUID is of version {version}, random ones are of version 4"))
        .maybe_fix(entry.is_own().then(|| Fix::risky("use a new UUID", fresh)));
}
