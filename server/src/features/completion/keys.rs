//! Keys of the specification, and values from closed lists of words.

use sigwise_lint::keys::{Form, KEYS};
use sigwise_lint::words::{CORRELATION, LEVEL, RELATION, STATUS};
use sigwise_sigma::RuleKind;
use sigwise_workspace::fill::Ids;
use tower_lsp::lsp_types::CompletionItemKind;

use super::{Choice, Place};

/// The keys at the top of a rule that it does not have yet, those that every rule has first.
pub(super) fn top(place: &Place<'_>) -> Vec<Choice> {
    let document = place.document;
    let kind = document.and_then(|document| document.rule_kind());
    let has = |name: &str| {
        document.and_then(|document| document.get(name)).is_some_and(|entry| !entry.key.span.touches(place.cursor.span))
    };
    let fits = |kinds: &[RuleKind]| kind.is_none_or(|kind| kinds.contains(&kind));
    let wanted = ["title", "logsource", "detection"];
    let mut keys: Vec<_> = KEYS.iter().filter(|key| fits(key.kinds) && !has(key.name)).collect();
    keys.sort_by_key(|key| !wanted.contains(&key.name));
    keys.into_iter()
        .map(|key| {
            let opens = matches!(key.form, Form::List | Form::Maps | Form::Map);
            with_colon(place, Choice::new(key.name, CompletionItemKind::PROPERTY), opens)
        })
        .collect()
}

/// The keys of a map of the specification.
pub(super) fn of_map(names: &[&str]) -> Vec<Choice> {
    let choice = |name: &&str| {
        let insert = Some(format!("{name}: "));
        Choice { insert, ..Choice::new(*name, CompletionItemKind::PROPERTY) }
    };
    names.iter().map(choice).collect()
}

/// A key with the colon that it needs; what opens a list or map stands alone on its line.
pub(super) fn with_colon(place: &Place<'_>, choice: Choice, opens: bool) -> Choice {
    if place.cursor.has_colon() {
        return choice;
    }
    let insert = Some(format!("{}:{}", choice.label, if opens { "" } else { " " }));
    Choice { insert, ..choice }
}

/// Words.
pub(super) fn words(all: &[&str]) -> Vec<Choice> {
    all.iter().map(|word| Choice::new(*word, CompletionItemKind::ENUM_MEMBER)).collect()
}

/// The values of a key that has a closed list of them, or a right one today.
pub(super) fn values(place: &Place<'_>, key: &str) -> Vec<Choice> {
    match (key, place.cursor.keys()) {
        ("status", _) => words(STATUS.all),
        ("level", _) => words(LEVEL.all),
        ("type", ["related", ..]) => words(RELATION.all),
        ("type", ["correlation", ..]) => words(CORRELATION.all),
        ("timespan", _) => words(&["1m", "5m", "10m", "15m", "1h", "12h", "1d", "7d"]),
        ("taxonomy", _) => words(&["sigma"]),
        ("date" | "modified", [_]) => {
            let (year, month, day) = place.view.today;
            let today = format!("{year:04}-{month:02}-{day:02}");
            vec![Choice::new(today, CompletionItemKind::VALUE).detail("today")]
        }
        ("id", [_]) => {
            let id = Ids::new(place.view.path, place.view.text(), "completion").fresh();
            vec![Choice::new(id, CompletionItemKind::VALUE).detail("new id")]
        }
        _ => Vec::new(),
    }
}
