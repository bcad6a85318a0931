//! `spaced-field-name`

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a field whose name has blanks.
    ///
    /// Fields are named as in the log source with all blanks stripped (specification, section *Field Usage*): `New Value` is
    /// `NewValue`. A blank at the end, before the `|`, belongs to the name, and no event has such a field. The official linter
    /// has it as `sigmahq_space_field_name`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image |endswith: '\whoami.exe'
    /// #       ^^^^^^ spaced-field-name
    ///         Event Name: start
    /// #       ^^^^^^^^^^ spaced-field-name
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///         EventName: start
    ///     condition: selection
    /// ```
    "spaced-field-name" {
        group: Fields, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_space_field_name", "SigmahqSpaceFieldNameIssue", "field-name-space"], since: "0.1.0",
        run: Detection(spaced_field_name),
    }
}

fn spaced_field_name(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        let Some(key) = &item.key else { continue };
        let name = &*key.field.text;
        if !name.contains(' ') {
            continue;
        }
        let trimmed = name.trim();
        if trimmed.len() == name.len() {
            report.at(key.field.span, format!("the field `{name}` has a blank in its name"));
            continue;
        }
        let exact = rule.source().slice(key.field.span) == name && !trimmed.is_empty();
        let own = !item.inherited && !rule.file.shares_text && exact;
        let edit = Edit::replace(key.field.span, trimmed);
        report
            .at(key.field.span, format!("the field `{name}` has a blank at the end of its name"))
            .severity(Severity::Warning)
            .note("no event has a field of this name, so it never matches")
            .maybe_fix(own.then(|| Fix::risky("remove the blank", [edit])));
    }
}
