//! What was found before: findings of a baseline file or of an older tree, which a run does not show again.

use std::fs;
use std::path::Path;

use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sigwise_workspace::path::slashed;

use super::pipeline::{Keep, Run};
use crate::error::{Error, FileError};
use crate::output;
use crate::report::Report;
use crate::source::Input;

/// What `sigwise lint --write-baseline` writes. Findings are told apart by their fingerprints alone; the rest is there for people.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "sigwise lint --write-baseline")]
pub(crate) struct Baseline {
    /// The version of this format.
    version: u32,
    /// The findings, in the order of paths and places.
    findings: Vec<BaselineFinding>,
}

/// A finding that is not to be shown.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct BaselineFinding {
    /// Names the finding: stable under moved lines and renamed files.
    fingerprint: String,
    /// The check that spoke.
    check: String,
    /// The file relative to the project root.
    path: String,
    /// What it said.
    message: String,
}

/// The version of baseline files.
const VERSION: u32 = 1;

/// Fingerprints of what was found before.
#[derive(Debug, Default)]
pub(super) struct Known(FxHashSet<String>);

impl Known {
    /// What stands in a baseline file.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub(super) fn of_baseline(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(sigwise_workspace::Error::reading(path))?;
        let unusable = |reason: String| {
            let reason = format!("{reason}; write it again with `--write-baseline`");
            FileError { path: slashed(path), verb: "use", reason }
        };
        let baseline: Baseline = serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
        if baseline.version != VERSION {
            return Err(
                unusable(format!("it has version {}, and this sigwise knows {VERSION}", baseline.version)).into()
            );
        }
        Ok(Self(baseline.findings.into_iter().map(|finding| finding.fingerprint).collect()))
    }

    /// What is found in `inputs`, with `others` as the rest of their project.
    pub(super) fn of_files(run: &Run<'_>, inputs: Vec<Input>, others: Vec<Input>) -> Self {
        let mut batch = run.read(inputs, Keep::Findings);
        let (others, _) = run.read_index(others, &batch);
        let project = run.index(&mut batch, &others);
        let report = run.lint(batch, &project);
        Self(report.diagnostics().map(|diagnostic| diagnostic.fingerprint.clone()).collect())
    }

    /// Adds what another one knows.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Takes what is known out of a report.
    pub(super) fn hide(&self, report: &mut Report) {
        if self.0.is_empty() {
            return;
        }
        let before = report.diagnostics().count();
        for file in &mut report.files {
            file.findings.retain(|finding| !self.0.contains(&finding.diagnostic.fingerprint));
        }
        report.files.retain(|file| !file.findings.is_empty());
        report.known = before - report.diagnostics().count();
    }
}

/// Writes all findings of a report as a baseline.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(report: &Report, path: &Path) -> Result<(), Error> {
    let findings = report.files.iter().flat_map(|file| file.findings.iter().map(move |finding| (file, finding)));
    let finding = |(file, finding): (&crate::report::Linted, &crate::report::Finding)| BaselineFinding {
        fingerprint: finding.diagnostic.fingerprint.clone(),
        check: finding.diagnostic.check.id.to_owned(),
        path: file.path.to_string(),
        message: finding.diagnostic.message.clone(),
    };
    let baseline = Baseline { version: VERSION, findings: findings.map(finding).collect() };
    output::replace(path, |out| {
        serde_json::to_writer_pretty(&mut *out, &baseline)?;
        writeln!(out)
    })?;
    Ok(())
}
