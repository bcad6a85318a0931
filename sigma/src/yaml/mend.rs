//! Broken YAML: finds the smallest edit of the text that lets the parser get furthest, round by round.
//!
//! Edits that keep what the author meant (quotes, a colon, a bracket, another indentation) are tried before lines are
//! blanked out. Every edit is only how the text is read: the file stays as it is.

use super::Problem;
use super::fault::{Failure, Fault};
use super::line::Line;
use super::mended::{Edit, Mended, line_at, next_line, previous_line};
use super::site::{Candidate, MAX_EDITS, Site, near};
use crate::source::Span;

/// How a parse went.
pub(super) struct Outcome {
    /// `None`: to the end.
    pub(super) failure: Option<Failure>,
    /// End of the last event before the failure.
    pub(super) last: usize,
    /// Start of every list or map in brackets that was open then, outermost first.
    pub(super) flows: Vec<usize>,
}

/// How often an edit is sought at all, and how often lines are blanked out in one document.
const ROUNDS: usize = 100;
const MASKS: usize = 6;

/// Bytes that may be parsed to find edits: many tries on a rule, few on a huge file.
fn budget(length: usize) -> usize {
    (length * 64).clamp(1 << 20, 32 << 20)
}

/// Mends `text`. `probe` parses a text; `start` holds the edits so far. Adds what it finds wrong to `problems`.
/// The result may still not be readable to its end.
pub(super) fn mend(
    text: &str,
    start: Vec<Edit>,
    probe: impl Fn(&str) -> Outcome,
    problems: &mut Vec<Problem>,
) -> Mended {
    let mut search = Search { text, probe, budget: budget(text.len()) };
    let mut mended = Mended::new(text, start);
    let mut outcome = (search.probe)(&mended.text);
    let mut masks = 0;
    let mut document = 0;
    // The line that was blanked out last: errors among its children are no news.
    let mut masked: Option<Line> = None;
    for round in 0..ROUNDS {
        let Some(failure) = outcome.failure.take() else { return mended };
        let site = Site::new(text, &mended, &outcome, &failure);
        let end = document_end(text, site.line.span);
        if end != document {
            (document, masks) = (end, 0);
        }
        let mut best = None;
        if failure.fault != Fault::Depth && masks < MASKS && round + 1 < ROUNDS {
            best = search.best(&mended, site.at, site.candidates());
        }
        let best = best.or_else(|| search.best(&mended, site.at, site.last_resorts(end)));
        let known = masked.is_some_and(|line| is_child(text, &line, &site.line));
        let Some(found) = best else {
            problems.push(site.plain_problem());
            return mended;
        };
        if !known {
            problems.extend(found.candidate.problem);
        }
        if let Some(mask) = found.candidate.edits.first().filter(|edit| edit.mask) {
            masks += 1;
            masked = masked.filter(|_| known).or(Some(Line::new(text, line_at(text, mask.span.start as usize))));
        }
        (mended, outcome) = (found.mended, found.outcome);
    }
    if let Some(failure) = &outcome.failure {
        problems.push(Site::new(text, &mended, &outcome, failure).plain_problem());
    }
    mended
}

/// Tries candidates as long as the budget lasts.
struct Search<'a, F> {
    text: &'a str,
    probe: F,
    budget: usize,
}

/// A candidate that was tried.
struct Found {
    reach: usize,
    candidate: Candidate,
    mended: Mended,
    outcome: Outcome,
}

impl<F: Fn(&str) -> Outcome> Search<'_, F> {
    /// The candidate that lets the parser get furthest, and further than `at`; of equals the first.
    fn best(&mut self, mended: &Mended, at: usize, candidates: Vec<Candidate>) -> Option<Found> {
        let mut best: Option<Found> = None;
        for candidate in candidates {
            if self.budget == 0 {
                break;
            }
            if candidate.edits.len() > MAX_EDITS {
                continue;
            }
            let Some(trial) = mended.with(self.text, &candidate.edits) else { continue };
            let outcome = (self.probe)(&trial.text);
            let parsed = outcome.failure.as_ref().map_or(trial.text.len(), |failure| failure.at);
            let reach = if outcome.failure.is_none() { usize::MAX } else { trial.back(parsed) };
            // Copying is much cheaper than parsing.
            self.budget = self.budget.saturating_sub(parsed + trial.text.len() / 16);
            if reach > best.as_ref().map_or(at, |best| best.reach) {
                best = Some(Found { reach, candidate, mended: trial, outcome });
            }
            if reach == usize::MAX {
                break;
            }
        }
        best
    }
}

/// Whether `line` stands below `parent` and is, with all lines between, indented deeper.
fn is_child(text: &str, parent: &Line, line: &Line) -> bool {
    if line.span.start <= parent.span.start {
        return false;
    }
    let mut at = *line;
    for _ in 0..1000 {
        if at.span.start == parent.span.start {
            return true;
        }
        if at.depth() <= parent.depth() {
            return false;
        }
        match near(text, at.span, previous_line) {
            Some(above) => at = above,
            None => return false,
        }
    }
    false
}

/// The end of the document that `line` is in: before the next line that begins with `---` or `...`.
fn document_end(text: &str, line: Span) -> usize {
    let mut at = line;
    while let Some(next) = next_line(text, at) {
        let content = text.get(next.range()).unwrap_or_default();
        let marker = content.strip_prefix("---").or_else(|| content.strip_prefix("..."));
        if marker.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return at.end as usize;
        }
        at = next;
    }
    text.len()
}
