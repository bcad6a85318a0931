//! `unknown-modifier`

use sigwise_sigma::detection::{Group, Item, ModifierUse};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::{Source, Span};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;
use crate::remodel::MAX_MODIFIERS;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a modifier that neither the specification nor pySigma knows.
    ///
    /// Modifiers are the words behind `|` in a field's key (specification, *Sigma Modifiers*). They are lower case and stand
    /// without blanks; with any other word pySigma refuses the rule (`SigmaModifierError`).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endwith: '\whoami.exe'
    /// #             ^^^^^^^ unknown-modifier
    ///         CommandLine| contains: '/all'
    /// #                   ^^^^^^^^^ unknown-modifier
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///         CommandLine|contains: '/all'
    ///     condition: selection
    /// ```
    "unknown-modifier" {
        group: Modifiers, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaModifierError"], since: "0.1.0", run: Detection(unknown_modifier),
    }
}

fn unknown_modifier(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        for (index, used) in item.modifiers().iter().enumerate().take(MAX_MODIFIERS) {
            if used.modifier.is_none() {
                report_one(rule, group, item, (index, used), report);
            }
        }
    }
}

fn report_one(
    rule: &DetectionRule<'_>,
    group: &Group,
    item: &Item,
    (index, used): (usize, &ModifierUse),
    report: &mut Report<'_>,
) {
    let word = &*used.word.text;
    let mut words: Vec<&str> = item.modifiers().iter().take(MAX_MODIFIERS).map(|used| &*used.word.text).collect();
    if word.trim().is_empty() {
        words.remove(index);
        let fix = rule.remodel(group, item, &words);
        report
            .at(with_pipe(rule.source(), used.word.span), "there is no modifier behind this `|`")
            .maybe_fix(fix.map(|edit| Fix::safe("remove the `|`", [edit])));
        return;
    }
    let mut finding = report.at(used.word.span, format!("there is no modifier `{word}`"));
    let (new, title, safe) = match meant(word) {
        Some(Meant::Modifier(modifier, safe)) => {
            let known = modifier.word();
            // The modifier stands there already: one of the two has to go.
            if words.contains(&known) {
                (None, format!("remove `{word}`"), false)
            } else {
                (Some(known), format!("replace `{word}` with `{known}`"), safe)
            }
        }
        Some(Meant::Nothing) => {
            finding = finding.note("a value without a modifier is compared as a whole");
            (None, format!("remove `{word}`"), false)
        }
        None => return,
    };
    match new {
        Some(known) => words[index] = known,
        None => {
            words.remove(index);
        }
    }
    if let Some(edit) = rule.remodel(group, item, &words) {
        finding.fix(if safe { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) });
    }
}

/// What someone wanted who wrote a word that there is no modifier of.
enum Meant {
    /// This one; the flag says whether it can be no other.
    Modifier(Modifier, bool),
    /// What is so without any modifier.
    Nothing,
}

fn meant(word: &str) -> Option<Meant> {
    let plain = word.trim().to_lowercase();
    if let Some(modifier) = Modifier::from_word(&plain) {
        return Some(Meant::Modifier(modifier, true));
    }
    let other_language = match plain.as_str() {
        "regex" | "regexp" | "match" | "matches" | "rex" => Some(Modifier::Re),
        "starts_with" | "beginswith" | "begins_with" | "begins" | "starts" | "prefix" => Some(Modifier::StartsWith),
        "ends_with" | "ends" | "suffix" => Some(Modifier::EndsWith),
        "like" | "includes" | "has" | "icontains" => Some(Modifier::Contains),
        "not" | "ne" | "notequals" => Some(Modifier::Neq),
        "ge" => Some(Modifier::Gte),
        "le" => Some(Modifier::Lte),
        "dash" => Some(Modifier::WinDash),
        "equals" | "equal" | "eq" | "is" | "in" | "any" | "or" => return Some(Meant::Nothing),
        _ => None,
    };
    if let Some(modifier) = other_language {
        return Some(Meant::Modifier(modifier, false));
    }
    let near = nearest(&plain, Modifier::ALL.iter().map(|modifier| modifier.word()))?;
    let one_slip = plain.len() > 3 && strsim::osa_distance(&plain, near) == 1;
    Modifier::from_word(near).map(|modifier| Meant::Modifier(modifier, one_slip))
}

/// The span with the `|` before it.
fn with_pipe(source: &Source, word: Span) -> Span {
    match word.start.checked_sub(1) {
        Some(before) if source.text().as_bytes()[before as usize] == b'|' => Span { start: before, ..word },
        _ => word,
    }
}
