//! Values and fields that nobody else uses and that are one slip away from what many use.

use rustc_hash::FxHashMap;

use super::Asking;
use crate::corpus::{Corpus, FieldId, Leave, RowId, RuleId, Take, WordId};
use crate::fields::KEYWORD;
use crate::op::{Base, Extra};
use crate::rule::Predicate;
use crate::words::words;

/// A value that is probably another one.
#[derive(Clone, Debug)]
pub struct MisspelledValue<'a> {
    /// As it stands in the rule.
    pub predicate: &'a Predicate,
    /// The word of it that is at fault, in lower case.
    pub word: &'a str,
    /// What that word probably is, in lower case.
    pub meant: &'a str,
    /// Other rules that have it in title or values, sorted.
    pub rules: Vec<RuleId>,
    /// How many other rules have the whole value, set right, in the same field.
    pub in_field: u32,
}

/// A field that is probably another one.
#[derive(Clone, Debug)]
pub struct MisspelledField<'a> {
    /// A predicate on it; all of them are meant.
    pub predicate: &'a Predicate,
    /// What it probably is.
    pub meant: FieldId,
    /// How many rules of the log source use that one.
    pub rules: u32,
    /// How many rules of the log source there are.
    pub peers: u32,
    /// It differs in upper and lower case alone.
    pub case: bool,
}

/// Shorter words are one slip away from one another by nature.
const LETTERS: usize = 6;

/// Longer ones are no words.
const LONGEST: usize = 32;

/// How many rules must have the word that is meant,
const RULES: usize = 8;

/// and how many the whole value, with it set right, in the same field.
const IN_FIELD: u32 = 3;

/// A rule with more such values is about something of its own,
const PER_RULE: usize = 2;

/// and so is one with more words that could be others, or more fields that nobody has.
const SUSPECTS: usize = 64;

/// Values with a word that no other rule uses, one slip away from one that many use.
pub fn values<'a>(asking: &'a Asking<'_>) -> Vec<MisspelledValue<'a>> {
    let corpus = asking.corpus();
    let slips = corpus.prepared().slips(corpus);
    let mut out: Vec<MisspelledValue<'a>> = Vec::new();
    let mut asked = 0;
    for (predicate, row) in asking.predicates().filter(|(p, _)| p.has_row && is_text(p)) {
        let suspects = parts(&predicate.value).filter(|part| slips.may_be_near(part));
        for word in suspects {
            let others = |row: RowId| corpus.postings(row, asking.leave()).next().is_some();
            if row.is_some_and(others) || is_used(asking, word) || out.iter().any(|known| known.word == word) {
                continue;
            }
            asked += 1;
            if asked > SUSPECTS {
                return Vec::new();
            }
            let meant = slips.near(corpus, word).map(|meant| (meant, corpus.word_text(meant)));
            let found = meant.filter(|(_, meant)| !is_said(asking, meant)).filter_map(|(id, meant)| {
                let rules: Vec<RuleId> = corpus.rules_of_word(id, asking.leave()).collect();
                let in_field = looked_for(asking, predicate, word, meant);
                let enough = rules.len() >= RULES && in_field >= IN_FIELD;
                enough.then_some(MisspelledValue { predicate, word, meant, rules, in_field })
            });
            let best = found.max_by_key(|slip| (slip.in_field, std::cmp::Reverse(slip.meant)));
            out.extend(best.filter(|_| !is_played_with(asking, word)));
        }
    }
    if out.len() > PER_RULE { Vec::new() } else { out }
}

/// Whether a value is text that people write.
fn is_text(predicate: &Predicate) -> bool {
    let op = predicate.op;
    op.base().is_pattern() && !op.keeps_case() && !op.extras().any(Extra::is_encoding)
}

/// The words of a value that are long enough to be taken for others.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    // The slips that are known are those of English words.
    let bytes = if value.is_ascii() { value.as_bytes() } else { &[] };
    let long = |word: &&[u8]| {
        (LETTERS..=LONGEST).contains(&word.len()) && word.iter().filter(|b| b.is_ascii_alphabetic()).count() >= LETTERS
    };
    let words = bytes.split(|b| !b.is_ascii_alphanumeric()).filter(long);
    words.filter_map(|word| std::str::from_utf8(word).ok())
}

/// Whether another rule has a word, or the title of this one.
fn is_used(asking: &Asking<'_>, word: &str) -> bool {
    let corpus = asking.corpus();
    corpus.word(word).is_some_and(|word| corpus.rules_of_word(word, asking.leave()).next().is_some())
        || words(&asking.rule().title).any(|known| known == word)
}

/// Whether the rule has a second word one slip away: it lists spellings.
fn is_played_with(asking: &Asking<'_>, word: &str) -> bool {
    let slip = |part: &str| is_one_slip(part.as_bytes(), word.as_bytes());
    asking.predicates().any(|(p, _)| parts(&p.value).any(slip))
}

/// Whether the rule has a word elsewhere.
fn is_said(asking: &Asking<'_>, word: &str) -> bool {
    asking.predicates().any(|(p, _)| p.value.contains(word))
}

/// How many other rules have the value, with the word set right, in the same field.
fn looked_for(asking: &Asking<'_>, predicate: &Predicate, word: &str, meant: &str) -> u32 {
    let corpus = asking.corpus();
    let value = predicate.value.replace(word, meant);
    let bases = [Base::Eq, Base::Name, Base::Contains, Base::StartsWith, Base::EndsWith, Base::Match, Base::Wildcard];
    let rows = bases.into_iter().filter_map(|base| corpus.row(&predicate.field, predicate.op.on(base), &value));
    rows.map(|row| corpus.postings(row, asking.leave()).count() as u32).sum()
}

/// Words that several rules have, found by what is left of them after a slip.
#[derive(Debug, Default)]
pub(super) struct Slips(FxHashMap<u64, Vec<WordId>>);

/// Two words that are one slip apart have the first or the last so many letters in common.
fn half(length: usize) -> usize {
    length.saturating_sub(1) / 2
}

/// The keys under which a word of this length is looked for: its beginning and its end.
fn keys(word: &[u8], length: usize) -> [u64; 2] {
    let half = half(length).min(word.len());
    let (start, end) = (&word[..half], &word[word.len() - half..]);
    let hash = |text: &[u8], end: bool| {
        let seed = 0xcbf2_9ce4_8422_2325 ^ ((length as u64) << 1) ^ u64::from(end);
        text.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    };
    [hash(start, false), hash(end, true)]
}

impl Slips {
    pub(super) fn new(corpus: &Corpus) -> Self {
        let mut slips: FxHashMap<u64, Vec<WordId>> = FxHashMap::default();
        for word in corpus.words().filter(|word| corpus.rules_of_word(*word, Leave::NONE).nth(RULES - 1).is_some()) {
            let text = corpus.word_text(word);
            if parts(text).next() != Some(text) {
                continue;
            }
            // The word that is looked for may be a letter shorter or longer.
            for key in (text.len() - 1..=text.len() + 1).flat_map(|length| keys(text.as_bytes(), length)) {
                slips.entry(key).or_default().push(word);
            }
        }
        Self(slips)
    }

    fn may_be_near(&self, word: &str) -> bool {
        keys(word.as_bytes(), word.len()).iter().any(|key| self.0.contains_key(key))
    }

    /// The words that are one slip from `word`.
    fn near(&self, corpus: &Corpus, word: &str) -> impl Iterator<Item = WordId> {
        let found = keys(word.as_bytes(), word.len()).into_iter().filter_map(|key| self.0.get(&key)).flatten();
        let mut found: Vec<WordId> = found.copied().collect();
        found.retain(|near| is_one_slip(word.as_bytes(), corpus.word_text(*near).as_bytes()));
        found.sort_unstable();
        found.dedup();
        found.into_iter()
    }
}

/// Whether a letter too many, too few, another one, or two that changed places make the one word the other. Digits are no
/// slips: they number things.
fn is_one_slip(a: &[u8], b: &[u8]) -> bool {
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    match (a, b) {
        ([x], [y]) => x.is_ascii_alphabetic() && y.is_ascii_alphabetic(),
        ([x], []) | ([], [x]) => x.is_ascii_alphabetic(),
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

/// Shorter names are one slip away from one another by nature.
const FIELD_LETTERS: usize = 8;

/// How many rules of the log source must use the name that is meant.
const FIELD_RULES: u32 = 5;

/// Fields that no other rule of the log source uses, but that are, but for case or one slip, one that several use.
pub fn fields<'a>(asking: &'a Asking<'_>) -> Vec<MisspelledField<'a>> {
    let corpus = asking.corpus();
    let source = asking.rule().logsource.as_ref();
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    let mut used = None;
    for (predicate, _) in asking.predicates() {
        let name = &*predicate.field;
        if name == KEYWORD || seen.contains(&name) {
            continue;
        }
        seen.push(name);
        if seen.len() > SUSPECTS {
            return Vec::new();
        }
        if is_looked_at(asking, name) {
            continue;
        }
        let (used, peers) = used.get_or_insert_with(|| corpus.fields_of_logsource(source, asking.leave()));
        let near = used.iter().take_while(|count| count.rules >= FIELD_RULES).find_map(|count| {
            let other = corpus.field_name(count.of);
            let case = other.eq_ignore_ascii_case(name);
            let long = name.len() >= FIELD_LETTERS && other.len() >= FIELD_LETTERS;
            (case || long && is_one_slip(name.as_bytes(), other.as_bytes())).then_some((count, case))
        });
        // A field by which others leave something out is used as well.
        if let Some((count, case)) = near.filter(|_| !is_excluded_on(asking, name)) {
            out.push(MisspelledField { predicate, meant: count.of, rules: count.rules, peers: *peers, case });
        }
    }
    out
}

/// Whether another rule of the log source looks for something in a field.
fn is_looked_at(asking: &Asking<'_>, name: &str) -> bool {
    let corpus = asking.corpus();
    let Some(field) = corpus.field(name) else { return false };
    let source = &asking.rule().logsource;
    match corpus.prepared().logsources(corpus).get(source) {
        Some(same) => corpus.is_looked_at(field, same, asking.leave()),
        None => corpus.is_looked_at(field, &corpus.same_logsources(source.as_ref()), asking.leave()),
    }
}

fn is_excluded_on(asking: &Asking<'_>, name: &str) -> bool {
    let corpus = asking.corpus();
    let has =
        |field| corpus.fields_in(asking.logsource_rules(), Take::Exclusions).iter().any(|count| count.of == field);
    corpus.field(name).is_some_and(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip() {
        let slip = |a: &str, b: &str| is_one_slip(a.as_bytes(), b.as_bytes());
        assert!(slip("poweshell", "powershell"));
        assert!(slip("powershelll", "powershell"));
        assert!(slip("pwoershell", "powershell"));
        assert!(slip("powerzhell", "powershell"));
        assert!(!slip("powershell", "powershell"));
        assert!(!slip("server2", "server3"));
        assert!(!slip("server", "server3"));
        assert!(!slip("rewopshell", "powershell"));
    }

    #[test]
    fn words_one_slip_apart_share_a_half() {
        let word = "powershell";
        let mut near = vec!["ppowershell".to_owned(), "powershelll".to_owned()];
        for at in 0..word.len() {
            near.push(format!("{}{}", &word[..at], &word[at + 1..]));
            near.push(format!("{}x{}", &word[..at], &word[at..]));
            near.push(format!("{}x{}", &word[..at], &word[at + 1..]));
            if at + 1 < word.len() {
                near.push(format!("{}{}{}{}", &word[..at], &word[at + 1..at + 2], &word[at..at + 1], &word[at + 2..]));
            }
        }
        for slip in near {
            let length = slip.len();
            let shared = keys(slip.as_bytes(), length).iter().any(|p| keys(word.as_bytes(), length).contains(p));
            assert!(shared, "{slip}");
        }
    }

    #[test]
    fn words_that_can_be_slips() {
        let of = |value: &'static str| parts(value).collect::<Vec<_>>();
        assert_eq!(of(r"\poweshell.exe"), ["poweshell"]);
        assert_eq!(of("update application sucess- "), ["update", "application", "sucess"]);
        assert!(of("éxecution").is_empty());
        assert!(of("net1.exe 1234567 a1b2c3d4").is_empty());
    }
}
