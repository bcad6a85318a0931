//! Byte offsets ↔ LSP positions, and what `lint` says ↔ LSP types. The only place that counts UTF-16.

use ropey::Rope;
use sigwise_lint::Severity;
use sigwise_lint::project::Place;
use sigwise_sigma::Span;
use tower_lsp::lsp_types::{DiagnosticSeverity, MarkupContent, MarkupKind, Position, PositionEncodingKind, Range, Url};

/// In what a column is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units.
    #[default]
    Utf16,
}

impl Encoding {
    /// UTF-8 where the client offers it, else UTF-16, which every client knows.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        if utf8 { Self::Utf8 } else { Self::Utf16 }
    }

    /// How the protocol calls it.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// The position of a byte offset; an offset past the end means the end, one within a character its start.
///
/// Asks the rope, so that a thousand findings on one long line do not each read it from its start.
pub(crate) fn position(text: &Rope, offset: usize, encoding: Encoding) -> Position {
    let char = text.byte_to_char(offset.min(text.len_bytes()));
    let line = text.char_to_line(char);
    let start = text.line_to_char(line);
    let column = match encoding {
        Encoding::Utf8 => text.char_to_byte(char) - text.char_to_byte(start),
        Encoding::Utf16 => text.char_to_utf16_cu(char) - text.char_to_utf16_cu(start),
    };
    Position::new(line as u32, column as u32)
}

/// The range of a span.
pub(crate) fn range(text: &Rope, span: Span, encoding: Encoding) -> Range {
    Range::new(position(text, span.start as usize, encoding), position(text, span.end as usize, encoding))
}

/// The range of a place in a file that need not be open.
pub(crate) fn place(place: &Place, encoding: Encoding) -> Range {
    let position = |at: &sigwise_sigma::source::Position| {
        let column = match encoding {
            Encoding::Utf8 => at.utf8,
            Encoding::Utf16 => at.utf16,
        };
        Position::new(at.line.saturating_sub(1), column)
    };
    Range::new(position(&place.start), position(&place.end))
}

/// The byte offset of a position. One behind the end of its line means that end, one behind the last line the end of the text,
/// one within a character its start.
pub(crate) fn offset(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return text.len_bytes();
    }
    let start = text.line_to_char(line);
    let content = text.line(line);
    let breaks = content.chars_at(content.len_chars()).reversed().take_while(|c| matches!(c, '\n' | '\r')).count();
    let end = start + content.len_chars() - breaks;
    let column = position.character as usize;
    let char = match encoding {
        Encoding::Utf8 => {
            let start = text.char_to_byte(start);
            text.byte_to_char((start + column).min(text.len_bytes()))
        }
        Encoding::Utf16 => {
            let start = text.char_to_utf16_cu(start);
            text.utf16_cu_to_char((start + column).min(text.len_utf16_cu()))
        }
    };
    text.char_to_byte(char.min(end))
}

/// A text in Markdown, which can be read as it is by a client that knows none.
pub(crate) fn markup(value: String, plain: bool) -> MarkupContent {
    MarkupContent { kind: if plain { MarkupKind::PlainText } else { MarkupKind::Markdown }, value }
}

/// An address as this server writes it: clients escape more of a path or less (`c%3A`, `%2B`) and mean the same file.
pub(crate) fn canonical(uri: &Url) -> Url {
    let file = uri.to_file_path().and_then(Url::from_file_path);
    file.unwrap_or_else(|()| uri.clone())
}

/// The protocol's severity.
pub(crate) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}
