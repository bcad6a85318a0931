//! What the conditions of a rule say about its selections.

use rustc_hash::FxHashMap;
use sigwise_sigma::condition::{Condition, Expr, Reference};
use sigwise_sigma::detection::{Detection, Selection};
use sigwise_sigma::{Document, Source, Span};

use crate::nearest::nearest;

/// With more selections than this, names are looked up in a map.
const FEW: usize = 24;

/// Among how many selections the one is looked for that was meant.
const MAX_CANDIDATES: usize = 200;

/// How many times a pattern is held against a name in one rule; only a hostile rule has more.
pub(crate) const MAX_MATCHES: usize = 1_000_000;

/// The selections of a rule by name.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    detection: &'a Detection,
    map: Option<FxHashMap<&'a str, usize>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(detection: &'a Detection) -> Self {
        let selections = &detection.selections;
        let map = (selections.len() > FEW)
            .then(|| selections.iter().enumerate().map(|(index, selection)| (&*selection.name.text, index)).collect());
        Self { detection, map }
    }

    /// The number of the selection of this name; of several the last.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        match &self.map {
            Some(map) => map.get(name).copied(),
            None => self.detection.selections.iter().rposition(|selection| *selection.name.text == *name),
        }
    }

    /// Whether this is the name of a selection. pySigma reads `timeframe` as one.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.find(name).is_some() || (name == "timeframe" && self.detection.timeframe.is_some())
    }

    /// What was most likely meant by a name or pattern that stands for no selection.
    pub(crate) fn meant(&self, reference: Reference<'_>) -> Option<Meant<'a>> {
        let wanted = &*reference.name.text;
        // Of thousands of names one would be found, at the cost of minutes.
        let candidates = &self.detection.selections[..self.detection.selections.len().min(MAX_CANDIDATES)];
        let near = |wanted: &str| {
            let found = nearest(wanted, candidates.iter().map(|selection| &*selection.name.text))?;
            candidates.iter().find(|selection| *selection.name.text == *found).map(Meant::Selection)
        };
        let Some(stem) = wanted.strip_suffix('*') else {
            let pattern = if reference.quantifier.is_none() { self.common_pattern(wanted) } else { None };
            return pattern.map(Meant::Pattern).or_else(|| near(wanted));
        };
        if stem.contains('*') {
            return None;
        }
        let prefixes = candidates.iter().flat_map(|selection| {
            let name = &*selection.name.text;
            name.match_indices('_').map(|(at, _)| &name[..at + 1]).chain(std::iter::once(name))
        });
        nearest(stem, prefixes).map(|prefix| Meant::Pattern(format!("{prefix}*")))
    }

    /// `selection_*` for `selection`, where that takes in some selections.
    fn common_pattern(&self, name: &str) -> Option<String> {
        let mut rests = self.detection.selections.iter().filter_map(|selection| selection.name.text.strip_prefix(name));
        let first = rests.next()?;
        let underscore = first.starts_with('_') && rests.all(|rest| rest.starts_with('_'));
        let pattern = if underscore { format!("{name}_*") } else { format!("{name}*") };
        // A dash is allowed in names only.
        (!pattern.contains('-')).then_some(pattern)
    }
}

/// What was most likely meant by a name or pattern that stands for no selection.
#[derive(Clone, Debug)]
pub(crate) enum Meant<'a> {
    /// This selection.
    Selection(&'a Selection),
    /// All that this pattern takes in.
    Pattern(String),
}

/// Which selections the conditions use, in the order of the selections; `None` where that cannot be told: no condition,
/// or one that was not read as a whole.
pub(crate) fn used(detection: &Detection, names: &Names<'_>) -> Option<Vec<bool>> {
    if detection.conditions.is_empty() || !detection.conditions.iter().all(Condition::is_complete) {
        return None;
    }
    let mut used = vec![false; detection.selections.len()];
    let mut matches = 0;
    for_each_reference(detection, |reference| match reference.quantifier {
        None => {
            if let Some(index) = names.find(&reference.name.text) {
                used[index] = true;
            }
        }
        Some(_) => {
            matches += used.len();
            if matches <= MAX_MATCHES {
                for (used, selection) in used.iter_mut().zip(&detection.selections) {
                    *used |= reference.selects(&selection.name.text);
                }
            }
        }
    });
    // A name that is given twice stands for both: that it is given twice is reported elsewhere.
    for index in 0..used.len() {
        used[index] = used[index]
            || names.find(&detection.selections[index].name.text).is_some_and(|last| last != index && used[last]);
    }
    (matches <= MAX_MATCHES).then_some(used)
}

/// Whether a name or pattern stands for no selection at all.
pub(crate) fn is_unknown(detection: &Detection, names: &Names<'_>, reference: Reference<'_>) -> bool {
    match reference.quantifier {
        None => !names.knows(&reference.name.text),
        Some(_) => {
            let timeframe = detection.timeframe.is_some() && reference.selects("timeframe");
            !timeframe && detection.selected(reference).next().is_none()
        }
    }
}

/// Calls `visit` for every name and pattern of every condition, in the order of the text.
pub(crate) fn for_each_reference<'a>(detection: &'a Detection, mut visit: impl FnMut(Reference<'a>)) {
    for expr in detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, negated| match expr {
            Expr::Name(name) => visit(Reference { name, quantifier: None, negated }),
            Expr::Of { quantifier, pattern, .. } => {
                visit(Reference { name: pattern, quantifier: Some(*quantifier), negated });
            }
            _ => {}
        });
    }
}

/// The condition, if there is exactly one, nothing is wrong with it, and it is written in this document under its key,
/// so that a fix may change it.
pub(crate) fn editable_condition<'a>(
    source: &Source,
    document: &Document,
    detection: &'a Detection,
) -> Option<&'a Condition> {
    let [condition] = detection.conditions.as_slice() else { return None };
    let key = detection.condition_key?;
    let between = source.text().get(key.end as usize..condition.span.start as usize)?;
    let in_place = between.trim_start().starts_with(':') && document.span.contains(condition.span);
    (in_place && condition.errors.is_empty() && condition.expr.is_some()).then_some(condition)
}

/// From the first to the last token of a condition: its text without quotes and blanks.
pub(crate) fn extent(condition: &Condition) -> Option<Span> {
    Some(condition.tokens.first()?.span.cover(condition.tokens.last()?.span))
}
