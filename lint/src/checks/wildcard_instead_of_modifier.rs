//! `wildcard-instead-of-modifier`

use sigwise_sigma::Span;
use sigwise_sigma::detection::{Group, Item, Value};
use sigwise_sigma::modifier::{Category, Modifier};
use sigwise_sigma::pattern;
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values::{self, Core};

declare_check! {
    /// Reports wildcards at the ends of values where a modifier says the same.
    ///
    /// `'*\whoami.exe'` is `|endswith: '\whoami.exe'` (specification, section *String Wildcard*), which cannot be spoiled by
    /// an escape and is what readers and other tools look for. As in the official linter
    /// (`wildcards_instead_of_modifiers`), a list counts only if all its values have the same form, and a lone `*` does not
    /// count.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image: '*\whoami.exe'
    /// #              ^^^^^^^^^^^^^^ wildcard-instead-of-modifier
    ///         CommandLine:
    /// #       ^^^^^^^^^^^ wildcard-instead-of-modifier
    ///             - '*/all*'
    ///             - '*/priv*'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///         CommandLine: '*/all*/priv*'
    ///         User: '*'
    ///         ParentImage:
    ///             - 'C:\Windows\*'
    ///             - '*\explorer.exe'
    ///     condition: selection
    /// ```
    "wildcard-instead-of-modifier" {
        group: Values, profile: Default, severity: Info, fix: Sometimes(Safe),
        aliases: [
            "wildcards_instead_of_modifiers", "WildcardsInsteadOfContainsModifierIssue",
            "WildcardInsteadOfStartswithIssue", "WildcardInsteadOfEndswithIssue", "wildcard-instead-of-contains",
            "wildcard-instead-of-startswith", "wildcard-instead-of-endswith",
        ],
        since: "0.1.0", run: Detection(wildcard_instead_of_modifier),
    }
}

fn wildcard_instead_of_modifier(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        let Some(first) = item.values.first().and_then(shape) else { continue };
        if item.has(first) || !is_string(item) || !item.values.iter().all(|value| shape(value) == Some(first)) {
            continue;
        }
        // A `contains` makes every value open at both ends.
        if item.has(Modifier::Contains) {
            continue;
        }
        report_one(rule, group, item, first, report);
    }
}

/// The modifier that says what the wildcards of a value say.
fn shape(value: &Value) -> Option<Modifier> {
    let text = value.text()?;
    // Most values end here.
    if !text.starts_with('*') && !text.ends_with('*') {
        return None;
    }
    let Core { text: inner, star_before, star_after } = values::core(text);
    let modifier = match (star_before, star_after) {
        (true, true) => Modifier::Contains,
        (true, false) => Modifier::EndsWith,
        (false, true) => Modifier::StartsWith,
        (false, false) => return None,
    };
    let plain = value.ty() == Some(Type::Str) && !inner.is_empty() && !pattern::has_wildcards(inner);
    plain.then_some(modifier)
}

/// Whether wildcards mean something to the item's modifiers, and nothing is wrong with them.
fn is_string(item: &Item) -> bool {
    item.modifiers().iter().all(|used| match used.modifier.map(Modifier::category) {
        Some(Category::Linking | Category::Shape | Category::Case | Category::Variation | Category::Placeholder) => true,
        Some(Category::Encoding) => matches!(
            used.modifier,
            Some(Modifier::Wide | Modifier::Utf16 | Modifier::Utf16Be | Modifier::Utf16Le)
        ),
        _ => false,
    })
}

fn report_one(rule: &DetectionRule<'_>, group: &Group, item: &Item, shape: Modifier, report: &mut Report<'_>) {
    let other = item.has(Modifier::StartsWith) || item.has(Modifier::EndsWith);
    // With the modifier for the other end, both ends are open.
    let shape = if other { Modifier::Contains } else { shape };
    let message = match item.values.as_slice() {
        [_] => format!("this is `{shape}` written with wildcards"),
        _ => format!("these values are `{shape}` written with wildcards"),
    };
    report
        .at(place(item), message)
        .note(format!("the modifier `{shape}` says the same and cannot be spoiled by an escape"))
        .maybe_fix(fix(rule, group, item, shape));
}

/// The value, or, of several, the field they belong to.
fn place(item: &Item) -> Span {
    match (item.values.as_slice(), &item.key) {
        ([value], _) => values::place(item, value),
        (_, Some(key)) if !key.field.text.is_empty() => key.field.span,
        (_, Some(key)) => key.span,
        ([value, ..], None) => values::place(item, value),
        ([], None) => item.value_span,
    }
}

fn fix(rule: &DetectionRule<'_>, group: &Group, item: &Item, shape: Modifier) -> Option<Fix> {
    let is_shape = |word: &&str| matches!(*word, "startswith" | "endswith");
    let others = item.modifiers().iter().map(|used| &*used.word.text).filter(|word| !is_shape(word));
    let words: Vec<&str> = std::iter::once(shape.word()).chain(others).collect();
    let mut edits = vec![rule.remodel(group, item, &words)?];
    for value in &item.values {
        let core = values::core(value.text()?);
        let own = values::is_own(item, value);
        let new = edit::quoted(core.text, value.style()?);
        edits.push(own.then(|| Edit::replace(value.span, new))?);
    }
    Some(Fix::safe(format!("use the modifier `{shape}`"), edits))
}
