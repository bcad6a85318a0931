//! `--fix` and `--diff`: the same changes, written or shown.

use std::io::{self, Write};

use sigwise_lint::diagnostic::Applicability;
use sigwise_lint::fix::fix;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Diagnostic, Severity};
use sigwise_sigma::{Source, parse};
use sigwise_workspace::fill::{Ids, fill};
use similar::TextDiff;

use super::pipeline::{Batch, Others, Run};
use crate::error::FileError;
use crate::output;
use crate::terminal::counted;

/// What fixing did.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The changed files, in order.
    pub(super) changes: Vec<Change>,
    /// The highest severity of what was found before.
    pub(super) worst: Option<Severity>,
}

/// A file that fixes changed.
#[derive(Debug)]
pub(super) struct Change {
    /// Its number in the batch, where its new text stands.
    number: usize,
    /// Its old text.
    before: String,
    /// How many fixes were applied.
    pub(super) applied: usize,
}

/// Fixes the files of a batch in place, in memory. One after the other and in order, since a fix in one (a new id) can
/// settle a finding in the next.
pub(super) fn fix_all(run: &Run<'_>, batch: &mut Batch, others: &Others, limit: Applicability) -> Outcome {
    let mut project = run.index(batch, others);
    let found = run.lint_each(batch, &project);
    let worst = found.iter().flatten().map(|diagnostic| diagnostic.severity).max();
    let mut changes = Vec::new();
    for (number, (found, parsed)) in found.iter().zip(&mut batch.parsed).enumerate() {
        let Some((input, file)) = parsed.file_mut() else { continue };
        if !found.iter().any(|diagnostic| is_fixable(diagnostic, limit)) {
            continue;
        }
        let before = file.source.text().to_owned();
        let mut ids = Ids::new(&input.path, &before, "fix");
        let mut fresh_id = || ids.fresh();
        let old = std::mem::replace(file, parse(Source::from("")));
        let fixed = fix(old, limit, &mut fill(&mut fresh_id, run.today), |file| {
            project.remove(&input.path);
            project.add(FileEntries::of(&input.path, file));
            run.lint_file(input, file, &project)
        });
        // The last attempt may have been one that was not kept.
        project.remove(&input.path);
        project.add(FileEntries::of(&input.path, &fixed.file));
        if fixed.text.is_some() {
            changes.push(Change { number, before, applied: fixed.applied.len() });
        }
        *file = fixed.file;
    }
    Outcome { changes, worst }
}

/// Whether a finding has a fix that may be applied.
fn is_fixable(diagnostic: &Diagnostic, limit: Applicability) -> bool {
    diagnostic.fixes.iter().any(|fix| limit == Applicability::Unsafe || fix.applicability == Applicability::Safe)
}

/// Writes the changed files; standard input has no file.
pub(super) fn write_files(changes: &[Change], batch: &Batch) -> Vec<FileError> {
    let changed = changes.iter().filter_map(|change| batch.parsed.get(change.number));
    let on_disk = changed.filter(|parsed| parsed.input.stdin().is_none());
    on_disk
        .filter_map(|parsed| {
            let written = output::replace(&parsed.input.place, |out| out.write_all(parsed.text().as_bytes()));
            written.err().map(|error| FileError { path: parsed.input.shown.clone(), ..error })
        })
        .collect()
}

/// What came from standard input, fixed; as it came where there was nothing to fix.
pub(super) fn fixed_stdin<'a>(changes: &[Change], batch: &'a Batch) -> Option<&'a [u8]> {
    let number = batch.parsed.iter().position(|parsed| parsed.input.stdin().is_some())?;
    let parsed = batch.parsed.get(number)?;
    let changed = changes.iter().any(|change| change.number == number);
    if changed { Some(parsed.text().as_bytes()) } else { parsed.input.stdin() }
}

/// Prints the changes as a unified diff.
pub(super) fn write_diff(changes: &[Change], batch: &Batch, out: &mut dyn Write) -> io::Result<()> {
    for change in changes {
        let Some(parsed) = batch.parsed.get(change.number) else { continue };
        let diff = TextDiff::from_lines(change.before.as_str(), parsed.text());
        let mut diff = diff.unified_diff();
        diff.header(&parsed.input.shown, &parsed.input.shown).to_writer(&mut *out)?;
    }
    Ok(())
}

/// Says what `--fix` would do.
pub(super) fn write_summary(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    let fixes: usize = changes.iter().map(|change| change.applied).sum();
    match changes.len() {
        0 => writeln!(out, "nothing to fix"),
        files => writeln!(out, "`--fix` would fix {} in {}", counted(fixes, "finding"), counted(files, "file")),
    }
}
