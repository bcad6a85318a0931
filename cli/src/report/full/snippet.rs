//! A file as codespan sees it: our lines and columns, nothing that steers the terminal, and of very long lines a window.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};
use sigwise_sigma::source::Position;
use sigwise_sigma::{Source, Span};

use crate::terminal::{printable, printable_source};

/// Lines longer than this, in bytes, are shown in part.
const LONG_LINE: usize = 400;
/// How much is shown of a token in such a line, and to both sides of it.
const TOKEN: usize = 200;
const AROUND: usize = 60;

/// A file made fit to be shown; once for all its findings.
pub(super) struct Shown<'a> {
    name: Cow<'a, str>,
    source: &'a Source,
    text: Cow<'a, str>,
}

impl<'a> Shown<'a> {
    /// Of a file that the user calls `name`.
    pub(super) fn new(name: &'a str, source: &'a Source) -> Self {
        Self { name: printable(name), source, text: printable_source(source.text()) }
    }
}

/// A file with the place that is shown of it.
pub(super) struct Snippet<'a> {
    file: &'a Shown<'a>,
    primary: Range<usize>,
    /// The 0-based line that is shown in part, and the part.
    window: Option<(usize, Range<usize>)>,
}

impl<'a> Snippet<'a> {
    /// For a finding at `span`.
    pub(super) fn new(file: &'a Shown<'a>, span: Span) -> Self {
        let mut snippet = Self { file, primary: 0..0, window: None };
        let start = snippet.clamp(span.start as usize);
        let mut end = snippet.clamp(span.end as usize).max(start);
        let line = snippet.line_at(start);
        let range = snippet.full_line(line);
        if range.len() > LONG_LINE {
            end = snippet.clamp(end.min(range.end).min(start + TOKEN)).max(start);
            let from = snippet.clamp(start.saturating_sub(AROUND).max(range.start));
            let to = snippet.clamp((end + AROUND).min(range.end)).max(end);
            snippet.window = Some((line, from..to));
        } else if snippet.full_line(snippet.line_at(end)).len() > LONG_LINE {
            // The last line of the token is the long one: its beginning says enough.
            end = range.end.max(start);
        }
        snippet.primary = start..end;
        snippet
    }

    /// The place of the finding.
    pub(super) fn primary(&self) -> Range<usize> {
        self.primary.clone()
    }

    /// Another place; `None` where it cannot be shown.
    pub(super) fn range_of(&self, span: Span) -> Option<Range<usize>> {
        let start = self.clamp(span.start as usize);
        let end = self.clamp(span.end as usize).max(start);
        for offset in [start, end] {
            let shown = self.shown_line(self.line_at(offset));
            if shown.len() > LONG_LINE || offset < shown.start || shown.end < offset {
                return None;
            }
        }
        Some(start..end)
    }

    /// Line and column of a place that cannot be shown.
    pub(super) fn position(&self, span: Span) -> Position {
        self.file.source.position(span.start as usize)
    }

    /// The nearest place that codespan can point at: behind the byte order mark, at a character, not within a line break.
    fn clamp(&self, offset: usize) -> usize {
        let first = if self.file.source.has_bom() { '\u{feff}'.len_utf8() } else { 0 };
        let mut offset = offset.clamp(first, self.file.text.len().max(first));
        while !self.file.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset.min(self.full_line(self.line_at(offset)).end)
    }

    fn line_at(&self, offset: usize) -> usize {
        self.file.source.position(offset).line as usize - 1
    }

    fn full_line(&self, line: usize) -> Range<usize> {
        self.file.source.line_span(line as u32 + 1).range()
    }

    fn shown_line(&self, line: usize) -> Range<usize> {
        match &self.window {
            Some((at, part)) if *at == line => part.clone(),
            _ => self.full_line(line),
        }
    }
}

impl<'a> Files<'a> for Snippet<'_> {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(&self.file.name)
    }

    fn source(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(&self.file.text)
    }

    fn line_index(&'a self, (): (), offset: usize) -> Result<usize, Error> {
        Ok(self.line_at(offset))
    }

    fn column_number(&'a self, (): (), _: usize, offset: usize) -> Result<usize, Error> {
        Ok(self.file.source.position(offset).column as usize)
    }

    fn line_range(&'a self, (): (), line: usize) -> Result<Range<usize>, Error> {
        if line >= self.file.source.line_count() as usize {
            return Err(Error::LineTooLarge { given: line, max: self.file.source.line_count() as usize });
        }
        Ok(self.shown_line(line))
    }
}
