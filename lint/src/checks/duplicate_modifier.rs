//! `duplicate-modifier`

use sigwise_sigma::detection::Item;
use sigwise_sigma::modifier::{Category, Modifier};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::report::Report;
use crate::remodel::MAX_MODIFIERS;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a modifier that stands twice in one key.
    ///
    /// The second one does nothing, or it encodes what is encoded already. Two words for the same modifier, such as `wide`
    /// and `utf16le`, count as the same. `base64` may be repeated: values can be encoded twice. The official linter has this
    /// in `InvalidModifierCombinationsValidator` (`ModifierAppliedMultipleIssue`).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains|all|contains:
    /// #                                ^^^^^^^^ duplicate-modifier
    ///             - whoami
    ///             - /all
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|contains|all:
    ///             - whoami
    ///             - /all
    ///         Payload|base64|base64: twice
    ///     condition: selection
    /// ```
    "duplicate-modifier" {
        group: Modifiers, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["invalid_modifier_combinations", "ModifierAppliedMultipleIssue"], since: "0.1.0",
        run: Detection(duplicate_modifier),
    }
}

fn duplicate_modifier(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        let used = &item.modifiers()[..item.modifiers().len().min(MAX_MODIFIERS)];
        for (index, again) in used.iter().enumerate().skip(1) {
            let Some(modifier) = again.modifier.filter(|modifier| *modifier != Modifier::Base64) else { continue };
            let same = |other: &Option<Modifier>| other.map(Modifier::canonical) == Some(modifier.canonical());
            let Some(first) = used[..index].iter().find(|earlier| same(&earlier.modifier)) else { continue };
            let mut words: Vec<&str> = used.iter().map(|used| &*used.word.text).collect();
            words.remove(index);
            let word = &*again.word.text;
            let title = format!("remove the second `{word}`");
            let fix = rule.remodel(group, item, &words).map(|edit| {
                if changes_nothing(item, modifier) { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) }
            });
            let message = if first.word.text == again.word.text {
                format!("the modifier `{word}` stands here twice")
            } else {
                format!("the modifiers `{}` and `{word}` are the same", first.word.text)
            };
            report.at(again.word.span, message).label(first.word.span, "first here").maybe_fix(fix);
        }
    }
}

/// Whether a second use does nothing, or keeps the rule from being loaded. Encoding what is encoded is another value.
fn changes_nothing(item: &Item, modifier: Modifier) -> bool {
    let encodes = |modifier: &Option<Modifier>| modifier.is_none_or(|m| m.category() == Category::Encoding);
    modifier != Modifier::Expand && !item.modifiers().iter().any(|used| encodes(&used.modifier))
}
