//! Trees of edited text → trees of the file.

use super::mended::Mended;
use super::{Node, Stream, Style, Value};

/// Moves every span back to the file, and makes scalars that were only read as quoted what they are.
pub(super) fn remap(text: &str, mended: &Mended, stream: &mut Stream) {
    if !mended.moves() {
        return;
    }
    for tree in &mut stream.documents {
        tree.span = mended.back_span(tree.span);
        if let Some(root) = &mut tree.root {
            node(text, mended, root);
        }
    }
    for comment in &mut stream.comments {
        comment.span = mended.back_span(comment.span);
    }
    for problem in &mut stream.problems {
        problem.span = mended.back_span(problem.span);
        if let Some((span, _)) = &mut problem.related {
            *span = mended.back_span(*span);
        }
        if let Some((span, _)) = &mut problem.fix {
            *span = mended.back_span(*span);
        }
    }
}

fn node(text: &str, mended: &Mended, node: &mut Node) {
    node.span = mended.back_span(node.span);
    node.alias = node.alias.map(|span| mended.back_span(span));
    node.anchor = node.anchor.map(|span| mended.back_span(span));
    match &mut node.value {
        Value::Scalar(scalar) => {
            let raw = text.get(node.span.range()).unwrap_or_default();
            match scalar.style {
                Style::SingleQuoted if raw.starts_with('"') => scalar.style = Style::DoubleQuoted,
                Style::SingleQuoted if !raw.starts_with('\'') => scalar.style = Style::Plain,
                _ => {}
            }
        }
        Value::Sequence(list) => {
            for item in &mut list.items {
                self::node(text, mended, item);
            }
        }
        Value::Mapping(map) => {
            for entry in &mut map.entries {
                self::node(text, mended, &mut entry.key);
                self::node(text, mended, &mut entry.value);
            }
        }
    }
}
