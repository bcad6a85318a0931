//! Every code action that the server offers, applied: on published rules, on rules that were broken by chance, and on the
//! conformance cases. The result reads as well as before, the finding is gone, nothing becomes an error, and an exclusion
//! leaves the rule "what it was, and not the new filter".

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};
use sigwise_sigma::detection::{Detection, Selection};
use sigwise_sigma::{File, Source, Span, parse};
use sigwise_tests::client::sample::{URI, codes, whole};
use sigwise_tests::client::{Client, Options, apply, offset};
use sigwise_tests::fixes::sound;
use sigwise_tests::matcher::{Event, find, matches, selected};
use sigwise_tests::setup::shared;

/// What was tried and what was wrong with it.
#[derive(Default)]
struct Tally {
    tried: BTreeMap<&'static str, usize>,
    /// How often an exclusion left out an event that matched before: what its logic was seen by.
    seen: usize,
    faults: Vec<String>,
}

/// How many findings of one check in one text are tried.
const MAX_ALIKE: usize = 5;

/// Tries every action of these texts with two servers, one for each half.
fn run(texts: &[(String, String)]) {
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for half in texts.chunks(texts.len().div_ceil(2)) {
            let tally = &tally;
            scope.spawn(move || {
                let mut client = Client::new(&Options { encodings: vec!["utf-8"], ..Options::default() });
                for (name, text) in half {
                    try_text(&mut client, name, text, tally);
                }
                assert_eq!(client.stop().code(), Some(0));
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    println!("{} texts: {:?}; {} exclusions seen at work", texts.len(), tally.tried, tally.seen);
    // One of each kind tells most.
    let kind = |fault: &String| fault.rsplit("`: ").next().map(|what| what.chars().take(30).collect::<String>());
    let shown: BTreeMap<_, &String> = tally.faults.iter().map(|fault| (kind(fault), fault)).collect();
    assert!(tally.faults.is_empty(), "{} faults: {:#?}", tally.faults.len(), shown.values());
    assert!(tally.tried.values().sum::<usize>() > texts.len());
}

fn try_text(client: &mut Client, name: &str, text: &str, tally: &Mutex<Tally>) {
    // A byte order mark is none of an editor's text, and a `?` for a byte that is not UTF-8 none of the rule's.
    let file = parse(Source::from_bytes(text));
    if !file.is_sigma || !file.source.invalid().is_empty() || text.starts_with('\u{feff}') {
        return;
    }
    client.open(URI, text);
    let found = client.published_for(URI, 1);
    let mut actions = client.code_actions(URI, &whole(), &["quickfix"]);
    for place in places(&file) {
        let position = position(text, place);
        let range = json!({ "start": position, "end": position });
        actions.extend(client.code_actions(URI, &range, &["refactor"]));
    }
    actions.extend(client.code_actions(URI, &whole(), &["source.fixAll"]));
    let mut alike: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let mut version = 1;
    for action in &actions {
        let title = action["title"].as_str().unwrap_or_default();
        let of = action["diagnostics"][0]["code"].as_str().unwrap_or_default();
        let count = alike.entry((of, title.starts_with("ignore `"))).or_default();
        *count += 1;
        if !of.is_empty() && *count > MAX_ALIKE {
            continue;
        }
        version += 1;
        let tried = try_action(client, (&file, &found), action, version);
        let mut tally = tally.lock().unwrap();
        match tried {
            Ok((kind, seen)) => {
                *tally.tried.entry(kind).or_default() += 1;
                tally.seen += usize::from(seen);
            }
            Err(fault) => tally.faults.push(format!("{name}: {of} `{title}`: {fault}")),
        }
    }
    client.close(URI);
    client.drain(std::time::Duration::ZERO);
}

/// Where the actions of the corpus are asked for: the condition, the title, and some items of each selection.
fn places(file: &File) -> Vec<usize> {
    let mut places = Vec::new();
    for document in file.documents.iter().take(3) {
        places.extend(document.title().map(|title| title.span));
        for key in ["id", "date", "modified"] {
            places.extend(document.get(key).map(|entry| entry.key.span));
        }
        let Some(detection) = document.detection() else { continue };
        places.extend(detection.condition_key);
        for selection in detection.selections.iter().take(4) {
            let items = selection.group.items().take(2);
            places.extend(items.filter_map(|item| item.values.first()).map(|value| value.span));
        }
    }
    places.iter().map(|span| span.start as usize).collect()
}

fn position(text: &str, offset: usize) -> Value {
    // The server counts like this, too: LF, CRLF and CR end lines.
    let before = &text[..offset];
    let line = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    json!({ "line": line, "character": offset - before.rfind(['\n', '\r']).map_or(0, |at| at + 1) })
}

/// Applies an action and looks at what comes of it; says its kind, and whether an exclusion was seen at work.
fn try_action(
    client: &mut Client,
    (file, found): (&File, &[Value]),
    action: &Value,
    version: i32,
) -> Result<(&'static str, bool), String> {
    let before = file.source.text();
    let edits = action["edit"]["changes"][URI].as_array().ok_or("it has no edits")?;
    let at = |edit: &Value, end: &str| offset(before, &edit["range"][end], "utf-8");
    let mut spans: Vec<Span> = edits.iter().map(|edit| Span::new(at(edit, "start"), at(edit, "end"))).collect();
    spans.sort_unstable();
    if spans.windows(2).any(|two| two[1].start < two[0].end) {
        return Err("its edits overlap".to_owned());
    }
    let text = apply(before, edits, "utf-8");
    let breaks = |text: &str| (text.contains("\r\n"), text.replace("\r\n", "").contains('\n'));
    if before.contains('\n') && breaks(&text) != breaks(before) && breaks(before) != (true, true) {
        return Err("it changes line endings".to_owned());
    }
    // What comes of many fixes is written as the difference of two texts: a comment in it can be there afterwards.
    let is_difference = action["kind"] == "source.fixAll.sigwise";
    let next = sound(file, if is_difference { &[] } else { &spans }, text.clone())?;
    client.change(URI, version, json!([{ "text": text }]));
    let after = client.published_for(URI, version);
    if let Some(of) = action["diagnostics"].get(0) {
        let alike = |found: &[Value]| {
            found.iter().filter(|one| one["code"] == of["code"] && one["message"] == of["message"]).count()
        };
        if alike(&after) >= alike(found) {
            return Err("it keeps its finding".to_owned());
        }
    }
    let errors = |found: &[Value]| {
        let errors: Vec<Value> = found.iter().filter(|one| one["severity"] == 1).cloned().collect();
        codes(&errors).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let (old, new) = (errors(found), errors(&after));
    let count = |codes: &[String], code: &String| codes.iter().filter(|other| *other == code).count();
    if let Some(code) = new.iter().find(|code| count(&new, code) > count(&old, code)) {
        // What could not be read hid what is wrong with it: such a fix is no preferred one.
        if action["kind"] == "quickfix" && action["isPreferred"] == false && new.len() <= old.len() + 1 {
            return Ok(("fix that shows the next error", false));
        }
        return Err(format!("it brings an error, `{code}`"));
    }
    let title = action["title"].as_str().unwrap_or_default();
    if title.starts_with("ignore `") {
        let unused = |found: &[Value]| codes(found).iter().filter(|code| **code == "unused-suppression").count();
        return if unused(&after) > unused(found) {
            Err("it suppresses nothing".to_owned())
        } else {
            Ok(("ignore", false))
        };
    }
    if title.starts_with("exclude ") {
        return excludes(file, &next).map(|seen| ("exclude", seen));
    }
    Ok((
        if action["kind"] == "quickfix" {
            "fix"
        } else if action["kind"] == "refactor.rewrite" {
            "add"
        } else {
            "fix all"
        },
        false,
    ))
}

/// Whether each rule is "what it was, and not the new filter" on generated events; says whether some event was left out.
fn excludes(before: &File, after: &File) -> Result<bool, String> {
    let mut seen = false;
    for (old, new) in before.documents.iter().zip(&after.documents) {
        let (Some(old), Some(new)) = (old.detection(), new.detection()) else { continue };
        let filters: Vec<&Selection> =
            new.selections.iter().filter(|selection| is_new(before, after, old, selection)).collect();
        let wrong = |event: &Event| {
            let filtered = filters.iter().any(|filter| selected(filter, event));
            seen |= filtered && matches(old, event);
            matches(new, event) != (matches(old, event) && !filtered)
        };
        if let Some(event) = find(&[old, new], 40, wrong) {
            let said =
                |detection: &Detection| detection.conditions.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
            let (old, new) = (said(old), said(new));
            return Err(format!("{old:?} → {new:?} is not \"old and not new filter\": {event:?}"));
        }
    }
    Ok(seen)
}

/// Whether a selection is new, or has become another.
fn is_new(before: &File, after: &File, old: &Detection, selection: &Selection) -> bool {
    let text = |file: &File, selection: &Selection| file.source.slice(selection.entry).to_owned();
    // Of two with one name, either can be the one.
    let mut known = old.selections.iter().filter(|known| known.name.text == selection.name.text);
    known.all(|known| text(before, known) != text(after, selection))
}

fn rules() -> Vec<(String, String)> {
    let mut files = super::equality::yaml_files(&shared().join("corpora/sigmahq"));
    files.sort();
    let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    files.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn on_published_rules() {
    run(&rules());
}

#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn on_rules_broken_by_chance() {
    let mut random = fastrand::Rng::with_seed(11);
    let inserts = ["\t", "'", "\"", "*", "&a ", "[", "}", ":", "- ", " #", "|", "\n", "\r\n", "😀", "x", "---\n", "  "];
    let mut texts = Vec::new();
    // Every fifth: a broken rule has many findings, and each costs a lint.
    for (name, text) in rules().into_iter().step_by(5) {
        let mut text = if random.bool() { text } else { text.replace("\r\n", "\n").replace('\n', "\r\n") };
        for _ in 0..random.usize(1..4) {
            let mut at = random.usize(..=text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match random.u8(..3) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => {
                    // A line more, as it comes when one copies and forgets.
                    let line = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
                    let start = text[..at].rfind('\n').map_or(0, |start| start + 1);
                    let copy = text[start..line].to_owned();
                    text.insert_str(line, &copy);
                }
                _ => text.insert_str(at, inserts[random.usize(..inserts.len())]),
            }
        }
        texts.push((name, text));
    }
    run(&texts);
}

#[test]
#[ignore = "needs the rule corpora: set SIGWISE_SHARED"]
fn on_conformance_cases() {
    let cases = std::fs::read_to_string(shared().join("conformance/cases.jsonl")).unwrap();
    let text = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        (case["id"].as_str().unwrap().to_owned(), case["rule_yaml"].as_str().unwrap().to_owned())
    };
    run(&cases.lines().map(text).collect::<Vec<_>>());
}
