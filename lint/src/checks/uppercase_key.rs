//! `uppercase-key`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a key of the specification that is written with capitals.
    ///
    /// Keys are lower case (specification, section *Yaml File*). `Level: high` is a custom key, and the rule has no level.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// Level: high
    /// #^^^^ uppercase-key
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
    /// level: high
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "uppercase-key" {
        group: Shape, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["key-not-lowercase", "sigmahq_unknown_field", "SigmahqUnknownFieldIssue"],
        since: "0.1.0", run: Document(uppercase_key),
    }
}

fn uppercase_key(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        let Some(name) = entry.name() else { continue };
        if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            continue;
        }
        let Some(key) = keys::KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(name)) else { continue };
        let finding = report
            .at(entry.key.place(), format!("`{name}` must be written `{}`", key.name))
            .note("keys are lower case: with capitals it is a custom key, and tools ignore it");
        if let Some(taken) = rule.document.get(key.name) {
            finding.label(taken.key.span, format!("`{}` is here", key.name));
        } else if entry.is_own()
            && let Some(edit) = edit::rewrite(&entry.key, key.name)
        {
            let title = format!("write `{}`", key.name);
            // What was not read so far may hold findings of its own.
            let fits = keys::is_sound(key, &entry.value);
            finding.fix(if fits { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) });
        }
    }
}
