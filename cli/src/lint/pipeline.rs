//! Files → parsed files → findings: in parallel where there are many, always in the order of the paths.

use std::sync::Arc;

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

/// What is kept of a file until the index is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// What is found in it by itself, and its text. A parsed rule takes ten times the memory of its text, and few files have
    /// findings that depend on others: those are read once more.
    Findings,
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
    /// Linted as the only file of its project.
    Linted(Source, Vec<Finding>),
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
        let read = each(inputs, |input| {
            let read = read(input, |input, file, entries| match keep {
                Keep::Everything => Content::File(Box::new(file)),
                Keep::Findings => {
                    let mut alone = Project::default();
                    alone.add(entries.clone());
                    let found = self.lint_file(input, &file, &alone);
                    Content::Linted(file.source.clone(), findings(&file, found))
                }
            });
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
        for file in each(inputs, |input| read(input, |_, file, _| Content::Text(file.source))) {
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
        let entangled = project.entangled();
        let files = each(batch.parsed, |parsed| {
            let input = parsed.input;
            let again = |source: Source| {
                let file = parse(source);
                let found = findings(&file, self.lint_file(&input, &file, project));
                (file.source, found)
            };
            let (source, findings) = match parsed.content {
                Content::File(file) => {
                    let found = findings(&file, self.lint_file(&input, &file, project));
                    let source = file.source.clone();
                    // The process ends soon, and taking a tree apart costs as much as linting it.
                    std::mem::forget(file);
                    (source, found)
                }
                Content::Linted(source, found) if !entangled.contains(&*input.path) => (source, found),
                Content::Linted(source, _) | Content::Text(source) => again(source),
            };
            progress.tick();
            (!findings.is_empty()).then_some(Linted { shown: input.shown, path: input.path, source, findings })
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
            Content::Linted(..) | Content::Text(_) => Vec::new(),
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
            Content::Linted(..) | Content::Text(_) => None,
        }
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        match &self.content {
            Content::File(file) => file.source.text(),
            Content::Linted(source, _) | Content::Text(source) => source.text(),
        }
    }

    fn take_entries(&mut self) -> FileEntries {
        let read_again = || match &self.content {
            Content::File(file) => FileEntries::of(&self.input.path, file),
            Content::Linted(source, _) | Content::Text(source) => {
                FileEntries::of(&self.input.path, &parse(source.clone()))
            }
        };
        self.entries.take().unwrap_or_else(read_again)
    }
}

fn read(input: Input, keep: impl FnOnce(&Input, File, &FileEntries) -> Content) -> Read {
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
    let entries = FileEntries::of(&input.path, &file);
    let is_sigma = file.is_sigma;
    let content = keep(&input, file, &entries);
    Read::Parsed(Box::new(Parsed { input, is_sigma, content, entries: Some(entries) }))
}

/// The findings, each with the rule that it is about.
fn findings(file: &File, found: Vec<Diagnostic>) -> Vec<Finding> {
    let rule = |diagnostic: &Diagnostic| {
        let document = file.documents.get(diagnostic.document)?;
        if matches!(document.body, Body::None) {
            return None;
        }
        let text = |spanned: Option<Spanned>| spanned.map(|spanned| spanned.text.into());
        Some(Rule { id: text(document.id()), title: text(document.title()) })
    };
    found.into_iter().map(|diagnostic| Finding { rule: rule(&diagnostic), diagnostic }).collect()
}
