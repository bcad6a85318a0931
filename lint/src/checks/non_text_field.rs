//! `non-text-field`

use sigwise_sigma::detection::FieldKey;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a field whose name YAML does not read as text.
    ///
    /// Without quotes, `no` and `on` are booleans and `4` is a number: pySigma fails on such a key.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         on: whoami
    /// #       ^^ non-text-field
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         'on': whoami
    ///     condition: selection
    /// ```
    "non-text-field" {
        group: Fields, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["field-name-type"], since: "0.1.0", run: Detection(non_text_field),
    }
}

fn non_text_field(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        let Some(key) = &item.key else { continue };
        let what = match key.ty {
            Type::Str | Type::Null => continue,
            Type::Bool(_) => "a boolean",
            Type::Int(_) | Type::Float(_) => "a number",
            Type::Timestamp | Type::InvalidTimestamp => "a date",
        };
        let FieldKey { span, field, .. } = key;
        let raw = rule.source().slice(*span);
        let own = !item.inherited && !rule.file.shares_text && raw == &*field.text;
        let edit = Edit::replace(*span, edit::quoted(raw, Style::SingleQuoted));
        report
            .at(*span, format!("YAML reads the field `{raw}` as {what}"))
            .note("pySigma fails on a field whose name is no text")
            .maybe_fix(own.then(|| Fix::safe("put it in quotes", [edit])));
    }
}
