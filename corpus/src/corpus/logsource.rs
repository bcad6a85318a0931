//! Where rules look: log sources, and the fields that their rules look at, which are counted beforehand in every layer.

use rustc_hash::FxHashMap;

use super::query::{Count, Take};
use super::{Corpus, FieldId, Leave, RuleId, RuleRef, layer, rule};
use crate::logsource::{LogSource, LogSourceRef};
use crate::snapshot::{Section, Snapshot};

/// The log sources of each layer that are the same as one, by number: see [`LogSourceRef::same`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Same([Box<[u32]>; 2]);

impl RuleRef<'_> {
    /// Whether its log source is one of these.
    pub(crate) fn is_of(&self, logsources: &Same) -> bool {
        let numbers = logsources.0.get(usize::from(self.is_own()));
        numbers.is_some_and(|numbers| numbers.contains(&self.logsource_number()))
    }
}

impl Corpus {
    /// The rules of a log source, sorted: see [`LogSourceRef::same`].
    pub fn rules_of_logsource(&self, source: LogSourceRef<'_>, leave: &Leave) -> Vec<RuleId> {
        self.every_rule_of_logsource(source, leave, usize::MAX)
    }

    /// The same, but of more than `most` every second, every third …: see [`asked`](super::asked).
    pub(crate) fn every_rule_of_logsource(&self, source: LogSourceRef<'_>, leave: &Leave, most: usize) -> Vec<RuleId> {
        let Same(numbers) = self.same_logsources(source);
        let lists = || {
            let layers = [false, true].into_iter().zip(self.layers()).zip(&numbers);
            layers.flat_map(|((own, snapshot), numbers)| {
                let list = move |number: &u32| (own, snapshot, snapshot.list(Section::LogSources, *number, 3));
                numbers.iter().map(list)
            })
        };
        let step = lists().map(|(.., list)| list.len()).sum::<usize>().div_ceil(most).max(1);
        let mut rules = Vec::new();
        for (own, snapshot, list) in lists() {
            let first = if own { self.base.records(Section::Rules) as u32 } else { 0 };
            let listed = snapshot.column(Section::LogSourceRules, 0);
            let every = list.step_by(step).map(|at| RuleId(first + listed.at(at as usize)));
            rules.extend(every.filter(|rule| self.counts(*rule, leave)));
        }
        rules.sort_unstable();
        rules
    }

    /// Every log source that rules have, with how many have exactly it, in no order that means anything.
    pub fn logsources(&self) -> Vec<Count<LogSourceRef<'_>>> {
        let mut counts: Vec<Count<LogSourceRef<'_>>> = Vec::new();
        for rule in self.rules() {
            let source = rule.logsource();
            match counts.iter_mut().find(|count| count.of == source) {
                Some(count) => count.rules += 1,
                None => counts.push(Count { of: source, rules: 1 }),
            }
        }
        counts
    }

    /// The fields that rules of a log source look at, with how many do, most first: counted beforehand, so cheap. The second
    /// number is how many rules the log source has.
    pub fn fields_of_logsource(&self, source: LogSourceRef<'_>, leave: &Leave) -> (Vec<Count<FieldId>>, u32) {
        let mut counts = vec![0u32; self.field_count()];
        let mut rules = 0u32;
        let Same(numbers) = self.same_logsources(source);
        for ((layer, snapshot), numbers) in self.layers().enumerate().zip(numbers) {
            for number in numbers {
                let listed = snapshot.list(Section::LogSources, number, 3).len() as u32;
                rules += listed.saturating_sub(self.hidden_in(layer, number, None));
                for entry in snapshot.list(Section::LogSources, number, 4) {
                    let field = snapshot.get(Section::LogSourceFields, entry, 0);
                    let counted = snapshot.get(Section::LogSourceFields, entry, 1);
                    let counted = counted.saturating_sub(self.hidden_in(layer, number, Some(field)));
                    if let Some(count) = counts.get_mut(self.shared_field(layer, field).index()) {
                        *count = count.saturating_add(counted);
                    }
                }
            }
        }
        for &left in leave.rules() {
            if self.rule(left).logsource().same(source) {
                rules = rules.saturating_sub(1);
                for count in self.fields_in(&[left], Take::Indicators) {
                    if let Some(slot) = counts.get_mut(count.of.index()) {
                        *slot = slot.saturating_sub(1);
                    }
                }
            }
        }
        let found = counts.into_iter().zip(0u32..).filter(|(rules, _)| *rules > 0);
        let mut found: Vec<_> = found.map(|(rules, field)| Count { of: FieldId(field), rules }).collect();
        found.sort_by_key(|count| (std::cmp::Reverse(count.rules), count.of));
        (found, rules)
    }

    /// The log sources that are the same as this one.
    pub(crate) fn same_logsources(&self, source: LogSourceRef<'_>) -> Same {
        self.logsources_where(|other| other.same(source))
    }

    /// The log source itself, without those that are the same.
    pub(crate) fn exact_logsource(&self, source: LogSourceRef<'_>) -> Same {
        self.logsources_where(|other| other == source)
    }

    fn logsources_where(&self, fits: impl Fn(LogSourceRef<'_>) -> bool) -> Same {
        let mut found = Same::default();
        for (snapshot, numbers) in self.layers().zip(&mut found.0) {
            let all = 0..snapshot.records(Section::LogSources) as u32;
            *numbers = all.filter(|number| fits(rule::logsource(snapshot, *number))).collect();
        }
        found
    }

    /// For every log source that some rule has, those that are the same.
    pub(crate) fn all_same_logsources(&self) -> FxHashMap<LogSource, Same> {
        let numbers = |snapshot: &Snapshot| 0..snapshot.records(Section::LogSources) as u32;
        // Each is read once, and compared with all.
        let layers: Vec<Vec<LogSourceRef<'_>>> =
            self.layers().map(|s| numbers(s).map(|number| rule::logsource(s, number)).collect()).collect();
        let same = |source: LogSourceRef<'_>| {
            let mut same = Same::default();
            for (all, found) in layers.iter().zip(&mut same.0) {
                *found = (0u32..).zip(all).filter(|(_, other)| other.same(source)).map(|(number, _)| number).collect();
            }
            same
        };
        layers.iter().flatten().map(|source| ((*source).to_owned(), same(*source))).collect()
    }

    /// Whether a rule looks at a field that has one of these log sources; cheap.
    pub(crate) fn is_looked_at(&self, field: FieldId, logsources: &Same, leave: &Leave) -> bool {
        let layers = self.layers().count();
        let counted: u32 = (0..layers)
            .zip(&logsources.0)
            .flat_map(|(layer, numbers)| numbers.iter().map(move |number| self.look_at(layer, *number, field)))
            .sum();
        // With more rules than are left out, one of the others has it.
        counted > leave.rules().len() as u32
            || counted > 0 && {
                let has = |rule: &&RuleId| {
                    let rule = self.rule(**rule);
                    rule.is_of(logsources)
                        && rule.incidents().any(|i| i.is_indicator() && self.field_of(i.row) == field)
                };
                counted > leave.rules().iter().filter(has).count() as u32
            }
    }

    /// How many rules of a log source of a layer look at a field.
    fn look_at(&self, layer: usize, logsource: u32, field: FieldId) -> u32 {
        let Some(snapshot) = self.layers().nth(layer) else { return 0 };
        let local = match &self.overlay {
            Some(overlay) if layer > 0 => overlay.fields.local(field.0),
            _ => Some(field.0),
        };
        let Some(field) = local else { return 0 };
        let list = snapshot.list(Section::LogSources, logsource, 4);
        let below = |at| snapshot.get(Section::LogSourceFields, list.start + at, 0) < field;
        let low = list.start + layer::lower_bound(list.end - list.start, below);
        let found = low < list.end && snapshot.get(Section::LogSourceFields, low, 0) == field;
        let counted = if found { snapshot.get(Section::LogSourceFields, low, 1) } else { 0 };
        counted.saturating_sub(self.hidden_in(layer, logsource, Some(field)))
    }

    /// How many rules of a log source of the base are hidden by the overlay; of those that look at a field, if one is given.
    fn hidden_in(&self, layer: usize, logsource: u32, field: Option<u32>) -> u32 {
        let hidden = self.overlay.as_ref().filter(|_| layer == 0).map(|overlay| &overlay.hidden_in);
        hidden.and_then(|hidden| hidden.get(&(logsource, field))).copied().unwrap_or_default()
    }

    /// A field of a layer.
    fn shared_field(&self, layer: usize, field: u32) -> FieldId {
        match &self.overlay {
            Some(overlay) if layer > 0 => FieldId(overlay.fields.unified(field)),
            _ => FieldId(field),
        }
    }
}
