//! Applies fixes until nothing is left to fix, and never leaves a file that reads worse than before.

use sigwise_sigma::{File, ProblemKind, Source, parse};

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
    let mut refused: Vec<String> = Vec::new();
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
                (file, remaining, changed) = (next, found, true);
            }
            None => refused.extend(part.iter().map(|(diagnostic, _)| diagnostic.fingerprint.clone())),
        }
    }
    Fixed { text: changed.then(|| file.source.text().to_owned()), applied, file, remaining }
}

fn choose<'a>(found: &'a [Diagnostic], limit: Applicability, refused: &[String]) -> Vec<(&'a Diagnostic, &'a Fix)> {
    let mut chosen: Vec<(&Diagnostic, &Fix)> = Vec::new();
    for diagnostic in found.iter().filter(|diagnostic| !refused.contains(&diagnostic.fingerprint)) {
        let usable = |fix: &&Fix| limit == Applicability::Unsafe || fix.applicability == Applicability::Safe;
        let Some(fix) = diagnostic.fixes.iter().find(usable) else { continue };
        if chosen.iter().all(|(_, other)| !overlap(fix, other)) {
            chosen.push((diagnostic, fix));
        }
    }
    chosen
}

fn overlap(a: &Fix, b: &Fix) -> bool {
    a.edits.iter().any(|a| b.edits.iter().any(|b| a.span.touches(b.span)))
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
    let gone = chosen.iter().all(|(diagnostic, _)| {
        let equal = |other: &&Diagnostic| other.check == diagnostic.check && other.message == diagnostic.message;
        let fixed = chosen.iter().filter(|(other, _)| equal(other)).count();
        found.iter().filter(equal).count() + fixed <= before.iter().filter(equal).count()
    });
    gone.then_some((next, found))
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
