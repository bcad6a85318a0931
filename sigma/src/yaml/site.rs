//! The place where the parser stopped, and every edit that may help there.

mod indent;
mod value;

use super::fault::{Failure, Fault};
use super::line::Line;
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

/// Text that looks like a key: letters, digits and the signs that names and modifiers need.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'|'))
}
