//! The project index: which ids, titles and names the rules of a run have, and where.

use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sigwise_sigma::detection::{LogSource, Spanned};
use sigwise_sigma::source::Position;
use sigwise_sigma::{Body, Document, File, Span};

use crate::references::{self, rule_names};

/// A place in some file of the project, with lines and columns, so that showing it needs no I/O.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path relative to the project root, with `/`.
    pub path: Arc<str>,
    /// Bytes in that file.
    pub span: Span,
    /// Line and columns of the start.
    pub start: Position,
    /// Line and columns of the end.
    pub end: Position,
}

/// A rule as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the id, title or name stands.
    pub place: Place,
    /// 0-based number of the document in the file.
    pub document: usize,
    /// What the rule is called.
    pub title: Arc<str>,
    /// Whether it is a filter, which may not be referenced as a rule.
    pub is_filter: bool,
    /// Where a detection rule applies.
    pub logsource: Option<Arc<RuleSource>>,
}

/// The log source of a rule: category, product and service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSource([Option<Box<str>>; 3]);

impl RuleSource {
    /// The parts that decide where a rule applies.
    pub fn of(logsource: &LogSource) -> Self {
        Self(logsource.parts().map(|(_, part)| part.map(|part| part.text.clone())))
    }

    /// Whether every event of this log source is one of the other: what the other does not name, it takes in.
    pub fn is_within(&self, other: &LogSource) -> bool {
        let parts = self.0.iter().zip(other.parts());
        parts.into_iter().all(|(own, (_, other))| other.is_none_or(|other| own.as_deref() == Some(&*other.text)))
    }
}

impl fmt::Display for RuleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = ["category", "product", "service"].into_iter().zip(&self.0);
        let named = parts.filter_map(|(name, part)| Some((name, part.as_ref()?)));
        for (index, (name, part)) in named.enumerate() {
            write!(f, "{}`{name}: {part}`", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// A rule as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// 0-based number of the document in the file.
    pub document: usize,
    /// Its title; empty where it has none.
    pub title: Arc<str>,
    /// Its id, as written.
    pub id: Option<Box<str>>,
    /// Its `name`.
    pub name: Option<Box<str>>,
    /// Its techniques, as written.
    pub techniques: Box<[Box<str>]>,
    /// Where its title stands; without one its id or name.
    pub place: Place,
}

/// The rules of one run or workspace by id, title and name.
#[derive(Clone, Debug, Default)]
pub struct Project {
    ids: FxHashMap<Box<str>, Vec<Entry>>,
    titles: FxHashMap<Box<str>, Vec<Entry>>,
    names: FxHashMap<Box<str>, Vec<Entry>>,
    /// File name → the paths that end with it.
    files: FxHashMap<Box<str>, Vec<Arc<str>>>,
    /// Files that refer to other rules: correlations and filters.
    referring: Vec<Arc<str>>,
    /// Path → its rules.
    listed: FxHashMap<Arc<str>, Box<[Listed]>>,
    /// Id, name or title → where rules name it, in the order of the paths.
    references: FxHashMap<Box<str>, Vec<Place>>,
}

/// What one file brings to the index; made in parallel, added in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileEntries {
    ids: Vec<(Box<str>, Entry)>,
    titles: Vec<(Box<str>, Entry)>,
    names: Vec<(Box<str>, Entry)>,
    path: Option<Arc<str>>,
    refers: bool,
    listed: Vec<Listed>,
    references: Vec<(Box<str>, Place)>,
}

impl FileEntries {
    /// Collects the ids, titles and names of a file. `path` is relative to the project root, with `/`.
    pub fn of(path: &Arc<str>, file: &File) -> Self {
        let mut entries = Self::default();
        if !file.is_sigma {
            return entries;
        }
        entries.path = Some(Arc::clone(path));
        for document in &file.documents {
            if matches!(document.body, Body::None) {
                continue;
            }
            entries.refers |= matches!(document.body, Body::Correlation(_) | Body::Filter(_));
            let title: Arc<str> = document.title().map_or_else(|| Arc::from(""), |title| Arc::from(&*title.text));
            let logsource = match &document.body {
                Body::Detection { logsource: Some(logsource), .. } => Some(Arc::new(RuleSource::of(logsource))),
                _ => None,
            };
            let place = |at: &Spanned| Place {
                path: Arc::clone(path),
                span: at.span,
                start: file.source.position(at.span.start as usize),
                end: file.source.position(at.span.end as usize),
            };
            let entry = |at: &Spanned| Entry {
                place: place(at),
                document: document.index,
                title: Arc::clone(&title),
                is_filter: matches!(document.body, Body::Filter(_)),
                logsource: logsource.clone(),
            };
            let (id, name) = (document.id(), document.name());
            if let Some(at) = document.title().or_else(|| id.clone()).or_else(|| name.clone()) {
                entries.listed.push(Listed {
                    document: document.index,
                    title: Arc::clone(&title),
                    id: id.as_ref().map(|id| id.text.clone()),
                    name: name.as_ref().map(|name| name.text.clone()),
                    techniques: document.techniques().map(|(_, id)| id.into()).collect(),
                    place: place(&at),
                });
            }
            let names = rule_names(document);
            entries.references.extend(names.iter().map(|name| (references::key(&name.text), place(name))));
            if let Some(id) = id {
                entries.ids.push((id.text.to_lowercase().into(), entry(&id)));
            }
            if let Some(title) = document.title() {
                entries.titles.push((title.text.clone(), entry(&title)));
            }
            if let Some(name) = name {
                entries.names.push((name.text.clone(), entry(&name)));
            }
        }
        entries
    }
}

impl FileEntries {
    /// Whether the file refers to other rules: correlations and filters do.
    pub fn refers(&self) -> bool {
        self.refers
    }

    /// Whether others see the same rules in both, wherever in the file they stand.
    pub fn has_rules_of(&self, other: &Self) -> bool {
        let same = |own: &[(Box<str>, Entry)], other: &[(Box<str>, Entry)]| {
            own.len() == other.len()
                && own.iter().zip(other).all(|((own_key, own), (key, entry))| {
                    let Entry { place: _, document, title, is_filter, logsource } = own;
                    own_key == key
                        && *document == entry.document
                        && *title == entry.title
                        && *is_filter == entry.is_filter
                        && *logsource == entry.logsource
                })
        };
        self.path == other.path
            && same(&self.ids, &other.ids)
            && same(&self.titles, &other.titles)
            && same(&self.names, &other.names)
    }
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Keeps the order of the paths, in which files nearly always come. Nearly every key has one rule, so lists start small.
fn push(index: &mut FxHashMap<Box<str>, Vec<Entry>>, key: Box<str>, entry: Entry) {
    let entries = index.entry(key).or_insert_with(|| Vec::with_capacity(1));
    let at = entries.partition_point(|other| other.place.path <= entry.place.path);
    entries.insert(at, entry);
}

fn take(index: &mut FxHashMap<Box<str>, Vec<Entry>>, key: &str, path: &str) {
    let Some(entries) = index.get_mut(key) else { return };
    entries.retain(|entry| &*entry.place.path != path);
    if entries.is_empty() {
        index.remove(key);
    }
}

impl Project {
    /// Adds the entries of a file. Answers come in the order of the paths, whatever the order in which files are added.
    pub fn add(&mut self, entries: FileEntries) {
        for (key, entry) in entries.ids {
            push(&mut self.ids, key, entry);
        }
        for (key, entry) in entries.titles {
            push(&mut self.titles, key, entry);
        }
        for (key, entry) in entries.names {
            push(&mut self.names, key, entry);
        }
        for (key, place) in entries.references {
            let places = self.references.entry(key).or_insert_with(|| Vec::with_capacity(1));
            let at = places.partition_point(|other| other.path <= place.path);
            places.insert(at, place);
        }
        if let Some(path) = entries.path {
            if entries.refers {
                self.referring.push(Arc::clone(&path));
            }
            if !entries.listed.is_empty() {
                self.listed.insert(Arc::clone(&path), entries.listed.into());
            }
            let namesakes = self.files.entry(file_name(&path).into()).or_insert_with(|| Vec::with_capacity(1));
            let at = namesakes.partition_point(|other| *other <= path);
            namesakes.insert(at, path);
        }
    }

    /// Forgets a file.
    pub fn remove(&mut self, path: &str) {
        for index in [&mut self.ids, &mut self.titles, &mut self.names] {
            index.retain(|_, entries| {
                entries.retain(|entry| &*entry.place.path != path);
                !entries.is_empty()
            });
        }
        self.references.retain(|_, places| {
            places.retain(|place| &*place.path != path);
            !places.is_empty()
        });
        self.remove_path(path);
    }

    /// Forgets a file whose entries are known, which is quicker than [`Project::remove`].
    pub fn remove_entries(&mut self, entries: &FileEntries) {
        let Some(path) = &entries.path else { return };
        entries.ids.iter().for_each(|(key, _)| take(&mut self.ids, key, path));
        entries.titles.iter().for_each(|(key, _)| take(&mut self.titles, key, path));
        entries.names.iter().for_each(|(key, _)| take(&mut self.names, key, path));
        for (key, _) in &entries.references {
            let Some(places) = self.references.get_mut(key) else { continue };
            places.retain(|place| place.path != *path);
            if places.is_empty() {
                self.references.remove(key);
            }
        }
        self.remove_path(path);
    }

    fn remove_path(&mut self, path: &str) {
        self.listed.remove(path);
        if let Some(paths) = self.files.get_mut(file_name(path)) {
            paths.retain(|other| &**other != path);
            if paths.is_empty() {
                self.files.remove(file_name(path));
            }
        }
        self.referring.retain(|other| &**other != path);
    }

    /// The files whose findings can depend on this one: those that share an id, title, name or file name with it. It is one of
    /// them, and some come more than once.
    pub fn sharing<'a>(&'a self, entries: &'a FileEntries) -> impl Iterator<Item = &'a Arc<str>> {
        let of = |index: &'a FxHashMap<Box<str>, Vec<Entry>>, keys: &'a [(Box<str>, Entry)]| {
            keys.iter().filter_map(|(key, _)| index.get(key)).flatten().map(|entry| &entry.place.path)
        };
        let namesakes = entries.path.iter().flat_map(|path| self.with_file_name(path));
        let ids = of(&self.ids, &entries.ids);
        ids.chain(of(&self.titles, &entries.titles)).chain(of(&self.names, &entries.names)).chain(namesakes)
    }

    /// The files whose findings can depend on other files: those that share an id, title, name or file name with another,
    /// and those that refer to other rules. What [`crate::lint`] finds in any other file is the same with a project
    /// of that file alone.
    pub fn entangled(&self) -> FxHashSet<&str> {
        let entries = [&self.ids, &self.titles, &self.names].into_iter().flat_map(FxHashMap::values);
        let shared = entries.filter(|entries| entries.len() > 1).flatten().map(|entry| &*entry.place.path);
        let namesakes = self.files.values().filter(|paths| paths.len() > 1).flatten().map(|path| &**path);
        shared.chain(namesakes).chain(self.referring.iter().map(|path| &**path)).collect()
    }

    /// The files that refer to other rules: those with correlations and filters.
    pub fn referring(&self) -> &[Arc<str>] {
        &self.referring
    }

    /// Every rule that has a title, id or name; in no particular order.
    pub fn listed(&self) -> impl Iterator<Item = &Listed> {
        self.listed.values().flatten()
    }

    /// The rule of this document of a file.
    pub fn listed_at(&self, path: &str, document: usize) -> Option<&Listed> {
        self.listed.get(path)?.iter().find(|rule| rule.document == document)
    }

    /// Where rules name an id, name or title.
    pub fn references(&self, text: &str) -> &[Place] {
        self.references.get(&references::key(text)).map_or(&[], Vec::as_slice)
    }

    /// The rules with this id (case does not count).
    pub fn with_id(&self, id: &str) -> &[Entry] {
        let lower = id.is_ascii() && !id.bytes().any(|byte| byte.is_ascii_uppercase());
        let found = if lower { self.ids.get(id) } else { self.ids.get(id.to_lowercase().as_str()) };
        found.map_or(&[], Vec::as_slice)
    }

    /// The rules with this title.
    pub fn with_title(&self, title: &str) -> &[Entry] {
        self.titles.get(title).map_or(&[], Vec::as_slice)
    }

    /// The rules with this `name`.
    pub fn with_name(&self, name: &str) -> &[Entry] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    /// The files of rules that have the name of this one, itself included.
    pub fn with_file_name(&self, path: &str) -> &[Arc<str>] {
        self.files.get(file_name(path)).map_or(&[], Vec::as_slice)
    }

    /// Every name of the project, for "did you mean"; in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(|name| &**name)
    }

    /// Every id of the project, in lower case, with the rules that have it; in no particular order.
    pub fn ids(&self) -> impl Iterator<Item = (&str, &[Entry])> {
        self.ids.iter().map(|(id, entries)| (&**id, entries.as_slice()))
    }

    /// Whether no two rules of the project have this id.
    pub fn is_unique_id(&self, id: &str) -> bool {
        self.with_id(id).len() <= 1
    }

    /// The other rules in `entries`: all but the document of this file at this place.
    pub fn others<'a>(entries: &'a [Entry], path: &'a str, document: &'a Document) -> impl Iterator<Item = &'a Entry> {
        entries.iter().filter(move |entry| &*entry.place.path != path || entry.document != document.index)
    }
}
