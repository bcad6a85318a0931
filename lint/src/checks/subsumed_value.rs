//! `subsumed-value`

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashSet;
use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::{Category, Modifier};
use sigwise_sigma::pattern;
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::diagnostic::{Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values::{self, Comparison};

declare_check! {
    /// Reports a value that another value of the same list matches anyway.
    ///
    /// `\powershell.exe` beside `shell.exe` behind `endswith` changes nothing: either it can go, or the shorter one takes in
    /// more than was meant. Values with wildcards inside, keywords, and lists that are joined with `all` are left alone.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Shell Execution
    /// detection:
    ///     selection:
    ///         Image|endswith:
    ///             - '\powershell.exe'
    /// #             ^^^^^^^^^^^^^^^^^ subsumed-value
    ///             - shell.exe
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Shell Execution
    /// detection:
    ///     selection:
    ///         Image|endswith:
    ///             - '\powershell.exe'
    ///             - '\shell.exe'
    ///         CommandLine|contains|all:
    ///             - foo
    ///             - foobar
    ///     condition: selection
    /// ```
    "subsumed-value" {
        group: Values, profile: Default, severity: Hint, fix: Sometimes(Safe),
        aliases: [], since: "0.1.0", run: Detection(subsumed_value),
    }
}

/// So many times a value is held against another one; longer lists are searched for all values at once.
const MAX_PAIRS: usize = 10_000_000;

/// Lists with more text than this are left alone: an automaton of it takes too much memory.
const MAX_BYTES: usize = 1 << 20;

/// How many occurrences of shorter values in longer ones are looked at.
const MAX_FINDS: usize = 1_000_000;

/// A value without wildcards but for those at its ends.
struct Simple<'a> {
    index: usize,
    text: Cow<'a, str>,
    open_start: bool,
    open_end: bool,
    /// A bit for every pair of letters in it: a text that another one occurs in has all the bits of that one.
    pairs: u64,
}

fn subsumed_value(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        if item.values.len() < 2 || item.is_keyword() || !is_comparable(item) {
            continue;
        }
        let Some(how) = values::comparison(item) else { continue };
        // Values that are compared as a whole take in nothing but themselves.
        let open = how.open_start || how.open_end || item.values.iter().any(has_open_end);
        if !open {
            continue;
        }
        let mut simple: Vec<Simple<'_>> =
            item.values.iter().enumerate().filter_map(|(index, value)| simple(index, value, &how)).collect();
        simple.sort_by_key(|one| one.text.len());
        if simple.len() * simple.len() / 2 <= MAX_PAIRS {
            few(rule, item, &simple, &how, report);
        } else {
            many(rule, item, &simple, &how, report);
        }
    }
}

/// `simple` is sorted by length.
fn few(rule: &DetectionRule<'_>, item: &Item, simple: &[Simple<'_>], how: &Comparison, report: &mut Report<'_>) {
    // Side by side, thousands are passed over in a microsecond.
    let pairs: Vec<u64> = simple.iter().map(|one| one.pairs).collect();
    // Of the same length, one covers the other only where their ends differ.
    let alike = simple.windows(2).all(|both| ends(&both[0]) == ends(&both[1]));
    let mut candidates = 0;
    for narrow in simple {
        let enough = |one: &Simple<'_>| if alike { one.text.len() < narrow.text.len() } else { one.text.len() <= narrow.text.len() };
        while simple.get(candidates).is_some_and(enough) {
            candidates += 1;
        }
        let wide = pairs[..candidates].iter().enumerate().filter(|(_, pairs)| *pairs & !narrow.pairs == 0);
        if let Some(wide) = wide.map(|(index, _)| &simple[index]).find(|wide| covers(wide, narrow, how)) {
            report_one(rule, item, (wide.index, narrow.index), report);
        }
    }
}

/// Whether the values are strings that are compared as they are written, one of them being enough.
fn is_comparable(item: &Item) -> bool {
    item.modifiers().iter().all(|used| match used.modifier {
        Some(Modifier::Neq) => true,
        Some(modifier) => matches!(modifier.category(), Category::Shape | Category::Case | Category::Variation),
        None => false,
    })
}

fn has_open_end(value: &Value) -> bool {
    value.text().is_some_and(|text| text.starts_with('*') || text.ends_with('*'))
}

fn pairs(text: &str) -> u64 {
    let lower = |byte: u8| u32::from(byte.to_ascii_lowercase());
    text.as_bytes().windows(2).fold(0, |bits, pair| bits | 1 << ((lower(pair[0]) * 31 + lower(pair[1]) * 7) % 64))
}

fn simple<'a>(index: usize, value: &'a Value, how: &Comparison) -> Option<Simple<'a>> {
    let text = value.text().filter(|_| value.ty() == Some(Type::Str))?;
    let core = values::core(text);
    if core.text.is_empty() || pattern::has_wildcards(core.text) {
        return None;
    }
    let text = pattern::unescape(core.text);
    Some(Simple {
        index,
        pairs: pairs(&text),
        text,
        open_start: how.open_start || core.star_before,
        open_end: how.open_end || core.star_after,
    })
}

/// Whether everything that `narrow` matches is matched by `wide`, which is not the same.
fn covers(wide: &Simple<'_>, narrow: &Simple<'_>, how: &Comparison) -> bool {
    if wide.text.len() > narrow.text.len() || wide.index == narrow.index {
        return false;
    }
    let (short, long) = (wide.text.as_bytes(), narrow.text.as_bytes());
    let same = |one: &[u8], other: &[u8]| if how.cased { one == other } else { one.eq_ignore_ascii_case(other) };
    let rest = long.len() - short.len();
    let fits = match (wide.open_start, wide.open_end) {
        (true, true) => occurs(short, long, how.cased),
        (false, true) => !narrow.open_start && same(short, &long[..short.len()]),
        (true, false) => !narrow.open_end && same(short, &long[rest..]),
        (false, false) => false,
    };
    fits && !is_twin(wide, narrow) && windash_agrees(wide)
}

/// The same text with the same ends stands there twice: another finding.
fn is_twin(one: &Simple<'_>, other: &Simple<'_>) -> bool {
    one.text.len() == other.text.len() && ends(one) == ends(other)
}

fn ends(one: &Simple<'_>) -> (bool, bool) {
    (one.open_start, one.open_end)
}

/// `windash` varies a dash only with a letter or digit behind it: a value that ends with the dash stays as it is, while the
/// longer one varies.
fn windash_agrees(wide: &Simple<'_>) -> bool {
    !wide.text.ends_with(['-', '/'])
}

fn occurs(short: &[u8], long: &[u8], cased: bool) -> bool {
    let Some((&first, rest)) = short.split_first() else { return true };
    let last = long.len() - short.len();
    let (one, other) = if cased { (first, first) } else { (first.to_ascii_lowercase(), first.to_ascii_uppercase()) };
    (0..=last).any(|at| {
        (long[at] == one || long[at] == other) && {
            let found = &long[at + 1..at + short.len()];
            if cased { found == rest } else { found.eq_ignore_ascii_case(rest) }
        }
    })
}

/// As above in about linear time: every value is searched once for all the others.
fn many(rule: &DetectionRule<'_>, item: &Item, simple: &[Simple<'_>], how: &Comparison, report: &mut Report<'_>) {
    if simple.iter().map(|one| one.text.len()).sum::<usize>() > MAX_BYTES {
        return;
    }
    // The same text many times takes the automaton a long time; that it is there twice is another finding.
    let mut seen = FxHashSet::default();
    let spelling = |one: &Simple<'_>| if how.cased { one.text.to_string() } else { one.text.to_ascii_lowercase() };
    let simple: Vec<_> = simple.iter().filter(|one| seen.insert((spelling(one), ends(one)))).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(!how.cased)
        .match_kind(MatchKind::Standard)
        .build(simple.iter().map(|one| one.text.as_bytes()));
    let Ok(automaton) = automaton else { return };
    let mut finds = 0;
    for narrow in &simple {
        let found = automaton.find_overlapping_iter(narrow.text.as_bytes()).find(|found| {
            finds += 1;
            finds > MAX_FINDS || {
                let wide = simple[found.pattern().as_usize()];
                (wide.open_start || found.start() == 0)
                    && (wide.open_end || found.end() == narrow.text.len())
                    && covers(wide, narrow, how)
            }
        });
        if finds > MAX_FINDS {
            return;
        }
        if let Some(found) = found {
            report_one(rule, item, (simple[found.pattern().as_usize()].index, narrow.index), report);
        }
    }
}

fn report_one(rule: &DetectionRule<'_>, item: &Item, (wide, narrow): (usize, usize), report: &mut Report<'_>) {
    let (wide, value) = (&item.values[wide], &item.values[narrow]);
    let text = |value: &Value| value.text().unwrap_or_default().to_owned();
    report
        .at(values::place(item, value), format!("`{}` is matched by `{}` anyway", text(value), text(wide)))
        .label(values::place(item, wide), "matches more")
        .tag(Tag::Unnecessary)
        .maybe_fix(edit::remove_value(rule.file, item, narrow).map(|edit| Fix::safe("remove it", [edit])));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every value and every end, held against a comparison of the languages themselves.
    #[test]
    fn covers_what_a_search_finds() {
        let texts = ["a", "ab", "ba", "aba", "bab", "abab", "A", "xAbx"];
        let matches = |one: &Simple<'_>, event: &str| {
            let (text, event) = (one.text.to_lowercase(), event.to_lowercase());
            match ends(one) {
                (true, true) => event.contains(&text),
                (false, true) => event.starts_with(&text),
                (true, false) => event.ends_with(&text),
                (false, false) => event == text,
            }
        };
        let mut values = Vec::new();
        for text in texts {
            for (open_start, open_end) in [(true, true), (true, false), (false, true), (false, false)] {
                let index = values.len();
                values.push(Simple { index, text: text.into(), open_start, open_end, pairs: pairs(text) });
            }
        }
        let how = Comparison { strings: true, open_start: false, open_end: false, cased: false };
        for narrow in &values {
            let around = |side: bool| if side { vec!["", "q", "ab"] } else { vec![""] };
            for wide in &values {
                let all = around(narrow.open_start).iter().all(|before| {
                    around(narrow.open_end)
                        .iter()
                        .all(|after| matches(wide, &format!("{before}{}{after}", narrow.text)))
                });
                let same = narrow.text.eq_ignore_ascii_case(&wide.text) && ends(narrow) == ends(wide);
                assert_eq!(
                    covers(wide, narrow, &how),
                    all && !same,
                    "{} {:?} covers {} {:?}",
                    wide.text,
                    ends(wide),
                    narrow.text,
                    ends(narrow)
                );
            }
        }
    }
}
