//! How a vendor writes a value, told by how it differs from the normal form: a little at both ends, and the case of letters.
//!
//! `C:\Windows\x.EXE` for `?:\windows\x.exe` is: without the first character, `C` in front, and the case changed for one
//! letter after three and for three after nine. What differs otherwise is kept as it is written.

/// How the ends of values differ. Of many values in the same way, so this is a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ends<'a> {
    /// Bytes that the normal form has in front and the spelling has not.
    pub(crate) skip: usize,
    /// Bytes that the normal form has at the end and the spelling has not.
    pub(crate) drop: usize,
    /// What the spelling has in front instead.
    pub(crate) before: &'a str,
    /// What it has at the end instead.
    pub(crate) after: &'a str,
    /// Backslashes are written twice.
    pub(crate) doubled: bool,
}

/// Bytes that [`Ends`] can take away at one end, at most.
const LONGEST_CUT: usize = 3;

/// Longer texts at the ends are kept as they are: few values share them.
const LONGEST_END: usize = 24;

impl<'a> Ends<'a> {
    /// In one number beside the texts: 0 where the spelling is kept as written.
    pub(crate) fn pack(ends: Option<Self>) -> u32 {
        const CUTS: usize = LONGEST_CUT + 1;
        ends.map_or(0, |ends| 1 + (ends.skip + CUTS * (ends.drop + CUTS * usize::from(ends.doubled))) as u32)
    }

    /// What [`Ends::pack`] packed.
    pub(crate) fn unpack(packed: u32, before: &'a str, after: &'a str) -> Option<Self> {
        const CUTS: usize = LONGEST_CUT + 1;
        let cuts = packed.checked_sub(1)? as usize;
        Some(Self { skip: cuts % CUTS, drop: cuts / CUTS % CUTS, before, after, doubled: cuts >= CUTS * CUTS })
    }

    /// How `raw` differs from `normal`: its ends, and where its letters have the other case. `None`: in another way.
    pub(crate) fn between(normal: &str, raw: &'a str) -> Option<(Self, String)> {
        let folded = raw.to_ascii_lowercase();
        let find = |normal: &str, doubled| {
            let cuts = (0..=LONGEST_CUT).flat_map(|drop| (0..=LONGEST_CUT).map(move |skip| (skip, drop)));
            cuts.into_iter().find_map(|(skip, drop)| {
                let core = normal.get(skip..normal.len().checked_sub(drop)?)?;
                if core.is_empty() && !normal.is_empty() {
                    return None;
                }
                let at = folded.find(&core.to_ascii_lowercase())?;
                let end = at + core.len();
                let (before, after) = (raw.get(..at)?, raw.get(end..)?);
                if before.len().max(after.len()) > LONGEST_END {
                    return None;
                }
                Some((Self { skip, drop, before, after, doubled }, flips(core, raw.get(at..end)?)?))
            })
        };
        find(normal, false).or_else(|| {
            let doubled = normal.contains('\\').then(|| double(normal))?;
            find(&doubled, true)
        })
    }

    /// The spelling, from the normal form and [`Ends::between`]'s word on the case of letters.
    pub(crate) fn apply(self, normal: &str, flips: &str) -> String {
        let doubled = self.doubled.then(|| double(normal));
        let normal = doubled.as_deref().unwrap_or(normal);
        let core = normal.len().checked_sub(self.drop).and_then(|end| normal.get(self.skip..end)).unwrap_or_default();
        let mut out = String::with_capacity(self.before.len() + core.len() + self.after.len());
        out.push_str(self.before);
        let mut chars = core.chars();
        for (i, run) in flips.chars().enumerate() {
            let run = chars.by_ref().take(run as usize);
            if i % 2 == 0 {
                out.extend(run);
            } else {
                out.extend(run.map(flipped));
            }
        }
        out.extend(chars);
        out.push_str(self.after);
        out
    }
}

fn double(text: &str) -> String {
    text.replace('\\', "\\\\")
}

fn flipped(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

/// Lengths of runs of characters that are alike and that differ in case, in turns, as the code points of a text. `None` where
/// characters differ in more than case.
fn flips(from: &str, to: &str) -> Option<String> {
    let mut out = String::new();
    let (mut run, mut differs) = (0u32, false);
    let (mut from, mut to) = (from.chars(), to.chars());
    loop {
        match (from.next(), to.next()) {
            (None, None) => break,
            (Some(a), Some(b)) if a == b || flipped(a) == b => {
                if (a != b) != differs {
                    out.push(char::from_u32(run)?);
                    (run, differs) = (0, !differs);
                }
                run += 1;
            }
            _ => return None,
        }
    }
    if differs {
        out.push(char::from_u32(run)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_come_back() {
        for (normal, raw, kept) in [
            ("x.exe", "\\x.exe", true),
            ("whoami", "WhoAmI", true),
            (r"?:\windows\x.exe", r"C:\Windows\x.EXE", true),
            (r"?:\windows\", r"C:\Windows\*", true),
            ("", "", true),
            ("1", "true", false),
            ("", "*", true),
            ("münchen ß", "MüNCHEN ß*", true),
            ("м", "М", false),
            ("[A-Z]x", "[A-Z]x", true),
            ("[A-Z]x", "[a-z]X", true),
            ("a\\b", "*\\\\A\\\\b", true),
            (r"?:\a\b", r"?:\\A\\b\\*", true),
        ] {
            let found = Ends::between(normal, raw);
            assert_eq!(found.is_some(), kept, "{normal} {raw}");
            if let Some((ends, flips)) = found {
                assert_eq!(ends.apply(normal, &flips), raw, "{ends:?} {flips:?}");
                assert_eq!(Ends::unpack(Ends::pack(Some(ends)), ends.before, ends.after), Some(ends));
            }
        }
        assert_eq!(Ends::unpack(Ends::pack(None), "", ""), None);
    }

    #[test]
    fn what_contradicts_itself_does_no_harm() {
        let ends = Ends { skip: 3, drop: 3, before: "", after: "", doubled: false };
        assert_eq!(ends.apply("ab", "\u{5}\u{7f}"), "");
        assert_eq!(ends.apply("äöü", "\u{10ffff}"), "");
    }
}
