//! Documents as the tests of features look at them.

use std::path::Path;
use std::sync::Arc;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_lint::project::FileEntries;
use sigwise_lint::{Project, Settings};
use sigwise_sigma::{Source, parse};
use tower_lsp::lsp_types::Range;

use crate::abilities::Abilities;
use crate::convert::{self, Encoding};
use crate::document::Document;
use crate::settings::ClientSettings;
use crate::view::View;

/// Asks about a document `/rules/a.yml`, alone in its project.
pub(crate) fn look<T>(text: &str, feature: impl FnOnce(&View<'_>) -> T) -> T {
    look_beside(text, &[], feature)
}

/// Asks about a document `/rules/a.yml` in a project with other files: their paths and texts.
pub(crate) fn look_beside<T>(text: &str, others: &[(&str, &str)], feature: impl FnOnce(&View<'_>) -> T) -> T {
    let mut document = Document::alone("file:///rules/a.yml".parse().expect("an address"), text);
    document.home.root = Path::new("/rules").into();
    document.home.path = Arc::from("a.yml");
    let (settings, mut project) = (Settings::default(), Project::default());
    let client = ClientSettings { inlay_hints: true, ..ClientSettings::default() };
    for (path, text) in others.iter().chain([&("a.yml", text)]) {
        project.add(FileEntries::of(&Arc::from(*path), &parse(Source::from((*text).to_owned()))));
    }
    feature(&View {
        document: &document,
        encoding: Encoding::Utf16,
        abilities: Abilities::default(),
        client: &client,
        path: "a.yml",
        settings: &settings,
        project: &project,
        corpus: Some(Corpus::embedded().expect("a sound corpus")),
        attack: Attack::embedded(),
        today: (2026, 11, 24),
    })
}

/// The text in a range.
pub(crate) fn slice<'a>(view: &View<'a>, range: Range) -> &'a str {
    let at = |position| convert::offset(&view.document.text, position, view.encoding);
    &view.text()[at(range.start)..at(range.end)]
}
