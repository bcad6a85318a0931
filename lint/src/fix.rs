//! Applies fixes until nothing is left to fix, and never leaves a file that reads worse than before.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use sigwise_sigma::{File, ProblemKind, Source, Span, parse};

use crate::diagnostic::{Applicability, Diagnostic, Edit, EditText, Fix};

/// Fills the templates of edits; the edges bring clock and randomness.
pub struct Fill<'a> {
    /// A new random UUID, version 4.
    pub fresh_id: &'a mut dyn FnMut() -> String,
    /// Today, as `YYYY-MM-DD`.
    pub today: String,
}

impl std::fmt::Debug for Fill<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fill").field("today", &self.today).finish_non_exhaustive()
    }
}

/// A file after fixing.
#[derive(Debug)]
pub struct Fixed {
    /// The new text; `None` where nothing changed.
    pub text: Option<String>,
    /// What was applied: the check and the fix's title, in order.
    pub applied: Vec<(&'static str, String)>,
    /// The file as it is now.
    pub file: File,
    /// What remains.
    pub remaining: Vec<Diagnostic>,
}

/// A fix can make room for the next; this many rounds are enough for every chain known and stop a pair of fixes that
/// undo each other.
const MAX_ROUNDS: usize = 100;

/// After so many refusals in a row nothing more is tried: each costs as many lints as it takes to find what does harm.
const MAX_REFUSALS: usize = 4;

/// Applies, round by round, the first fix of every finding that is at least as safe as `limit` allows. Fixes that
/// overlap wait for the next round; one that would break the YAML or keep its own finding is left out.
pub fn fix(
    file: File,
    limit: Applicability,
    fill: &mut Fill<'_>,
    mut lint: impl FnMut(&File) -> Vec<Diagnostic>,
) -> Fixed {
    let mut file = file;
    let mut remaining = lint(&file);
    let mut applied = Vec::new();
    let mut changed = false;
    let mut refused: FxHashSet<String> = FxHashSet::default();
    let mut in_a_row = 0;
    for _ in 0..MAX_ROUNDS {
        let chosen = choose(&remaining, limit, &refused);
        if chosen.is_empty() {
            break;
        }
        // Where all of them together do harm, half of them is tried, and half of that; one that does harm alone is refused.
        let mut part = chosen.as_slice();
        let progress = loop {
            match (attempt(&file, part, &remaining, fill, &mut lint), part) {
                (Some(progress), _) => break Some(progress),
                (None, [] | [_]) => break None,
                (None, _) => part = &part[..part.len() / 2],
            }
        };
        match progress {
            Some((next, found)) => {
                applied.extend(part.iter().map(|(diagnostic, fix)| (diagnostic.check.id, fix.title.clone())));
                (file, remaining, changed, in_a_row) = (next, found, true, 0);
            }
            None => {
                refused.extend(part.iter().map(|(diagnostic, _)| diagnostic.fingerprint.clone()));
                in_a_row += 1;
            }
        }
        if in_a_row == MAX_REFUSALS {
            break;
        }
    }
    Fixed { text: changed.then(|| file.source.text().to_owned()), applied, file, remaining }
}

fn choose<'a>(
    found: &'a [Diagnostic],
    limit: Applicability,
    refused: &FxHashSet<String>,
) -> Vec<(&'a Diagnostic, &'a Fix)> {
    let mut chosen: Vec<(&Diagnostic, &Fix)> = Vec::new();
    // Start → end of what is edited: apart from each other, so the last that begins before another's end tells.
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    for diagnostic in found.iter().filter(|diagnostic| !refused.contains(&diagnostic.fingerprint)) {
        let usable = |fix: &&Fix| limit == Applicability::Unsafe || fix.applicability == Applicability::Safe;
        let Some(fix) = diagnostic.fixes.iter().find(usable) else { continue };
        let touches = |span: Span| taken.range(..=span.end).next_back().is_some_and(|(_, end)| *end >= span.start);
        if !fix.edits.iter().any(|edit| touches(edit.span)) {
            for Span { start, end } in fix.edits.iter().map(|edit| edit.span) {
                let known = taken.entry(start).or_insert(end);
                *known = end.max(*known);
            }
            chosen.push((diagnostic, fix));
        }
    }
    chosen
}

/// The file with these fixes applied, and what is found in it; `None` where the YAML got worse, or where a finding that
/// was to go is still there. Of findings that say the same there must be as many fewer as there were fixes.
fn attempt(
    file: &File,
    chosen: &[(&Diagnostic, &Fix)],
    before: &[Diagnostic],
    fill: &mut Fill<'_>,
    lint: &mut impl FnMut(&File) -> Vec<Diagnostic>,
) -> Option<(File, Vec<Diagnostic>)> {
    let fixes: Vec<&Fix> = chosen.iter().map(|(_, fix)| *fix).collect();
    let text = apply(file.source.text(), &fixes, fill)?;
    let next = parse(Source::from_bytes(text));
    if broken(&next) > broken(file) || next.documents.len() < file.documents.len() {
        return None;
    }
    let found = lint(&next);
    let (fixed, were, are) = (count(chosen.iter().map(|(diagnostic, _)| *diagnostic)), count(before), count(&found));
    let number = |counts: &Counts<'_>, what| counts.get(what).copied().unwrap_or_default();
    let gone = fixed.iter().all(|(what, fixed)| number(&are, what) + fixed <= number(&were, what));
    drop(are);
    gone.then_some((next, found))
}

/// How many findings say the same: check and message.
type Counts<'a> = FxHashMap<(&'static str, &'a str), usize>;

fn count<'a>(found: impl IntoIterator<Item = &'a Diagnostic>) -> Counts<'a> {
    let mut counts = Counts::default();
    for diagnostic in found {
        *counts.entry((diagnostic.check.id, &*diagnostic.message)).or_default() += 1;
    }
    counts
}

fn broken(file: &File) -> usize {
    let breaks = |kind| {
        matches!(kind, ProblemKind::Syntax | ProblemKind::Tab | ProblemKind::NotAMap | ProblemKind::DuplicateKey)
    };
    file.problems.iter().filter(|problem| breaks(problem.kind)).count()
}

/// The text with these fixes applied; `None` where two of them overlap or one lies outside the text.
pub fn apply(text: &str, fixes: &[&Fix], fill: &mut Fill<'_>) -> Option<String> {
    splice(text, fixes.iter().flat_map(|fix| &fix.edits), |new, out| match new {
        EditText::Text(new) => out.push_str(new),
        EditText::FreshId => out.push_str(&(fill.fresh_id)()),
        EditText::Today => out.push_str(&fill.today),
    })
}

/// The file after these edits, for looking at what they do: templates are left empty. `None` where two of them overlap or one
/// lies outside the text, and where the file would read worse than before.
pub fn applied(file: &File, edits: &[Edit]) -> Option<File> {
    let text = splice(file.source.text(), edits, |new, out| {
        if let EditText::Text(new) = new {
            out.push_str(new);
        }
    })?;
    let next = parse(Source::from_bytes(text));
    (next.problems.len() <= file.problems.len() && next.documents.len() == file.documents.len()).then_some(next)
}

fn splice<'e>(
    text: &str,
    edits: impl IntoIterator<Item = &'e Edit>,
    mut write: impl FnMut(&EditText, &mut String),
) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start)?);
        write(&edit.text, &mut out);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
