//! What the cursor's selection grows to: word, text, entry, section, rule, file.

use sigwise_lint::edit::entry_span;
use sigwise_sigma::yaml::{Entry, Node, Value};
use sigwise_sigma::{Document, Span};
use tower_lsp::lsp_types::{Position, SelectionRange};

use crate::view::View;

/// The growing selections of each position.
pub(crate) fn selection_ranges(view: &View<'_>, positions: &[Position]) -> Vec<SelectionRange> {
    positions.iter().map(|&position| growing(view, view.offset(position))).collect()
}

fn growing(view: &View<'_>, offset: usize) -> SelectionRange {
    let mut spans = vec![Span::new(0, view.text().len())];
    if let Some(document) = view.file().document_at(offset) {
        spans.push(document.span);
        down(document, offset, &mut spans);
    }
    let mut range = SelectionRange { range: view.range(Span::new(0, view.text().len())), parent: None };
    let mut last = Span::new(0, view.text().len());
    for span in spans {
        // Each lies in the one before, and holds the position.
        if span != last && last.contains(span) && span.touches(Span::at(offset)) {
            range = SelectionRange { range: view.range(span), parent: Some(Box::new(range)) };
            last = span;
        }
    }
    range
}

/// From a rule down to the word.
fn down(document: &Document, offset: usize, spans: &mut Vec<Span>) {
    let at = Span::at(offset);
    let mut entries: &[Entry] = &document.map.entries;
    let mut node: Option<&Node> = None;
    loop {
        if let Some(entry) = entries.iter().find(|entry| entry.is_own() && entry_span(entry).touches(at)) {
            spans.push(entry_span(entry));
            let is_key = entry.key.span.touches(at);
            node = Some(if is_key { &entry.key } else { &entry.value });
        }
        let Some(inner) = node.take().filter(|inner| inner.span.touches(at)) else { break };
        spans.push(inner.span);
        entries = &[];
        match &inner.value {
            Value::Mapping(mapping) => entries = &mapping.entries,
            Value::Sequence(list) => {
                node = list.items.iter().find(|item| item.alias.is_none() && item.span.touches(at));
            }
            Value::Scalar(_) => {
                spans.push(inner.inner());
                let tokens = document.conditions().iter().filter_map(|condition| condition.token_at(offset));
                spans.extend(tokens.map(|token| token.span));
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::{look, slice};

    fn grown(text: &str) -> Vec<String> {
        let offset = text.find('^').expect("a cursor");
        let text = text.replacen('^', "", 1);
        look(&text, |view| {
            let position = view.range(Span::at(offset)).start;
            let ranges = selection_ranges(view, &[position]);
            let mut range = &ranges[0];
            let mut out = vec![slice(view, range.range).to_owned()];
            while let Some(parent) = &range.parent {
                range = parent;
                out.push(slice(view, range.range).to_owned());
            }
            out
        })
    }

    #[test]
    fn from_the_word_to_the_file() {
        let found = grown("title: T\ndetection:\n  s:\n    F:\n      - 'v^w'\n      - x\n  condition: s\n");
        let items = "- 'vw'\n      - x";
        assert_eq!(found[..4], ["vw", "'vw'", items, &format!("F:\n      {items}")]);
        assert!(found[found.len() - 2].starts_with("title"));
        assert!(found[found.len() - 1].ends_with("s\n"));
        let found = grown("title: T\ndetection:\n  s: {A: 1}\n  condition: a or b^b\n");
        assert_eq!(found[..3], ["bb", "a or bb", "condition: a or bb"]);
    }
}
