//! Other modifiers for a key.

use sigwise_sigma::Span;
use sigwise_sigma::detection::{FieldKey, Group, Item, Member};
use sigwise_sigma::scalar::{self, Type};
use sigwise_sigma::yaml::Style;

use crate::diagnostic::Edit;
use crate::rule::DetectionRule;

/// In a map with more keys than this no key is changed: each change compares with all of them.
const MAX_SIBLINGS: usize = 2_000;

/// What stands behind so many modifiers of one key is not looked at.
pub(crate) const MAX_MODIFIERS: usize = 40;

impl DetectionRule<'_> {
    /// The edit that gives an item of `group` these modifiers instead of its own; `None` where the key is not written here
    /// as it is, the change would reach other places, or the map has such a key already.
    pub fn remodel(&self, group: &Group, item: &Item, words: &[&str]) -> Option<Edit> {
        let key = item.key.as_ref()?;
        let text = self.source().text();
        let too_many = group.members.len() > MAX_SIBLINGS || key.modifiers.len() > MAX_MODIFIERS;
        if item.inherited || self.file.shares_text || too_many {
            return None;
        }
        let mut written = text.get(key.field.span.start as usize..key.span.end as usize)?;
        written = written.strip_prefix(&*key.field.text)?;
        for used in &key.modifiers {
            written = written.strip_prefix('|')?.strip_prefix(&*used.word.text)?;
        }
        let plain = !text[key.span.range()].starts_with(['\'', '"']);
        let name = format!("{}{}", key.field.text, piped(words));
        let stays_text = !plain || scalar::resolve(&name, Style::Plain, None) == Type::Str;
        let taken = group.members.iter().any(|member| match member {
            Member::Item(other) => {
                !std::ptr::eq(other, item) && other.key.as_ref().is_some_and(|key| reads(key, &name))
            }
            Member::Group(_) => false,
        });
        if !stays_text || taken {
            return None;
        }
        // Only the words that differ are replaced.
        let old: Vec<&str> = key.modifiers.iter().map(|used| &*used.word.text).collect();
        let same = old.iter().zip(words).take_while(|(old, new)| old == new).count();
        let (old_rest, new_rest) = (&old[same..], &words[same..]);
        let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
        let end_of = |count: usize| match count.checked_sub(1).and_then(|last| key.modifiers.get(last)) {
            Some(used) => used.word.span.end,
            None => key.field.span.start + key.field.text.len() as u32,
        };
        let span = Span { start: end_of(same), end: end_of(old.len() - tail) };
        Some(Edit::replace(span, piped(&new_rest[..new_rest.len() - tail])))
    }
}

/// `|a|b`
fn piped(words: &[&str]) -> String {
    words.iter().flat_map(|word| ["|", word]).collect()
}

/// Whether the key is written like this.
fn reads(key: &FieldKey, name: &str) -> bool {
    let mut rest = name.strip_prefix(&*key.field.text);
    for used in &key.modifiers {
        rest = rest.and_then(|rest| rest.strip_prefix('|')?.strip_prefix(&*used.word.text));
    }
    rest == Some("")
}
