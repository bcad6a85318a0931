//! The parser: statements and pipelines. Expressions are in [`super::expression`].
//!
//! What cannot be read is skipped up to the next stage or statement, and the reason noted.

use super::syntax::{Definition, Expr, Function, Pipeline, Script, Source, Stage, Statement};
use super::token::{self, Kind, Token};

/// Nesting beyond what any rule has is not followed.
const MAX_DEPTH: usize = 50;

/// Statements beyond this number are not read.
const MAX_STATEMENTS: usize = 2_000;

/// Options of stages, written as `name=value` before what they are about.
const OPTIONS: [&str; 9] =
    ["kind", "hint", "isfuzzy", "withsource", "with_source", "bagexpansion", "with_itemindex", "flags", "datascope"];

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

    fn kind_after(&self, ahead: usize) -> Option<Kind> {
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
            statements.extend(self.statement());
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

    fn statement(&mut self) -> Option<Statement> {
        match self.word().to_ascii_lowercase().as_str() {
            "let" => {
                self.at += 1;
                let name = self.name()?;
                if !self.eat(Kind::Assign) {
                    self.unexpected();
                    return None;
                }
                let value = self.definition()?;
                Some(Statement::Let(name, value))
            }
            "set" | "declare" | "alias" | "restrict" | "pattern" if self.kind_after(1) != Some(Kind::Pipe) => {
                self.skip_to(|kind| kind == Kind::Semicolon);
                None
            }
            _ if matches!(self.kind(), Some(Kind::Semicolon)) => None,
            _ => self.pipeline().map(Statement::Query),
        }
    }

    fn definition(&mut self) -> Option<Definition> {
        let view = self.is("view") && self.kind_after(1) == Some(Kind::Open);
        let open = self.at + usize::from(view);
        let close = self.tokens.get(open).filter(|token| token.kind == Kind::Open).map(|token| token.close);
        let block = close
            .map(|close| close + 1)
            .filter(|&at| self.tokens.get(at).is_some_and(|token| token.kind == Kind::OpenBlock));
        let Some(block) = block else { return self.pipeline().map(Definition::Value) };
        self.at = open + 1;
        let mut parameters = Vec::new();
        while self.at + 1 < block {
            match self.name() {
                Some(name) => parameters.push(name),
                None => self.at += 1,
            }
            self.skip_to(|kind| matches!(kind, Kind::Comma | Kind::Close));
            self.eat(Kind::Comma);
            if self.kind() == Some(Kind::Close) {
                break;
            }
        }
        self.at = block + 1;
        let end = self.tokens.get(block).map_or(block, |token| token.close);
        let body = self.deeper(|parser| parser.statements(end));
        self.at = (end + 1).min(self.tokens.len());
        Some(Definition::Function(Function { parameters, body: body? }))
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

    fn source(&mut self) -> Source {
        let before_block = matches!(self.kind_after(1), Some(Kind::Pipe | Kind::Semicolon | Kind::Dot) | None);
        match self.word().to_ascii_lowercase().as_str() {
            "union" if !before_block => {
                self.at += 1;
                Source::Union(self.tables())
            }
            "search" | "find" if !before_block => {
                self.at += 1;
                self.search()
            }
            "datatable" if self.kind_after(1) == Some(Kind::Open) => self.datatable(),
            "externaldata" if self.kind_after(1) == Some(Kind::Open) => {
                self.at += 1;
                self.skip_to(|kind| kind == Kind::CloseList || ends(kind));
                while matches!(self.kind(), Some(Kind::OpenList | Kind::Open)) || self.is("with") {
                    self.at = self.peek().map_or(self.at, |token| token.close) + 1;
                }
                Source::External
            }
            "print" | "range" if self.kind_after(1) != Some(Kind::Open) || self.is("print") => {
                self.skip_to(ends);
                Source::Made
            }
            _ if stage_begins(self.word()) && self.kind_after(1).is_some_and(|kind| kind == Kind::Name) => {
                // Without a table: what stands in the brackets of `mv-apply`, or a query whose beginning was cut off.
                Source::Missing
            }
            _ => match self.expression() {
                Expr::Hole => Source::Missing,
                expr => Source::Expr(expr),
            },
        }
    }

    /// What `union` is told to put together.
    pub(super) fn tables(&mut self) -> Vec<Pipeline> {
        let mut tables = Vec::new();
        loop {
            self.options();
            match self.kind() {
                Some(Kind::Open) => {
                    let open = self.at;
                    self.at += 1;
                    tables.extend(self.pipeline());
                    self.leave(open);
                }
                Some(Kind::Star | Kind::Name | Kind::OpenList) => {
                    let name = self.wild_name();
                    let expr = name.map_or_else(|| self.expression(), Expr::Name);
                    tables.push(Pipeline { source: Source::Expr(expr), stages: Vec::new() });
                }
                _ => self.unexpected(),
            }
            if !self.eat(Kind::Comma) {
                return tables;
            }
        }
    }

    /// `Device*`, which names more than one table.
    pub(super) fn wild_name(&mut self) -> Option<String> {
        let star = usize::from(self.kind() == Some(Kind::Name));
        if self.kind_after(star) != Some(Kind::Star) {
            return None;
        }
        let mut name = String::new();
        while let Some(token) = self.peek().filter(|token| matches!(token.kind, Kind::Name | Kind::Star)) {
            name.push_str(token.text);
            self.at += 1;
        }
        Some(name)
    }

    /// `kind=inner`, `hint.strategy=shuffle`, `isfuzzy=true`: the value of `kind`, in lower case.
    pub(super) fn options(&mut self) -> String {
        let mut found = String::new();
        loop {
            let name = self.word();
            let start = self.at;
            let mut at = self.at + 1;
            while name.eq_ignore_ascii_case("hint") && self.kind_after(at - start) == Some(Kind::Dot) {
                at += 2;
            }
            let known = OPTIONS.iter().any(|option| name.eq_ignore_ascii_case(option));
            if !known || self.tokens.get(at).is_none_or(|token| token.kind != Kind::Assign) {
                return found;
            }
            self.at = at + 1;
            if name.eq_ignore_ascii_case("kind") {
                found = self.word().to_ascii_lowercase();
            }
            self.at = self.peek().map_or(self.at, |token| token.close) + 1;
        }
    }

    fn search(&mut self) -> Source {
        self.options();
        let mut tables = Vec::new();
        if self.eat_word("in") || self.is("in~") {
            let open = self.at;
            if self.eat(Kind::Open) {
                tables = self.tables();
                self.leave(open);
            }
        }
        let condition = if self.is("where") || self.kind() != Some(Kind::Pipe) {
            self.eat_word("where");
            self.expression()
        } else {
            Expr::Hole
        };
        if self.is("project") || self.is("project-smart") {
            self.skip_to(ends);
        }
        Source::Search(tables, condition)
    }

    fn datatable(&mut self) -> Source {
        self.at += 1;
        let end = self.peek().map_or(self.at, |token| token.close);
        self.at += 1;
        let mut columns = Vec::new();
        while self.at < end {
            match self.name() {
                Some(name) => columns.push(name),
                None => self.at += 1,
            }
            self.skip_to(|kind| matches!(kind, Kind::Comma | Kind::Close));
            self.eat(Kind::Comma);
        }
        self.at = end + 1;
        let values = match self.kind() {
            Some(Kind::OpenList) => self.list(Kind::CloseList),
            _ => {
                self.unexpected();
                Vec::new()
            }
        };
        Source::Datatable(columns, values)
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

/// Stages that a query without a table can begin with.
fn stage_begins(word: &str) -> bool {
    ["where", "extend", "project", "summarize", "order", "sort", "top", "mv-expand", "distinct", "parse"]
        .iter()
        .any(|stage| word.eq_ignore_ascii_case(stage))
}
