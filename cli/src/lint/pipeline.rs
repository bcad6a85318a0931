//! Files → parsed files → findings: in parallel where there are many, always in the order of the paths.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sigwise_lint::project::FileEntries;
use sigwise_lint::{Context, Diagnostic, Project, lint};
use sigwise_sigma::detection::Spanned;
use sigwise_sigma::{Body, File, Source, parse, sniff};

use crate::error::FileError;
use crate::parallel::each;
use crate::progress::Progress;
use crate::report::{Finding, Linted, Names, Report, Rule};
use crate::source::Input;
use crate::workspace::Workspace;

/// How much text is kept parsed until the index is complete. A parsed rule takes about ten times the memory of its text.
const KEPT_BYTES: usize = 7 << 19;

/// What every file of a run is linted with.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) today: (u16, u8, u8),
}

/// The files of a run.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// In the order of their paths: Sigma files, and others that were named.
    pub(super) parsed: Vec<Parsed>,
    /// How many YAML files are no Sigma files.
    pub(super) skipped: usize,
    pub(super) errors: Vec<FileError>,
}

/// How much of what was parsed is kept until the index is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// What fits into [`KEPT_BYTES`]. The rest is parsed twice, so that memory stays bounded however many rules there are.
    Some,
    /// All of it: fixes change the files in memory.
    Everything,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) input: Input,
    pub(super) is_sigma: bool,
    content: Content,
    /// Its rules, until they are in the index.
    entries: Option<FileEntries>,
}

#[derive(Debug)]
enum Content {
    File(Box<File>),
    Text(Source),
}

/// The rules of files outside the run that belong to the project.
pub(super) type Others = Vec<(Arc<str>, FileEntries)>;

enum Read {
    Parsed(Box<Parsed>),
    NotSigma,
    Failed(FileError),
}

impl Run<'_> {
    /// Reads and parses every file; those that are no Sigma files are only counted, unless they were named.
    pub(super) fn read(&self, inputs: Vec<Input>, keep: Keep) -> Batch {
        let progress = Progress::new(inputs.len());
        let kept = AtomicUsize::new(0);
        let read = each(inputs, |input| {
            let fits = |size| keep == Keep::Everything || kept.fetch_add(size, Ordering::Relaxed) + size <= KEPT_BYTES;
            let read = read(input, fits);
            progress.tick();
            read
        });
        progress.finish();
        let mut batch = Batch::default();
        batch.parsed.reserve(read.len());
        for file in read {
            match file {
                Read::Parsed(parsed) => {
                    batch.skipped += usize::from(!parsed.is_sigma);
                    batch.parsed.push(*parsed);
                }
                Read::NotSigma => batch.skipped += 1,
                Read::Failed(error) => batch.errors.push(error),
            }
        }
        batch
    }

    /// Reads the rules of a project that are not part of the run.
    pub(super) fn read_index(&self, inputs: Vec<Input>, batch: &Batch) -> (Others, Vec<FileError>) {
        let missing =
            |input: &Input| batch.parsed.binary_search_by(|parsed| parsed.input.path.cmp(&input.path)).is_err();
        let inputs: Vec<Input> = inputs.into_iter().filter(missing).collect();
        let (mut others, mut errors) = (Others::new(), Vec::new());
        for file in each(inputs, |input| read(input, |_| false)) {
            match file {
                Read::Parsed(parsed) => {
                    let Parsed { input, entries, .. } = *parsed;
                    others.extend(entries.map(|entries| (input.path, entries)));
                }
                Read::NotSigma => {}
                Read::Failed(error) => errors.push(error),
            }
        }
        (others, errors)
    }

    /// The index over the run and the rest of its project, in the order of the paths.
    pub(super) fn index(&self, batch: &mut Batch, others: &Others) -> Project {
        let mut others = others.iter().peekable();
        let mut project = Project::default();
        for parsed in &mut batch.parsed {
            while let Some((_, entries)) = others.next_if(|(path, _)| *path < parsed.input.path) {
                project.add(entries.clone());
            }
            project.add(parsed.take_entries());
        }
        others.for_each(|(_, entries)| project.add(entries.clone()));
        project
    }

    /// Lints every file, and lets go of what the report does not need.
    pub(super) fn lint(&self, batch: Batch, project: &Project) -> Report {
        let names = batch.parsed.iter().map(|parsed| (Arc::clone(&parsed.input.path), parsed.input.shown.clone()));
        let names = Names::new(names);
        let linted = batch.parsed.iter().filter(|parsed| parsed.is_sigma).count();
        let progress = Progress::new(batch.parsed.len());
        let files = each(batch.parsed, |parsed| {
            let input = parsed.input;
            let (file, kept) = match parsed.content {
                Content::File(file) => (*file, true),
                Content::Text(source) => (parse(source), false),
            };
            let found = self.lint_file(&input, &file, project);
            progress.tick();
            let linted = (!found.is_empty()).then(|| finish(input, &file, found));
            if kept {
                // The process ends soon, and taking a tree apart costs as much as linting it.
                std::mem::forget(file);
            }
            linted
        });
        progress.finish();
        Report {
            files: files.into_iter().flatten().collect(),
            linted,
            skipped: batch.skipped,
            names,
            root: self.workspace.root().to_owned(),
            cwd: self.workspace.cwd().to_owned(),
            today: self.today,
            ..Report::default()
        }
    }

    /// Lints one file.
    pub(super) fn lint_file(&self, input: &Input, file: &File, project: &Project) -> Vec<Diagnostic> {
        let settings = self.workspace.settings(input.config, &input.place);
        let cx = Context {
            path: &input.path,
            settings: &settings,
            project,
            corpus: self.workspace.corpus(input.config),
            attack: self.workspace.attack(),
            today: self.today,
            named: input.named,
        };
        lint(file, &cx)
    }

    /// Lints every file of a batch that was kept as a whole.
    pub(super) fn lint_each(&self, batch: &Batch, project: &Project) -> Vec<Vec<Diagnostic>> {
        each(batch.parsed.iter().collect(), |parsed: &Parsed| match &parsed.content {
            Content::File(file) => self.lint_file(&parsed.input, file, project),
            Content::Text(_) => Vec::new(),
        })
    }
}

impl Batch {
    /// Those of the folders named on the command line below which no Sigma file was found.
    pub(super) fn empty_folders(&self, folders: Vec<String>) -> Vec<String> {
        let mut seen = vec![false; folders.len()];
        for parsed in self.parsed.iter().filter(|parsed| parsed.is_sigma) {
            if let Some(seen) = parsed.input.folder.and_then(|folder| seen.get_mut(folder)) {
                *seen = true;
            }
        }
        folders.into_iter().zip(seen).filter(|(_, seen)| !seen).map(|(folder, _)| folder).collect()
    }
}

impl Parsed {
    /// The file while it is fixed; there with [`Keep::Everything`]. Its rules are read again for the next index.
    pub(super) fn file_mut(&mut self) -> Option<(&Input, &mut File)> {
        match &mut self.content {
            Content::File(file) => Some((&self.input, file)),
            Content::Text(_) => None,
        }
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        match &self.content {
            Content::File(file) => file.source.text(),
            Content::Text(source) => source.text(),
        }
    }

    fn take_entries(&mut self) -> FileEntries {
        let read_again = || match &self.content {
            Content::File(file) => FileEntries::of(&self.input.path, file),
            Content::Text(source) => FileEntries::of(&self.input.path, &parse(source.clone())),
        };
        self.entries.take().unwrap_or_else(read_again)
    }
}

fn read(input: Input, fits: impl FnOnce(usize) -> bool) -> Read {
    let source = match input.read() {
        Ok(source) => source,
        Err(error) => return Read::Failed(error),
    };
    if !input.named && source.oversize().is_none() && !sniff(source.text()) {
        return Read::NotSigma;
    }
    let file = parse(source);
    if !input.named && !file.is_sigma {
        return Read::NotSigma;
    }
    let entries = Some(FileEntries::of(&input.path, &file));
    let is_sigma = file.is_sigma;
    let content =
        if fits(file.source.text().len()) { Content::File(Box::new(file)) } else { Content::Text(file.source) };
    Read::Parsed(Box::new(Parsed { input, is_sigma, content, entries }))
}

fn finish(input: Input, file: &File, found: Vec<Diagnostic>) -> Linted {
    let rule = |diagnostic: &Diagnostic| {
        let document = file.documents.get(diagnostic.document)?;
        if matches!(document.body, Body::None) {
            return None;
        }
        let text = |spanned: Option<Spanned>| spanned.map(|spanned| spanned.text.into());
        Some(Rule { id: text(document.id()), title: text(document.title()) })
    };
    let findings = found.into_iter().map(|diagnostic| Finding { rule: rule(&diagnostic), diagnostic }).collect();
    Linted { shown: input.shown, path: input.path, source: file.source.clone(), findings }
}
