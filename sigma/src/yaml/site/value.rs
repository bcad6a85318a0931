//! Edits of one value: quotes around it, brackets that close it.

use super::super::line::{Line, closing, quoted};
use super::super::mended::{Edit, line_at};
use super::{Candidate, Site, is_word};
use crate::source::Span;

impl Site<'_> {
    /// Quotes around the value of a line, or of the whole item of a list.
    pub(super) fn quote(&self, line: &Line, all: &mut Vec<Candidate>) {
        if line.key.is_none() && !line.item {
            // Text on a line of its own is a value only below a key without one.
            let above = self.line_above(line).filter(|above| above.key.is_some() && above.value.is_empty());
            if above.is_none() {
                return;
            }
        }
        let is_text = line.item && line.key.is_some_and(|key| !is_word(self.slice(key)));
        let span = if is_text { line.body } else { line.value };
        let value = self.slice(span);
        let Some(first) = value.chars().next() else { return };
        let with = quoted(value);
        let mut place = span;
        let (message, help) = match first {
            '\'' | '"' => match closing(value) {
                None => ("this quote is never closed".to_owned(), format!("close it: {with}")),
                Some(at) if at + 1 < value.len() => {
                    let start = span.start as usize + at + 1;
                    let blanks = self.text[start..].len() - self.text[start..].trim_start_matches([' ', '\t']).len();
                    place = Span::new(start + blanks, span.end as usize);
                    let help = if value.ends_with(first) && first == '\'' {
                        format!("double each quote within: {with}")
                    } else {
                        format!("put the whole value in quotes: {with}")
                    };
                    ("there is text behind the closing quote".to_owned(), help)
                }
                Some(_) => {
                    let Some(escape) = bad_escape(value) else { return };
                    place = Span { start: span.start + escape.start, end: span.start + escape.end };
                    let message = format!("`{}` is no escape sequence of double quotes", self.slice(place));
                    (message, format!("use single quotes: {with}"))
                }
            },
            '*' => (
                "YAML reads a value that begins with `*` as an alias".to_owned(),
                format!("quote this wildcard: {with}"),
            ),
            '&' | '!' | '[' | '{' | '|' | '>' => {
                let what = match first {
                    '&' => "an anchor",
                    '!' => "a tag",
                    '[' => "a list",
                    '{' => "a map",
                    _ => "a block of text",
                };
                (
                    format!("YAML reads a value that begins with `{first}` as {what}"),
                    format!("quote this value: {with}"),
                )
            }
            '%' | '@' | '`' | ',' | ']' | '}' => {
                (format!("a value cannot begin with `{first}`"), format!("quote this value: {with}"))
            }
            _ if value.contains(": ") || value.ends_with(':') => (
                "a colon with a blank behind it makes a key, here within a value".to_owned(),
                format!("quote this value: {with}"),
            ),
            _ => return,
        };
        let mut problem = self.problem(place, message, Some(help));
        problem.fix = Some((span, with.clone()));
        all.push(Candidate::new(vec![Edit::replace(span, with)], problem));
    }

    /// Closing brackets at the end of the line where the outermost open one stands, or of the line above the failure.
    pub(super) fn brackets(&self, all: &mut Vec<Candidate>) {
        let starts = |line: &Line| self.slice(line.value).starts_with(['[', '{']).then_some(line.value.start as usize);
        // The parser may not have told of the bracket yet: it could begin a key.
        let outer = self.flows.first().copied().or_else(|| starts(&self.next)).or_else(|| starts(&self.line));
        let Some(outer) = outer else { return };
        let own = Line::new(self.text, line_at(self.text, outer));
        // `[foo bar` is rather text than a list.
        let value = self.slice(own.value);
        if !value.contains([',', ':']) && value.len() > 1 {
            return;
        }
        // The lines below that are indented further belong to it.
        let below = std::iter::successors(self.line_below(&own), |line| self.line_below(line)).take(200);
        let last = below.take_while(|line| line.depth() > own.depth()).last();
        let above = self.line_above(&self.line).filter(|above| above.span.start > own.span.start);
        for line in [Some(own), last, above].into_iter().flatten() {
            let end = line.value.end as usize;
            let Some(closers) = self.text.get(outer..end).map(unclosed).filter(|closers| !closers.is_empty()) else {
                continue;
            };
            let message = format!("this `{}` is never closed", &self.text[outer..outer + 1]);
            let help = format!("close it with `{closers}`");
            let mut problem = self.problem(Span::new(outer, outer + 1), message, Some(help));
            problem.fix = Some((Span::at(end), closers.clone()));
            all.push(Candidate::new(vec![Edit::replace(Span::at(end), closers)], problem));
        }
    }
}

/// What closes the brackets that are open at the end of `text`; empty where none is, or where they do not match.
fn unclosed(text: &str) -> String {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'[' => open.push(']'),
            b'{' => open.push('}'),
            b']' | b'}' if open.pop() != Some(byte as char) => return String::new(),
            b'\'' | b'"' if text[..at].ends_with(['[', '{', ',', ' ', ':']) => match closing(&text[at..]) {
                Some(length) => at += length,
                None => return String::new(),
            },
            _ => {}
        }
        at += 1;
    }
    open.iter().rev().collect()
}

/// Where in a double-quoted value the first escape stands that YAML does not have.
fn bad_escape(value: &str) -> Option<Span> {
    let bytes = value.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    while let Some(offset) = memchr::memchr(b'\\', bytes.get(at..)?) {
        at += offset;
        let c = value[at + 1..].chars().next()?;
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let end = at + 1 + c.len_utf8();
        let good = "0abt\tnvfre \"/\\N_LPxuU".contains(c)
            && bytes.get(end..end + digits).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if !good {
            return Some(Span::new(at, end));
        }
        at = end;
    }
    None
}
