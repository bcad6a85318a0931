//! What published rules know about the rule that is linted: looked up once, for all checks that ask.

use std::cell::OnceCell;

use sigwise_corpus::Corpus;
use sigwise_corpus::advice::{Asking, Support};
use sigwise_corpus::attack::Attack;
use sigwise_corpus::corpus::RuleId;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::rule::Predicate;
use sigwise_sigma::Document;
use sigwise_sigma::detection::{Item, Selection, Value};

use crate::diagnostic::RuleName;
use crate::engine::Context;
use crate::rule::DetectionRule;

/// The peers of one document, not asked before a check does.
#[derive(Debug)]
pub struct Peers<'a> {
    corpus: Option<&'a Corpus>,
    attack: &'a Attack,
    path: &'a str,
    asking: OnceCell<Option<Asking<'a>>>,
}

impl<'a> Peers<'a> {
    pub(crate) fn new(cx: &Context<'a>) -> Self {
        Self { corpus: cx.corpus, attack: cx.attack, path: cx.path, asking: OnceCell::new() }
    }

    fn asking(&self, document: &Document) -> Option<&Asking<'a>> {
        let ask = || Some(Asking::new(sigma::rule(document, self.path)?, self.corpus?, self.attack));
        self.asking.get_or_init(ask).as_ref()
    }
}

/// A place in a rule that a predicate was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home<'a> {
    pub(crate) selection: &'a Selection,
    pub(crate) item: &'a Item,
    pub(crate) value: &'a Value,
}

impl Home<'_> {
    /// Whether it stands here as it is, so that a fix may change it.
    pub(crate) fn is_own(&self) -> bool {
        !self.selection.inherited && !self.item.inherited && self.item.alias.is_none() && self.value.alias.is_none()
    }
}

impl<'a> DetectionRule<'a> {
    /// The rule as one that asks its peers; `None` without a corpus, and of a filter.
    pub fn asking(&self) -> Option<&'a Asking<'a>> {
        if self.is_filter { None } else { self.peers.asking(self.document) }
    }

    /// Where a predicate stands.
    pub(crate) fn home(&self, predicate: &Predicate) -> Option<Home<'a>> {
        let span = predicate.span?;
        self.detection.items().find_map(|(selection, item)| {
            let value = item.values.iter().find(|value| value.alias.unwrap_or(value.span) == span)?;
            Some(Home { selection, item, value })
        })
    }

    /// The selection that a predicate stands in.
    pub(crate) fn selection_of(&self, predicate: &Predicate, asking: &Asking<'_>) -> Option<&'a Selection> {
        let group = asking.rule().group(predicate);
        self.detection.selection(group.split('[').next().unwrap_or(group))
    }
}

/// `Image|endswith: \x.exe`, as the rule has it.
pub(crate) fn written(predicate: &Predicate) -> String {
    let (field, modifiers, value) = (&predicate.field_raw, &predicate.modifiers, &predicate.value_raw);
    match (field.is_empty(), modifiers.is_empty()) {
        (true, _) => value.to_string(),
        (false, true) => format!("{field}: {value}"),
        (false, false) => format!("{field}|{modifiers}: {value}"),
    }
}

/// Rules by name.
pub(crate) fn names<'c>(corpus: &'c Corpus, rules: &'c [RuleId]) -> impl Iterator<Item = RuleName> + 'c {
    rules.iter().map(|&rule| {
        let rule = corpus.rule(rule);
        RuleName { vendor: rule.vendor().word().to_owned(), id: rule.id().to_owned(), title: rule.title().to_owned() }
    })
}

/// The counts behind a piece of advice.
pub(crate) fn counts(corpus: &Corpus, support: &Support) -> Vec<(&'static str, u32)> {
    let evidence = corpus.evidence(&support.rules);
    vec![
        ("support", support.count()),
        ("peers", support.peers),
        ("families", evidence.families),
        ("authors", evidence.authors),
    ]
}

/// `a`, `b`, `c` and 4 more
pub(crate) fn listed(things: &[String], shown: usize) -> String {
    let mut out = things.iter().take(shown).map(|thing| format!("`{thing}`")).collect::<Vec<_>>().join(", ");
    match things.len().saturating_sub(shown) {
        0 => {}
        more => out.push_str(&format!(" and {more} more")),
    }
    out
}
