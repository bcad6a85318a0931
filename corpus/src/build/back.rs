//! Snapshot → rules: what lies in a snapshot becomes part of the next one.

use super::{Builder, Provenance};
use crate::corpus::{Corpus, RuleRef};
use crate::fields::Fields;
use crate::logsource::Event;
use crate::op::{Base, Op};
use crate::rule::{Predicate, Role, Rule, Scope};
use crate::snapshot::{Section, Snapshot, of_rule};
use crate::vendor::Vendor;

impl Builder<'_> {
    /// Adds the sources of a snapshot, as if their rules had been read again.
    pub fn snapshot(&mut self, snapshot: &Snapshot) {
        let corpus = Corpus::new(snapshot.clone());
        let first = self.sources.len();
        for source in 0..snapshot.records(Section::Sources) as u32 {
            let text = |column| snapshot.text_at(Section::Sources, source, column).to_owned();
            let vendor = Vendor::ALL.get(snapshot.get(Section::Sources, source, 0) as usize).copied();
            self.source(Provenance {
                vendor: vendor.unwrap_or(Vendor::Sigma),
                label: text(1),
                repository: text(2),
                commit: text(3),
                date: text(4),
                licence: text(5),
                url: text(6),
            });
            if let Some(added) = self.sources.last_mut() {
                added.files = snapshot.get(Section::Sources, source, 7);
                added.inactive = snapshot.get(Section::Sources, source, 8);
            }
        }
        for record in 0..snapshot.records(Section::Unread) as u32 {
            let source = first + snapshot.get(Section::Unread, record, 0) as usize;
            let text = |column| snapshot.text_at(Section::Unread, record, column).to_owned();
            if let Some(source) = self.sources.get_mut(source) {
                source.unread.push((text(1), text(2)));
            }
        }
        for (number, rule) in (0u32..).zip(corpus.rules()) {
            let source = first + snapshot.get(Section::Rules, number, of_rule::SOURCE) as usize;
            if let Some(source) = self.sources.get_mut(source) {
                source.rules.push(back(&corpus, rule));
            }
        }
    }
}

impl Corpus {
    /// Every rule as its reader made it, as far as the corpus keeps it: without spans, and with the spelling of each value
    /// that is most frequent.
    pub fn to_rules(&self) -> impl Iterator<Item = Rule> {
        self.rules().map(|rule| back(self, rule))
    }
}

fn back(corpus: &Corpus, rule: RuleRef<'_>) -> Rule {
    let some = |text: &str| (!text.is_empty()).then(|| Box::from(text));
    Rule {
        vendor: rule.vendor(),
        id: some(rule.id()),
        title: rule.title().into(),
        author: rule.author().into(),
        path: rule.path().into(),
        document: rule.document(),
        level: some(rule.level()),
        status: some(rule.status()),
        // The rule's own: its source's is not repeated.
        licence: some(rule.own_licence()),
        date: some(rule.date()),
        modified: some(rule.modified()),
        related: rule.related().map(Into::into).collect(),
        techniques: rule.techniques().map(Into::into).collect(),
        logsource: rule.logsource().to_owned(),
        events: rule.events().map(|(provider, id)| Event { provider: provider.into(), id: id.into() }).collect(),
        groups: rule.groups().map(Into::into).collect(),
        has_query: rule.has_query(),
        predicates: predicates(corpus, rule),
        unread: Vec::new(),
    }
}

fn predicates(corpus: &Corpus, rule: RuleRef<'_>) -> Vec<Predicate> {
    let mut predicates: Vec<Predicate> =
        rule.incidents().map(|incident| predicate(corpus, rule.vendor(), &incident)).collect();
    predicates.extend(rule.derived().map(|d| Predicate {
        role: d.role,
        scope: d.scope,
        all: d.all,
        derived: true,
        ..rowless(d.name, d.op, d.value)
    }));
    if predicates.is_empty() && rule.has_query() && !rule.is_unread() {
        // It had some that have no row; which ones, a snapshot does not say.
        predicates.push(rowless("", Base::Lookup.into(), ""));
    }
    predicates
}

/// An indicator that has no row.
fn rowless(name: &str, op: Op, value: &str) -> Predicate {
    Predicate {
        field: name.into(),
        op,
        value: value.into(),
        field_raw: name.into(),
        value_raw: value.into(),
        modifiers: "".into(),
        role: Role::Indicator,
        scope: Scope::Top,
        all: false,
        derived: false,
        scaffold: false,
        own: None,
        has_row: false,
        group: 0,
        span: None,
        field_span: None,
    }
}

fn predicate(corpus: &Corpus, vendor: Vendor, incident: &crate::corpus::Incident) -> Predicate {
    let row = corpus.row_ref(incident.row);
    let spelling = corpus.spellings(incident.row).find(|spelling| spelling.vendor == vendor);
    let (key, value) = spelling.map_or(("", row.value.into()), |s| (s.key, s.value()));
    let (field_raw, modifiers) = if vendor == Vendor::Sigma { (row.name, key) } else { (key, "") };
    Predicate {
        field: row.name.into(),
        op: row.op,
        value: row.value.into(),
        own: None,
        field_raw: field_raw.into(),
        value_raw: value.into_owned().into(),
        modifiers: modifiers.into(),
        role: incident.role,
        scope: incident.scope,
        all: incident.all,
        derived: false,
        scaffold: Fields::embedded().canonical(row.name).scaffold,
        has_row: true,
        group: incident.group,
        span: None,
        field_span: None,
    }
}
