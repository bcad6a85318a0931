//! The work of [`super::Builder::build`]: numbers for everything, sorted; then the tables.

mod rows;

use rustc_hash::{FxHashMap, FxHashSet};

use super::counts::Counts;
use super::intern::{self, Sorted, Texts, Words};
use super::{SourceRules, families};
use crate::attack::Attack;
use crate::days::{day, newest};
use crate::likeness::Mass;
use crate::lists::Lists;
use crate::logsource::{Event, LogSource};
use crate::op::Op;
use crate::rule::{Predicate, Role, Rule, Scope};
use crate::snapshot::{NONE, Section, SnapshotError, Tables, flags, hash, of_rule};
use crate::vendor::Vendor;
use crate::words::{authors, words};
use rows::fields_of;

/// A row before rows are sorted: field, operator and value by their numbers.
pub(super) type RowKey = (u32, Op, u32);

/// An incidence with the row by its first number.
pub(super) struct Incident {
    pub(super) row: u32,
    pub(super) group: u16,
    pub(super) flags: u32,
}

/// Everything about one rule that has numbers of its own.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) incidents: Vec<Incident>,
    pub(super) techniques: Vec<u32>,
    events: Vec<u32>,
    authors: Vec<u32>,
    pub(super) words: Vec<u32>,
    logsource: u32,
}

pub(super) struct Writer<'a> {
    attack: &'a Attack,
    texts: Texts,
    rows: FxHashMap<RowKey, u32>,
    row_keys: Vec<RowKey>,
    /// Row, vendor, key, value → how often.
    spellings: FxHashMap<(u32, Vendor, &'a str, &'a str), u32>,
    fields: Sorted<&'a str>,
    ops: Sorted<Op>,
    techniques: Sorted<&'a str>,
    events: Sorted<&'a Event>,
    authors: Sorted<String>,
    words: Words<'a>,
    logsources: Sorted<&'a LogSource>,
    tables: Tables,
}

impl<'a> Writer<'a> {
    pub(super) fn new(attack: &'a Attack) -> Self {
        Self {
            attack,
            texts: Texts::default(),
            rows: FxHashMap::default(),
            row_keys: Vec::new(),
            spellings: FxHashMap::default(),
            fields: Sorted::default(),
            ops: Sorted::default(),
            techniques: Sorted::default(),
            events: Sorted::default(),
            authors: Sorted::default(),
            words: Words::default(),
            logsources: Sorted::default(),
            tables: Tables::new(),
        }
    }

    pub(super) fn write(
        mut self,
        sources: &'a [SourceRules],
        rules: &[(u32, &'a Rule)],
    ) -> Result<Vec<u8>, SnapshotError> {
        let mut entries: Vec<Entry> = rules.iter().map(|(_, rule)| self.entry(rule)).collect();
        self.sort(&mut entries);
        let families = families::families(
            rules.iter().zip(&entries).map(|((_, rule), e)| (rule.vendor, e.incidents.as_slice())),
            &self.row_keys,
        );
        let keys = std::mem::take(&mut self.row_keys);
        let techniques = self.techniques.iter().copied();
        let mut counts = Counts::new(&entries, &keys, self.fields.len(), self.words.iter().len(), techniques);
        counts.mark_beyond(&mut entries);
        let masses = counts.masses(&entries);
        self.sources(sources, rules, &entries);
        self.rules(rules, &entries, &families, &masses);
        self.inverted(&entries, &keys, &counts);
        self.row_keys = keys;
        self.indexes(rules);
        let version = self.texts.of(self.attack.version());
        let newest = newest(rules.iter().map(|(_, rule)| changed(rule)).collect());
        self.tables.push(Section::Meta, [version, families.iter().max().map_or(0, |last| last + 1), newest]);
        let place = |(word, place): (&str, Option<(&str, usize)>)| match place {
            Some((text, at)) => (self.texts.of(text), at, word.len()),
            None => (self.texts.of(word), 0, word.len()),
        };
        let places: Vec<_> = self.words.iter().map(place).collect();
        let numbers = self.tables.set_texts(&self.texts.iter().collect::<Vec<_>>());
        self.words(&entries, &places, &numbers);
        self.tables.encode()
    }

    /// Gives everything about a rule its first numbers.
    fn entry(&mut self, rule: &'a Rule) -> Entry {
        let mut entry = Entry { logsource: self.logsources.of(&rule.logsource), ..Entry::default() };
        for predicate in rule.predicates.iter().filter(|p| p.has_row) {
            entry.incidents.push(self.incident(rule.vendor, predicate));
        }
        for predicate in rule.predicates.iter().filter(|p| p.derived) {
            self.ops.of(predicate.op);
        }
        entry.incidents.sort_by_key(|i| (i.group, i.flags & 1));
        let mut seen = FxHashSet::default();
        entry.incidents.retain(|i| seen.insert((i.row, i.group, i.flags)));

        let techniques = rule.techniques.iter().map(|id| self.attack.current(id));
        entry.techniques = once_each(techniques.map(|id| self.techniques.of(id)));
        entry.events = once_each(rule.events.iter().map(|event| self.events.of(event)));
        entry.authors = once_each(authors(&rule.author).into_iter().map(|name| self.authors.of(name)));
        let looked_for = |p: &&Predicate| {
            p.has_row && p.role == Role::Indicator && p.scope != Scope::Guard && !p.scaffold && !p.derived
        };
        let values = rule.predicates.iter().filter(looked_for).map(|p| &*p.value);
        let all =
            std::iter::once(&*rule.title).chain(values).flat_map(|text| words(text).map(move |word| (word, text)));
        entry.words = once_each(all.map(|(word, text)| self.words.of(&word, text)));
        entry
    }

    fn incident(&mut self, vendor: Vendor, predicate: &'a Predicate) -> Incident {
        let key = (self.fields.of(&*predicate.field), predicate.op, self.texts.of(&predicate.value));
        self.ops.of(predicate.op);
        let next = u32::try_from(self.row_keys.len()).unwrap_or(NONE);
        let row = *self.rows.entry(key).or_insert_with(|| {
            self.row_keys.push(key);
            next
        });
        let written = if vendor == Vendor::Sigma { &predicate.modifiers } else { &predicate.field_raw };
        let spelling = (row, vendor, &**written, &*predicate.value_raw);
        *self.spellings.entry(spelling).or_default() += 1;
        let flags = flags::pack(predicate.role, predicate.scope, predicate.all);
        Incident { row, group: predicate.group, flags }
    }

    /// Sorts what has no order of its own and renumbers it everywhere.
    fn sort(&mut self, entries: &mut [Entry]) {
        let fields = self.fields.sort();
        self.ops.sort();
        let techniques = self.techniques.sort();
        let events = self.events.sort();
        let authors = self.authors.sort();
        let words = self.words.sort();
        let logsources = self.logsources.sort();

        for key in &mut self.row_keys {
            key.0 = intern::at(&fields, key.0);
        }
        let keys = &self.row_keys;
        // Most values differ early: comparing their beginnings as numbers spares most looks at texts.
        let begun = |(row, &(field, op, value)): (u32, &RowKey)| (field, op, beginning(self.texts.get(value)), row);
        let mut order: Vec<(u32, Op, u64, u32)> = (0u32..).zip(keys).map(begun).collect();
        let value = |row: u32| keys.get(row as usize).map(|key| self.texts.get(key.2));
        order.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then_with(|| value(a.3).cmp(&value(b.3))));
        let order: Vec<u32> = order.into_iter().map(|key| key.3).collect();
        let rows = intern::inverse(&order);
        self.row_keys = order.iter().filter_map(|&old| keys.get(old as usize).copied()).collect();
        self.spellings = std::mem::take(&mut self.spellings)
            .into_iter()
            .map(|((row, vendor, key, value), n)| ((intern::at(&rows, row), vendor, key, value), n))
            .collect();

        for entry in entries {
            for incident in &mut entry.incidents {
                incident.row = intern::at(&rows, incident.row);
            }
            let renumber = |list: &mut Vec<u32>, by: &[u32]| list.iter_mut().for_each(|n| *n = intern::at(by, *n));
            renumber(&mut entry.techniques, &techniques);
            renumber(&mut entry.events, &events);
            renumber(&mut entry.authors, &authors);
            renumber(&mut entry.words, &words);
            entry.words.sort_unstable();
            entry.logsource = intern::at(&logsources, entry.logsource);
        }
    }

    fn sources(&mut self, sources: &'a [SourceRules], rules: &[(u32, &'a Rule)], entries: &[Entry]) {
        for (i, source) in (0u32..).zip(sources) {
            let p = &source.provenance;
            let of = || rules.iter().zip(entries).filter(|((s, rule), _)| *s == i && rule.has_query);
            let count = |n: usize| u32::try_from(n).unwrap_or(NONE);
            let record = [
                self.vendor(p.vendor),
                self.texts.of(&p.label),
                self.texts.of(&p.repository),
                self.texts.of(&p.commit),
                self.texts.of(&p.date),
                self.texts.of(&p.licence),
                self.texts.of(&p.url),
                source.files,
                source.inactive,
                count(source.rules.len()),
                count(of().count()),
                count(of().filter(|((_, rule), _)| rule.logsource == LogSource::default()).count()),
                count(of().filter(|((_, rule), _)| rule.predicates.is_empty()).count()),
            ];
            self.tables.push(Section::Sources, record);
            for (path, reason) in &source.unread {
                let record = [i, self.texts.of(path), self.texts.of(reason)];
                self.tables.push(Section::Unread, record);
            }
        }
    }

    fn rules(&mut self, rules: &[(u32, &'a Rule)], entries: &[Entry], families: &[u32], masses: &[Mass]) {
        const LISTS: [(usize, Section); 7] = [
            (of_rule::INCIDENCE, Section::Incidence),
            (of_rule::GROUPS, Section::RuleGroups),
            (of_rule::TECHNIQUES, Section::RuleTechniques),
            (of_rule::EVENTS, Section::RuleEvents),
            (of_rule::RELATED, Section::RuleRelated),
            (of_rule::AUTHORS, Section::RuleAuthors),
            (of_rule::DERIVED, Section::RuleDerived),
        ];
        let starts = |tables: &Tables, record: &mut [u32; of_rule::COUNT]| {
            for (column, section) in LISTS {
                record[column] = tables.len(section);
            }
        };
        for (i, ((source, rule), entry)) in rules.iter().zip(entries).enumerate() {
            let (folder, file) = rule.path.split_at(rule.path.rfind('/').map_or(0, |slash| slash + 1));
            let mut text = |s: Option<&'a str>| self.texts.of(s.unwrap_or_default());
            let mut record = [0; of_rule::COUNT];
            record[of_rule::SOURCE] = *source;
            record[of_rule::ID] = text(rule.id.as_deref());
            record[of_rule::TITLE] = text(Some(&rule.title));
            record[of_rule::AUTHOR] = text(Some(&rule.author));
            record[of_rule::FOLDER] = text(Some(folder));
            record[of_rule::FILE] = text(Some(file));
            record[of_rule::LEVEL] = text(rule.level.as_deref());
            record[of_rule::STATUS] = text(rule.status.as_deref());
            record[of_rule::LICENCE] = text(rule.licence.as_deref());
            record[of_rule::DATE] = text(rule.date.as_deref());
            record[of_rule::MODIFIED] = text(rule.modified.as_deref());
            record[of_rule::DOCUMENT] = u32::try_from(rule.document).unwrap_or(NONE);
            record[of_rule::LOGSOURCE] = entry.logsource;
            record[of_rule::FAMILY] = families.get(i).copied().unwrap_or_default();
            record[of_rule::QUERY] = u32::from(rule.has_query) * (1 + u32::from(!rule.predicates.is_empty()));
            record[of_rule::CHANGED] = changed(rule);
            let mass = masses.get(i).copied().unwrap_or_default().pack();
            record.iter_mut().skip(of_rule::MASS).zip(mass).for_each(|(slot, sum)| *slot = sum);
            starts(&self.tables, &mut record);
            self.tables.push(Section::Rules, record);
            for incident in &entry.incidents {
                let place = u32::from(incident.group) << flags::BITS | incident.flags;
                self.tables.push(Section::Incidence, [incident.row, place]);
            }
            for group in &rule.groups {
                self.tables.push(Section::RuleGroups, [self.texts.of(group)]);
            }
            let mut seen = FxHashSet::default();
            for p in rule.predicates.iter().filter(|p| p.derived) {
                let [name, value] = [&p.field_raw, &p.value].map(|text| self.texts.of(text));
                let record = [name, self.ops.number(&p.op), value, flags::pack(p.role, p.scope, p.all)];
                if seen.insert(record) {
                    self.tables.push(Section::RuleDerived, record);
                }
            }
            for id in &rule.related {
                self.tables.push(Section::RuleRelated, [self.texts.of(id)]);
            }
            let mut list = |section, list: &[u32]| list.iter().for_each(|&n| self.tables.push(section, [n]));
            list(Section::RuleTechniques, &entry.techniques);
            list(Section::RuleEvents, &entry.events);
            list(Section::RuleAuthors, &entry.authors);
        }
        let mut end = [0; of_rule::COUNT];
        starts(&self.tables, &mut end);
        self.tables.push(Section::Rules, end);
    }

    /// Everything that is looked up by something else than the rule.
    fn inverted(&mut self, entries: &[Entry], keys: &[RowKey], counts: &Counts<'_>) {
        for op in self.ops.iter() {
            let (base, extras) = op.to_code();
            self.tables.push(Section::Ops, [u32::from(base), extras]);
        }
        self.rows(entries, keys, counts);

        let rules = invert(entries, self.techniques.len(), |e| &e.techniques);
        for (id, number) in self.techniques.iter().zip(0..) {
            let start = self.tables.len(Section::TechniqueRules);
            self.tables.push(Section::Techniques, [self.texts.of(id), start]);
            rules.get(number).iter().for_each(|rule| self.tables.push(Section::TechniqueRules, [*rule]));
        }
        self.tables.push(Section::Techniques, [0, self.tables.len(Section::TechniqueRules)]);

        for event in self.events.iter() {
            let record = [self.texts.of(&event.provider), self.texts.of(&event.id)];
            self.tables.push(Section::Events, record);
        }
        for author in self.authors.iter() {
            let text = self.texts.of(author);
            self.tables.push(Section::Authors, [text]);
        }
        let rules = invert(entries, self.logsources.len(), |e| std::slice::from_ref(&e.logsource));
        let fields = self.logsource_fields(entries, keys);
        for ((source, number), fields) in self.logsources.iter().zip(0..).zip(fields) {
            let part = |s: &Option<Box<str>>| s.as_deref().unwrap_or_default().to_owned();
            let record = [
                self.texts.of(&part(&source.product)),
                self.texts.of(&part(&source.category)),
                self.texts.of(&part(&source.service)),
                self.tables.len(Section::LogSourceRules),
                self.tables.len(Section::LogSourceFields),
            ];
            self.tables.push(Section::LogSources, record);
            rules.get(number).iter().for_each(|rule| self.tables.push(Section::LogSourceRules, [*rule]));
            fields.into_iter().for_each(|(field, n)| self.tables.push(Section::LogSourceFields, [field, n]));
        }
        let ends = [Section::LogSourceRules, Section::LogSourceFields].map(|s| self.tables.len(s));
        self.tables.push(Section::LogSources, [0, 0, 0, ends[0], ends[1]]);
    }

    fn vendor(&self, vendor: Vendor) -> u32 {
        Vendor::ALL.iter().position(|v| *v == vendor).and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE)
    }

    /// Words, where in the texts each stands (text by its old number, start, length), and which rules have them.
    fn words(&mut self, entries: &[Entry], places: &[(u32, usize, usize)], numbers: &[u32]) {
        let lists = invert(entries, places.len(), |e| &e.words);
        for (&(text, start, length), word) in places.iter().zip(0..) {
            let start = u32::try_from(start).unwrap_or(NONE);
            let start = self.tables.text_start(intern::at(numbers, text)).saturating_add(start);
            let first = self.tables.len(Section::WordRules);
            self.tables.push(Section::Words, [start, u32::try_from(length).unwrap_or(NONE), first]);
            lists.get(word).iter().for_each(|rule| self.tables.push(Section::WordRules, [*rule]));
        }
        self.tables.push(Section::Words, [0, 0, self.tables.len(Section::WordRules)]);
    }

    /// Per log source the fields that its rules look at, with how many do.
    fn logsource_fields(&self, entries: &[Entry], keys: &[RowKey]) -> Vec<Vec<(u32, u32)>> {
        let mut counts = vec![FxHashMap::default(); self.logsources.len()];
        for entry in entries {
            let Some(counts) = counts.get_mut(entry.logsource as usize) else { continue };
            for field in fields_of(entry, keys) {
                *counts.entry(field).or_default() += 1;
            }
        }
        let sorted = |counts: FxHashMap<u32, u32>| {
            let mut list: Vec<_> = counts.into_iter().collect();
            list.sort_unstable();
            list
        };
        counts.into_iter().map(sorted).collect()
    }

    fn indexes(&mut self, rules: &[(u32, &'a Rule)]) {
        let names: Vec<&str> = self.fields.iter().copied().collect();
        let rows = self.row_keys.iter().map(|&(field, op, value)| {
            let name = names.get(field as usize).copied().unwrap_or_default();
            Some(row_hash(name, op, self.texts.get(value)))
        });
        self.tables.set_index(Section::RowBuckets, Section::RowHash, rows);
        let of = |text: &str| (!text.is_empty()).then(|| hash([text.as_bytes()]));
        let ids = rules.iter().map(|(_, rule)| rule.id.as_deref().and_then(of));
        self.tables.set_index(Section::IdBuckets, Section::IdHash, ids);
        let titles = rules.iter().map(|(_, rule)| of(&rule.title));
        self.tables.set_index(Section::TitleBuckets, Section::TitleHash, titles);
        self.tables.set_index(Section::WordBuckets, Section::WordHash, self.words.iter().map(|(word, _)| of(word)));
    }
}

/// For each of `count` numbers the rules whose entries have it.
fn invert(entries: &[Entry], count: usize, of: impl Fn(&Entry) -> &[u32]) -> Lists {
    Lists::new(count, || (0u32..).zip(entries).flat_map(|(rule, e)| of(e).iter().map(move |number| (*number, rule))))
}

/// The first bytes of a text as a number that is ordered as they are.
fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
    u64::from_be_bytes(bytes)
}

/// The hash under which a row is found.
pub(crate) fn row_hash(field: &str, op: Op, value: &str) -> u64 {
    let (base, extras) = op.to_code();
    let [a, b, c, d] = extras.to_le_bytes();
    hash([field.as_bytes(), &[base, a, b, c, d], value.as_bytes()])
}

/// Without repetitions, in order.
fn once_each(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut seen = FxHashSet::default();
    numbers.filter(|n| seen.insert(*n)).collect()
}

/// The day on which a rule was written or changed last.
fn changed(rule: &Rule) -> u32 {
    [&rule.date, &rule.modified].into_iter().flatten().map(|date| day(date)).max().unwrap_or_default()
}
