//! The documents of a file, with `action: global|reset|repeat` applied as pySigma's `SigmaCollection` does.

use std::collections::HashMap;

use super::{Action, Body, Document, body, find};
use crate::detection::Spanned;
use crate::detection::build::key_text;
use crate::scalar::Type;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Problem, ProblemKind, Tree, Value};

/// How many nodes `action: global` and `action: repeat` may copy in one file: a small file could ask for millions.
const MAX_INHERITED_NODES: usize = 100_000;

/// Reads every tree of a file, and tells whether some of them inherit from others. `text` is the file.
pub(super) fn documents(text: &str, trees: Vec<Tree>, problems: &mut Vec<Problem>) -> (Vec<Document>, bool) {
    let mut state = Collection { documents: Vec::with_capacity(trees.len()), global: None, previous: None, copied: 0 };
    for (index, tree) in trees.into_iter().enumerate() {
        let document = state.document(text, index, tree, problems);
        state.documents.push(document);
    }
    (state.documents, state.copied > 0)
}

struct Collection {
    documents: Vec<Document>,
    /// Which document holds what later ones inherit.
    global: Option<usize>,
    /// Which document the next `repeat` repeats.
    previous: Option<usize>,
    copied: usize,
}

impl Collection {
    fn document(&mut self, text: &str, index: usize, tree: Tree, problems: &mut Vec<Problem>) -> Document {
        let span = tree.span;
        let mut document =
            Document { index, span, stray_root: None, map: Mapping::default(), action: None, body: Body::None };
        match tree.root {
            Some(Node { value: Value::Mapping(map), .. }) => document.map = map,
            Some(Node { value: Value::Scalar(scalar), .. }) if scalar.ty == Type::Null => return document,
            None => return document,
            Some(root) => {
                problems.push(not_a_map(text, &root));
                document.stray_root = Some(root);
                return document;
            }
        }
        document.action = find(&document.map, "action").and_then(|entry| action(&entry.value));
        let before = self.copied;
        match &document.action {
            None => {
                let merges = find(&document.map, "correlation").is_none() && find(&document.map, "filter").is_none();
                if merges {
                    self.inherit(&mut document, self.global, Wins::Base);
                    self.previous = Some(index);
                }
            }
            Some(Action::Global) => (self.global, self.previous) = (Some(index), Some(index)),
            Some(Action::Reset) => self.global = None,
            Some(Action::Repeat) => {
                self.inherit(&mut document, self.previous, Wins::Own);
                // pySigma merges the repetition into the very map that it repeats, be it the global one.
                if self.global.is_some() && self.global == self.previous {
                    self.global = Some(index);
                }
                self.previous = Some(index);
            }
            Some(Action::Unknown(word)) => problems.push(Problem {
                kind: ProblemKind::UnknownAction,
                span: word.span,
                message: format!("unknown action `{}`", word.text),
                help: Some("there are `global`, `reset` and `repeat`".to_owned()),
                related: None,
                fix: None,
            }),
        }
        if before <= MAX_INHERITED_NODES && self.copied > MAX_INHERITED_NODES {
            problems.push(Problem {
                kind: ProblemKind::AliasExpansion,
                span: Span { start: span.start, end: span.start },
                message: format!("the actions of this file copy more than {MAX_INHERITED_NODES} nodes"),
                help: None,
                related: None,
                fix: None,
            });
        }
        document.body = body(text, &document.map, document.action.as_ref());
        document
    }

    /// Adds the keys of the document numbered `base`.
    fn inherit(&mut self, document: &mut Document, base: Option<usize>, wins: Wins) {
        let Some(base) = base.and_then(|base| self.documents.get(base)) else { return };
        if self.copied <= MAX_INHERITED_NODES {
            merge(&mut document.map, &base.map, wins, true, &mut self.copied);
        }
    }
}

/// Whose value stays where both maps have a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wins {
    Own,
    Base,
}

fn merge(own: &mut Mapping, base: &Mapping, wins: Wins, top: bool, copied: &mut usize) {
    let mut places: HashMap<Box<str>, usize> = HashMap::new();
    for (index, entry) in own.entries.iter().enumerate() {
        if let Some(key) = key_text(&entry.key) {
            places.insert(key.into(), index);
        }
    }
    let mut replaced = vec![false; own.entries.len()];
    let mut added = Vec::new();
    for entry in &base.entries {
        let key = key_text(&entry.key);
        // The action was the other document's own affair.
        if top && key == Some("action") {
            continue;
        }
        if *copied > MAX_INHERITED_NODES {
            break;
        }
        *copied += 1;
        let place = key.and_then(|key| places.get(key)).copied();
        let Some(place) = place else {
            added.push(inherited(entry, copied));
            continue;
        };
        match (&mut own.entries[place].value.value, &entry.value.value) {
            (Value::Mapping(own), Value::Mapping(base)) => merge(own, base, wins, false, copied),
            _ if wins == Wins::Base => {
                replaced[place] = true;
                added.push(inherited(entry, copied));
            }
            _ => {}
        }
    }
    let mut replaced = replaced.into_iter();
    own.entries.retain(|_| !replaced.next().unwrap_or(false));
    own.entries.append(&mut added);
}

/// A copy of an entry that is marked as coming from elsewhere, all through.
fn inherited(entry: &Entry, copied: &mut usize) -> Entry {
    let mut entry = entry.clone();
    entry.inherited = true;
    mark(&mut entry.value, copied);
    entry
}

fn mark(node: &mut Node, copied: &mut usize) {
    *copied += 1;
    match &mut node.value {
        Value::Mapping(map) => {
            for entry in &mut map.entries {
                entry.inherited = true;
                mark(&mut entry.value, copied);
            }
        }
        Value::Sequence(list) => list.items.iter_mut().for_each(|item| mark(item, copied)),
        Value::Scalar(_) => {}
    }
}

/// `action` as pySigma reads it: null is none at all.
fn action(node: &Node) -> Option<Action> {
    let word = Spanned::of(node).unwrap_or(Spanned { text: "".into(), span: node.span });
    match &node.value {
        Value::Scalar(scalar) if scalar.ty == Type::Null => None,
        Value::Scalar(scalar) if scalar.ty == Type::Str => Some(match &*word.text {
            "global" => Action::Global,
            "reset" => Action::Reset,
            "repeat" => Action::Repeat,
            _ => Action::Unknown(word),
        }),
        _ => Some(Action::Unknown(word)),
    }
}

fn not_a_map(text: &str, root: &Node) -> Problem {
    let what = match &root.value {
        Value::Sequence(_) => "a list",
        _ => "a single value",
    };
    // Its first line is enough to show.
    let raw = text.get(root.span.range()).unwrap_or_default();
    let end = root.span.start as usize + raw.find(['\n', '\r']).unwrap_or(raw.len());
    Problem {
        kind: ProblemKind::NotAMap,
        span: Span::new(root.span.start as usize, end),
        message: format!("this document is {what}, a Sigma rule is a map of keys"),
        help: None,
        related: None,
        fix: None,
    }
}
