//! The parser: stages of a pipeline.

use super::parse::{Parser, ends};
use super::syntax::{Assign, Expr, Pipeline, Source, Stage};
use super::token::{Kind, unquoted};

impl Parser<'_> {
    pub(super) fn stage(&mut self) -> Option<Stage> {
        let word = self.word().to_ascii_lowercase();
        if word.is_empty() {
            self.unexpected();
            self.skip_to(ends);
            return None;
        }
        self.at += 1;
        let stage = match word.as_str() {
            "where" | "filter" => Stage::Where(self.expression()),
            "serialize" if self.kind().is_none_or(ends) => Stage::Other,
            "extend" | "serialize" => Stage::Extend(self.assigns()),
            "project" | "distinct" | "project-keep" => Stage::Project(self.assigns()),
            "project-rename" => Stage::Extend(self.assigns()),
            "project-away" | "project-reorder" | "project-smart" => return self.rest(Stage::Other),
            "summarize" => {
                self.options();
                let aggregates = if self.is("by") { Vec::new() } else { self.assigns() };
                let by = if self.eat_word("by") { self.assigns() } else { Vec::new() };
                Stage::Summarize(aggregates, by)
            }
            "make-series" => {
                while self.kind().is_some_and(|kind| !ends(kind)) && !self.is("by") {
                    self.at = self.peek().map_or(self.at, |token| token.close).max(self.at) + 1;
                }
                let by = if self.eat_word("by") { self.assigns() } else { Vec::new() };
                return self.rest(Stage::Summarize(Vec::new(), by));
            }
            "count" | "top-nested" => return self.rest(Stage::Summarize(Vec::new(), Vec::new())),
            "join" | "lookup" => {
                let kind = self.options();
                let right = self.tables_of_join()?;
                // The columns that it is joined on.
                return self.rest(Stage::Join(kind, right));
            }
            "union" => Stage::Union(self.tables()),
            "parse" | "parse-where" => Stage::Parse(self.parsed()),
            "parse-kv" => {
                self.skip_to(|kind| ends(kind) || kind == Kind::Open);
                let open = self.at;
                let columns = if self.kind() == Some(Kind::Open) { self.parameters(open) } else { Vec::new() };
                return self.rest(Stage::Parse(columns.into_iter().map(|column| column.name).collect()));
            }
            "mv-expand" | "mvexpand" => {
                self.options();
                let columns = self.assigns();
                return self.rest(Stage::Extend(columns));
            }
            "mv-apply" | "partition" | "fork" | "facet" => return Some(Stage::Within(self.within(&word))),
            "search" => {
                self.options();
                Stage::Where(self.expression())
            }
            "scan" => return Some(Stage::Within(self.steps())),
            // `evaluate ipv4_lookup(table, address, network)`: the columns of the table are added.
            "evaluate" if self.is("ipv4_lookup") || self.is("ipv6_lookup") => {
                let call = self.operand();
                let arguments = if let Expr::Call(_, arguments) = call { arguments } else { Vec::new() };
                let columns = arguments.into_iter().skip(2).filter_map(|argument| match argument.value {
                    Expr::Name(name) if argument.name.is_none() => Some(name),
                    _ => None,
                });
                return self.rest(Stage::Parse(columns.collect()));
            }
            // `graph-match (pattern) where condition project columns`
            "graph-match" => {
                while self.kind().is_some_and(|kind| !ends(kind)) && !self.is("where") {
                    self.at = self.peek().map_or(self.at, |token| token.close).max(self.at) + 1;
                }
                let condition = if self.eat_word("where") { Stage::Where(self.expression()) } else { Stage::Other };
                return self.rest(condition);
            }
            "invoke" => {
                let function = self.operand();
                return self.rest(Stage::Invoke(function));
            }
            _ => return self.rest(Stage::Other),
        };
        if !matches!(self.kind(), None | Some(Kind::Pipe | Kind::Semicolon | Kind::Close | Kind::CloseBlock))
            && !self.statement_begins()
        {
            self.unexpected();
            self.skip_to(ends);
        }
        Some(stage)
    }

    /// Skips the rest of a stage.
    fn rest(&mut self, stage: Stage) -> Option<Stage> {
        while !matches!(self.kind(), None | Some(Kind::Pipe | Kind::Semicolon | Kind::Close | Kind::CloseBlock)) {
            if self.statement_begins() {
                break;
            }
            self.at = self.peek().map_or(self.at, |token| token.close).max(self.at) + 1;
        }
        self.at = self.at.min(self.tokens.len());
        Some(stage)
    }

    /// Whether a statement begins here although no semicolon ended the one before.
    fn statement_begins(&self) -> bool {
        let Some(token) = self.peek() else { return false };
        let then = self.tokens.get(self.at + 1);
        token.kind == Kind::Name
            && token.first
            && (self.is("let") || then.is_some_and(|then| then.kind == Kind::Pipe && (token.apart || then.first)))
    }

    fn tables_of_join(&mut self) -> Option<Pipeline> {
        if self.kind() == Some(Kind::Open) {
            let open = self.at;
            self.at += 1;
            let right = self.pipeline();
            self.leave(open);
            return right;
        }
        // Not `expression`, which would take `on` for an error.
        let expr = self.operand();
        Some(Pipeline { source: Source::Expr(expr), stages: Vec::new() })
    }

    /// `name = value, value, (a, b) = value`
    pub(super) fn assigns(&mut self) -> Vec<Assign> {
        let mut assigns = Vec::new();
        loop {
            let start = self.at;
            if self.kind() == Some(Kind::Open)
                && let Some(close) = self.peek().map(|token| token.close)
                && self.tokens.get(close + 1).is_some_and(|token| token.kind == Kind::Assign)
            {
                while self.at < close {
                    if let Some(name) = self.name() {
                        assigns.push(Assign { name: Some(name), value: Expr::Hole });
                    } else {
                        self.at += 1;
                    }
                }
                self.at = close + 2;
                self.expression();
            } else {
                let name = self.name();
                if name.is_some() && self.eat(Kind::Assign) {
                    assigns.push(Assign { name, value: self.expression() });
                } else {
                    self.at = start;
                    if self.kind() == Some(Kind::Name) && self.wild_name().is_some() {
                        // `project a*`
                    } else {
                        assigns.push(Assign { name: None, value: self.expression() });
                    }
                }
            }
            // `to typeof(string)` of `mv-expand`, and `limit`.
            if self.eat_word("to") {
                self.operand();
            }
            if !self.eat(Kind::Comma) {
                return assigns;
            }
        }
    }

    /// The columns of `parse … with * "text" column:type "text" column`.
    fn parsed(&mut self) -> Vec<String> {
        let mut columns = Vec::new();
        self.skip_to(|kind| ends(kind) || kind == Kind::Name);
        while !ends(self.kind().unwrap_or(Kind::Pipe)) && !self.is("with") {
            self.at = self.peek().map_or(self.at, |token| token.close) + 1;
        }
        self.at += usize::from(self.is("with"));
        let mut before = String::new();
        while let Some(token) = self.peek().filter(|token| !ends(token.kind)) {
            match token.kind {
                Kind::Text => before = unquoted(token.text),
                // `'Name="Image">' Image`: the event's own field by its own name.
                Kind::Name if before.contains(&format!("\"{}\"", token.text)) => {}
                Kind::Name => columns.push(token.text.to_owned()),
                // The type after it.
                Kind::Colon => self.at += 1,
                _ => {}
            }
            self.at += 1;
        }
        columns
    }

    /// `scan … with (step name: condition => column = value; step …)`: rows for which the condition of a step holds.
    fn steps(&mut self) -> Vec<Stage> {
        let (mut names, mut conditions) = (Vec::new(), Vec::new());
        while self.kind().is_some_and(|kind| !ends(kind)) && !self.eat_word("with") {
            self.at = self.peek().map_or(self.at, |token| token.close).max(self.at) + 1;
        }
        let open = self.at;
        if !self.eat(Kind::Open) {
            return Vec::new();
        }
        while self.eat_word("step") {
            names.extend(self.name());
            self.skip_to(|kind| matches!(kind, Kind::Colon | Kind::Semicolon | Kind::Close));
            if self.eat(Kind::Colon) {
                conditions.push(self.expression());
            }
            self.skip_to(|kind| matches!(kind, Kind::Semicolon | Kind::Close));
            self.eat(Kind::Semicolon);
        }
        self.leave(open);
        let rows = if conditions.is_empty() { Stage::Other } else { Stage::Where(Expr::Or(conditions)) };
        // `name.column` is the column of an earlier row.
        vec![Stage::Parse(names), rows]
    }

    /// `mv-apply item = column to typeof(…) on ( stages )`, `partition by column ( stages )`, `fork (stages) (stages)`.
    fn within(&mut self, word: &str) -> Vec<Stage> {
        let mut stages = Vec::new();
        if word == "mv-apply" {
            self.options();
            let columns = self.assigns();
            stages.push(Stage::Extend(columns));
        }
        loop {
            self.skip_to(|kind| ends(kind) || matches!(kind, Kind::Open | Kind::OpenBlock));
            if !matches!(self.kind(), Some(Kind::Open | Kind::OpenBlock)) {
                return stages;
            }
            let open = self.at;
            self.at += 1;
            if let Some(inner) = self.pipeline() {
                stages.extend(inner.stages);
            }
            self.leave(open);
        }
    }
}
