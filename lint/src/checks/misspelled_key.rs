//! `misspelled-key`

use sigwise_sigma::yaml::Entry;

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::keys::{self, Form, Key};
use crate::nearest::is_sure;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a key that is one slip away from a key of the specification.
    ///
    /// Unknown keys are ignored without a word, so what stands there is lost.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// realted:
    /// #^^^^^^ misspelled-key
    ///     - id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    ///       type: similar
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
    /// related:
    ///     - id: 8f3b6c1a-5f0e-4d6c-9c53-0d9a2d1c7c11
    ///       type: similar
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "misspelled-key" {
        group: Shape, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["custom_attributes", "CustomAttributesIssue", "sigmahq_unknown_field", "SigmahqUnknownFieldIssue"],
        since: "0.1.0", run: Document(misspelled_key),
    }
}

fn misspelled_key(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        let Some(name) = entry.name() else { continue };
        let Some(key) = keys::meant(name, &entry.value).filter(|key| !key.name.eq_ignore_ascii_case(name)) else {
            continue;
        };
        let taken = rule.document.get(key.name);
        let finding = report.at(entry.key.place(), format!("`{name}` is no key, `{}` is", key.name));
        match taken {
            Some(taken) => {
                finding.label(taken.key.span, format!("`{}` is here", key.name));
            }
            None => {
                finding.maybe_fix(rename(rule, entry, key));
            }
        }
    }
}

/// Renames a key, and makes a list of its value where the key wants one.
fn rename(rule: &RuleDocument<'_>, entry: &Entry, key: &Key) -> Option<Fix> {
    if !entry.is_own() {
        return None;
    }
    let name = entry.name()?;
    let mut edits = vec![edit::rewrite(&entry.key, key.name)?];
    let title = format!("rename it to `{}`", key.name);
    let listed = key.form == Form::List && entry.value.str().is_some();
    if listed {
        edits.push(edit::into_list(rule.source(), &rule.document.map, entry)?);
    }
    // What was not read so far may hold findings of its own.
    let sure = is_sure(name, key.name, keys::KEYS.iter().map(|key| key.name));
    let fits = sure && if listed { key.name != "tags" } else { keys::is_sound(key, &entry.value) };
    Some(if fits { Fix::safe(title, edits) } else { Fix::risky(title, edits) })
}
