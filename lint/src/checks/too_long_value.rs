//! `too-long-value`

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports texts that are longer than the specification allows: 256 characters for `title`, `name` and `taxonomy`,
    /// 65,535 for `description`.
    ///
    /// pySigma refuses a longer title (`SigmaTitleError`), the JSON schema of the specification each of them.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// taxonomy: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    /// #         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ too-long-value
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
    /// taxonomy: sigma
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "too-long-value" {
        group: Metadata, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaTitleError", "title-length-256", "description-too-long"],
        since: "0.1.0", run: Document(too_long_value),
    }
}

const LIMITS: [(&str, usize); 4] = [("title", 256), ("name", 256), ("taxonomy", 256), ("description", 65_535)];

fn too_long_value(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        let Some((name, limit)) = LIMITS.into_iter().find(|(name, _)| entry.name() == Some(name)) else { continue };
        // There are at least as many bytes as characters.
        let Some(text) = entry.value.str().filter(|text| text.len() > limit) else { continue };
        let length = text.chars().count();
        if length > limit {
            // pySigma refuses only the title.
            let severity = if name == "title" { Severity::Error } else { Severity::Warning };
            report
                .at(entry.value.place(), format!("`{name}` has {length} characters, {limit} are allowed"))
                .severity(severity);
        }
    }
}
