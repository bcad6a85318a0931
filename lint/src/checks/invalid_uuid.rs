//! `invalid-uuid`

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit, EditText};
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::uuid::{self, Written};

declare_check! {
    /// Reports an `id` that is no UUID, or not written as one usually is.
    ///
    /// The specification identifies rules by UUIDs (section *Identification*); pySigma refuses anything else
    /// (`SigmaIdentifierError`). Without dashes or in braces pySigma takes it, but the JSON schema does not, and whoever
    /// looks for the rule will not find it.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// id: whoami-1
    /// #   ^^^^^^^^ invalid-uuid
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
    "invalid-uuid" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Unsafe),
        aliases: ["SigmaIdentifierError"], since: "0.1.0", run: Document(invalid_uuid),
    }
}

fn invalid_uuid(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("id").filter(|entry| !entry.value.is_null()) else { return };
    let node = &entry.value;
    let text = node.scalar().map(|scalar| &*scalar.text);
    match (node.str(), text.map(uuid::written)) {
        (Some(_), Some(Written::Canonical)) => {}
        (_, Some(Written::Oddly | Written::Canonical)) => {
            let Some(canonical) = text.and_then(uuid::canonical) else { return };
            // Digits alone are a number, which pySigma fails on.
            let severity = if node.str().is_some() { Severity::Warning } else { Severity::Error };
            let fix = edit::rewrite(node, &canonical).filter(|_| entry.is_own());
            report
                .at(node.place(), format!("the usual form of this UUID is `{canonical}`"))
                .severity(severity)
                .maybe_fix(fix.map(|edit| Fix::safe("write it with dashes and without braces", [edit])));
        }
        _ => {
            let message = match text {
                Some(text) if !text.is_empty() => format!("`{text}` is no UUID"),
                Some(_) => "the id is empty".to_owned(),
                None => format!("`id` must be a UUID, but this is {}", keys::what(node)),
            };
            let own = entry.is_own() && text.is_some();
            let fix = own.then(|| Fix::risky("use a new UUID", [Edit { span: node.span, text: EditText::FreshId }]));
            report.at(node.place(), message).maybe_fix(fix);
        }
    }
}
