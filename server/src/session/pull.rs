//! Diagnostics that the client pulls: of a document at once, of every file one by one while nothing else waits.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash as _, Hasher as _};

use rustc_hash::FxHasher;
use sigwise_workspace::files::read_file;
use tokio::sync::oneshot;
use tower_lsp::lsp_types::{
    Diagnostic, DocumentDiagnosticReport, FullDocumentDiagnosticReport, PreviousResultId,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    Url, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::Session;
use crate::convert::canonical;
use crate::document::Document;
use crate::features::diagnostics::diagnostics;
use crate::workspace::Home;

/// A pull of every file that waits for its answer. Where the client has everything already it waits for a change.
#[derive(Debug)]
pub(crate) struct PullAll {
    previous: BTreeMap<Url, String>,
    reply: oneshot::Sender<WorkspaceDiagnosticReport>,
    /// What is still to be looked at; `None` before the first step.
    files: Option<VecDeque<Home>>,
    items: Vec<WorkspaceDocumentDiagnosticReport>,
    /// Something is new in them.
    is_news: bool,
    /// What it waits for: more changes than these.
    waits: Option<u64>,
}

impl PullAll {
    /// The client has these reports.
    pub(crate) fn new(previous: Vec<PreviousResultId>, reply: oneshot::Sender<WorkspaceDiagnosticReport>) -> Self {
        let previous = previous.into_iter().map(|previous| (canonical(&previous.uri), previous.value)).collect();
        Self { previous, reply, files: None, items: Vec::new(), is_news: false, waits: None }
    }
}

/// The number of a report: equal findings have an equal one.
fn number(items: &[Diagnostic]) -> String {
    let mut hasher = FxHasher::default();
    items.len().hash(&mut hasher);
    for item in items {
        serde_json::to_string(item).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// What a document has, for a client with this report of it.
pub(crate) fn report(session: &mut Session, uri: &Url, previous: Option<&str>) -> DocumentDiagnosticReport {
    session.start_pulling();
    session.refresh(uri);
    let items = session.view(uri).map(|view| diagnostics(&view)).unwrap_or_default();
    let result_id = number(&items);
    if previous == Some(&result_id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
        return RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report,
        }
        .into();
    }
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report }.into()
}

impl Session {
    /// What was pushed is taken back, so that nothing is shown twice.
    fn start_pulling(&mut self) {
        if std::mem::replace(&mut self.pulled, true) {
            return;
        }
        for document in self.documents.values_mut().filter(|document| document.is_published) {
            document.is_published = false;
            self.out.publish(document.uri.clone(), Vec::new(), document.version);
        }
    }

    /// Findings changed for another reason than an edit of their document: a client that pulls is told.
    pub(super) fn pull_again(&self) {
        if self.pulled && self.abilities.pull_again {
            let client = self.out.client.clone();
            self.out.runtime.spawn(async move { client.workspace_diagnostic_refresh().await });
        }
    }

    /// Whether a pull can go on.
    pub(super) fn has_pull(&self) -> bool {
        self.indexing == 0 && self.pulls.iter().any(|pull| pull.waits.is_none_or(|changes| changes < self.changes))
    }

    /// Looks at one file for the first pull that can go on.
    pub(super) fn pull_step(&mut self) {
        self.pulls.retain(|pull| !pull.reply.is_closed());
        if self.indexing > 0 {
            return;
        }
        let can = |pull: &PullAll| pull.waits.is_none_or(|changes| changes < self.changes);
        let Some(at) = self.pulls.iter().position(can) else { return };
        let mut pull = self.pulls.remove(at);
        let changes = self.changes;
        let files = pull.files.get_or_insert_with(|| {
            let open = self.documents.values().map(|document| document.home.clone());
            let mut homes: Vec<Home> = self.workspace.files().chain(open).collect();
            homes.sort_by(|a, b| a.place.cmp(&b.place));
            homes.dedup_by(|a, b| a.place == b.place);
            homes.into()
        });
        if let Some(home) = files.pop_front() {
            let (item, is_news) = self.pull_file(&home, &pull.previous);
            pull.is_news |= is_news;
            pull.items.extend(item);
            pull.waits = None;
            self.pulls.insert(at, pull);
        } else if pull.is_news || pull.previous.is_empty() {
            let _ = pull.reply.send(WorkspaceDiagnosticReport { items: pull.items });
        } else {
            pull.files = None;
            pull.items.clear();
            pull.waits = Some(changes);
            self.pulls.insert(at, pull);
        }
    }

    /// The report of a file, and whether the client does not have it.
    fn pull_file(
        &mut self,
        home: &Home,
        previous: &BTreeMap<Url, String>,
    ) -> (Option<WorkspaceDocumentDiagnosticReport>, bool) {
        let open = self.documents.values().find(|document| document.home == *home).map(|document| document.uri.clone());
        let Some(uri) = open.clone().or_else(|| Url::from_file_path(&home.place).ok()) else { return (None, false) };
        let has = previous.get(&canonical(&uri));
        let mut version = None;
        let known = if open.is_some() { None } else { self.closed.get(&home.place).cloned() };
        let (result_id, items) = match known {
            Some(known) if has == Some(&known) => (known, Vec::new()),
            _ => {
                let items = if open.is_some() {
                    self.refresh(&uri);
                    version = self.documents.get(&uri).and_then(|document| document.version).map(i64::from);
                    self.view(&uri).map(|view| diagnostics(&view)).unwrap_or_default()
                } else {
                    self.lint_closed(&uri, home)
                };
                let result_id = number(&items);
                if open.is_none() {
                    self.closed.insert(home.place.clone(), result_id.clone());
                }
                (result_id, items)
            }
        };
        if has == Some(&result_id) {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
            let report =
                WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report };
            return (Some(WorkspaceDocumentDiagnosticReport::Unchanged(report)), false);
        }
        let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
        let report = WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report };
        (Some(WorkspaceDocumentDiagnosticReport::Full(report)), true)
    }

    fn lint_closed(&mut self, uri: &Url, home: &Home) -> Vec<Diagnostic> {
        let Ok(source) = read_file(&home.place) else { return Vec::new() };
        let rules = self.workspace.rules(home);
        let text = source.text().strip_prefix('\u{feff}').unwrap_or(source.text());
        let mut document = Document::new(uri.clone(), None, text, home.clone(), rules);
        if !document.is_served() {
            return Vec::new();
        }
        document.found = self.view_of(&document).lint();
        document.is_linted = true;
        diagnostics(&self.view_of(&document))
    }
}
