//! What every fix must hold (DESIGN.md, invariant 4), asked of each fix of each finding of a text.

use std::collections::BTreeMap;

use sigwise_lint::diagnostic::{Applicability, Fix};
use sigwise_lint::fix::{Fill, apply};
use sigwise_lint::{Diagnostic, Severity};
use sigwise_sigma::{File, ProblemKind, Source, Span, parse};

use crate::matcher::{Event, difference};

/// How many findings of one check in one file are tried: one submission has two thousand that are alike.
const MAX_ALIKE: usize = 40;

/// Applies every fix of every finding by itself and says what is wrong with the result, a line each.
pub fn faults(file: &File, found: &[Diagnostic], lint: impl Fn(&File) -> Vec<Diagnostic>) -> Vec<String> {
    let mut out = Vec::new();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in found {
        let alike = tried.entry(diagnostic.check.id).or_default();
        *alike += 1;
        if *alike > MAX_ALIKE {
            continue;
        }
        for fix in &diagnostic.fixes {
            if let Err(fault) = fault(file, found, diagnostic, fix, &lint) {
                out.push(format!("{}: `{}`: {fault}", diagnostic.check.id, fix.title));
            }
        }
    }
    out
}

/// The text with one fix applied.
pub fn fixed(text: &str, fix: &Fix) -> Option<String> {
    let mut fresh_id = || "11111111-2222-4333-8444-555555555555".to_owned();
    apply(text, &[fix], &mut Fill { fresh_id: &mut fresh_id, today: "2026-11-24".to_owned() })
}

fn fault(
    file: &File,
    found: &[Diagnostic],
    diagnostic: &Diagnostic,
    fix: &Fix,
    lint: &impl Fn(&File) -> Vec<Diagnostic>,
) -> Result<(), String> {
    let text = fixed(file.source.text(), fix).ok_or("its edits overlap or lie outside the text")?;
    let spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
    let next = sound(file, &spans, text)?;
    let after = lint(&next);
    // Fingerprints are counted through among equals, so the next one takes the place of the one that is gone.
    let equal = |other: &&Diagnostic| other.check == diagnostic.check && other.message == diagnostic.message;
    if after.iter().filter(equal).count() >= found.iter().filter(equal).count() {
        return Err("keeps its finding".to_owned());
    }
    if fix.applicability == Applicability::Unsafe {
        return Ok(());
    }
    for other in &after {
        let count = |found: &[Diagnostic]| found.iter().filter(|d| d.check == other.check).count();
        if count(&after) > count(found) {
            return Err(format!("safe, but adds a finding of {}: {}", other.check.id, other.message));
        }
    }
    if broken(file) == 0
        && !file.problems.iter().any(|p| p.kind == ProblemKind::DuplicateKey)
        && diagnostic.severity < Severity::Error
        && let Some(event) = other_events(file, &next)
    {
        return Err(format!("safe, but matches other events: {event:?}"));
    }
    Ok(())
}

/// The file after edits of these places: it must read as well as before, and keep its comments.
///
/// # Errors
/// What is wrong with it.
pub fn sound(file: &File, edits: &[Span], text: String) -> Result<File, String> {
    if text == file.source.text() {
        return Err("changes nothing".to_owned());
    }
    let next = parse(Source::from_bytes(text));
    if broken(&next) > broken(file) {
        return Err(format!(
            "breaks the YAML: {}",
            next.problems.iter().map(|p| &*p.message).collect::<Vec<_>>().join("; ")
        ));
    }
    for comment in &file.comments {
        // Comments are sigwise's own words too: a misspelt suppression is mended inside its comment.
        if edits.iter().any(|edit| comment.span.contains(*edit) && !edit.is_empty()) {
            continue;
        }
        let text = file.source.slice(comment.span);
        let removed = edits.iter().any(|edit| edit.contains(comment.span));
        if !removed && !next.comments.iter().any(|other| next.source.slice(other.span) == text) {
            return Err(format!("loses the comment `{text}`"));
        }
        if removed && edits.iter().any(|edit| edit.len() > comment.span.len() + 8 && edit.contains(comment.span)) {
            return Err(format!("removes the comment `{text}`"));
        }
    }
    Ok(next)
}

/// What keeps a file from being read as written.
fn broken(file: &File) -> usize {
    let breaks = |kind| matches!(kind, ProblemKind::Syntax | ProblemKind::Tab | ProblemKind::NotAMap);
    file.problems.iter().filter(|problem| breaks(problem.kind)).count()
}

/// An event on which the two files' detections differ.
fn other_events(before: &File, after: &File) -> Option<Event> {
    let pairs = before.documents.iter().zip(&after.documents);
    pairs.filter_map(|(old, new)| difference(old.detection()?, new.detection()?, 60)).next()
}
