//! What names stand for: `let` statements and parameters, the columns of a table, the tables behind it.

use rustc_hash::FxHashMap;

use super::syntax::{Expr, Function, Pipeline};

/// Of so many columns of a table something is kept.
const MAX_COLUMNS: usize = 500;

/// So many tables are put together.
const MAX_TABLES: usize = 100;

/// Where a name is looked up: the number of definitions made before, within a chain of scopes.
pub(super) type Env = usize;

/// A name with what it stands for.
#[derive(Clone, Debug)]
pub(super) struct Binding<'q> {
    pub(super) name: &'q str,
    pub(super) value: Bound<'q>,
    /// The scope that it was made in: what its value can refer to, and where to look on.
    pub(super) outer: Env,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Bound<'q> {
    Value(&'q Pipeline),
    Function(&'q Function),
    /// An argument, and the scope of the call.
    Argument(&'q Expr, Env),
    /// A parameter of a function that was called without it.
    Nothing,
}

/// All bindings; scope 0 is empty.
#[derive(Debug, Default)]
pub(super) struct Scopes<'q> {
    bindings: Vec<Binding<'q>>,
}

impl<'q> Scopes<'q> {
    /// A scope with one binding more.
    pub(super) fn with(&mut self, outer: Env, name: &'q str, value: Bound<'q>) -> Env {
        self.bindings.push(Binding { name, value, outer });
        self.bindings.len()
    }

    /// What a name stands for, and the scope that has it (which identifies the binding).
    pub(super) fn find(&self, mut env: Env, name: &str) -> Option<(Env, Binding<'q>)> {
        while let Some(binding) = env.checked_sub(1).and_then(|at| self.bindings.get(at)) {
            if binding.name == name {
                return Some((env, binding.clone()));
            }
            env = binding.outer;
        }
        None
    }
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A part of the event, by its original name.
    Field(String),
    /// A result of the query.
    Derived,
}

/// The columns of a table, as far as something is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    known: FxHashMap<String, Column>,
    /// There are no others: a name that is not known is one that an aggregate made.
    closed: bool,
    /// Two tables were joined: columns that both have end in `1` in the second.
    joined: bool,
}

impl Columns {
    pub(super) fn set(&mut self, name: &str, column: Column) {
        if self.known.len() < MAX_COLUMNS || self.known.contains_key(name) {
            self.known.insert(name.to_owned(), column);
        }
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// What a name is. `used` tells whether the query has a name at all.
    pub(super) fn get(&self, name: &str, used: impl Fn(&str) -> bool) -> Column {
        if let Some(column) = self.known.get(name) {
            return column.clone();
        }
        if self.joined
            && let Some(first) = name.strip_suffix('1')
            && (self.known.contains_key(first) || used(first))
        {
            return self.get_plain(first);
        }
        self.get_plain(name)
    }

    fn get_plain(&self, name: &str) -> Column {
        match self.known.get(name) {
            Some(column) => column.clone(),
            None if self.closed => Column::Derived,
            None => Column::Field(name.to_owned()),
        }
    }

    /// The columns of both sides of a join; the left ones keep their names.
    pub(super) fn join(&mut self, right: Self) {
        for (name, column) in right.known {
            // A field of the event by its own name says nothing that would be lost.
            if self.known.len() < MAX_COLUMNS {
                self.known.entry(name).or_insert(column);
            }
        }
        self.closed &= right.closed;
        self.joined = true;
    }
}

/// A table that events come from, and what is known of the fields that say which of its events are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) table: String,
    /// Field and value, both as written: `ActionType`, `ImageLoaded`.
    pub(super) facts: Vec<(String, String)>,
}

/// What a pipeline gives.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Columns,
    pub(super) bases: Vec<Base>,
}

impl Table {
    /// A table that events come from.
    pub(super) fn named(name: &str) -> Self {
        Self { bases: vec![Base { table: name.to_owned(), facts: Vec::new() }], ..Self::default() }
    }

    /// A table of which no column is a part of an event.
    pub(super) fn made() -> Self {
        let columns = Columns { closed: true, ..Columns::default() };
        Self { columns, bases: Vec::new() }
    }

    /// Adds the rows of another table.
    pub(super) fn union(&mut self, other: Self) {
        for base in other.bases {
            if self.bases.len() < MAX_TABLES && !self.bases.contains(&base) {
                self.bases.push(base);
            }
        }
        self.columns.join(other.columns);
    }
}
