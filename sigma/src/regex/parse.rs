//! The parser: `re._parser` of Python 3.11, without the program that it makes.

use std::collections::HashMap;
use std::ops::Range;

use super::{Construct, Fault, FaultKind, MAX_DEPTH};

pub(super) fn read(text: &str, visit: &mut impl FnMut(Construct, Range<usize>)) -> Result<(), Fault> {
    let mut parser = Parser {
        text,
        next: None,
        index: 0,
        groups: vec![None],
        names: HashMap::new(),
        look_behind: None,
        flags: Flags::default(),
        later: Vec::new(),
        visit,
    };
    parser.advance()?;
    parser.alternatives(false, 0)?;
    if let Some(token) = parser.next.clone() {
        return Err(Fault { range: token, kind: FaultKind::Unopened });
    }
    match parser.later.iter().find(|(group, _)| *group >= parser.groups.len()) {
        Some((_, range)) => Err(Fault { range: range.clone(), kind: FaultKind::UnknownReference }),
        None => Ok(()),
    }
}

/// Least and greatest number of characters that a part matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Width {
    low: u64,
    high: u64,
}

impl Width {
    const ONE: Self = Self { low: 1, high: 1 };

    fn then(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), high: self.high.saturating_add(other.high) }
    }

    fn or(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    fn times(self, count: Count) -> Self {
        let high = match count.max {
            None if self.high > 0 => u64::MAX,
            None => 0,
            Some(max) => self.high.saturating_mul(max),
        };
        Self { low: self.low.saturating_mul(count.min), high }
    }
}

#[derive(Clone, Copy)]
struct Count {
    min: u64,
    max: Option<u64>,
}

/// What a quantifier finds before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    /// `^`, `\b`: nothing that can be repeated.
    Anchor,
    Repeat,
    Item,
}

struct Parser<'a, V> {
    text: &'a str,
    /// The next token: a character, or a backslash with the character behind it.
    next: Option<Range<usize>>,
    /// Behind the next token.
    index: usize,
    /// Width of each group; of one that is still open none.
    groups: Vec<Option<Width>>,
    names: HashMap<&'a str, usize>,
    /// How many groups there were where the outermost look-behind began.
    look_behind: Option<usize>,
    /// Flags of the whole, such as `(?x)` at the start.
    flags: Flags,
    /// References to groups that may still come.
    later: Vec<(usize, Range<usize>)>,
    visit: &'a mut V,
}

impl<'a, V: FnMut(Construct, Range<usize>)> Parser<'a, V> {
    fn advance(&mut self) -> Result<(), Fault> {
        let start = self.index;
        let mut chars = self.text[start..].chars();
        self.next = match chars.next() {
            None => None,
            Some('\\') if chars.next().is_none() => {
                return Err(Fault { range: start..start + 1, kind: FaultKind::EndsWithBackslash });
            }
            Some(_) => {
                self.index = self.text.len() - chars.as_str().len();
                Some(start..self.index)
            }
        };
        Ok(())
    }

    /// Where the next token begins; at the end the end.
    fn tell(&self) -> usize {
        self.next.as_ref().map_or(self.index, |next| next.start)
    }

    fn seek(&mut self, index: usize) -> Result<(), Fault> {
        self.index = index;
        self.advance()
    }

    fn peek(&self) -> Option<&'a str> {
        self.next.clone().map(|range| &self.text[range])
    }

    fn get(&mut self) -> Result<Option<&'a str>, Fault> {
        let token = self.peek();
        self.advance()?;
        Ok(token)
    }

    fn eat(&mut self, token: &str) -> Result<bool, Fault> {
        let found = self.peek() == Some(token);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn found(&mut self, construct: Construct, start: usize) {
        let end = self.tell();
        (self.visit)(construct, start..end);
    }

    fn fault<T>(&self, start: usize, kind: FaultKind) -> Result<T, Fault> {
        Err(Fault { range: start..self.tell().max(start), kind })
    }

    /// From `start` on, at least one character.
    fn fault_at<T>(&self, start: usize, kind: FaultKind) -> Result<T, Fault> {
        let end = self.next.as_ref().map_or(self.text.len(), |next| next.end);
        Err(Fault { range: start..end, kind })
    }

    /// `a|b`
    fn alternatives(&mut self, mut verbose: bool, depth: usize) -> Result<Width, Fault> {
        let mut width: Option<Width> = None;
        loop {
            let branch = self.sequence(verbose, depth, depth == 0 && width.is_none())?;
            width = Some(width.map_or(branch, |width| width.or(branch)));
            if !self.eat("|")? {
                return Ok(width.unwrap_or_default());
            }
            if depth == 0 {
                verbose = self.flags.verbose;
            }
        }
    }

    /// One alternative, up to `|`, `)` or the end.
    fn sequence(&mut self, mut verbose: bool, depth: usize, first: bool) -> Result<Width, Fault> {
        let (mut before, mut item, mut last) = (Width::default(), Width::default(), Last::Nothing);
        let mut empty = true;
        while let Some(this) = self.peek().filter(|this| !matches!(*this, "|" | ")")) {
            let start = self.tell();
            self.advance()?;
            if verbose && this.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')) {
                continue;
            }
            let (width, kind) = match this {
                "#" if verbose => {
                    while !matches!(self.get()?, None | Some("\n")) {}
                    continue;
                }
                "*" | "+" | "?" | "{" => match self.quantifier(this, start)? {
                    None => (Width::ONE, Last::Item),
                    Some(count) => {
                        match last {
                            Last::Nothing | Last::Anchor => return self.fault(start, FaultKind::NothingToRepeat),
                            Last::Repeat => return self.fault(start, FaultKind::MultipleRepeat),
                            Last::Item => {}
                        }
                        let end = self.tell();
                        if self.eat("?")? {
                            (self.visit)(Construct::Lazy, end..end + 1);
                        } else if self.eat("+")? {
                            (self.visit)(Construct::Possessive, end..end + 1);
                        }
                        item = item.times(count);
                        last = Last::Repeat;
                        continue;
                    }
                },
                "[" => {
                    self.set(start)?;
                    (Width::ONE, Last::Item)
                }
                "(" => match self.group(start, &mut verbose, depth, first && empty)? {
                    Some(width) => (width, Last::Item),
                    None => continue,
                },
                "^" | "$" => (Width::default(), Last::Anchor),
                _ if this.starts_with('\\') => self.escape(this, start)?,
                _ => (Width::ONE, Last::Item),
            };
            before = before.then(item);
            (item, last, empty) = (width, kind, false);
        }
        Ok(before.then(item))
    }

    /// `*`, `+`, `?`, `{2,3}`; `None` where a brace is just a brace.
    fn quantifier(&mut self, this: &str, start: usize) -> Result<Option<Count>, Fault> {
        let count = match this {
            "?" => Count { min: 0, max: Some(1) },
            "*" => Count { min: 0, max: None },
            "+" => Count { min: 1, max: None },
            _ => {
                let here = self.tell();
                if self.peek() == Some("}") {
                    return Ok(None);
                }
                let low = self.digits()?;
                let high = if self.eat(",")? { self.digits()? } else { low };
                if !self.eat("}")? {
                    self.seek(here)?;
                    return Ok(None);
                }
                let number = |digits: &str| digits.parse::<u64>().ok().filter(|number| *number < u64::from(u32::MAX));
                let read = |digits: &str| if digits.is_empty() { Ok(None) } else { number(digits).map(Some).ok_or(()) };
                let (Ok(min), Ok(max)) = (read(low), read(high)) else {
                    return self.fault(start, FaultKind::CountTooLarge);
                };
                if max.is_some_and(|max| max < min.unwrap_or(0)) {
                    return self.fault(start, FaultKind::RangeBackwards);
                }
                Count { min: min.unwrap_or(0), max }
            }
        };
        Ok(Some(count))
    }

    fn digits(&mut self) -> Result<&'a str, Fault> {
        let start = self.tell();
        while self.peek().is_some_and(|token| token.as_bytes()[0].is_ascii_digit()) {
            self.advance()?;
        }
        Ok(&self.text[start..self.tell()])
    }

    /// Behind `[`.
    fn set(&mut self, start: usize) -> Result<(), Fault> {
        self.eat("^")?;
        let mut empty = true;
        loop {
            let at = self.tell();
            let Some(this) = self.get()? else { return self.unterminated_set(start) };
            if this == "]" && !empty {
                return Ok(());
            }
            empty = false;
            let low = self.set_member(this, at)?;
            if !self.eat("-")? {
                continue;
            }
            let behind = self.tell();
            let Some(that) = self.get()? else { return self.unterminated_set(start) };
            if that == "]" {
                return Ok(());
            }
            let high = self.set_member(that, behind)?;
            if !matches!((low, high), (Some(low), Some(high)) if low <= high) {
                return self.fault(at, FaultKind::BadRange);
            }
        }
    }

    fn unterminated_set(&self, start: usize) -> Result<(), Fault> {
        Err(Fault { range: start..self.text.len(), kind: FaultKind::UnterminatedSet })
    }

    /// The character that a member of a set stands for; `None` for a class such as `\w`.
    fn set_member(&mut self, token: &str, start: usize) -> Result<Option<u32>, Fault> {
        let mut chars = token.chars();
        let first = chars.next().unwrap_or_default();
        let (Some(escaped), '\\') = (chars.next(), first) else { return Ok(Some(u32::from(first))) };
        Ok(match escaped {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => None,
            'a' => Some(7),
            'b' => Some(8),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            'x' | 'u' | 'U' | 'N' => Some(self.numbered(escaped, start)?),
            '0'..='7' => {
                let mut value = u32::from(escaped) - 48;
                for _ in 0..2 {
                    let Some(digit) = self.octal() else { break };
                    value = value * 8 + digit;
                    self.advance()?;
                }
                if value > 0o377 {
                    return self.fault(start, FaultKind::OctalTooLarge);
                }
                Some(value)
            }
            '8' | '9' => return self.fault(start, FaultKind::BadEscape),
            _ if escaped.is_ascii_alphabetic() => return self.fault(start, FaultKind::BadEscape),
            other => Some(u32::from(other)),
        })
    }

    fn octal(&self) -> Option<u32> {
        let byte = self.peek()?.as_bytes()[0];
        matches!(byte, b'0'..=b'7').then(|| u32::from(byte - b'0'))
    }

    /// `\x41`, `\u0041`, `\U00000041`, `\N{EM DASH}`, the first two characters being taken.
    fn numbered(&mut self, kind: char, start: usize) -> Result<u32, Fault> {
        if kind == 'N' {
            if !self.eat("{")? {
                return self.fault(start, FaultKind::BadEscape);
            }
            let from = self.tell();
            while let Some(token) = self.get()? {
                if token == "}" {
                    // Which names there are is left to Python; any character will do for a range.
                    let empty = self.text[from..self.tell()].starts_with('}');
                    return if empty { self.fault(start, FaultKind::BadEscape) } else { Ok(0x2014) };
                }
            }
            return self.fault(start, FaultKind::BadEscape);
        }
        let wanted = match kind {
            'x' => 2,
            'u' => 4,
            _ => 8,
        };
        let mut value = 0u32;
        for _ in 0..wanted {
            let digit =
                self.peek().filter(|token| token.len() == 1).and_then(|token| token.chars().next()?.to_digit(16));
            let Some(digit) = digit else { return self.fault(start, FaultKind::BadEscape) };
            value = value.wrapping_mul(16).wrapping_add(digit);
            self.advance()?;
        }
        if value > 0x0010_FFFF {
            return self.fault(start, FaultKind::BadEscape);
        }
        Ok(value)
    }

    /// An escape outside of a set.
    fn escape(&mut self, token: &str, start: usize) -> Result<(Width, Last), Fault> {
        let escaped = token.chars().nth(1).unwrap_or_default();
        match escaped {
            'A' | 'b' | 'B' | 'Z' => Ok((Width::default(), Last::Anchor)),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => Ok((Width::ONE, Last::Item)),
            'x' | 'u' | 'U' | 'N' => self.numbered(escaped, start).map(|_| (Width::ONE, Last::Item)),
            '0' => {
                for _ in 0..2 {
                    if self.octal().is_none() {
                        break;
                    }
                    self.advance()?;
                }
                Ok((Width::ONE, Last::Item))
            }
            '1'..='9' => self.number(escaped, start),
            _ if escaped.is_ascii_alphabetic() => self.fault(start, FaultKind::BadEscape),
            _ => Ok((Width::ONE, Last::Item)),
        }
    }

    /// `\12`: a reference to a group, or with three octal digits a character.
    fn number(&mut self, escaped: char, start: usize) -> Result<(Width, Last), Fault> {
        let mut group = escaped as usize - 48;
        let digit = |token: Option<&str>| token.map(|token| token.as_bytes()[0]).filter(u8::is_ascii_digit);
        if let Some(second) = digit(self.peek()) {
            self.advance()?;
            group = group * 10 + usize::from(second - b'0');
            if let (Some(third), '0'..='7', b'0'..=b'7') = (self.octal(), escaped, second) {
                self.advance()?;
                let value = (u32::from(escaped) - 48) * 64 + u32::from(second - b'0') * 8 + third;
                if value > 0o377 {
                    return self.fault(start, FaultKind::OctalTooLarge);
                }
                return Ok((Width::ONE, Last::Item));
            }
        }
        if group >= self.groups.len() {
            return self.fault(start, FaultKind::UnknownReference);
        }
        self.reference(group, start)
    }

    fn reference(&mut self, group: usize, start: usize) -> Result<(Width, Last), Fault> {
        let Some(width) = self.groups.get(group).copied().flatten() else {
            return self.fault(start, FaultKind::OpenReference);
        };
        self.check_look_behind(group, start)?;
        self.found(Construct::BackReference, start);
        Ok((width, Last::Item))
    }

    /// Within a look-behind, only groups that were complete before it can be referred to.
    fn check_look_behind(&self, group: usize, start: usize) -> Result<(), Fault> {
        let Some(limit) = self.look_behind else { return Ok(()) };
        let closed = self.groups.get(group).is_some_and(Option::is_some);
        if closed && group < limit { Ok(()) } else { self.fault(start, FaultKind::OpenReference) }
    }

    /// Behind `(`. `None` for what is nothing to match: a comment, or flags for the whole.
    fn group(&mut self, start: usize, verbose: &mut bool, depth: usize, first: bool) -> Result<Option<Width>, Fault> {
        if depth >= MAX_DEPTH {
            return self.fault(start, FaultKind::TooDeep);
        }
        let mut inner_verbose = *verbose;
        let mut number = None;
        if self.eat("?")? {
            match self.get()? {
                None => return self.fault_at(start, FaultKind::Unclosed),
                Some("P") => {
                    if self.eat("<")? {
                        let name = self.name(">", start)?;
                        self.found(Construct::NamedGroup, start);
                        let group = self.groups.len();
                        if self.names.insert(name, group).is_some() {
                            return self.fault(start, FaultKind::DuplicateGroupName);
                        }
                        number = Some(group);
                        self.groups.push(None);
                    } else if self.eat("=")? {
                        let name = self.name(")", start)?;
                        let Some(&group) = self.names.get(name) else {
                            return self.fault(start, FaultKind::UnknownReference);
                        };
                        return self.reference(group, start).map(|(width, _)| Some(width));
                    } else {
                        return self.fault_at(start, FaultKind::UnknownGroup);
                    }
                }
                Some(":") => {}
                Some("#") => loop {
                    match self.get()? {
                        None => {
                            let range = start..self.text.len();
                            return Err(Fault { range, kind: FaultKind::UnterminatedComment });
                        }
                        Some(")") => return Ok(None),
                        Some(_) => {}
                    }
                },
                Some(kind @ ("=" | "!" | "<")) => return self.look_around(kind, start, inner_verbose, depth).map(Some),
                Some("(") => return self.conditional(start, inner_verbose, depth).map(Some),
                Some(">") => (self.visit)(Construct::AtomicGroup, start..start + 3),
                Some(flag) if flag == "-" || is_flag(flag) => {
                    let Some(flags) = self.flags(flag, start)? else {
                        if !first {
                            return self.fault(start, FaultKind::FlagsNotAtStart);
                        }
                        *verbose = self.flags.verbose;
                        return Ok(None);
                    };
                    inner_verbose = flags.unwrap_or(inner_verbose);
                }
                Some(_) => return self.fault(start, FaultKind::UnknownGroup),
            }
        } else {
            number = Some(self.groups.len());
            self.groups.push(None);
        }
        let width = self.alternatives(inner_verbose, depth + 1)?;
        self.close(start)?;
        if let Some(number) = number {
            self.groups[number] = Some(width);
        }
        Ok(Some(width))
    }

    fn close(&mut self, start: usize) -> Result<(), Fault> {
        if self.eat(")")? {
            return Ok(());
        }
        // The place of the parenthesis says more than all that follows it.
        Err(Fault { range: start..start + 1, kind: FaultKind::Unclosed })
    }

    /// `(?=`, `(?!`, `(?<=`, `(?<!`, up to the character behind the question mark.
    fn look_around(&mut self, kind: &str, start: usize, verbose: bool, depth: usize) -> Result<Width, Fault> {
        let behind = kind == "<";
        if behind {
            match self.get()? {
                None => return self.fault_at(start, FaultKind::Unclosed),
                Some("=" | "!") => {}
                Some(_) => return self.fault(start, FaultKind::UnknownGroup),
            }
        }
        self.found(if behind { Construct::LookBehind } else { Construct::LookAhead }, start);
        let outermost = behind && self.look_behind.is_none();
        if outermost {
            self.look_behind = Some(self.groups.len());
        }
        let width = self.alternatives(verbose, depth + 1)?;
        if outermost {
            self.look_behind = None;
        }
        self.close(start)?;
        if behind && width.low != width.high {
            return self.fault(start, FaultKind::LookBehindWidth);
        }
        Ok(Width::default())
    }

    /// `(?(1)yes|no)`, the second parenthesis being taken.
    fn conditional(&mut self, start: usize, verbose: bool, depth: usize) -> Result<Width, Fault> {
        let from = self.tell();
        let name = self.until(")", start)?;
        let range = from..from + name.len();
        let group = if is_name(name) {
            let Some(&group) = self.names.get(name) else {
                return Err(Fault { range, kind: FaultKind::UnknownReference });
            };
            group
        } else {
            let Some(group) = name.parse::<u32>().ok().filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()))
            else {
                return Err(Fault { range, kind: FaultKind::BadGroupName });
            };
            if group == 0 {
                return Err(Fault { range, kind: FaultKind::UnknownReference });
            }
            self.later.push((group as usize, range));
            group as usize
        };
        self.found(Construct::Conditional, start);
        self.check_look_behind(group, start)?;
        let yes = self.sequence(verbose, depth + 1, false)?;
        let no = if self.eat("|")? { self.sequence(verbose, depth + 1, false)? } else { Width::default() };
        if self.peek() == Some("|") {
            return self.fault_at(self.tell(), FaultKind::TooManyBranches);
        }
        self.close(start)?;
        Ok(Width { low: yes.low.min(no.low), high: yes.high.max(no.high) })
    }

    /// A group's name up to `end`, which is taken.
    fn name(&mut self, end: &str, start: usize) -> Result<&'a str, Fault> {
        let from = self.tell();
        let name = self.until(end, start)?;
        if is_name(name) {
            return Ok(name);
        }
        Err(Fault { range: from..from + name.len(), kind: FaultKind::BadGroupName })
    }

    fn until(&mut self, end: &str, start: usize) -> Result<&'a str, Fault> {
        let from = self.tell();
        loop {
            let to = self.tell();
            match self.get()? {
                None => return Err(Fault { range: start..self.text.len(), kind: FaultKind::BadGroupName }),
                Some(token) if token == end => {
                    return if to == from {
                        self.fault(start, FaultKind::BadGroupName)
                    } else {
                        Ok(&self.text[from..to])
                    };
                }
                Some(_) => {}
            }
        }
    }

    /// `i)`, `i-m:`, the first flag or `-` being taken. `None` for flags of the whole expression; else whether the group is
    /// verbose, if that changes.
    #[allow(clippy::option_option, reason = "two questions: is it a group, and does it say anything of blanks")]
    fn flags(&mut self, first: &str, start: usize) -> Result<Option<Option<bool>>, Fault> {
        let (mut on, mut off) = (Flags::default(), Flags::default());
        let mut token = first;
        if token != "-" {
            loop {
                // Python's `L` is for bytes, `a` and `u` exclude each other.
                on.add(token);
                if token == "L" || (on.ascii && on.unicode) {
                    return self.fault(start, FaultKind::BadFlags);
                }
                token = match self.get()? {
                    Some(next @ (")" | "-" | ":")) => {
                        token = next;
                        break;
                    }
                    Some(next) if is_flag(next) => next,
                    _ => return self.fault(start, FaultKind::BadFlags),
                };
            }
        }
        self.found(Construct::InlineFlags, start);
        if token == ")" {
            self.flags.verbose |= on.verbose;
            self.flags.ascii |= on.ascii;
            self.flags.unicode |= on.unicode;
            if self.flags.ascii && self.flags.unicode {
                return self.fault(start, FaultKind::BadFlags);
            }
            return Ok(None);
        }
        if token == "-" {
            loop {
                match self.get()? {
                    Some(":") if off.any => break,
                    Some(next) if is_flag(next) && !matches!(next, "a" | "u" | "L") => off.add(next),
                    _ => return self.fault(start, FaultKind::BadFlags),
                }
            }
        }
        if on.letters & off.letters != 0 {
            return self.fault(start, FaultKind::BadFlags);
        }
        Ok(Some(if on.verbose {
            Some(true)
        } else if off.verbose {
            Some(false)
        } else {
            None
        }))
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    any: bool,
    verbose: bool,
    ascii: bool,
    unicode: bool,
    /// A bit for each letter.
    letters: u8,
}

impl Flags {
    fn add(&mut self, flag: &str) {
        self.any = true;
        let index = FLAGS.iter().position(|known| *known == flag).unwrap_or_default();
        self.letters |= 1 << index;
        self.verbose |= flag == "x";
        self.ascii |= flag == "a";
        self.unicode |= flag == "u";
    }
}

const FLAGS: [&str; 7] = ["i", "L", "m", "s", "x", "a", "u"];

fn is_flag(token: &str) -> bool {
    FLAGS.contains(&token)
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    let start = |c: char| c.is_alphabetic() || c == '_';
    chars.next().is_some_and(start) && chars.all(|c| start(c) || c.is_alphanumeric())
}
