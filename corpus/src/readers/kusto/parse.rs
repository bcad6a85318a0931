//! The parser: statements and pipelines. Expressions are in [`super::expression`].
//!
//! What cannot be read is skipped up to the next stage or statement, and the reason noted.

use super::source::stage_begins;
use super::syntax::{Definition, Function, Parameter, Pipeline, Script, Source, Stage, Statement};
use super::token::{self, Kind, Token};

/// Nesting beyond what any rule has is not followed.
const MAX_DEPTH: usize = 50;

/// Statements beyond this number are not read.
const MAX_STATEMENTS: usize = 2_000;

/// Of a text that is no query, so many reasons say enough.
const MAX_REASONS: usize = 8;

/// Reads a query, as far as it can be read, and says what could not be.
pub(super) fn parse(query: &str) -> (Script, Vec<String>) {
    let mut parser = Parser { tokens: token::tokens(query), at: 0, depth: 0, statements: 0, unread: Vec::new() };
    let statements = parser.statements(usize::MAX);
    (Script { statements }, parser.unread)
}

pub(super) struct Parser<'q> {
    pub(super) tokens: Vec<Token<'q>>,
    pub(super) at: usize,
    depth: usize,
    statements: usize,
    unread: Vec<String>,
}

impl<'q> Parser<'q> {
    pub(super) fn peek(&self) -> Option<Token<'q>> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.peek().map(|token| token.kind)
    }

    pub(super) fn kind_after(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    /// The word at hand; empty where there is none.
    pub(super) fn word(&self) -> &'q str {
        self.peek().filter(|token| matches!(token.kind, Kind::Name | Kind::Word)).map_or("", |token| token.text)
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.word().eq_ignore_ascii_case(word)
    }

    pub(super) fn eat(&mut self, kind: Kind) -> bool {
        let found = self.kind() == Some(kind);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn reason(&mut self, reason: String) {
        if self.unread.len() < MAX_REASONS && !self.unread.contains(&reason) {
            self.unread.push(reason);
        }
    }

    /// Notes that the token at hand cannot stand here.
    pub(super) fn unexpected(&mut self) {
        let reason = match self.peek() {
            None => "the query ends too early".to_owned(),
            Some(token) => format!("`{}` cannot stand there", token.text.chars().take(40).collect::<String>()),
        };
        self.reason(reason);
    }

    /// Reads something one level further in; `None` beyond [`MAX_DEPTH`].
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.reason("it is nested too deeply".to_owned());
            return None;
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        Some(read)
    }

    /// Skips what stands here, brackets whole, up to a token at which it is `over`.
    pub(super) fn skip_to(&mut self, over: impl Fn(Kind) -> bool) {
        while let Some(token) = self.peek() {
            if over(token.kind) {
                return;
            }
            // A closing bracket too many closes itself.
            self.at = token.close.max(self.at) + 1;
        }
        self.at = self.at.min(self.tokens.len());
    }

    /// Steps behind a bracket that was opened at `open`, whatever of it was read.
    pub(super) fn leave(&mut self, open: usize) {
        let close = self.tokens.get(open).map_or(open, |token| token.close);
        if self.at < close {
            self.unexpected();
        } else if close >= self.tokens.len() {
            self.reason("a bracket is not closed".to_owned());
        }
        self.at = (close + 1).min(self.tokens.len()).max(self.at);
    }

    /// Statements up to the token `end`.
    fn statements(&mut self, end: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        while self.at < end && self.at < self.tokens.len() {
            let start = self.at;
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                self.reason(format!("it has more than {MAX_STATEMENTS} statements"));
                self.at = end.min(self.tokens.len());
                break;
            }
            self.statement(&mut statements);
            if self.eat(Kind::Semicolon) || self.peek().is_none_or(|token| token.first) && self.at > start {
                continue;
            }
            if self.at < end {
                self.unexpected();
                self.at = self.at.max(start + 1);
                while let Some(token) = self.peek().filter(|token| token.kind != Kind::CloseBlock) {
                    if self.eat(Kind::Semicolon) || self.begins_again() {
                        break;
                    }
                    self.at = token.close.max(self.at) + 1;
                }
                self.at = self.at.min(self.tokens.len());
            }
        }
        statements
    }

    /// Whether a statement begins here, whatever stands before: a definition in a line of its own, or a name with a stage.
    fn begins_again(&self) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Name)
            && (self.kind_after(1) == Some(Kind::Pipe)
                || self.is("let") && self.peek().is_some_and(|token| token.first))
    }

    fn statement(&mut self, statements: &mut Vec<Statement>) -> Option<()> {
        let word = self.word().to_ascii_lowercase();
        match word.as_str() {
            "let" => {
                self.at += 1;
                let name = self.name()?;
                if !self.eat(Kind::Assign) {
                    self.unexpected();
                    return None;
                }
                let value = self.definition()?;
                statements.push(Statement::Let(name, value));
            }
            "declare" if self.kind_after(2) == Some(Kind::Open) => {
                // What a parameter of the query is without a default, nobody knows.
                for Parameter { name, default } in self.parameters(self.at + 2) {
                    let source = default.map_or(Source::Missing, Source::Expr);
                    let value = Pipeline { source, stages: Vec::new() };
                    statements.push(Statement::Let(name, Definition::Value(value)));
                }
            }
            "set" | "declare" | "alias" | "restrict" | "pattern" if self.kind_after(1) != Some(Kind::Pipe) => {
                self.skip_to(|kind| kind == Kind::Semicolon);
            }
            _ if self.kind() == Some(Kind::Semicolon) => {}
            _ if self.kind() == Some(Kind::Dot) => statements.extend(self.command()),
            _ => statements.extend(self.pipeline().map(Statement::Query)),
        }
        Some(())
    }

    /// `.create-or-alter function with (…) name(parameters) { statements }`: a function that is kept for others.
    fn command(&mut self) -> Option<Statement> {
        let start = self.at;
        self.skip_to(|kind| matches!(kind, Kind::OpenBlock | Kind::Semicolon | Kind::Pipe));
        let words = self.tokens.get(start..self.at).unwrap_or_default();
        let open = words.iter().rposition(|token| token.kind == Kind::Open).map(|at| start + at);
        let name = open.and_then(|open| self.tokens.get(open.checked_sub(1)?)).filter(|token| token.kind == Kind::Name);
        let function = words.iter().any(|token| token.text.eq_ignore_ascii_case("function"));
        match (open, name) {
            (Some(open), Some(name)) if function && self.kind() == Some(Kind::OpenBlock) => {
                let name = name.text.to_owned();
                let function = self.function(open, self.at)?;
                Some(Statement::Let(name, Definition::Function(function)))
            }
            _ => {
                self.at = start;
                None
            }
        }
    }

    fn definition(&mut self) -> Option<Definition> {
        let view = self.is("view") && self.kind_after(1) == Some(Kind::Open);
        let open = self.at + usize::from(view);
        let close = self.tokens.get(open).filter(|token| token.kind == Kind::Open).map(|token| token.close);
        let block = close
            .map(|close| close + 1)
            .filter(|&at| self.tokens.get(at).is_some_and(|token| token.kind == Kind::OpenBlock));
        match block {
            Some(block) => self.function(open, block).map(Definition::Function),
            None => self.pipeline().map(Definition::Value),
        }
    }

    /// A function whose parameters stand in the bracket at `open`, and its body in the one at `block`.
    fn function(&mut self, open: usize, block: usize) -> Option<Function> {
        let parameters = self.parameters(open);
        self.at = block + 1;
        let end = self.tokens.get(block).map_or(block, |token| token.close);
        let body = self.deeper(|parser| parser.statements(end));
        self.at = (end + 1).min(self.tokens.len());
        Some(Function { parameters, body: body? })
    }

    /// `(name:type = default, table:(columns))`, which begins at `open`.
    pub(super) fn parameters(&mut self, open: usize) -> Vec<Parameter> {
        let end = self.tokens.get(open).map_or(open, |token| token.close);
        let mut parameters = Vec::new();
        self.at = open + 1;
        while self.at < end {
            let Some(name) = self.name() else {
                self.at += 1;
                continue;
            };
            self.skip_to(|kind| matches!(kind, Kind::Comma | Kind::Close | Kind::Assign));
            let default = if self.eat(Kind::Assign) { Some(self.expression()) } else { None };
            parameters.push(Parameter { name, default });
            self.skip_to(|kind| matches!(kind, Kind::Comma | Kind::Close));
            self.eat(Kind::Comma);
        }
        self.at = (end + 1).min(self.tokens.len());
        parameters
    }

    /// A name, also one in brackets: `['a name']`.
    pub(super) fn name(&mut self) -> Option<String> {
        match self.kind()? {
            Kind::Name => {
                let name = self.word().to_owned();
                self.at += 1;
                Some(name)
            }
            Kind::OpenList => {
                let token = self.tokens.get(self.at + 1).filter(|token| token.kind == Kind::Text)?;
                if self.kind_after(2) != Some(Kind::CloseList) {
                    return None;
                }
                self.at += 3;
                Some(token::unquoted(token.text))
            }
            _ => None,
        }
    }

    pub(super) fn pipeline(&mut self) -> Option<Pipeline> {
        self.deeper(|parser| {
            let source = parser.source();
            let stages = parser.stages(matches!(source, Source::Missing));
            if matches!(source, Source::Missing) && stages.is_empty() {
                return None;
            }
            Some(Pipeline { source, stages })
        })?
    }

    fn stages(&mut self, at_once: bool) -> Vec<Stage> {
        let mut stages = Vec::new();
        if at_once && stage_begins(self.word()) {
            stages.extend(self.stage());
        }
        loop {
            match self.kind() {
                Some(Kind::Pipe) => {
                    // Two in a row are a slip of the pen.
                    while self.eat(Kind::Pipe) {}
                    stages.extend(self.stage());
                }
                _ => return stages,
            }
        }
    }
}

/// What ends a stage.
pub(super) fn ends(kind: Kind) -> bool {
    matches!(kind, Kind::Pipe | Kind::Semicolon | Kind::Close | Kind::CloseBlock)
}
