//! A small evaluator of detections on events: an oracle, independent of the linter, for "matches exactly the same events".
//!
//! Strings are compared as pySigma's semantics say (case-insensitive unless `cased`, wildcards, `contains` and so on).
//! What would need a regex engine, arithmetic or encodings is opaque: such a value matches an event value that names it
//! with its modifiers, so that a fix that changed it would be noticed.

use std::collections::BTreeMap;

use sigwise_sigma::condition::{Expr, Quantifier, selects};
use sigwise_sigma::detection::{Detection, Group, Item, Join, Member, Selection, Value};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::pattern::{Pattern, PieceKind};
use sigwise_sigma::scalar::Type;

/// Field → value; the empty field stands for the text of the whole event, which keywords search.
pub type Event = BTreeMap<String, String>;

/// Whether any condition of the detection matches the event.
pub fn matches(detection: &Detection, event: &Event) -> bool {
    detection
        .conditions
        .iter()
        .filter_map(|condition| condition.expr.as_ref())
        .any(|expr| holds(expr, detection, event))
}

fn holds(expr: &Expr, detection: &Detection, event: &Event) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| holds(part, detection, event)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, detection, event)),
        Expr::Not(_, inner) => !holds(inner, detection, event),
        Expr::Name(name) => detection.selection(&name.text).is_some_and(|selection| group(&selection.group, event)),
        Expr::Of { quantifier, pattern, .. } => {
            let mut selected = detection
                .selections
                .iter()
                .filter(|selection| selects(&pattern.text, &selection.name.text))
                .map(|s| group(&s.group, event));
            match quantifier {
                Quantifier::All => selected.all(|hit| hit),
                Quantifier::Any => selected.any(|hit| hit),
                Quantifier::Count(count) => selected.filter(|hit| *hit).count() >= *count as usize,
            }
        }
    }
}

fn group(of: &Group, event: &Event) -> bool {
    let one = |member: &Member| match member {
        Member::Item(found) => item(found, event),
        Member::Group(nested) => group(nested, event),
    };
    match of.join {
        Join::All => of.members.iter().all(one),
        Join::Any => of.members.iter().any(one),
    }
}

fn item(of: &Item, event: &Event) -> bool {
    match of.join() {
        Join::All => of.values.iter().all(|one| value(of, one, event)),
        Join::Any => of.values.iter().any(|one| value(of, one, event)),
    }
}

fn value(item: &Item, value: &Value, event: &Event) -> bool {
    let found = event.get(item.field());
    match test(item, value) {
        Test::Present(wanted) => found.is_some() == wanted,
        Test::Missing => found.is_none(),
        Test::Opaque(token) => found.is_some_and(|text| *text == token),
        Test::Glob { pattern, cased } => found.is_some_and(|text| {
            if cased { glob(&pattern, &chars(text)) } else { glob(&pattern, &chars(&text.to_lowercase())) }
        }),
    }
}

/// What a value asks of a field.
enum Test {
    Present(bool),
    Missing,
    Opaque(String),
    Glob { pattern: Vec<Symbol>, cased: bool },
}

#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Star,
    Question,
    Char(char),
}

const SHAPES: [Modifier; 5] =
    [Modifier::Contains, Modifier::StartsWith, Modifier::EndsWith, Modifier::All, Modifier::Cased];

fn test(item: &Item, value: &Value) -> Test {
    let text = value.text().unwrap_or_default();
    if item.has(Modifier::Exists) {
        return Test::Present(value.ty() == Some(Type::Bool(true)));
    }
    if item.modifiers().iter().any(|used| used.modifier.is_none_or(|modifier| !SHAPES.contains(&modifier))) {
        let mut words: Vec<&str> =
            item.modifiers().iter().map(|used| &*used.word.text).filter(|word| *word != "all").collect();
        words.dedup();
        return Test::Opaque(format!("<{}:{text}>", words.join("|")));
    }
    match value.ty() {
        Some(Type::Null) => return Test::Missing,
        Some(Type::Int(Some(number))) => return literal(&number.to_string()),
        Some(Type::Str) => {}
        _ => return literal(&text.to_lowercase()),
    }
    let cased = item.has(Modifier::Cased);
    let mut pattern = Vec::new();
    let open_start = item.is_keyword() || item.has(Modifier::Contains) || item.has(Modifier::EndsWith);
    let open_end = item.is_keyword() || item.has(Modifier::Contains) || item.has(Modifier::StartsWith);
    if open_start {
        pattern.push(Symbol::Star);
    }
    for piece in Pattern::parse(text).pieces {
        match piece.kind {
            PieceKind::Star => pattern.push(Symbol::Star),
            PieceKind::Question => pattern.push(Symbol::Question),
            PieceKind::Text(part) if cased => pattern.extend(part.chars().map(Symbol::Char)),
            PieceKind::Text(part) => pattern.extend(part.to_lowercase().chars().map(Symbol::Char)),
        }
    }
    if open_end {
        pattern.push(Symbol::Star);
    }
    Test::Glob { pattern, cased }
}

fn literal(text: &str) -> Test {
    Test::Glob { pattern: text.chars().map(Symbol::Char).collect(), cased: false }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// The usual two-pointer match: on a mismatch go back to the last star and let it take one more character.
fn glob(pattern: &[Symbol], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Symbol::Star) => {
                back = Some((p, t));
                p += 1;
            }
            Some(Symbol::Question) => (p, t) = (p + 1, t + 1),
            Some(Symbol::Char(wanted)) if *wanted == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((star, at)) = back else { return false };
                back = Some((star, at + 1));
                (p, t) = (star + 1, at + 1);
            }
        }
    }
    pattern[p..].iter().all(|symbol| *symbol == Symbol::Star)
}

/// Texts near what the values of these detections ask for: matching ones, and ones that just miss.
fn candidates(detections: &[&Detection]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, item) in detections.iter().flat_map(|detection| detection.items()) {
        let texts = out.entry(item.field().to_owned()).or_default();
        for value in &item.values {
            match test(item, value) {
                Test::Present(_) | Test::Missing => texts.push("something".to_owned()),
                Test::Opaque(token) => texts.push(token),
                Test::Glob { pattern, .. } => {
                    for filling in ["", "zz"] {
                        let text: String = pattern
                            .iter()
                            .map(|symbol| match symbol {
                                Symbol::Star => filling.to_owned(),
                                Symbol::Question => "q".to_owned(),
                                Symbol::Char(c) => c.to_string(),
                            })
                            .collect();
                        texts.push(format!("x{text}"));
                        texts.push(format!("{text}x"));
                        texts.push(text.to_uppercase());
                        texts.push(text);
                    }
                }
            }
        }
    }
    for texts in out.values_mut() {
        texts.sort();
        texts.dedup();
    }
    // Of a field without text values no event can be made up.
    out.retain(|_, texts| !texts.is_empty());
    out
}

/// The first of `rounds` events, made from the values of both, on which the two detections differ.
pub fn difference(a: &Detection, b: &Detection, rounds: usize) -> Option<Event> {
    find(&[a, b], rounds, |event| matches(a, event) != matches(b, event))
}

/// The first event that is wanted, of `rounds` made from the values of these detections and those near them.
pub fn find(detections: &[&Detection], rounds: usize, mut wanted: impl FnMut(&Event) -> bool) -> Option<Event> {
    let candidates = candidates(detections);
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..rounds {
        let mut event = Event::new();
        for (field, texts) in &candidates {
            if random.usize(..8) > 0 {
                event.insert(field.clone(), texts[random.usize(..texts.len())].clone());
            }
        }
        if wanted(&event) {
            return Some(event);
        }
        // Events that match one selection whole are rare by chance: vary one field at a time around this event.
        for (field, texts) in &candidates {
            let kept = event.get(field).cloned();
            event.insert(field.clone(), texts[random.usize(..texts.len())].clone());
            if wanted(&event) {
                return Some(event);
            }
            match kept {
                Some(text) => event.insert(field.clone(), text),
                None => event.remove(field),
            };
        }
    }
    None
}

/// Whether a selection by itself matches the event.
pub fn selected(selection: &Selection, event: &Event) -> bool {
    group(&selection.group, event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigwise_sigma::{Source, parse};

    fn detection(body: &str) -> Detection {
        let file = parse(Source::from_bytes(format!("title: x\ndetection:\n{body}\n")));
        file.documents[0].detection().unwrap().clone()
    }

    #[test]
    fn same_meaning_in_other_words_has_no_difference() {
        let a = detection("  s:\n    Image: '*\\a.exe'\n    User: ['x', 'X']\n  condition: s");
        let b = detection("  s:\n    Image|endswith: '\\a.exe'\n    User: x\n  condition: 1 of them");
        assert_eq!(difference(&a, &b, 200), None);
    }

    #[test]
    fn another_meaning_is_found_out() {
        let a = detection("  s:\n    Image: '*\\a.exe'\n  condition: s");
        for other in [
            "    Image|contains: '\\a.exe'",
            "    Image: '\\a.exe'",
            "    Image|endswith|cased: '\\a.exe'",
            "    Image|re: '\\a.exe'",
        ] {
            let b = detection(&format!("  s:\n{other}\n  condition: s"));
            assert!(difference(&a, &b, 200).is_some(), "{other}");
        }
    }
}
