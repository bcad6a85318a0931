//! What names stand for: `let` statements and parameters, and the tables behind a query.

use super::columns::Columns;
use super::syntax::{Expr, Function, Pipeline};

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
        Self { columns: Columns::made(), bases: Vec::new() }
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
