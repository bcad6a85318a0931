//! Broken YAML: finds the smallest edit of the text that lets the parser get furthest, round by round.
//!
//! Edits that keep what the author meant (quotes, a colon, a bracket, another indentation) are tried before lines are
//! blanked out. Every edit is only how the text is read: the file stays as it is.

use super::fault::{Failure, Fault};
use super::line::{Line, closing, quoted};
use super::mended::{Edit, Mended, line_at, next_line, previous_line};
use super::{Problem, ProblemKind};
use crate::source::Span;

/// How a parse went.
pub(super) struct Outcome {
    /// `None`: to the end.
    pub(super) failure: Option<Failure>,
    /// End of the last event before the failure.
    pub(super) last: usize,
    /// Start of every list or map in brackets that was open then, outermost first.
    pub(super) flows: Vec<usize>,
}

/// How often an edit is sought at all, and how often lines are blanked out in one document.
const ROUNDS: usize = 32;
const MASKS: usize = 6;

/// Bytes that may be parsed to find edits: many tries on a rule, few on a huge file.
fn budget(length: usize) -> usize {
    (length * 64).clamp(1 << 20, 32 << 20)
}

/// A way to read the text.
struct Candidate {
    edits: Vec<Edit>,
    /// `None` where another pass reports it.
    problem: Option<Problem>,
}

impl Candidate {
    fn new(edits: Vec<Edit>, problem: Problem) -> Self {
        Self { edits, problem: Some(problem) }
    }
}

/// Mends `text`. `probe` parses a text; `start` holds the edits so far. Adds what it finds wrong to `problems`.
/// The result may still not be readable to its end.
pub(super) fn mend(
    text: &str,
    start: Vec<Edit>,
    probe: impl Fn(&str) -> Outcome,
    problems: &mut Vec<Problem>,
) -> Mended {
    let mut mended = Mended::new(text, start);
    let mut budget = budget(text.len());
    let mut outcome = probe(&mended.text);
    let mut masks = 0;
    let mut document = 0;
    // The line that was blanked out last: errors among its children are no news.
    let mut masked: Option<Line> = None;
    for _ in 0..ROUNDS {
        let Some(failure) = outcome.failure.clone() else { break };
        let site = Site::new(text, &mended, &outcome, &failure);
        let end = document_end(text, site.line.span);
        if end != document {
            (document, masks) = (end, 0);
        }
        let mut best: Option<(usize, Mended, Candidate, Outcome)> = None;
        for candidate in site.candidates(masks < MASKS, end) {
            if budget == 0 {
                break;
            }
            let Some(trial) = mended.with(text, &candidate.edits) else { continue };
            let found = probe(&trial.text);
            let reach = found.failure.as_ref().map_or(usize::MAX, |failure| trial.back(failure.at));
            let cost = found.failure.as_ref().map_or(trial.text.len(), |failure| failure.at) + trial.text.len() / 16;
            budget = budget.saturating_sub(cost);
            if best.as_ref().is_none_or(|(most, ..)| reach > *most) {
                best = Some((reach, trial, candidate, found));
            }
            if reach == usize::MAX {
                break;
            }
        }
        let known = masked.is_some_and(|line| is_child(text, &line, &site.line));
        match best {
            Some((reach, trial, candidate, found)) if reach > site.at => {
                if !known {
                    problems.extend(candidate.problem);
                }
                if candidate.edits.iter().any(|edit| edit.mask) {
                    masks += 1;
                    let first =
                        candidate.edits.first().map_or(site.line.span, |edit| line_at(text, edit.span.start as usize));
                    masked = masked.filter(|_| known).or(Some(Line::new(text, first)));
                }
                (mended, outcome) = (trial, found);
            }
            _ => {
                problems.push(site.plain_problem());
                break;
            }
        }
    }
    mended
}

/// The place of a failure, in bytes of the file.
struct Site<'a> {
    text: &'a str,
    failure: &'a Failure,
    at: usize,
    line: Line,
    last: Line,
    flows: Vec<usize>,
    /// Whether tabs are still in the indentation.
    tabs: bool,
}

impl<'a> Site<'a> {
    fn new(text: &'a str, mended: &Mended, outcome: &Outcome, failure: &'a Failure) -> Self {
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
    fn plain_problem(&self) -> Problem {
        let inside = self.line.content.start as usize..self.line.content.end as usize;
        let mut span = self.line.content;
        if inside.contains(&self.at) && self.failure.fault != Fault::Indent && self.failure.fault != Fault::Key {
            // One word is easier to find than a line.
            let rest = &self.text[self.at..inside.end];
            let word = rest.find([' ', '\t']).filter(|&at| at > 0).unwrap_or(rest.len());
            span = Span::new(self.at, self.at + word);
        }
        self.problem(span, self.failure.fault.message(), self.failure.fault.help())
    }

    /// Every edit that may help, best first.
    fn candidates(&self, may_mask: bool, end: usize) -> Vec<Candidate> {
        let mut all = Vec::new();
        if self.failure.fault != Fault::Depth && may_mask {
            self.conflict_markers(&mut all);
            if self.tabs {
                self.untab(&mut all);
            }
            self.brackets(&mut all);
            self.quote(&self.line, &mut all);
            self.quote(&self.last, &mut all);
            self.colon(&mut all);
            self.indent(&mut all);
            self.masks(&mut all);
        }
        // The last resort: nothing more of this document, or nothing from the bracket on that was never closed.
        let from = self.line.span.start as usize;
        let edit = Edit::mask(self.text, Span::new(from, end.max(from)));
        all.push(Candidate::new(vec![edit], self.plain_problem()));
        if let Some(&flow) = self.flows.first() {
            let from = line_at(self.text, flow).start as usize;
            let edit = Edit::mask(self.text, Span::new(from, end.max(from)));
            all.push(Candidate::new(vec![edit], self.plain_problem()));
        }
        all
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
        let Some(&outer) = self.flows.first() else { return };
        let closers: String = self
            .flows
            .iter()
            .rev()
            .map(|&at| if self.text.as_bytes().get(at) == Some(&b'{') { '}' } else { ']' })
            .collect();
        let opening = &self.text[outer..outer + 1];
        let own = Line::new(self.text, line_at(self.text, outer));
        let above = self.line_above(&self.line).filter(|above| above.span.start > own.span.start);
        let listed = self.slice(own.value).contains([',', ':']);
        for (index, line) in [Some(own), above].into_iter().flatten().enumerate() {
            // `[foo bar` is rather text than a list.
            if index == 0 && !listed {
                continue;
            }
            let end = line.value.end as usize;
            let message = format!("this `{opening}` is never closed");
            let mut problem =
                self.problem(Span::new(outer, outer + 1), message, Some(format!("close it with `{closers}`")));
            problem.fix = Some((Span::at(end), closers.clone()));
            all.push(Candidate::new(vec![Edit::replace(Span::at(end), closers.clone())], problem));
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

    /// The line, with what stands below it, at the level of a line near it.
    fn indent(&self, all: &mut Vec<Candidate>) {
        if !matches!(self.failure.fault, Fault::Indent | Fault::Key | Fault::Colon)
            || self.slice(self.line.indent).contains('\t')
        {
            return;
        }
        let old = self.line.depth();
        let mut levels: Vec<usize> = Vec::new();
        if let Some(below) = self.line_below(&self.line) {
            levels.push(below.depth());
        }
        let mut least = usize::MAX;
        let mut above = self.line_above(&self.line);
        while let Some(line) = above.filter(|_| least > 0) {
            if line.depth() < least {
                least = line.depth();
                levels.push(least);
            }
            above = self.line_above(&line);
            if levels.len() > 8 {
                break;
            }
        }
        levels.retain(|&level| level != old);
        let top = self.line.key.is_some_and(|key| TOP_KEYS.contains(&self.slice(key)));
        // The nearest level; of two the deeper, unless the key belongs to the top.
        levels.sort_by_key(|&level| (level.abs_diff(old), if top { level } else { usize::MAX - level }));
        levels.dedup();
        let above = self.line_above(&self.line);
        for level in levels.into_iter().take(4) {
            let shift = |depth: usize| (depth + level).saturating_sub(old);
            let mut edits = vec![Edit::replace(self.line.indent, " ".repeat(level))];
            let mut below = self.line_below(&self.line);
            while let Some(line) = below.filter(|line| line.depth() > old && edits.len() < 200) {
                edits.push(Edit::replace(line.indent, " ".repeat(shift(line.depth()))));
                below = self.line_below(&line);
            }
            let message = format!("this line is indented by {old} and fits no level above it");
            let mut problem = self.problem(self.line.content, message, Some(format!("indent it by {level}")));
            problem.related = above.map(|above| (above.content, format!("indented by {}", above.depth())));
            if let [edit] = &edits[..] {
                problem.fix = Some((edit.span, edit.with.clone()));
            }
            all.push(Candidate::new(edits, problem));
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

    /// Blanks for every tab of the indentation, in the whole file.
    fn untab(&self, all: &mut Vec<Candidate>) {
        let edits = super::tabs::expand(self.text);
        if !edits.is_empty() {
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
fn near(text: &str, line: Span, step: fn(&str, Span) -> Option<Span>) -> Option<Line> {
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

/// Whether `line` stands below `parent` and is, with all lines between, indented deeper.
fn is_child(text: &str, parent: &Line, line: &Line) -> bool {
    if line.span.start <= parent.span.start {
        return false;
    }
    let mut at = *line;
    for _ in 0..1000 {
        if at.span.start == parent.span.start {
            return true;
        }
        if at.depth() <= parent.depth() {
            return false;
        }
        match near(text, at.span, previous_line) {
            Some(above) => at = above,
            None => return false,
        }
    }
    false
}

/// The end of the document that `line` is in: before the next line that begins with `---` or `...`.
fn document_end(text: &str, line: Span) -> usize {
    let mut at = line;
    while let Some(next) = next_line(text, at) {
        let content = text.get(next.range()).unwrap_or_default();
        let marker = content.strip_prefix("---").or_else(|| content.strip_prefix("..."));
        if marker.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
            return at.end as usize;
        }
        at = next;
    }
    text.len()
}
