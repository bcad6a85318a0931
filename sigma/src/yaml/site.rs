//! The place where the parser stopped, and every edit that may help there.

use super::fault::{Failure, Fault};
use super::line::{Line, closing, quoted};
use super::mend::Outcome;
use super::mended::{Edit, Mended, line_at, next_line, previous_line};
use super::{Problem, ProblemKind};
use crate::source::Span;

/// How many edits one candidate may have: what needs more is not worth its time.
pub(super) const MAX_EDITS: usize = 5_000;

/// A way to read the text.
pub(super) struct Candidate {
    pub(super) edits: Vec<Edit>,
    /// `None` where another pass reports it.
    pub(super) problem: Option<Problem>,
}

impl Candidate {
    fn new(edits: Vec<Edit>, problem: Problem) -> Self {
        Self { edits, problem: Some(problem) }
    }
}

/// The place of a failure, in bytes of the file.
pub(super) struct Site<'a> {
    text: &'a str,
    failure: &'a Failure,
    pub(super) at: usize,
    /// The line of the failure.
    pub(super) line: Line,
    /// The line of the last event before it.
    last: Line,
    /// The line of the token after that event: where a quote was opened that ends wrongly.
    next: Line,
    flows: Vec<usize>,
    /// Whether tabs are still in the indentation.
    tabs: bool,
}

impl<'a> Site<'a> {
    pub(super) fn new(text: &'a str, mended: &Mended, outcome: &Outcome, failure: &'a Failure) -> Self {
        let at = mended.back(failure.at).min(text.len());
        let mut line = Line::new(text, line_at(text, at));
        // At the end of the text there may be nothing to show: the last line with content is to blame.
        while line.is_idle(text) {
            let Some(before) = previous_line(text, line.span) else { break };
            line = Line::new(text, before);
        }
        let untabbed = |edit: &Edit| !edit.mask && text.get(edit.span.range()).is_some_and(|old| old.contains('\t'));
        let tabs = memchr::memchr(b'\t', text.as_bytes()).is_some() && !mended.edits.iter().any(untabbed);
        Self {
            text,
            failure,
            at,
            line,
            last: Line::new(text, line_at(text, mended.back(outcome.last))),
            next: Line::new(text, line_at(text, mended.back(next_token(&mended.text, outcome.last)))),
            flows: outcome.flows.iter().map(|&flow| mended.back(flow)).collect(),
            tabs,
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn problem(&self, span: Span, message: impl Into<String>, help: Option<String>) -> Problem {
        let kind = if self.failure.fault == Fault::Tab { ProblemKind::Tab } else { ProblemKind::Syntax };
        Problem { kind, span, message: message.into(), help, related: None, fix: None }
    }

    /// What the parser said, at the token it stumbled over.
    pub(super) fn plain_problem(&self) -> Problem {
        let inside = self.line.content.start as usize..self.line.content.end as usize;
        let mut span = self.line.content;
        let indent = self.slice(self.line.indent);
        if let (Fault::Tab, Some(tab)) = (&self.failure.fault, indent.find('\t')) {
            let run = indent[tab..].bytes().take_while(|b| *b == b'\t').count();
            let start = self.line.indent.start as usize + tab;
            span = Span::new(start, start + run);
        } else if inside.contains(&self.at) && self.failure.fault != Fault::Indent && self.failure.fault != Fault::Key {
            // One word is easier to find than a line.
            let rest = &self.text[self.at..inside.end];
            let word = rest.find([' ', '\t']).filter(|&at| at > 0).unwrap_or(rest.len());
            span = Span::new(self.at, self.at + word);
        }
        self.problem(span, self.failure.fault.message(), self.failure.fault.help())
    }

    /// Every edit that may help, best first.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let mut all = Vec::new();
        self.conflict_markers(&mut all);
        if self.tabs {
            self.untab(&mut all);
        }
        self.brackets(&mut all);
        // A bracket or quote that was opened above makes trouble only here.
        let flow = self.flows.first().map(|&flow| Line::new(self.text, line_at(self.text, flow)));
        for line in flow.iter().chain([&self.next]).filter(|line| line.span.start < self.line.span.start) {
            self.quote(line, &mut all);
        }
        self.quote(&self.line, &mut all);
        self.quote(&self.last, &mut all);
        self.colon(&mut all);
        self.dash(&mut all);
        self.indent(&mut all);
        self.masks(&mut all);
        all
    }

    /// Nothing more of this document, which ends at `end`; or nothing from the bracket on that was never closed.
    pub(super) fn last_resorts(&self, end: usize) -> Vec<Candidate> {
        let mut starts = vec![self.line.span.start as usize];
        starts.extend(self.flows.first().map(|&flow| line_at(self.text, flow).start as usize));
        let edit = |start: usize| Edit::mask(self.text, Span::new(start, end.max(start)));
        starts.into_iter().map(|start| Candidate::new(vec![edit(start)], self.plain_problem())).collect()
    }

    /// Lines that a version control system left behind.
    fn conflict_markers(&self, all: &mut Vec<Candidate>) {
        let is_marker = |line: &str| {
            ["<<<<<<<", "=======", ">>>>>>>"]
                .iter()
                .any(|mark| line.strip_prefix(mark).is_some_and(|rest| !rest.starts_with(['<', '=', '>'])))
        };
        let near = [Some(self.line.span), Some(self.last.span), next_line(self.text, self.last.span)];
        let Some(first) = near.into_iter().flatten().find(|&line| is_marker(self.slice(line))) else { return };
        let mut edits = Vec::new();
        let mut line = Some(first);
        while let Some(span) = line.filter(|_| edits.len() < 64) {
            if is_marker(self.slice(span)) {
                edits.push(Edit::mask(self.text, span));
            }
            line = next_line(self.text, span);
        }
        let help = "decide for one side of the conflict".to_owned();
        all.push(Candidate::new(edits, self.problem(first, "this is a merge conflict", Some(help))));
    }

    /// Quotes around the value of a line, or of the whole item of a list.
    fn quote(&self, line: &Line, all: &mut Vec<Candidate>) {
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
    fn brackets(&self, all: &mut Vec<Candidate>) {
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

    /// A colon behind a key, or a blank behind the colon.
    fn colon(&self, all: &mut Vec<Candidate>) {
        let mut insert = |span: Span, at: usize, with: &str, message: &str, help: String| {
            let mut problem = self.problem(span, message, Some(help));
            problem.fix = Some((Span::at(at), with.to_owned()));
            all.push(Candidate::new(vec![Edit::replace(Span::at(at), with)], problem));
        };
        for line in [Some(self.line), self.line_above(&self.line)].into_iter().flatten() {
            let body = self.slice(line.body);
            if line.key.is_some() {
                continue;
            }
            let start = line.body.start as usize;
            if let Some((word, rest)) = body.split_once(':').filter(|(word, rest)| is_word(word) && !rest.is_empty()) {
                let help = format!("write `{word}: {rest}`");
                insert(line.body, start + word.len() + 1, " ", "a blank is missing behind the colon", help);
            }
            let deeper = self.line_below(&line).is_some_and(|below| below.depth() > line.depth());
            if is_word(body) && deeper {
                let help = format!("write `{body}:`");
                insert(line.body, line.body.end as usize, ":", "a colon is missing behind this key", help);
            } else if let Some((word, rest)) = body.split_once(' ').filter(|(word, _)| KEYS.contains(word)) {
                let help = format!("write `{word}: {}`", rest.trim_start());
                insert(line.body, start + word.len(), ":", "a colon is missing behind this key", help);
            }
        }
    }

    /// A dash too many among keys, or one too few among the items of a list.
    fn dash(&self, all: &mut Vec<Candidate>) {
        if !matches!(self.failure.fault, Fault::Indent | Fault::Key) {
            return;
        }
        let line = &self.line;
        let above = std::iter::successors(self.line_above(line), |line| self.line_above(line)).take(64);
        let Some(sibling) = above.into_iter().find(|above| above.depth() <= line.depth()) else { return };
        if sibling.depth() != line.depth() || sibling.item == line.item {
            return;
        }
        let start = line.content.start;
        let (dash, with, message, help) = if line.item {
            let help = "give every key around it a dash, or take this one away";
            (Span { start, end: line.body.start }, "", "an item of a list among the keys of a map", help)
        } else {
            (
                Span { start, end: start },
                "- ",
                "this stands among the items of a list, but has no dash",
                "put `- ` before it",
            )
        };
        let mut problem = self.problem(line.content, message, Some(help.to_owned()));
        problem.related = Some((sibling.content, "its neighbour".to_owned()));
        all.push(Candidate::new(vec![Edit::replace(dash, with)], problem));
    }

    /// The line, with what stands below it, at the level of a line near it.
    fn indent(&self, all: &mut Vec<Candidate>) {
        if !matches!(self.failure.fault, Fault::Indent | Fault::Key | Fault::Colon)
            || self.slice(self.line.indent).contains('\t')
        {
            return;
        }
        let line = &self.line;
        let old = line.depth();
        let above: Vec<Line> =
            std::iter::successors(self.line_above(line), |line| self.line_above(line)).take(64).collect();
        // The levels that are open above, and the one below.
        let mut levels: Vec<usize> = self.line_below(line).iter().map(Line::depth).collect();
        let mut least = usize::MAX;
        for depth in above.iter().map(Line::depth) {
            if depth < least {
                least = depth;
                levels.push(depth);
            }
        }
        levels.retain(|&level| level != old);
        let top = line.key.is_some_and(|key| TOP_KEYS.contains(&self.slice(key)));
        // The nearest level; of two the deeper, unless the key belongs to the top.
        levels.sort_by_key(|&level| (level.abs_diff(old), if top { level } else { usize::MAX - level }));
        levels.dedup();
        // Or the line is right, and the one above that it should be level with is not.
        let neighbour = above.iter().find(|line| line.depth() < old).filter(|line| line.depth() + 4 > old);
        let mut moves: Vec<(&Line, usize, Option<&Line>)> = Vec::new();
        moves.extend(levels.iter().take(4).map(|&level| (line, level, above.first())));
        moves.extend(neighbour.map(|neighbour| (neighbour, old, Some(line))));
        moves.sort_by_key(|(line, level, _)| line.depth().abs_diff(*level));
        for (line, level, related) in moves {
            let depth = line.depth();
            let edits = self.shift(line, level);
            let message = format!("this line is indented by {depth} and fits no level around it");
            let mut problem = self.problem(line.content, message, Some(format!("indent it by {level}")));
            problem.related = related.map(|line| (line.content, format!("indented by {}", line.depth())));
            if let [edit] = &edits[..] {
                problem.fix = Some((edit.span, edit.with.clone()));
            }
            all.push(Candidate::new(edits, problem));
        }
    }

    /// A line at another level, with what stands below it.
    fn shift(&self, line: &Line, level: usize) -> Vec<Edit> {
        let old = line.depth();
        let mut edits = vec![Edit::replace(line.indent, " ".repeat(level))];
        let mut below = self.line_below(line);
        while let Some(child) = below.filter(|child| child.depth() > old.max(level) && edits.len() < 200) {
            edits.push(Edit::replace(child.indent, " ".repeat((child.depth() + level).saturating_sub(old))));
            below = self.line_below(&child);
        }
        edits
    }

    /// One line blanked out; then a line with all that stands below it.
    fn masks(&self, all: &mut Vec<Candidate>) {
        let above = self.line_above(&self.line);
        let lines = [
            Some(self.line),
            above,
            Some(self.last),
            above.and_then(|line| self.line_above(&line)),
            self.line_below(&self.line),
        ];
        let mut seen: Vec<Span> = Vec::new();
        for line in lines.into_iter().flatten() {
            if !seen.contains(&line.span) && !line.content.is_empty() {
                seen.push(line.span);
                let edits = vec![Edit::mask(self.text, line.span)];
                all.push(Candidate::new(edits, self.plain_problem()));
            }
        }
        let mut edits = vec![Edit::mask(self.text, self.line.span)];
        let mut below = self.line_below(&self.line);
        while let Some(line) = below.filter(|line| line.depth() > self.line.depth() && edits.len() < 200) {
            edits.push(Edit::mask(self.text, line.span));
            below = self.line_below(&line);
        }
        if edits.len() > 1 {
            all.push(Candidate::new(edits, self.plain_problem()));
        }
    }

    /// Blanks for every tab of the indentation, in the whole file.
    fn untab(&self, all: &mut Vec<Candidate>) {
        for edits in super::tabs::expansions(self.text, MAX_EDITS) {
            all.push(Candidate { edits, problem: None });
        }
    }

    fn line_above(&self, line: &Line) -> Option<Line> {
        near(self.text, line.span, previous_line)
    }

    fn line_below(&self, line: &Line) -> Option<Line> {
        near(self.text, line.span, next_line)
    }
}

/// Keys of Sigma that are easily recognized where their colon is missing, and those that stand at the top.
const KEYS: [&str; 12] = [
    "title",
    "id",
    "status",
    "description",
    "author",
    "date",
    "modified",
    "level",
    "condition",
    "product",
    "category",
    "service",
];
const TOP_KEYS: [&str; 14] = [
    "title",
    "id",
    "related",
    "status",
    "description",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "logsource",
    "detection",
    "falsepositives",
    "level",
];

/// The next line with content in one direction, if it is not too far away.
pub(super) fn near(text: &str, line: Span, step: fn(&str, Span) -> Option<Span>) -> Option<Line> {
    let mut span = line;
    for _ in 0..100 {
        span = step(text, span)?;
        let found = Line::new(text, span);
        if !found.is_idle(text) {
            return Some(found);
        }
    }
    None
}

/// Where the token begins that comes after `at`: blanks, breaks, comments and indicators are none.
fn next_token(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at.min(bytes.len());
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' | b',' => at += 1,
            b'#' => at += memchr::memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at),
            _ => break,
        }
    }
    at
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

/// Text that looks like a key: letters, digits and the signs that names and modifiers need.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'|'))
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
