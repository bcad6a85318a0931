//! Columns: which of them are parts of the event, and which the query makes.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::read::Reader;
use super::scope::{Env, Table};
use super::syntax::{Assign, Expr};
use super::target::Target;
use super::value::Value;

/// Of so many columns of a table something is kept.
const MAX_COLUMNS: usize = 500;

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A part of the event, by its original name.
    Field(String),
    /// A result of the query.
    Derived,
    /// A constant, or the elements of a list of them, a row for each.
    Constant(Rc<[Value]>),
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
    /// Columns of which none is a part of an event.
    pub(super) fn made() -> Self {
        Self { closed: true, ..Self::default() }
    }

    pub(super) fn set(&mut self, name: &str, column: Column) {
        if self.known.len() < MAX_COLUMNS || self.known.contains_key(name) {
            self.known.insert(name.to_owned(), column);
        }
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// These are kept: where there are no others than those that are known, nothing is an event's after a join either.
    pub(super) fn keep(&mut self, assigns: &[Assign]) {
        for assign in assigns.iter().filter(|_| self.closed) {
            if let Assign { name: None, value: Expr::Name(name) } = assign
                && !self.knows(name)
            {
                self.known.insert(name.clone(), Column::Derived);
            }
        }
    }

    /// There may be columns that nothing is known of, after all.
    pub(super) fn open(&mut self) {
        self.closed = false;
    }

    /// The values of a column that is a constant.
    pub(super) fn constant(&self, name: &str) -> Option<&Rc<[Value]>> {
        match self.known.get(name) {
            Some(Column::Constant(values)) => Some(values),
            _ => None,
        }
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// What a name is. `used` tells whether the query has a name at all.
    pub(super) fn get(&self, name: &str, used: impl Fn(&str) -> bool) -> Column {
        if let Some(column) = self.known.get(name) {
            return column.clone();
        }
        // Fields that are numbered themselves, such as `SHA1` and `DeviceCustomString1`, are hardly ever in both tables.
        let numbered = |first: &str| !first.ends_with(|c: char| c.is_ascii_lowercase()) || first.contains("Custom");
        if self.joined
            && let Some(first) = name.strip_suffix('1')
            && (self.known.contains_key(first) || used(first) || !numbered(first))
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

impl<'q> Reader<'q> {
    /// What a column is.
    pub(super) fn column(&self, columns: &Columns, name: &str) -> Column {
        columns.get(name, |name| self.names.contains(name))
    }

    /// A column that gets a value, or another name; `None` where it stays what it is.
    pub(super) fn assign(&mut self, assign: &'q Assign, env: Env, columns: &Columns) -> Option<(String, Column)> {
        let name = match (&assign.name, &assign.value) {
            (Some(name), _) => name.clone(),
            (None, Expr::Path(base, steps)) => {
                let mut name = if let Expr::Name(base) = &**base { base.clone() } else { return None };
                for step in steps {
                    if let Expr::Text(step) = step {
                        name = format!("{name}_{step}");
                    }
                }
                name
            }
            _ => return None,
        };
        if let Some(values) = self.constant(&assign.value, env, columns) {
            return Some((name, Column::Constant(values.into())));
        }
        let column = match self.target(&assign.value, env, columns) {
            // `PipeName = AdditionalFields.PipeName`: the property's own name is the better known one.
            Target::Field(field) => match field.rsplit_once('.') {
                Some((_, last)) if last.eq_ignore_ascii_case(&name) => Column::Field(name.clone()),
                // `Image = EventDetail.[4].["#text"]`: where it stands in XML says nothing.
                Some((_, last)) if last.starts_with('#') => Column::Field(name.clone()),
                _ => Column::Field(field),
            },
            _ => Column::Derived,
        };
        Some((name, column))
    }

    pub(super) fn summarize(&mut self, aggregates: &'q [Assign], by: &'q [Assign], env: Env, table: &mut Table) {
        let before = std::mem::take(&mut table.columns);
        let mut after = Columns::default();
        let mut all = false;
        for Assign { name, value } in aggregates {
            let Expr::Call(function, arguments) = value else { continue };
            let function = function.to_ascii_lowercase();
            if name.is_none() {
                // `count_`, `dcount_Account`, `set_Account`
                let column = match arguments.first().map(|argument| &argument.value) {
                    Some(Expr::Name(column)) => column,
                    _ => "",
                };
                after.set(&format!("{}_{column}", function.trim_start_matches("make_")), Column::Derived);
            }
            let arguments = match function.as_str() {
                "take_any" | "any" | "take_anyif" | "anyif" => arguments.as_slice(),
                "arg_max" | "arg_min" | "argmax" | "argmin" => arguments.get(1..).unwrap_or_default(),
                _ => &[],
            };
            if let Some(name) = name {
                after.set(name, Column::Derived);
            }
            for argument in arguments {
                match &argument.value {
                    Expr::Star => all = true,
                    Expr::Name(column) => {
                        let found = self.column(&before, column);
                        after.set(name.as_ref().unwrap_or(column), found);
                    }
                    _ => {}
                }
            }
        }
        for assign in by {
            match (&assign.name, &assign.value) {
                (None, Expr::Name(column)) => {
                    let found = self.column(&before, column);
                    after.set(column, found);
                }
                _ => {
                    if let Some((name, column)) = self.assign(assign, env, &before) {
                        after.set(&name, column);
                    }
                }
            }
        }
        if all {
            after.join(before);
        } else {
            after.close();
        }
        table.columns = after;
    }
}
