//! `escaped-wildcard`

use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a wildcard that a backslash makes a plain character.
    ///
    /// `\*` is the character `*`. In a path it is most often a slip: `C:\Temp\*` matches no file but one that is called `*`;
    /// a backslash and a wildcard are written `\\*` (specification, section *Escape Character*). The official linter has it
    /// as `escaped_wildcard`. What does not look like a part of a path is only a hint.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Execution From Temporary Folder
    /// detection:
    ///     selection:
    ///         Image: 'C:\Temp\*\a.exe'
    /// #                      ^^ escaped-wildcard
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Execution From Temporary Folder
    /// detection:
    ///     selection:
    ///         Image: 'C:\Temp\\*\a.exe'
    ///         CommandLine|re: 'a\*b'
    ///     condition: selection
    /// ```
    "escaped-wildcard" {
        group: Values, profile: Default, severity: Hint, fix: Sometimes(Unsafe),
        aliases: ["escaped_wildcard", "EscapedWildcardIssue"], since: "0.1.0", run: Detection(escaped_wildcard),
    }
}

fn escaped_wildcard(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        for value in &item.values {
            let Some(text) = value.text() else { continue };
            let escapes = text.contains("\\*") || text.contains("\\?");
            if escapes && value.ty() == Some(Type::Str) && values::is_string(item) {
                report_first(rule, item, value, text, report);
            }
        }
    }
}

/// One finding for a value is enough.
fn report_first(rule: &DetectionRule<'_>, item: &Item, value: &Value, text: &str, report: &mut Report<'_>) {
    let Some(at) = escapes(text).next() else { return };
    let own = values::is_own(item, value);
    let range = at..at + 2;
    let span = if own { value.place(rule.source(), range.clone()) } else { values::place(item, value) };
    let wildcard = &text[at + 1..at + 2];
    // Three backslashes are a backslash and the plain character: that was thought about.
    let thought_about = escapes(text).any(|at| text[..at].ends_with('\\'));
    let places = value.places(rule.source());
    let fix = (own && places.is_exact() && !thought_about).then(|| {
        // In double quotes a backslash is written twice.
        let backslash = if value.style() == Some(Style::DoubleQuoted) { "\\\\" } else { "\\" };
        let edits = escapes(text).map(|at| Edit::insert(places.span(at..at).start as usize, backslash));
        Fix::risky(format!("make it a backslash and a wildcard: `\\\\{wildcard}`"), edits)
    });
    report
        .at(span, format!("this `{wildcard}` is a plain character, not a wildcard"))
        .severity(if is_slip(text, at) { Severity::Info } else { Severity::Hint })
        .note(format!("the backslash before it escapes it; a backslash and a wildcard are `\\\\{wildcard}`"))
        .maybe_fix(fix);
}

/// Whether it looks like a part of a path, where the backslash was meant to separate.
fn is_slip(text: &str, at: usize) -> bool {
    let (before, behind) = (&text[..at], &text[at + 2..]);
    let name = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '$' | ')' | '%' | '_'));
    name && before.contains('\\') && (behind.is_empty() || behind.starts_with(['\\', '.']))
}

/// Where an escaped wildcard begins.
fn escapes(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at + 1 < bytes.len() {
            let start = at;
            match (bytes[at], bytes[at + 1]) {
                (b'\\', b'*' | b'?') => {
                    at += 2;
                    return Some(start);
                }
                (b'\\', b'\\') => at += 2,
                _ => at += 1,
            }
        }
        None
    })
}
