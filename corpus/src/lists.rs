//! Lists of numbers by number, one behind the other: what inverting a table makes.

/// For each of so many keys a list.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// Where the list of each key starts, and in the end where the last one ends.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// From pairs of key and item, which are gone through twice; each list keeps their order. Keys beyond the count are left
    /// out.
    pub(crate) fn new<I: Iterator<Item = (u32, u32)>>(keys: usize, pairs: impl Fn() -> I) -> Self {
        let mut starts = vec![0u32; keys + 1];
        for (key, _) in pairs() {
            if let Some(count) = starts.get_mut(key as usize + 1) {
                *count += 1;
            }
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut items = vec![0; end as usize];
        let mut next = starts.clone();
        for (key, item) in pairs().filter(|(key, _)| (*key as usize) < keys) {
            let Some(next) = next.get_mut(key as usize) else { continue };
            if let Some(slot) = items.get_mut(*next as usize) {
                *slot = item;
            }
            *next += 1;
        }
        Self { starts, items }
    }

    /// The list of a key; empty for one beyond the count.
    pub(crate) fn get(&self, key: u32) -> &[u32] {
        let at = |key: usize| self.starts.get(key).map(|start| *start as usize);
        let range = at(key as usize).zip(at(key as usize + 1));
        range.and_then(|(start, end)| self.items.get(start..end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn pairs_become_lists() {
        let lists = Lists::new(3, || [(2, 5), (0, 1), (2, 4), (3, 9)].into_iter());
        let all: Vec<&[u32]> = (0..4).map(|key| lists.get(key)).collect();
        assert_eq!(all, [&[1][..], &[], &[5, 4], &[]]);
    }
}
