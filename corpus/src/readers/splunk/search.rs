//! The language of `search` and of what stands after `where` in `tstats`: *not* binds tighter than *or*, *or* than *and*,
//! and words side by side are joined by *and*.

use super::super::logic::Logic;
use super::super::query::{Comparison, Test, derived};
use super::lexer::{Kind, Token, closing, tokens, unescaped};
use super::pipeline::{Reader, Tree};
use super::scope::{Scope, plain};
use crate::normal::Part;
use crate::op::Base;

/// Parentheses within parentheses deeper than this are not followed.
const MAX_DEPTH: usize = 60;

/// Names that limit the time, not the events.
const TIME: [&str; 8] =
    ["_index_earliest", "_index_latest", "earliest", "endtime", "latest", "starttime", "timeformat", "_time"];

/// Reads a search. Its end is where the text ends or, `until_by`, a list of fields to group by begins: its place is the
/// second result.
pub(super) fn parse(text: &str, until_by: bool, scope: &Scope, reader: &mut Reader<'_>) -> (Option<Tree>, usize) {
    let mut parser = Parser { text, tokens: tokens(text), at: 0, until_by, negated: false, scope, reader };
    let mut all = parser.and(0);
    // Closed once too often: the rest is read all the same.
    while parser.peek().is_some_and(|token| !parser.ends(token)) {
        parser.at += 1;
        parser.reader.problem("a parenthesis too many");
        if let Some(more) = parser.and(0) {
            all = Some(join(all, more, Logic::and));
        }
    }
    (all, parser.peek().map_or(text.len(), |token| token.start))
}

struct Parser<'a, 'r, 'm> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    until_by: bool,
    negated: bool,
    scope: &'r Scope,
    reader: &'r mut Reader<'m>,
}

fn join(a: Option<Tree>, b: Tree, by: fn(Tree, Tree) -> Tree) -> Tree {
    match a {
        Some(a) => by(a, b),
        None => b,
    }
}

impl<'a> Parser<'a, '_, '_> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn ends(&self, token: Token<'_>) -> bool {
        self.until_by
            && (token.is("by") || token.is("groupby"))
            && !matches!(self.kind(1), Some(Kind::Operator | Kind::Close))
    }

    fn and(&mut self, depth: usize) -> Option<Tree> {
        let mut all = None;
        while let Some(token) = self.peek() {
            if token.kind == Kind::Close || self.ends(token) {
                break;
            }
            if token.is("and") || token.kind == Kind::Comma {
                self.at += 1;
            } else if let Some(more) = self.or(depth) {
                all = Some(join(all, more, Logic::and));
            }
        }
        all
    }

    fn or(&mut self, depth: usize) -> Option<Tree> {
        let mut any = self.not(depth);
        while self.peek().is_some_and(|token| token.is("or")) {
            self.at += 1;
            if let Some(more) = self.not(depth) {
                any = Some(join(any, more, Logic::or));
            }
        }
        any.map(alternatives)
    }

    fn not(&mut self, depth: usize) -> Option<Tree> {
        let outside = self.negated;
        let mut odd = false;
        while self.peek().is_some_and(|token| token.is("not")) {
            self.at += 1;
            odd = !odd;
        }
        self.negated ^= odd;
        let atom = self.atom(depth);
        self.negated = outside;
        if odd { atom.map(Logic::negated) } else { atom }
    }

    fn atom(&mut self, depth: usize) -> Option<Tree> {
        let token = self.peek()?;
        if token.kind == Kind::Close || token.is("or") || token.is("and") || self.ends(token) {
            return None;
        }
        match token.kind {
            Kind::Open if depth < MAX_DEPTH => {
                self.at += 1;
                let inner = self.and(depth + 1);
                if self.kind(0) == Some(Kind::Close) {
                    self.at += 1;
                }
                inner
            }
            Kind::Open => {
                self.reader.problem("nested too deeply");
                self.at = closing(&self.tokens, self.at) + 1;
                None
            }
            Kind::Begin => self.subsearch(None),
            Kind::Quoted | Kind::Word => self.comparison(),
            _ => {
                self.at += 1;
                self.reader.problem(&format!("unexpected `{}`", token.text));
                None
            }
        }
    }

    /// A search in brackets: what it finds is what is looked for.
    fn subsearch(&mut self, field: Option<&str>) -> Option<Tree> {
        let (open, close) = (self.peek()?, closing(&self.tokens, self.at));
        let end = self.tokens.get(close).map_or(self.text.len(), |token| token.start);
        let inner = self.text.get(open.end()..end).unwrap_or_default();
        self.at = close + 1;
        let sub = self.reader.subsearch(inner, self.negated);
        let table = sub.table?;
        let fields = sub.fields.iter().map(String::as_str);
        let listed = |field: &str| self.scope.compare(field, Test::Lookup(table.clone()), &table);
        Some(match field {
            Some(field) => listed(field),
            None => Logic::And(fields.map(listed).collect()),
        })
    }

    fn comparison(&mut self) -> Option<Tree> {
        let name = self.next()?;
        let next = self.peek();
        let (negated, list) = match next {
            Some(next) if next.is("in") => (false, matches!(self.kind(1), Some(Kind::Open | Kind::Begin))),
            Some(next) if next.is("not") => {
                let is_in = self.tokens.get(self.at + 1).is_some_and(|token| token.is("in"));
                (true, is_in && matches!(self.kind(2), Some(Kind::Open | Kind::Begin)))
            }
            _ => (false, false),
        };
        if list {
            self.at += 1 + usize::from(negated);
            let tree = self.list(name.bare());
            return if negated { tree.map(Logic::negated) } else { tree };
        }
        match next {
            Some(operator) if operator.kind == Kind::Operator => {
                self.at += 1;
                self.compare(name.bare(), operator)
            }
            Some(open) if open.kind == Kind::Open && open.start == name.end() && is_function(name) => self.function(),
            _ => keyword(name.text),
        }
    }

    /// `TERM(…)` or `CASE(…)` on its own.
    fn function(&mut self) -> Option<Tree> {
        keyword(self.parentheses())
    }

    /// The text of the parentheses that open here.
    fn parentheses(&mut self) -> &'a str {
        let close = closing(&self.tokens, self.at);
        let start = self.peek().map_or(self.text.len(), Token::end);
        let end = self.tokens.get(close).map_or(self.text.len(), |token| token.start);
        self.at = close + 1;
        self.text.get(start..end).unwrap_or_default().trim()
    }

    fn compare(&mut self, name: &str, operator: Token<'_>) -> Option<Tree> {
        let value = match self.peek() {
            Some(token) if token.kind == Kind::Open => return self.list(name),
            Some(token) if is_function(token) && self.kind(1) == Some(Kind::Open) => {
                self.at += 1;
                self.parentheses()
            }
            _ => self.value(false),
        };
        if TIME.contains(&plain(name)) {
            return None;
        }
        let order = |base| Some(self.scope.compare(name, Test::Order(base, bare(value)), &bare(value)));
        match operator.text {
            "<" => order(Base::Lt),
            "<=" => order(Base::Lte),
            ">" => order(Base::Gt),
            ">=" => order(Base::Gte),
            "!=" => Some(equal(self.scope, name, value).negated()),
            _ => Some(equal(self.scope, name, value)),
        }
    }

    /// A value: tokens without blanks between them.
    fn value(&mut self, in_list: bool) -> &'a str {
        let Some(first) = self.peek() else { return "" };
        let mut end = first.start;
        while let Some(token) = self.peek() {
            let is_part = match token.kind {
                Kind::Quoted | Kind::Word => true,
                Kind::Operator => !in_list || token.start > first.start,
                // `rundll32 *,Control_RunDLL`: a comma between words without blanks is none between values.
                Kind::Comma => !in_list && self.tokens.get(self.at + 1).is_some_and(|t| t.start == token.end()),
                _ => false,
            };
            // After a text in quotes nothing but its own rest belongs to it, not the next comparison.
            let is_next = token.start > first.start
                && first.kind == Kind::Quoted
                && (token.kind == Kind::Comma
                    || self.kind(1) == Some(Kind::Operator)
                    || ["and", "or", "not"].iter().any(|word| token.is(word)));
            if !is_part || is_next || token.start != end {
                break;
            }
            end = token.end();
            self.at += 1;
        }
        self.text.get(first.start..end).unwrap_or_default()
    }

    /// Values in parentheses, separated by commas, blanks or *or*.
    fn list(&mut self, name: &str) -> Option<Tree> {
        if self.kind(0) == Some(Kind::Begin) {
            return self.subsearch(Some(name));
        }
        self.at += 1;
        let mut values = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Close => {
                    self.at += 1;
                    break;
                }
                Kind::Quoted | Kind::Word if token.is("or") => self.at += 1,
                Kind::Quoted | Kind::Word => {
                    let value = self.value(true);
                    values.push(equal(self.scope, name, value));
                }
                Kind::Begin => values.extend(self.subsearch(Some(name))),
                _ => self.at += 1,
            }
        }
        if values.is_empty() { None } else { Some(Logic::Alternatives(values)) }
    }
}

fn is_function(token: Token<'_>) -> bool {
    token.kind == Kind::Word && matches!(token.text, "TERM" | "CASE")
}

/// A name equals a value, which may have stars or be a network.
fn equal(scope: &Scope, name: &str, value: &str) -> Tree {
    let raw = bare(value);
    // In `map`, the value of a result.
    if let Some(field) = raw.strip_prefix('$').and_then(|rest| rest.strip_suffix('$')).filter(|name| !name.is_empty()) {
        return derived(scope.compare(name, Test::FieldRef(field.to_owned()), &raw));
    }
    let test = if is_network(&raw) { Test::Cidr(raw.clone()) } else { Test::Pattern(pattern(value)) };
    scope.compare(name, test, &raw)
}

/// A text anywhere in the event.
fn keyword(text: &str) -> Option<Tree> {
    let parts = pattern(text);
    let is_result = text.len() > 1 && text.starts_with('$') && text.ends_with('$');
    if is_result || parts.iter().all(|part| *part == Part::Star) {
        return None;
    }
    Some(Logic::Leaf(Comparison::new("", Test::Keyword(parts), bare(text))))
}

/// A value as written, without quotes.
fn bare(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(value).replace("\\\"", "\"")
}

/// The parts of a value: quotes fall away wherever they stand, and a star is always a wildcard.
fn pattern(value: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (at, text) in unescaped(&strip_quotes(value)).split('*').enumerate() {
        if at > 0 {
            parts.push(Part::Star);
        }
        if !text.is_empty() {
            parts.push(Part::Text(single(text, at == 0)));
        }
    }
    parts
}

/// Without quotes, but for those after a backslash.
fn strip_quotes(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut escaped = false;
    for c in value.chars() {
        if c != '"' || escaped {
            out.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

/// With single backslashes, except at the start of a value: what is doubled twice over was meant once, and no path has two.
pub(super) fn single(text: &str, first: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c != '\\' || !out.ends_with('\\') || (first && at == 1) {
            out.push(c);
        }
    }
    out
}

/// `10.0.0.0/8`, `fc00::/7`: `search` compares addresses with networks.
fn is_network(value: &str) -> bool {
    value.split_once('/').is_some_and(|(address, length)| {
        address.parse::<std::net::IpAddr>().is_ok() && length.parse::<u8>().is_ok_and(|length| length <= 128)
    })
}

/// Values of one field that are alternatives are a list, however they are written.
fn alternatives(tree: Tree) -> Tree {
    let field = |tree: &Tree| match tree {
        Logic::Leaf(leaf) => Some(leaf.field.clone()),
        _ => None,
    };
    match tree {
        Logic::Or(nodes) => {
            let first = nodes.first().and_then(field);
            let one = first.is_some() && nodes.iter().all(|node| field(node) == first);
            if one { Logic::Alternatives(nodes) } else { Logic::Or(nodes) }
        }
        tree => tree,
    }
}
