//! The parser: expressions, by precedence climbing.

use super::parse::Parser;
use super::syntax::{Assign, Binary, Expr};
use super::token::{Kind, unquoted};

/// Chains of one arithmetic operator or of properties that are longer than any rule's are not followed.
const MAX_CHAIN: usize = 100;

/// How strongly an operator binds; `or` and `and` have levels of their own.
const COMPARISON: u8 = 1;
const SUM: u8 = 2;
const PRODUCT: u8 = 3;

impl Parser<'_> {
    /// An expression. What cannot be read is a [`Expr::Hole`] in it.
    pub(super) fn expression(&mut self) -> Expr {
        self.deeper(|parser| {
            let mut any = Vec::new();
            loop {
                let mut all = Vec::new();
                loop {
                    all.push(parser.comparison());
                    if !parser.eat_word("and") {
                        break;
                    }
                }
                any.push(one_or(all, Expr::And));
                if !parser.eat_word("or") {
                    break;
                }
            }
            one_or(any, Expr::Or)
        })
        .unwrap_or(Expr::Hole)
    }

    /// One operand of `and` or `or`. What stands behind it and cannot is skipped.
    fn comparison(&mut self) -> Expr {
        let expr = self.binary(COMPARISON);
        let recover = match self.peek() {
            Some(token) => match token.kind {
                Kind::Pipe | Kind::Comma | Kind::Semicolon | Kind::Range | Kind::Assign | Kind::Arrow => false,
                Kind::Close | Kind::CloseList | Kind::CloseBlock => false,
                // The next statement, the next value of a list without a comma, or a word that goes on with the stage.
                _ => {
                    !matches!(expr, Expr::Hole) && !token.first && token.kind != Kind::Text && token.kind != Kind::Name
                }
            },
            None => false,
        };
        if recover || (matches!(expr, Expr::Hole) && self.kind() == Some(Kind::Other)) {
            self.unexpected();
            while let Some(token) = self.peek() {
                let over = matches!(
                    token.kind,
                    Kind::Pipe | Kind::Comma | Kind::Semicolon | Kind::Close | Kind::CloseList | Kind::CloseBlock
                );
                if over || self.is("and") || self.is("or") {
                    break;
                }
                self.at = token.close.max(self.at) + 1;
            }
            self.at = self.at.min(self.tokens.len());
            // A column before an operator that is none says nothing.
            if matches!(expr, Expr::Name(_) | Expr::Path(..)) {
                return Expr::Hole;
            }
        }
        expr
    }

    fn binary(&mut self, level: u8) -> Expr {
        let mut left = self.unary();
        for _ in 0..MAX_CHAIN {
            let Some((operator, binds, negated)) = self.operator().filter(|(_, binds, _)| *binds >= level) else {
                return left;
            };
            self.at += 1;
            if operator == Binary::Regex && !self.eat_word("regex") {
                self.unexpected();
            }
            left = match operator {
                Binary::In | Binary::HasAny | Binary::HasAll => {
                    let right = self.operand();
                    Expr::Binary(operator, Box::new(left), Box::new(right))
                }
                _ => match self.deeper(|parser| parser.binary(binds + 1)) {
                    Some(right) => Expr::Binary(operator, Box::new(left), Box::new(right)),
                    None => return Expr::Hole,
                },
            };
            if negated {
                left = Expr::Not(Box::new(left));
            }
        }
        self.reason("a chain of operators is too long".to_owned());
        Expr::Hole
    }

    /// The operator at hand, how strongly it binds, and whether it is negated. `between` is read with its operand.
    fn operator(&self) -> Option<(Binary, u8, bool)> {
        let token = self.peek()?;
        let comparison = |operator, negated| Some((operator, COMPARISON, negated));
        match token.kind {
            Kind::Compare => match token.text {
                "==" | "=~" => comparison(Binary::Equal, false),
                "!=" | "<>" | "!~" => comparison(Binary::Equal, true),
                "<" => comparison(Binary::Less, false),
                "<=" => comparison(Binary::LessEqual, false),
                ">" => comparison(Binary::Greater, false),
                _ => comparison(Binary::GreaterEqual, false),
            },
            // `search Column:"text"`
            Kind::Colon => comparison(Binary::Contains, false),
            Kind::Arithmetic | Kind::Star => {
                let sign = token.text.chars().next()?;
                Some((Binary::Arithmetic(sign), if matches!(sign, '+' | '-') { SUM } else { PRODUCT }, false))
            }
            Kind::Name | Kind::Word => {
                let lower = token.text.to_ascii_lowercase();
                let word = lower.trim_end_matches('~');
                let (word, negated) = match word.strip_prefix('!') {
                    Some(word) => (word, true),
                    None => match word.strip_prefix("not").filter(|word| *word == "contains" || *word == "has") {
                        Some(word) => (word, true),
                        None => (word, false),
                    },
                };
                match word.strip_suffix("_cs").unwrap_or(word) {
                    "in" => comparison(Binary::In, negated),
                    "has" | "contains" | "hasprefix" | "hassuffix" => comparison(Binary::Contains, negated),
                    "startswith" => comparison(Binary::StartsWith, negated),
                    "endswith" => comparison(Binary::EndsWith, negated),
                    "matches" => comparison(Binary::Regex, negated),
                    "has_any" => comparison(Binary::HasAny, negated),
                    "has_all" => comparison(Binary::HasAll, negated),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn unary(&mut self) -> Expr {
        let minus = self.peek().is_some_and(|token| matches!(token.text, "-" | "+"));
        if minus {
            self.at += 1;
            return self.deeper(Self::unary).map_or(Expr::Hole, |inner| Expr::Minus(Box::new(inner)));
        }
        // `not` is a function, but it is also written without brackets, and so is `!`.
        let not = self.is("not") && self.tokens.get(self.at + 1).is_none_or(|token| token.kind != Kind::Open)
            || self.peek().is_some_and(|token| token.kind == Kind::Other && token.text == "!");
        if not {
            self.at += 1;
            return self.deeper(|parser| parser.binary(COMPARISON)).map_or(Expr::Hole, |e| Expr::Not(Box::new(e)));
        }
        let operand = self.operand();
        self.between(operand)
    }

    /// `value between (from .. to)`, if this is one.
    fn between(&mut self, value: Expr) -> Expr {
        let negated = self.is("!between");
        if !negated && !self.is("between") {
            return value;
        }
        self.at += 1;
        let open = self.at;
        if !self.eat(Kind::Open) {
            self.unexpected();
            return Expr::Hole;
        }
        let from = self.expression();
        if !self.eat(Kind::Range) {
            self.unexpected();
        }
        let to = self.expression();
        self.leave(open);
        let between = Expr::Between(Box::new(value), Box::new(from), Box::new(to));
        if negated { Expr::Not(Box::new(between)) } else { between }
    }

    /// A value with the properties below it.
    pub(super) fn operand(&mut self) -> Expr {
        let mut base = self.primary();
        let mut steps = Vec::new();
        loop {
            match self.kind() {
                Some(Kind::Dot) => {
                    self.at += 1;
                    match self.peek() {
                        Some(token) if token.kind == Kind::Name => {
                            // `workspace("x").Table`, `database("x").f(…)`: as good as the last alone.
                            let call = self.tokens.get(self.at + 1).is_some_and(|token| token.kind == Kind::Open);
                            if call {
                                base = self.primary();
                                steps.clear();
                                continue;
                            }
                            self.at += 1;
                            steps.push(Expr::Text(token.text.to_owned()));
                        }
                        Some(token) if token.kind == Kind::OpenList => {}
                        _ => {
                            self.unexpected();
                            break;
                        }
                    }
                }
                Some(Kind::OpenList) if !matches!(base, Expr::Hole | Expr::Text(_) | Expr::Number(_)) => {
                    let open = self.at;
                    self.at += 1;
                    let index = self.expression();
                    self.leave(open);
                    steps.push(match index {
                        Expr::Text(_) => index,
                        Expr::Number(_) => continue,
                        Expr::Minus(inner) if matches!(*inner, Expr::Number(_)) => continue,
                        _ => Expr::Hole,
                    });
                }
                _ => break,
            }
        }
        if steps.is_empty() { base } else { Expr::Path(Box::new(base), steps) }
    }

    fn primary(&mut self) -> Expr {
        let Some(token) = self.peek() else {
            self.unexpected();
            return Expr::Hole;
        };
        match token.kind {
            Kind::Text => {
                self.at += 1;
                Expr::Text(unquoted(token.text))
            }
            Kind::Number => {
                self.at += 1;
                Expr::Number(token.text.to_owned())
            }
            Kind::Timespan => {
                self.at += 1;
                Expr::Time
            }
            Kind::Star => {
                self.at += 1;
                Expr::Star
            }
            Kind::Open => self.brackets(),
            Kind::OpenList => match self.name() {
                Some(name) => Expr::Name(name),
                None => Expr::List(self.list(Kind::CloseList)),
            },
            Kind::OpenBlock => {
                self.at = (token.close + 1).min(self.tokens.len());
                Expr::Bag
            }
            Kind::Name => self.named(),
            _ => {
                self.unexpected();
                Expr::Hole
            }
        }
    }

    /// `(value)`, `(value, value)`, `(table | stage)`
    fn brackets(&mut self) -> Expr {
        let mut list = self.list(Kind::Close);
        if list.len() == 1 { list.pop().unwrap_or(Expr::Hole) } else { Expr::List(list) }
    }

    /// The values between the bracket at hand and its closing one. A comma may have been forgotten.
    pub(super) fn list(&mut self, close: Kind) -> Vec<Expr> {
        let open = self.at;
        self.at += 1;
        let mut values = Vec::new();
        while let Some(token) = self.peek().filter(|token| token.kind != close) {
            if token.kind == Kind::Comma {
                self.at += 1;
                continue;
            }
            let start = self.at;
            values.push(match token.kind {
                // Far the most, so the short way.
                Kind::Text
                    if self.tokens.get(start + 1).is_some_and(|t| matches!(t.kind, Kind::Comma | Kind::Text)) =>
                {
                    self.at += 1;
                    Expr::Text(unquoted(token.text))
                }
                _ => self.argument(),
            });
            if self.at == start || !matches!(self.kind(), Some(Kind::Comma | Kind::Text | Kind::Number)) {
                break;
            }
        }
        self.leave(open);
        values
    }

    /// A value, which may be a query.
    fn argument(&mut self) -> Expr {
        match self.pipeline() {
            Some(pipeline) => match (pipeline.source, pipeline.stages.is_empty()) {
                (super::syntax::Source::Expr(expr), true) => expr,
                (source, _) => Expr::Query(Box::new(super::syntax::Pipeline { source, stages: pipeline.stages })),
            },
            None => Expr::Hole,
        }
    }

    /// A name, a literal that is written as a word, or a call.
    fn named(&mut self) -> Expr {
        let name = self.word().to_owned();
        self.at += 1;
        let lower = name.to_ascii_lowercase();
        let Some(open) = self.peek().filter(|token| token.kind == Kind::Open) else {
            return match lower.as_str() {
                "true" => Expr::Bool(true),
                "false" => Expr::Bool(false),
                "null" => Expr::Null,
                _ => Expr::Name(name),
            };
        };
        match lower.as_str() {
            "datetime" | "timespan" | "time" | "date" => {
                self.at = (open.close + 1).min(self.tokens.len());
                Expr::Time
            }
            "guid" => {
                let inner = self.tokens.get(self.at + 1..open.close).unwrap_or_default();
                let text = inner.iter().map(|token| token.text).collect();
                self.at = (open.close + 1).min(self.tokens.len());
                Expr::Text(text)
            }
            // Of all types there is a null: `int(null)`; and a literal: `int(5)`.
            "int" | "long" | "real" | "double" | "decimal" | "bool" | "string" => self.brackets(),
            "dynamic" => match self.tokens.get(self.at + 1) {
                Some(token) if token.kind == Kind::OpenList => {
                    let outer = self.at;
                    self.at += 1;
                    let values = self.deeper(|parser| parser.list(Kind::CloseList)).unwrap_or_default();
                    self.leave(outer);
                    Expr::List(values)
                }
                _ => self.brackets(),
            },
            "not" => Expr::Not(Box::new(self.brackets())),
            _ => Expr::Call(name, self.arguments()),
        }
    }

    fn arguments(&mut self) -> Vec<Assign> {
        let open = self.at;
        self.at += 1;
        let mut arguments = Vec::new();
        while self.kind().is_some_and(|kind| kind != Kind::Close) {
            let start = self.at;
            let named = self.kind() == Some(Kind::Name)
                && self.tokens.get(self.at + 1).is_some_and(|token| token.kind == Kind::Assign);
            let name = if named { self.name() } else { None };
            self.at += usize::from(named);
            let value = self.argument();
            arguments.push(Assign { name, value });
            if !self.eat(Kind::Comma) || self.at == start {
                break;
            }
        }
        self.leave(open);
        arguments
    }
}

fn one_or(mut operands: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match operands.len() {
        1 => operands.pop().unwrap_or(Expr::Hole),
        _ => many(operands),
    }
}
