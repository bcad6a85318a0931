//! What a query looks for: its pipelines followed from their tables on, each with a top level of its own.
//!
//! A `let` table that is used, the right side of a join, an operand of a union and a query in `in (…)` are parts of their
//! own. What only serves to take rows away (`join kind=leftanti`, `!in (query)`) is followed by nobody: like a step that
//! must not come, it says nothing of the events that are looked for.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::logic::Logic;
use super::super::query::{Comparison, Test};
use super::columns::{Column, Columns};
use super::names::names;
use super::scope::{Base, Bound, Env, Scopes, Table};
use super::syntax::{Assign, Definition, Expr, Function, Parameter, Pipeline, Script, Source, Stage, Statement};
use super::tables;
use crate::rule::{Role, Scope};

/// Nesting (of queries, conditions and the names that they use) beyond what any rule has is not followed.
const MAX_DEPTH: usize = 120;

/// So many conditions, columns and values of lists are read, those of all uses of a function or list together.
const MAX_STEPS: usize = 100_000;

/// A part of a query with a top level of its own.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Empty where it is the only one.
    pub(super) name: String,
    pub(super) logic: Logic<Comparison>,
    /// The tables that it reads.
    pub(super) bases: Vec<Base>,
}

/// What a query says.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) parts: Vec<Part>,
    /// The tables whose rows it gives.
    pub(super) bases: Vec<Base>,
    /// The tables of parts that ask for nothing, such as one that is only joined.
    pub(super) others: Vec<Base>,
    pub(super) unread: Vec<String>,
}

/// Follows a query.
pub(super) fn read(script: &Script) -> Reading {
    let mut reader = Reader { names: names(script), ..Reader::default() };
    let mut bases = Vec::new();
    let env = reader.statements(&script.statements, 0, &mut |reader, query, env| {
        let mut conjuncts = Vec::new();
        let table = reader.run(query, env, &mut conjuncts);
        bases.extend(table.bases.iter().cloned());
        reader.finish("query", conjuncts, table.bases);
        None
    });
    if !reader.parts.iter().any(|part| says_something(&part.logic)) {
        // Whatever is defined and not used, or used in a way that nobody follows, is better than nothing.
        reader.definitions(&script.statements, env);
        bases.extend(reader.parts.iter().flat_map(|part| part.bases.iter().cloned()).take(tables::MAX_FACTS));
    }
    if let [only] = reader.parts.as_mut_slice() {
        only.name.clear();
    }
    Reading { parts: reader.parts, bases, others: reader.others, unread: reader.unread }
}

/// Whether there is a comparison that is no result of the query.
fn says_something(logic: &Logic<Comparison>) -> bool {
    let mut found = false;
    logic.each(|comparison, _| found |= !comparison.derived);
    found
}

#[derive(Default)]
pub(super) struct Reader<'q> {
    pub(super) scopes: Scopes<'q>,
    /// The tables of `let` statements that were followed, by the scope that has them.
    tables: FxHashMap<Env, Table>,
    parts: Vec<Part>,
    others: Vec<Base>,
    /// Names that the query has anywhere.
    pub(super) names: FxHashSet<&'q str>,
    unread: Vec<String>,
    steps: usize,
    depth: usize,
}

impl<'q> Reader<'q> {
    pub(super) fn reason(&mut self, reason: &str) {
        if !self.unread.iter().any(|known| known == reason) {
            self.unread.push(reason.to_owned());
        }
    }

    /// Follows something one level further in; `None` where it goes too deep or was too much already.
    pub(super) fn deeper<T>(&mut self, follow: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.reason("it is nested too deeply to be followed");
            return None;
        }
        if !self.step() {
            return None;
        }
        self.depth += 1;
        let found = follow(self);
        self.depth -= 1;
        found
    }

    /// Whether there may be one condition or value more.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.reason("it says too much to be read to its end");
        }
        self.steps <= MAX_STEPS
    }

    /// Goes through statements: definitions are added to the scope, `query` gets the others. The last scope.
    fn statements(
        &mut self,
        statements: &'q [Statement],
        mut env: Env,
        query: &mut dyn FnMut(&mut Self, &'q Pipeline, Env) -> Option<()>,
    ) -> Env {
        for statement in statements {
            match statement {
                Statement::Let(name, Definition::Value(value)) => {
                    env = self.scopes.with(env, name, Bound::Value(value));
                }
                Statement::Let(name, Definition::Function(function)) => {
                    env = self.scopes.with(env, name, Bound::Function(function));
                }
                Statement::Query(pipeline) => {
                    query(self, pipeline, env);
                }
            }
        }
        env
    }

    /// Follows what is defined, used or not.
    fn definitions(&mut self, statements: &'q [Statement], env: Env) {
        for statement in statements {
            let Statement::Let(name, _) = statement else { continue };
            let Some((at, binding)) = self.scopes.find(env, name) else { continue };
            match binding.value {
                Bound::Value(value) => {
                    self.let_table(at, name, value, binding.outer);
                }
                Bound::Function(function) => {
                    self.call(name, function, binding.outer, &[], env);
                }
                Bound::Argument(..) | Bound::Nothing => {}
            }
        }
    }

    fn finish(&mut self, name: &str, conjuncts: Vec<Logic<Comparison>>, bases: Vec<Base>) {
        if conjuncts.is_empty() {
            let room = tables::MAX_FACTS.saturating_sub(self.others.len());
            self.others.extend(bases.into_iter().take(room));
            return;
        }
        let logic = Logic::And(conjuncts);
        if self.parts.iter().any(|part| part.logic == logic && part.bases == bases) {
            return;
        }
        let same = |taken: &str| self.parts.iter().any(|part| part.name.strip_suffix(": ") == Some(taken));
        let mut unique = name.to_owned();
        for number in 2.. {
            if !same(&unique) {
                break;
            }
            unique = format!("{name} {number}");
        }
        self.parts.push(Part { name: format!("{unique}: "), logic, bases });
    }

    /// Follows a pipeline; what it asks for is added to `conjuncts`.
    fn run(&mut self, pipeline: &'q Pipeline, env: Env, conjuncts: &mut Vec<Logic<Comparison>>) -> Table {
        self.deeper(|reader| {
            let mut table = reader.source(&pipeline.source, env, conjuncts);
            reader.stages(&pipeline.stages, env, &mut table, conjuncts);
            Some(table)
        })
        .unwrap_or_default()
    }

    /// Follows a pipeline as a part of its own, unless it is no more than a name.
    fn part(&mut self, name: &str, pipeline: &'q Pipeline, env: Env) -> Table {
        let mut conjuncts = Vec::new();
        let table = self.run(pipeline, env, &mut conjuncts);
        self.finish(name, conjuncts, table.bases.clone());
        table
    }

    fn source(&mut self, source: &'q Source, env: Env, conjuncts: &mut Vec<Logic<Comparison>>) -> Table {
        let mut table = Table::default();
        match source {
            Source::Expr(expr) => table = self.table(expr, env, conjuncts),
            Source::Union(operands) => self.union(operands, env, &mut table),
            Source::Search(tables, condition) => {
                self.union(tables, env, &mut table);
                self.filter(condition, env, &mut table, conjuncts);
            }
            Source::Datatable(names, _) | Source::External(names) => {
                table = Table::made();
                names.iter().for_each(|name| table.columns.set(name, Column::Derived));
            }
            Source::Made => table = Table::made(),
            Source::Missing => {}
        }
        table
    }

    fn union(&mut self, operands: &'q [Pipeline], env: Env, table: &mut Table) {
        for operand in operands {
            let other = self.part("union", operand, env);
            table.union(other);
        }
    }

    /// The table that an expression is.
    fn table(&mut self, expr: &'q Expr, env: Env, conjuncts: &mut Vec<Logic<Comparison>>) -> Table {
        match expr {
            Expr::Name(name) => match self.scopes.find(env, name) {
                Some((at, binding)) => match binding.value {
                    Bound::Value(value) => self.let_table(at, name, value, binding.outer),
                    Bound::Function(function) => self.call(name, function, binding.outer, &[], env),
                    Bound::Argument(expr, env) => {
                        self.deeper(|r| Some(r.table(expr, env, conjuncts))).unwrap_or_default()
                    }
                    Bound::Nothing => Table::default(),
                },
                None => Table::named(name),
            },
            Expr::Path(_, steps) => match steps.last() {
                Some(Expr::Text(name)) => Table::named(name),
                _ => Table::default(),
            },
            Expr::Query(pipeline) => self.run(pipeline, env, conjuncts),
            Expr::Call(name, arguments) => {
                let first = arguments.first().map(|argument| &argument.value);
                match (name.to_ascii_lowercase().as_str(), first) {
                    ("materialize" | "toscalar" | "view" | "cluster" | "database" | "workspace", Some(inner)) => {
                        self.deeper(|reader| Some(reader.table(inner, env, conjuncts))).unwrap_or_default()
                    }
                    ("table", Some(inner)) => match self.text(inner, env) {
                        Some(name) => Table::named(&name),
                        None => Table::default(),
                    },
                    _ => match self.scopes.find(env, name) {
                        Some((_, binding)) => match binding.value {
                            Bound::Function(function) => self.call(name, function, binding.outer, arguments, env),
                            _ => Table::default(),
                        },
                        None => {
                            if name.to_ascii_lowercase().contains("watchlist") {
                                return Table::made();
                            }
                            let mut table = Table::named(name);
                            self.parameters(arguments, env, &mut table, conjuncts);
                            table
                        }
                    },
                }
            }
            _ => Table::default(),
        }
    }

    /// Conditions that are given to a parser of Sentinel's common schema: `_Im_Dns(responsecodename='NXDOMAIN')`.
    fn parameters(
        &mut self,
        arguments: &'q [Assign],
        env: Env,
        table: &mut Table,
        conjuncts: &mut Vec<Logic<Comparison>>,
    ) {
        for Assign { name, value } in arguments {
            let Some(name) = name else { continue };
            let none = Columns::default();
            let Some(values) = self.constant(value, env, &none) else { continue };
            if let Some(logic) = super::condition::parameter(name, values) {
                self.fact(&logic, table);
                conjuncts.push(logic);
            }
        }
    }

    fn let_table(&mut self, at: Env, name: &'q str, value: &'q Pipeline, outer: Env) -> Table {
        if let Some(table) = self.tables.get(&at) {
            return table.clone();
        }
        let table = self.part(name, value, outer);
        self.tables.insert(at, table.clone());
        table
    }

    /// The scope of a function's body for these arguments.
    pub(super) fn bind(&mut self, function: &'q Function, outer: Env, arguments: &'q [Assign], env: Env) -> Env {
        self.bind_from(&function.parameters, outer, arguments, env)
    }

    fn bind_from(&mut self, parameters: &'q [Parameter], outer: Env, arguments: &'q [Assign], env: Env) -> Env {
        let mut inner = outer;
        for (i, parameter) in parameters.iter().enumerate() {
            let named = arguments.iter().find(|a| a.name.as_deref() == Some(&parameter.name));
            let given = named.or_else(|| arguments.get(i).filter(|argument| argument.name.is_none()));
            let value = match (given, &parameter.default) {
                (Some(argument), _) => Bound::Argument(&argument.value, env),
                // `*` is anything.
                (None, Some(Expr::Text(any))) if any == "*" => Bound::Nothing,
                (None, Some(default)) => Bound::Argument(default, inner),
                (None, None) => Bound::Nothing,
            };
            inner = self.scopes.with(inner, &parameter.name, value);
        }
        inner
    }

    fn call(&mut self, name: &str, function: &'q Function, outer: Env, arguments: &'q [Assign], env: Env) -> Table {
        let inner = self.bind(function, outer, arguments, env);
        self.body(name, function, inner)
    }

    /// A function that gets the table at hand as its first argument.
    fn invoke(&mut self, function: &'q Expr, env: Env, table: &mut Table) {
        let Expr::Call(name, arguments) = function else { return };
        let Some((_, binding)) = self.scopes.find(env, name) else {
            // What a function of nobody's adds, such as `FileProfile`, is as good as a field.
            table.columns.open();
            return;
        };
        let Bound::Function(function) = binding.value else { return };
        let Some((first, others)) = function.parameters.split_first() else { return };
        let inner = self.scopes.with(binding.outer, &first.name, Bound::Nothing);
        let inner = self.bind_from(others, inner, arguments, env);
        let made = self.body(name, function, inner);
        table.columns.join(made.columns);
    }

    fn body(&mut self, name: &str, function: &'q Function, inner: Env) -> Table {
        self.deeper(|reader| {
            let mut table = Table::default();
            reader.statements(&function.body, inner, &mut |reader, query, env| {
                table = reader.part(name, query, env);
                None
            });
            Some(table)
        })
        .unwrap_or_default()
    }

    fn stages(&mut self, stages: &'q [Stage], env: Env, table: &mut Table, conjuncts: &mut Vec<Logic<Comparison>>) {
        for stage in stages {
            if !self.step() {
                return;
            }
            match stage {
                Stage::Where(condition) => self.filter(condition, env, table, conjuncts),
                Stage::Extend(assigns) | Stage::Project(assigns) => {
                    if matches!(stage, Stage::Project(_)) {
                        table.columns.keep(assigns);
                    }
                    // None of them sees what the others make.
                    let made: Vec<_> =
                        assigns.iter().filter_map(|assign| self.assign(assign, env, &table.columns)).collect();
                    made.into_iter().for_each(|(name, column)| table.columns.set(&name, column));
                }
                Stage::Summarize(aggregates, by) => self.summarize(aggregates, by, env, table),
                Stage::Join(kind, right) => self.join(kind, right, env, table, conjuncts),
                Stage::Union(operands) => self.union(operands, env, table),
                Stage::Parse(columns) => columns.iter().for_each(|name| table.columns.set(name, Column::Derived)),
                Stage::Within(inner) => {
                    let mut within = table.clone();
                    self.deeper(|reader| {
                        reader.stages(inner, env, &mut within, conjuncts);
                        Some(())
                    });
                    within.columns.join(std::mem::take(&mut table.columns));
                    *table = within;
                }
                Stage::Invoke(function) => self.invoke(function, env, table),
                Stage::Other => {}
            }
        }
    }

    fn filter(&mut self, condition: &'q Expr, env: Env, table: &mut Table, conjuncts: &mut Vec<Logic<Comparison>>) {
        let Some(logic) = self.condition(condition, env, &table.columns, true) else { return };
        self.fact(&logic, table);
        conjuncts.push(logic);
    }

    /// Notes what a condition says about which events of the tables are meant.
    fn fact(&self, logic: &Logic<Comparison>, table: &mut Table) {
        logic.each(|comparison, place| {
            let wanted = place.role == Role::Indicator && place.scope != Scope::Guard && !comparison.derived;
            let text = match &comparison.test {
                Test::Pattern(parts) => parts.len() == 1 || tables::has_value(&comparison.field, &comparison.raw),
                _ => false,
            };
            if wanted && text && tables::decides(&comparison.field) {
                let fact = (comparison.field.clone(), comparison.raw.clone());
                for base in &mut table.bases {
                    if base.facts.len() < tables::MAX_FACTS && !base.facts.contains(&fact) {
                        base.facts.push(fact.clone());
                    }
                }
            }
        });
    }

    fn join(
        &mut self,
        kind: &str,
        right: &'q Pipeline,
        env: Env,
        table: &mut Table,
        conjuncts: &mut Vec<Logic<Comparison>>,
    ) {
        match kind {
            "anti" | "leftanti" | "leftantisemi" => {}
            "rightanti" | "rightantisemi" => {
                conjuncts.clear();
                *table = self.part("join", right, env);
            }
            "leftsemi" => {
                self.part("join", right, env);
            }
            "rightsemi" => *table = self.part("join", right, env),
            _ => {
                let other = self.part("join", right, env);
                table.columns.join(other.columns);
            }
        }
    }

    /// A query that a column's value must be in.
    pub(super) fn subquery(&mut self, expr: &'q Expr, env: Env) {
        self.deeper(|reader| {
            let mut conjuncts = Vec::new();
            let table = reader.table(expr, env, &mut conjuncts);
            reader.finish("in", conjuncts, table.bases);
            Some(())
        });
    }
}
