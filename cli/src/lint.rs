//! `sigwise lint`

mod fixes;
mod known;
mod pipeline;

use std::io::Write;
use std::path::Path;

use sigwise_lint::Severity;
use sigwise_lint::diagnostic::Applicability;
use sigwise_workspace::fill;

use crate::args::{Format, LintArgs};
use crate::error::{Error, Exit, FileError, complain};
use crate::output;
use crate::report::{self, Fixed, Report};
use crate::source::{self, Found, Input, OlderTree};
use crate::terminal::{Look, counted, to_stderr, to_stdout};
use crate::workspace::{AskedBy, Workspace};
use known::Known;
use pipeline::{Keep, Run};

#[cfg(test)]
pub(crate) use known::Baseline;

/// Lints what the arguments name.
pub(crate) fn run(args: &LintArgs) -> Result<Exit, Error> {
    if args.unsafe_fixes && !args.fix && !args.diff {
        return Err(Error::Usage("`--unsafe-fixes` goes with `--fix` or `--diff`".to_owned()));
    }
    let mut workspace = Workspace::new(&args.paths, &args.checks, &args.knowledge, args.no_corpus)?;
    let mut found = source::collect(&args.paths, &mut workspace)?;
    if args.force_exclude {
        found.exclude_named(&workspace);
    }
    let indexed = match &args.checks.index {
        Some(root) => source::collect(std::slice::from_ref(root), &mut workspace)?,
        None => Found::default(),
    };
    let mut known = args.baseline.as_deref().map(Known::of_baseline).transpose()?.unwrap_or_default();
    let older = args.since.as_deref().map(|since| older(since, args, &mut workspace)).transpose()?;
    workspace.load_corpora(AskedBy::Checks)?;

    let run = Run { workspace: &workspace, today: fill::today() };
    let keep = if args.fix || args.diff { Keep::Everything } else { Keep::Findings };
    let mut batch = run.read(found.inputs, keep);
    let (others, unread) = run.read_index(indexed.inputs, &batch);
    let mut failures = Failures { files: found.errors, empty: batch.empty_folders(found.folders) };
    failures.files.append(&mut batch.errors);
    failures.files.extend(indexed.errors.into_iter().chain(unread));

    let mut fixed = Fixed::default();
    let mut fixed_stdin = false;
    if args.fix || args.diff {
        let limit = if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        let outcome = fixes::fix_all(&run, &mut batch, &others, limit);
        if args.diff {
            to_stdout(|out| fixes::write_diff(&outcome.changes, &batch, out)).map_err(Error::Output)?;
            to_stderr(|out| fixes::write_summary(&outcome.changes, out));
            return Ok(failures.show(args, outcome.worst));
        }
        let fixes = outcome.changes.iter().map(|change| change.applied).sum();
        fixed = Fixed { fixes, files: outcome.changes.len() };
        failures.files.extend(fixes::write_files(&outcome.changes, &batch));
        if let Some(bytes) = fixes::fixed_stdin(&outcome.changes, &batch) {
            to_stdout(|out| out.write_all(bytes)).map_err(Error::Output)?;
            fixed_stdin = true;
        }
    }
    let project = run.index(&mut batch, &others);
    let mut report = run.lint(batch, &project);
    report.fixed = fixed;
    if let Some(path) = &args.write_baseline {
        known::write(&report, path)?;
        let findings = counted(report.diagnostics().count(), "finding");
        to_stderr(|out| writeln!(out, "{findings} written to {}", path.display()));
        return Ok(failures.show(args, None));
    }
    if let Some((inputs, others)) = older {
        known.extend(Known::of_files(&run, inputs, others));
    }
    known.hide(&mut report);
    show(args, &report, fixed_stdin)?;
    Ok(failures.show(args, report.worst()))
}

/// The files of the tree that `--since` means, and those of the rest of the project.
fn older(since: &str, args: &LintArgs, workspace: &mut Workspace) -> Result<(Vec<Input>, Vec<Input>), Error> {
    let tree = OlderTree::before(since, workspace.root())?;
    let inputs = tree.inputs(&args.paths, workspace)?;
    let others = match &args.checks.index {
        Some(root) => tree.inputs(std::slice::from_ref(root), workspace)?,
        None => Vec::new(),
    };
    Ok((inputs, others))
}

/// What kept the run from doing all that was asked.
struct Failures {
    files: Vec<FileError>,
    /// Folders without any Sigma rule.
    empty: Vec<String>,
}

impl Failures {
    /// Says what went wrong, and how the run ends: `worst` is the highest severity of its findings.
    fn show(&self, args: &LintArgs, worst: Option<Severity>) -> Exit {
        for error in &self.files {
            complain(error);
        }
        for folder in &self.empty {
            complain(&format!("no Sigma rule below `{folder}`; name the folder that holds your rules"));
        }
        if !self.files.is_empty() || !self.empty.is_empty() {
            Exit::Failed
        } else if !args.exit_zero && worst >= Some(args.fail_on) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }
}

/// Prints the findings where they were asked for. Standard output belongs to the fixed text where standard input was fixed.
fn show(args: &LintArgs, report: &Report, fixed_stdin: bool) -> Result<(), Error> {
    let write = |look: Look, out: &mut dyn Write| match args.format {
        Format::Json => report::json::write(report, out),
        Format::Sarif => report::sarif::write(report, out),
        Format::Gitlab => report::gitlab::write(report, out),
        Format::Junit => report::junit::write(report, args.fail_on, out),
        Format::Rdjson => report::rdjson::write(report, out),
        Format::Github => report::github::write(report, out),
        _ if args.statistics => report::statistics::write(report, look, out),
        Format::Full => report::full::write(report, look, out),
        Format::Concise => report::concise::write(report, look, out),
    };
    match &args.output {
        Some(path) => output::replace(path, |out| write(Look::of_file(), out))?,
        None if fixed_stdin => to_stderr(|out| write(Look::of_stderr(), out)),
        None => to_stdout(|out| write(Look::of_stdout(), out)).map_err(Error::Output)?,
    }
    if args.format == Format::Github {
        let told = |name| std::env::var_os(name).filter(|path| !path.is_empty());
        if let Some(path) = told("GITHUB_STEP_SUMMARY") {
            output::append(Path::new(&path), |out| report::github::write_summary(report, out))?;
        }
        if let Some(path) = told("GITHUB_OUTPUT") {
            output::append(Path::new(&path), |out| report::github::write_outputs(report, out))?;
        }
    }
    if report.fixed.fixes > 0 && (args.format != Format::Full || args.output.is_some()) {
        to_stderr(|out| writeln!(out, "{}", report.fixed));
    }
    Ok(())
}
