//! The parser: what a pipeline begins with.

use super::parse::{Parser, ends};
use super::syntax::{Assign, Expr, Pipeline, Source};
use super::token::Kind;

/// Options of stages, written as `name=value` before what they are about.
const OPTIONS: [&str; 9] =
    ["kind", "hint", "isfuzzy", "withsource", "with_source", "bagexpansion", "with_itemindex", "flags", "datascope"];

impl Parser<'_> {
    pub(super) fn source(&mut self) -> Source {
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
                let columns = self.parameters(self.at + 1);
                while matches!(self.kind(), Some(Kind::OpenList | Kind::Open)) || self.is("with") {
                    self.at = self.peek().map_or(self.at, |token| token.close) + 1;
                }
                Source::External(columns.into_iter().map(|column| column.name).collect())
            }
            "print" => {
                self.at += 1;
                let (names, values) = self.assigns().into_iter().filter_map(printed).unzip();
                self.skip_to(ends);
                Source::Datatable(names, values)
            }
            "range" if self.kind_after(1) != Some(Kind::Open) => {
                self.skip_to(ends);
                Source::Made
            }
            _ if stage_begins(self.word()) && self.kind_after(1).is_some_and(|kind| kind == Kind::Name) => {
                // Without a table: what stands in the brackets of `mv-apply`, or a query whose beginning was cut off.
                Source::Missing
            }
            _ => {
                let name = (self.kind() == Some(Kind::Name)).then(|| self.word().to_owned());
                match (self.expression(), name) {
                    // What stands behind the name of a table and cannot does not change what it is.
                    (Expr::Hole, Some(name)) => Source::Expr(Expr::Name(name)),
                    (Expr::Hole, None) => Source::Missing,
                    (expr, _) => Source::Expr(expr),
                }
            }
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
}

/// Stages that a query without a table can begin with.
pub(super) fn stage_begins(word: &str) -> bool {
    ["where", "extend", "project", "summarize", "order", "sort", "top", "mv-expand", "distinct", "parse"]
        .iter()
        .any(|stage| word.eq_ignore_ascii_case(stage))
}

/// A column of `print`; one that has no name is hardly ever asked for.
fn printed(Assign { name, value }: Assign) -> Option<(String, Expr)> {
    let own = if let Expr::Name(own) = &value { Some(own.clone()) } else { None };
    Some((name.or(own)?, value))
}
