//! The condition: selections that it does not name yet first, then the others, quantifiers and operators.

use sigwise_sigma::condition::selects;
use tower_lsp::lsp_types::CompletionItemKind;

use super::{Choice, Place};

/// What can follow in the condition.
pub(super) fn condition(place: &Place<'_>) -> Vec<Choice> {
    let Some(detection) = place.document.and_then(|document| document.detection()) else { return Vec::new() };
    let before = place.view.text().get(..place.offset).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(before, |at| before.get(at + 1..).unwrap_or_default());
    let line = line.split_once("condition:").map_or(line, |(_, text)| text);
    // The word that is being typed is no part of what stands before it.
    let word = line.rfind([' ', '(', ')', '\'', '"']).map_or(line, |at| line.get(at + 1..).unwrap_or_default());
    let head = line.get(..line.len() - word.len()).unwrap_or_default().trim_end();
    let previous = head.rsplit([' ', '(']).next().unwrap_or_default();
    let names: Vec<&str> = detection.selections.iter().map(|selection| &*selection.name.text).collect();
    if previous == "of" {
        let mut choices = patterns(&names);
        choices.push(keyword("them", "every selection but those that begin with `_`"));
        return whole(place, line, word, choices);
    }
    let operand =
        head.is_empty() || head.ends_with('(') || matches!(previous, "and" | "or" | "not" | ">" | "|" | "'" | "\"");
    if !operand {
        return whole(place, line, word, ["and", "or", "and not"].map(|word| keyword(word, "")).to_vec());
    }
    let used = |name: &str| detection.references().any(|reference| reference.selects(name));
    let (new, old): (Vec<_>, Vec<_>) = names.iter().copied().partition(|name| !used(name));
    let unused = new.iter().map(|name| selection(name).detail("not used yet"));
    let mut choices: Vec<Choice> = unused.chain(old.iter().map(|name| selection(name))).collect();
    for quantifier in ["1 of", "all of"] {
        for pattern in patterns(&names) {
            let label = format!("{quantifier} {}", pattern.label);
            choices.push(Choice::new(label, CompletionItemKind::SNIPPET).detail(pattern.detail.unwrap_or_default()));
        }
    }
    choices.push(keyword("not", "leaves out what follows"));
    whole(place, line, word, choices)
}

/// The choices as replacements of the whole value, which is what the cursor's word is where no line breaks it.
fn whole(place: &Place<'_>, line: &str, word: &str, choices: Vec<Choice>) -> Vec<Choice> {
    let typed = place.cursor.typed;
    let kept = typed.strip_suffix(word).filter(|_| typed.len() > word.len() || line.trim_start() == typed);
    let Some(kept) = kept else { return choices };
    // What stands behind the position stays.
    let behind = place.view.text().get(place.offset..place.cursor.span.end as usize).unwrap_or_default();
    let behind = behind.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '*' | '-'));
    let choice = |choice: Choice| Choice {
        insert: Some(format!("{kept}{}{behind}", choice.label)),
        filter: Some(format!("{kept}{}", choice.label)),
        ..choice
    };
    choices.into_iter().map(choice).collect()
}

fn selection(name: &str) -> Choice {
    Choice::new(name, CompletionItemKind::VARIABLE)
}

fn keyword(word: &str, meaning: &str) -> Choice {
    Choice {
        documentation: (!meaning.is_empty()).then(|| meaning.to_owned()),
        ..Choice::new(word, CompletionItemKind::KEYWORD)
    }
}

/// Patterns that stand for several selections: `selection_*` where two begin with `selection_`.
fn patterns(names: &[&str]) -> Vec<Choice> {
    let mut patterns: Vec<String> = Vec::new();
    for name in names {
        for (at, _) in name.match_indices('_') {
            let pattern = format!("{}*", name.get(..=at).unwrap_or_default());
            if at > 0 && !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
    }
    let count = |pattern: &str| names.iter().filter(|name| selects(pattern, name)).count();
    let mut counted: Vec<_> = patterns.into_iter().map(|pattern| (count(&pattern), pattern)).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let choice = |(count, pattern)| {
        let noun = if count == 1 { "selection" } else { "selections" };
        Choice::new(pattern, CompletionItemKind::VARIABLE).detail(format!("{count} {noun}"))
    };
    counted.into_iter().map(choice).collect()
}
