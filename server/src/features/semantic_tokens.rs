//! Colours for what YAML's own cannot tell apart: fields, modifiers, wildcards, placeholders, and the words of conditions.

use sigwise_sigma::condition::{Condition, TokenKind};
use sigwise_sigma::detection::Item;
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::pattern::{RawKind, placeholders, scan};
use sigwise_sigma::{Source, Span};
use tower_lsp::lsp_types::{
    SemanticToken, SemanticTokenType, SemanticTokens, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, WorkDoneProgressOptions,
};

use crate::view::View;

/// What a stretch of text is; the number is its place in [`TYPES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Field,
    Modifier,
    Selection,
    Wildcard,
    Placeholder,
    Word,
}

/// What clients call them, in the order of [`Kind`].
const TYPES: [SemanticTokenType; 6] = [
    SemanticTokenType::PROPERTY,
    SemanticTokenType::MODIFIER,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::REGEXP,
    SemanticTokenType::MACRO,
    SemanticTokenType::KEYWORD,
];

/// What is announced.
pub(crate) fn options() -> SemanticTokensOptions {
    SemanticTokensOptions {
        legend: SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: Vec::new() },
        range: None,
        full: Some(SemanticTokensFullOptions::Bool(true)),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// The tokens of a file.
pub(crate) fn tokens(view: &View<'_>) -> SemanticTokens {
    let source = &view.file().source;
    let mut found: Vec<(Span, Kind)> = Vec::new();
    for document in &view.file().documents {
        document.conditions().iter().for_each(|condition| words(condition, &mut found));
        let Some(detection) = document.detection() else { continue };
        found.extend(detection.selections.iter().map(|selection| (selection.name.span, Kind::Selection)));
        detection.items().for_each(|(_, one)| item(source, one, &mut found));
    }
    // What several rules share is met several times.
    found.sort_unstable();
    let (mut line, mut column, mut end) = (0, 0, 0);
    let mut data = Vec::new();
    for (span, kind) in found {
        let range = view.range(span);
        if span.is_empty() || span.start < end || range.start.line != range.end.line {
            continue;
        }
        end = span.end;
        if range.start.line != line {
            column = 0;
        }
        data.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: range.start.character - column,
            length: range.end.character - range.start.character,
            token_type: kind as u32,
            token_modifiers_bitset: 0,
        });
        (line, column) = (range.start.line, range.start.character);
    }
    SemanticTokens { result_id: None, data }
}

fn words(condition: &Condition, found: &mut Vec<(Span, Kind)>) {
    found.extend(condition.tokens.iter().filter_map(|token| {
        let kind = match token.kind {
            TokenKind::And | TokenKind::Or | TokenKind::Not => Kind::Word,
            TokenKind::Quantifier | TokenKind::Of | TokenKind::Them => Kind::Word,
            TokenKind::Name | TokenKind::Pattern => Kind::Selection,
            TokenKind::Open | TokenKind::Close | TokenKind::Pipe | TokenKind::Unknown => return None,
        };
        Some((token.span, kind))
    }));
}

fn item(source: &Source, item: &Item, found: &mut Vec<(Span, Kind)>) {
    if let Some(key) = &item.key {
        found.push((key.field.span, Kind::Field));
        found.extend(key.modifiers.iter().map(|used| (used.word.span, Kind::Modifier)));
    }
    let has_wildcards = !item.has(Modifier::Re);
    for value in &item.values {
        let Some(text) = value.str() else { continue };
        let mut ranges = Vec::new();
        if has_wildcards {
            let wild = scan(text).filter(|piece| piece.kind != RawKind::Text);
            ranges.extend(wild.map(|piece| (piece.range, Kind::Wildcard)));
        }
        if item.has(Modifier::Expand) {
            ranges.extend(placeholders(text).map(|placeholder| (placeholder.range, Kind::Placeholder)));
        }
        if ranges.is_empty() {
            continue;
        }
        let places = value.places(source);
        if places.is_exact() {
            found.extend(ranges.into_iter().map(|(range, kind)| (places.span(range), kind)));
        }
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::{Position, Range};

    use super::*;
    use crate::features::sample::{look, slice};

    fn shown(text: &str) -> Vec<String> {
        look(text, |view| {
            let (mut line, mut column) = (0, 0);
            let token = |token: &SemanticToken| {
                column = if token.delta_line > 0 { 0 } else { column } + token.delta_start;
                line += token.delta_line;
                let (start, end) = (Position::new(line, column), Position::new(line, column + token.length));
                format!("{} {}", TYPES[token.token_type as usize].as_str(), slice(view, Range::new(start, end)))
            };
            tokens(view).data.iter().map(token).collect()
        })
    }

    #[test]
    fn what_yaml_cannot_tell_apart() {
        let text = "detection:\n  s_1:\n    F|contains|all: ['ö🦀*x', 'a''b\\*c?', 5]\n    G|expand: \"%users%*\"\n    H|re: a*\n  f: ['k*']\n  condition: 1 of s_* and not (f)\n";
        let expected = [
            "variable s_1",
            "property F",
            "modifier contains",
            "modifier all",
            "regexp *",
            "regexp ?",
            "property G",
            "modifier expand",
            "macro %users%",
            "regexp *",
            "property H",
            "modifier re",
            "variable f",
            "regexp *",
            "keyword 1",
            "keyword of",
            "variable s_*",
            "keyword and",
            "keyword not",
            "variable f",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn shared_text_is_told_once() {
        let text = "action: global\ndetection:\n  a: {F: x*}\n---\ndetection:\n  condition: a\n---\ndetection:\n  condition: a\n";
        assert_eq!(shown(text), ["variable a", "property F", "regexp *", "variable a", "variable a"]);
    }
}
