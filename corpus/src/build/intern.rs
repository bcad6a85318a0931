//! Numbers for things that occur often.

use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::snapshot::NONE;

/// Texts, numbered in the order in which they were met; the empty text is 0.
#[derive(Debug)]
pub(super) struct Texts {
    numbers: FxHashMap<Rc<str>, u32>,
    list: Vec<Rc<str>>,
}

impl Default for Texts {
    fn default() -> Self {
        let mut texts = Self { numbers: FxHashMap::default(), list: Vec::new() };
        texts.of("");
        texts
    }
}

impl Texts {
    pub(super) fn of(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(NONE);
        let text: Rc<str> = text.into();
        self.list.push(Rc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn get(&self, number: u32) -> &str {
        self.list.get(number as usize).map_or("", |text| text)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|text| &**text)
    }
}

/// Things that are numbered when met, and sorted in the end.
#[derive(Debug)]
pub(super) struct Sorted<T> {
    numbers: FxHashMap<T, u32>,
    list: Vec<T>,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { numbers: FxHashMap::default(), list: Vec::new() }
    }
}

impl<T: Clone + Ord + Hash> Sorted<T> {
    pub(super) fn of(&mut self, thing: T) -> u32 {
        if let Some(&number) = self.numbers.get(&thing) {
            return number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(NONE);
        self.list.push(thing.clone());
        self.numbers.insert(thing, number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.list.get(number as usize)
    }

    /// The number of a thing that was met.
    pub(super) fn number(&self, thing: &T) -> u32 {
        self.numbers.get(thing).copied().unwrap_or_default()
    }

    /// Sorts; the result says for every old number the new one.
    pub(super) fn sort(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0u32..).take(self.list.len()).collect();
        order.sort_by(|&a, &b| self.list.get(a as usize).cmp(&self.list.get(b as usize)));
        self.list = order.iter().filter_map(|&old| self.list.get(old as usize).cloned()).collect();
        self.numbers = self.list.iter().cloned().zip(0..).collect();
        inverse(&order)
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.list.iter()
    }
}

impl Sorted<String> {
    /// The number of a text, which is copied when it is met for the first time only.
    fn of_text(&mut self, text: &str) -> u32 {
        match self.numbers.get(text) {
            Some(&number) => number,
            None => self.of(text.to_owned()),
        }
    }
}

/// Words, and in which of the texts that are kept anyway each stands.
#[derive(Debug, Default)]
pub(super) struct Words<'a> {
    words: Sorted<String>,
    places: Vec<Option<(&'a str, usize)>>,
}

impl<'a> Words<'a> {
    /// A word that was met in a text.
    pub(super) fn of(&mut self, word: &str, text: &'a str) -> u32 {
        let number = self.words.of_text(word);
        self.places.resize(self.words.len(), None);
        if let (Some(place), Some(word)) = (self.places.get_mut(number as usize), self.words.get(number))
            && place.is_none()
        {
            // A title can have it in capitals only.
            *place = text.find(word.as_str()).map(|at| (text, at));
        }
        number
    }

    /// Sorts; the result says for every old number the new one.
    pub(super) fn sort(&mut self) -> Vec<u32> {
        let numbers = self.words.sort();
        let mut places = vec![None; self.places.len()];
        for (place, number) in self.places.iter().zip(&numbers) {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = *place;
            }
        }
        self.places = places;
        numbers
    }

    /// Every word, with a text that it stands in and where, if there is one.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Option<(&'a str, usize)>)> {
        self.words.iter().map(String::as_str).zip(self.places.iter().copied())
    }
}

/// For every old number the new one, where `order` lists old numbers in their new order.
pub(super) fn inverse(order: &[u32]) -> Vec<u32> {
    let mut out = vec![NONE; order.len()];
    for (new, &old) in (0u32..).zip(order) {
        if let Some(slot) = out.get_mut(old as usize) {
            *slot = new;
        }
    }
    out
}

/// The new number of an old one.
pub(super) fn at(numbers: &[u32], old: u32) -> u32 {
    numbers.get(old as usize).copied().unwrap_or(NONE)
}
