//! What the text under the cursor is: here the page of the check that found something in it.

use sigwise_lint::docs;
use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use crate::view::View;

/// What is known about the text at a byte offset.
pub(crate) fn hover(view: &View<'_>, offset: usize) -> Option<Hover> {
    let found = view.document.found.iter().find(|found| found.span.range().contains(&offset))?;
    let mut value = docs::page(found.check);
    for note in &found.notes {
        value.push_str(&format!("\n> {note}\n"));
    }
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(view.range(found.span)) })
}
