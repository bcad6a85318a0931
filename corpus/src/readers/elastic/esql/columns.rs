//! The columns of the table as a query of ES|QL goes on: fields of the event, and what the query made.

use rustc_hash::FxHashMap;

use super::super::super::cursor::Cursor;
use super::token::{Kind, name};
use super::value::Column;

/// What is known of the columns at one place of a query.
pub(super) struct Columns {
    /// By name, what it stands for; every other column is the field of its name.
    made: FxHashMap<String, Column>,
    /// By name, the token at which it is first mentioned.
    first: FxHashMap<String, usize>,
    /// The token at which columns of another index came in.
    joined: Option<usize>,
}

impl Columns {
    /// The columns at the beginning of a query.
    pub(super) fn new(cursor: &Cursor<'_, Kind>) -> Self {
        let mut first = FxHashMap::default();
        let mut ahead = 0;
        while let Some(kind) = cursor.peek_at(ahead) {
            if kind == Kind::Word {
                first.entry(name(cursor.slice_at(ahead))).or_insert(ahead);
            }
            ahead += 1;
        }
        Self { made: FxHashMap::default(), first, joined: None }
    }

    /// The column that is called so here.
    pub(super) fn get(&self, name: &str) -> Column {
        if let Some(column) = self.made.get(name) {
            return column.clone();
        }
        let foreign = self.joined.is_some_and(|joined| self.first.get(name).is_some_and(|first| *first >= joined));
        Column { name: name.to_owned(), derived: foreign }
    }

    /// A column of this name is a result of the query from here on.
    pub(super) fn derive(&mut self, word: &str) {
        let name = name(word);
        self.made.insert(name.clone(), Column { name, derived: true });
    }

    /// `word` is another name of `field` from here on.
    pub(super) fn rename(&mut self, field: &str, word: &str) {
        let column = self.get(&name(field));
        self.made.insert(name(word), column);
    }

    /// Columns that were not mentioned before the token at `place` are not the event's from here on.
    pub(super) fn join(&mut self, place: usize) {
        self.joined.get_or_insert(place);
    }
}
