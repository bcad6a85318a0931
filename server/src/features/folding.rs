//! What can be folded: rules of a file with several, sections and everything in them, and runs of comments.

use sigwise_lint::edit::entry_span;
use sigwise_sigma::Span;
use sigwise_sigma::yaml::{Mapping, Node, Value};
use tower_lsp::lsp_types::{FoldingRange, FoldingRangeKind};

use crate::view::View;

/// What can be folded, in the order of the file; on a line begins one at most.
pub(crate) fn folding(view: &View<'_>) -> Vec<FoldingRange> {
    let file = view.file();
    let mut spans: Vec<(Span, Option<FoldingRangeKind>)> = Vec::new();
    let mut open: Vec<&Node> = Vec::new();
    for document in &file.documents {
        if file.documents.len() > 1 {
            spans.push((document.span, None));
        }
        entries(&document.map, &mut spans, &mut open);
        while let Some(node) = open.pop() {
            match &node.value {
                Value::Mapping(mapping) => entries(mapping, &mut spans, &mut open),
                Value::Sequence(list) => {
                    let own = || list.items.iter().filter(|item| item.alias.is_none());
                    spans.extend(own().map(|item| (item.span, None)));
                    open.extend(own());
                }
                Value::Scalar(_) => {}
            }
        }
    }
    comments(view, &mut spans);
    let text = view.text();
    let lines = spans.into_iter().filter_map(|(span, kind)| {
        let length = text.get(span.range())?.trim_end().len();
        let range = view.range(Span::new(span.start as usize, span.start as usize + length));
        let fold = FoldingRange { start_line: range.start.line, end_line: range.end.line, kind, ..Default::default() };
        (fold.start_line < fold.end_line).then_some(fold)
    });
    let mut folds: Vec<FoldingRange> = lines.collect();
    folds.sort_by_key(|fold| (fold.start_line, std::cmp::Reverse(fold.end_line)));
    folds.dedup_by_key(|fold| fold.start_line);
    folds
}

fn entries<'a>(mapping: &'a Mapping, spans: &mut Vec<(Span, Option<FoldingRangeKind>)>, open: &mut Vec<&'a Node>) {
    for entry in mapping.entries.iter().filter(|entry| entry.is_own()) {
        spans.push((entry_span(entry), None));
        open.push(&entry.value);
    }
}

/// Comments on lines of their own, one right below the other.
fn comments(view: &View<'_>, spans: &mut Vec<(Span, Option<FoldingRangeKind>)>) {
    let source = &view.file().source;
    let mut run: Option<(Span, u32)> = None;
    for comment in view.file().comments.iter().filter(|comment| comment.own_line) {
        let line = source.position(comment.span.start as usize).line;
        run = match run {
            Some((span, last)) if last + 1 == line => Some((span.cover(comment.span), line)),
            ended => {
                spans.extend(ended.map(|(span, _)| (span, Some(FoldingRangeKind::Comment))));
                Some((comment.span, line))
            }
        };
    }
    spans.extend(run.map(|(span, _)| (span, Some(FoldingRangeKind::Comment))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::look;

    fn folds(text: &str) -> Vec<(u32, u32)> {
        look(text, |view| folding(view).iter().map(|fold| (fold.start_line, fold.end_line)).collect())
    }

    #[test]
    fn sections_items_and_texts() {
        let text = "# a\n# b\ntitle: T\ndescription: |\n  one\n\n  two\n\nrelated:\n  - id: x\n    type: similar\ndetection:\n  s:\n    F|contains:\n      - 1\n      - 2\n  condition: s\n";
        assert_eq!(folds(text), [(0, 1), (3, 6), (8, 10), (9, 10), (11, 16), (12, 15), (13, 15)]);
    }

    #[test]
    fn rules_of_a_collection() {
        assert_eq!(folds("title: A\nlevel: low\n---\ntitle: B\ntags: [\n  a]\n"), [(0, 1), (2, 5), (4, 5)]);
    }
}
