//! ES|QL: a pipe of commands, of which `where` says what is looked for.
//!
//! The conditions of all its stages hold together. A column that a stage made is derived from there on, unless it is only a
//! new name of a field. What cannot be read is skipped up to the next stage at most, and the reason noted.

mod columns;
mod expression;
mod token;
mod value;

use self::columns::Columns;
use self::token::Kind;
use self::value::{Tree, all};
use super::super::cursor::Cursor;
use super::super::logic::Logic;
use super::super::query::{Query, derived};

/// What a query says.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    /// Its conditions, as one part.
    pub(super) query: Query,
    /// The index patterns that it reads from, as written.
    pub(super) indices: Vec<String>,
}

/// Reads a query, as far as it can be read.
pub(super) fn parse(query: &str) -> Parsed {
    let cursor = Cursor::new(query, Kind::Wrong);
    let columns = Columns::new(&cursor);
    let mut parser = Parser { cursor, columns, indices: Vec::new(), branches: 0 };
    let mut conditions = Vec::new();
    parser.pipe(&mut conditions);
    let parts = all(conditions).map(|tree| (String::new(), tree)).into_iter().collect();
    Parsed { query: Query { parts, unread: parser.cursor.into_reasons() }, indices: parser.indices }
}

struct Parser<'q> {
    cursor: Cursor<'q, Kind>,
    columns: Columns,
    indices: Vec<String>,
    /// How many branches are open, which a bracket closes.
    branches: usize,
}

impl<'q> Parser<'q> {
    /// Stages up to the end, or to a closing bracket; adds the condition of each.
    fn pipe(&mut self, conditions: &mut Vec<Tree>) {
        self.stage(conditions);
        while self.cursor.eat(Kind::Pipe) {
            self.stage(conditions);
        }
    }

    /// One command, from its name on.
    fn stage(&mut self, conditions: &mut Vec<Tree>) {
        if self.at_end() {
            return;
        }
        let command = self.cursor.slice().to_lowercase();
        self.cursor.bump();
        match command.as_str() {
            "where" => self.filter(conditions),
            "from" | "ts" => self.sources(conditions),
            "eval" => self.assignments(conditions),
            "inline" => {
                self.eat("stats");
                self.assignments(conditions);
            }
            "stats" | "inlinestats" => self.assignments(conditions),
            "grok" | "dissect" => self.extraction(command == "grok"),
            "rename" => self.renaming(),
            "enrich" | "lookup" => self.enrichment(),
            "completion" => {
                let named = self.cursor.peek_at(1) == Some(Kind::Assign);
                self.columns.derive(if named { self.cursor.slice() } else { "completion" });
            }
            "change_point" => ["type", "pvalue"].into_iter().for_each(|name| self.columns.derive(name)),
            "fork" => self.branches(conditions),
            "keep" | "drop" | "sort" | "limit" | "mv_expand" | "sample" | "row" | "show" | "rerank" | "set" => {}
            _ => self
                .cursor
                .reason(format!("the command `{}` is not known", command.chars().take(40).collect::<String>())),
        }
        self.finish();
    }

    /// `where condition`
    fn filter(&mut self, conditions: &mut Vec<Tree>) {
        conditions.extend(self.condition());
        while !self.at_end() {
            self.cursor.unexpected();
            self.cursor.bump();
            if self.is("and") || self.is("or") {
                self.cursor.bump();
            }
            if !self.at_end() {
                conditions.extend(self.condition());
            }
        }
    }

    /// `from pattern, … metadata field, …`, or `from (query), …`
    fn sources(&mut self, conditions: &mut Vec<Tree>) {
        if self.cursor.peek() == Some(Kind::Open) {
            return self.branches(conditions);
        }
        let start = self.cursor.place();
        while !self.at_end() && !self.is("metadata") {
            self.cursor.bump();
        }
        if self.cursor.place() > start {
            let patterns = self.cursor.since(start).split(',').map(|pattern| pattern.trim().trim_matches('"'));
            self.indices.extend(patterns.filter(|pattern| !pattern.is_empty()).map(str::to_owned));
        }
    }

    /// `(stages) (stages)` of `fork`, `(query), (query)` of `from`: events of any of them.
    fn branches(&mut self, conditions: &mut Vec<Tree>) {
        let mut branches: Vec<Tree> = Vec::new();
        while self.cursor.peek() == Some(Kind::Open) {
            self.cursor.bump();
            if !self.cursor.enter() {
                return self.finish();
            }
            self.branches += 1;
            let mut inner = Vec::new();
            self.pipe(&mut inner);
            branches.extend(all(inner));
            self.branches -= 1;
            self.cursor.leave();
            if !self.cursor.eat(Kind::Close) {
                self.cursor.unexpected();
            }
            self.cursor.eat(Kind::Comma);
        }
        if branches.len() > 1 {
            conditions.push(Logic::Or(branches));
        } else {
            conditions.append(&mut branches);
        }
    }

    /// `name = expression, …` and, of `stats`, `name = aggregation where condition, … by column, …`. What an aggregation
    /// counts is no condition of the rule's, but of one of its results.
    fn assignments(&mut self, conditions: &mut Vec<Tree>) {
        let mut counted: Vec<Tree> = Vec::new();
        let mut made = Vec::new();
        while !self.at_end() {
            let named = self.cursor.peek() == Some(Kind::Word) && self.cursor.peek_at(1) == Some(Kind::Assign);
            let name = named.then(|| self.cursor.slice());
            let start = self.cursor.place();
            while !self.at_item_end() {
                if self.eat("where") {
                    counted.extend(self.condition().map(derived));
                } else {
                    self.pass();
                }
            }
            // An expression without a name is called as it is written; a mere column stays one.
            match name {
                Some(name) => made.push(name),
                None if self.cursor.place() > start + 1 => made.push(self.cursor.since(start)),
                None => {}
            }
            if !self.eat("by") {
                self.cursor.eat(Kind::Comma);
            }
        }
        // No stage sees its own results before they are all there, as far as `where` goes.
        made.into_iter().for_each(|name| self.columns.derive(name));
        if counted.len() > 1 {
            conditions.push(Logic::Or(counted));
        } else {
            conditions.append(&mut counted);
        }
    }

    /// `grok column "…%{SYNTAX:name:type}…"`, `dissect column "…%{name}…"`
    fn extraction(&mut self, grok: bool) {
        while !self.at_end() && !matches!(self.cursor.peek(), Some(Kind::Text | Kind::Raw | Kind::Unclosed)) {
            self.cursor.bump();
        }
        while !self.at_end() {
            if matches!(self.cursor.peek(), Some(Kind::Text | Kind::Raw | Kind::Unclosed)) {
                let pattern = self.cursor.slice();
                for (at, opening) in pattern.match_indices("%{") {
                    let inner = pattern.get(at + opening.len()..).unwrap_or_default();
                    let Some(inner) = inner.split(['}', '%']).next() else { continue };
                    let name = if grok { inner.split(':').nth(1) } else { inner.split('/').next() };
                    let name = name.unwrap_or_default().trim_end_matches("->").trim_matches(['+', '?', '*', '&']);
                    self.columns.derive(name);
                }
                for (at, opening) in pattern.match_indices("(?<").filter(|_| grok) {
                    let inner = pattern.get(at + opening.len()..).unwrap_or_default();
                    self.columns.derive(inner.split(['>', '(']).next().unwrap_or_default());
                }
            }
            self.cursor.bump();
        }
    }

    /// `rename field as name, name = field, …`
    fn renaming(&mut self) {
        while !self.at_end() {
            let first = self.cursor.slice();
            self.cursor.bump();
            let assigned = self.cursor.eat(Kind::Assign);
            if assigned || self.eat("as") {
                let second = self.cursor.slice();
                let (name, field) = if assigned { (first, second) } else { (second, first) };
                self.columns.rename(field, name);
                self.cursor.bump();
            }
        }
    }

    /// `enrich policy on field with name = column, …`, `lookup join index on field`. Where the new columns have no names
    /// here, they are those that were not seen before.
    fn enrichment(&mut self) {
        let start = self.cursor.place();
        while !self.at_end() && !self.eat("with") {
            self.cursor.bump();
        }
        if self.at_end() {
            return self.columns.join(start);
        }
        while !self.at_end() {
            self.columns.derive(self.cursor.slice());
            while !self.at_end() && !self.cursor.eat(Kind::Comma) {
                self.cursor.bump();
            }
        }
    }

    /// Whether this stage ends here.
    fn at_end(&self) -> bool {
        match self.cursor.peek() {
            None | Some(Kind::Pipe) => true,
            Some(kind) => kind == Kind::Close && self.branches > 0,
        }
    }

    /// Whether an assignment ends here.
    fn at_item_end(&self) -> bool {
        self.at_end() || self.cursor.peek() == Some(Kind::Comma) || self.is("by")
    }

    /// To the end of this stage.
    fn finish(&mut self) {
        while !self.at_end() {
            self.pass();
        }
    }

    /// To the end of what stands between brackets or commas here.
    fn skip(&mut self) {
        use Kind::{Close, CloseList, CloseMap, Comma};
        while !self.at_end() && !matches!(self.cursor.peek(), Some(Close | Comma | CloseList | CloseMap)) {
            self.pass();
        }
    }

    /// Passes a token; with an opening bracket, everything up to its end or to the end of the stage.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.cursor.peek() {
                None | Some(Kind::Pipe) => return,
                Some(Kind::Open | Kind::OpenList | Kind::OpenMap) => depth += 1,
                Some(Kind::Close | Kind::CloseList | Kind::CloseMap) => depth = depth.saturating_sub(1),
                Some(_) => {}
            }
            self.cursor.bump();
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether this keyword is at hand.
    fn is(&self, keyword: &str) -> bool {
        self.cursor.peek() == Some(Kind::Word) && self.cursor.slice().eq_ignore_ascii_case(keyword)
    }

    /// Passes this keyword, if it is at hand.
    fn eat(&mut self, keyword: &str) -> bool {
        let found = self.is(keyword);
        if found {
            self.cursor.bump();
        }
        found
    }
}

#[cfg(test)]
mod tests;
