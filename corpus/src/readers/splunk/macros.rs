//! Splunk's macros: pieces of searches, between backticks, that stand in files of their own.

use rustc_hash::FxHashMap;
use sigwise_sigma::Source;
use sigwise_sigma::yaml;

/// Macros within macros deeper than this are not expanded: one that calls itself has no end.
const MAX_DEPTH: usize = 8;

/// An expanded search does not become longer than this many bytes; the longest published one has some 20,000.
const MAX_LENGTH: usize = 200_000;

/// Within the arguments of a call, a backtick in quotes does not end it; looked for in so many bytes.
const MAX_CALL: usize = 2_000;

/// Macros of Splunk's apps that every rule uses and none has to explain: how fields are shown, and which summaries are used.
const PLUMBING: [&str; 2] = ["security_content_ctime", "security_content_summariesonly"];

/// The macros of a repository.
#[derive(Clone, Debug, Default)]
pub(in crate::readers) struct Macros {
    by_name: FxHashMap<Box<str>, Macro>,
}

#[derive(Clone, Debug)]
struct Macro {
    parameters: Vec<Box<str>>,
    definition: Box<str>,
    /// It says nothing but where events are kept.
    is_source: bool,
}

/// A search without macros and comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    /// Its text.
    pub(super) text: String,
    /// The macros that said where events are kept, in order; nothing stands in their place.
    pub(super) sources: Vec<String>,
    /// Macros that could not be expanded, in words.
    pub(super) unread: Vec<String>,
}

impl Macros {
    /// Adds the macro of a file of the folder `macros`. `is_source` tells whether a search says only where events are kept.
    pub(super) fn add(&mut self, bytes: Vec<u8>, is_source: impl Fn(&str) -> bool) {
        let stream = yaml::parse(&Source::from_bytes(bytes));
        let Some(map) = stream.documents.first().and_then(|tree| tree.root.as_ref()?.mapping()) else { return };
        let text = |key: &str| map.get(key).and_then(|entry| entry.value.scalar()).map(|scalar| scalar.text.trim());
        let (Some(name), Some(definition)) = (text("name"), text("definition")) else { return };
        let parameters = map.get("arguments").and_then(|entry| entry.value.sequence()).map_or(Vec::new(), |list| {
            list.items.iter().filter_map(|item| item.scalar()).map(|scalar| scalar.text.trim().into()).collect()
        });
        let is_source = parameters.is_empty() && is_source(definition);
        self.by_name.insert(name.into(), Macro { parameters, definition: definition.into(), is_source });
    }

    /// The search with every macro replaced by what it stands for. Macros of sources and filters (`*_filter`, where every
    /// team puts its own exceptions) stand for nothing. `is_source` knows macros of sources that have no file.
    pub(super) fn expand(&self, search: &str, is_source: impl Fn(&str) -> bool) -> Expanded {
        let mut out = Expanded::default();
        self.expand_into(search, 0, &is_source, &mut out);
        out
    }

    fn expand_into(&self, search: &str, depth: usize, is_source: &dyn Fn(&str) -> bool, out: &mut Expanded) {
        let mut rest = search;
        while let Some(at) = rest.find(['"', '`', '\\']) {
            out.text.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at..).unwrap_or_default();
            let length = if let Some(comment) = rest.strip_prefix("```") {
                out.text.push(' ');
                3 + comment.find("```").map_or(comment.len(), |end| end + 3)
            } else if rest.starts_with('`') {
                match call(rest) {
                    Some(call) => {
                        self.call(call, depth, is_source, out);
                        call.len() + 2
                    }
                    None => 1,
                }
            } else {
                let length = if rest.starts_with('"') { quoted(rest).unwrap_or(1) } else { escaped(rest) };
                out.text.push_str(rest.get(..length).unwrap_or_default());
                length
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        out.text.push_str(rest);
    }

    fn call(&self, call: &str, depth: usize, is_source: &dyn Fn(&str) -> bool, out: &mut Expanded) {
        let call = call.trim();
        let (name, arguments) = match call.split_once('(') {
            Some((name, rest)) => (name.trim(), arguments(rest.trim_end().strip_suffix(')').unwrap_or(rest))),
            None => (call, Vec::new()),
        };
        if name.ends_with("_filter") || PLUMBING.contains(&name) {
            return;
        }
        let Some(found) = self.by_name.get(name) else {
            match arguments.as_slice() {
                [object] if name == "drop_dm_object_name" => out.text.push_str(&format!("rename {object}.* as *")),
                _ if is_source(name) => out.sources.push(name.to_owned()),
                _ => out.unread.push(format!("unknown macro `{name}`")),
            }
            return;
        };
        if found.is_source {
            out.sources.push(name.to_owned());
            return;
        }
        let mut definition = found.definition.to_string();
        for (parameter, argument) in found.parameters.iter().zip(arguments) {
            definition = definition.replace(&format!("${parameter}$"), argument);
        }
        if depth >= MAX_DEPTH || out.text.len() + definition.len() > MAX_LENGTH {
            out.unread.push(format!("macro `{name}` expands too far"));
            return;
        }
        self.expand_into(&definition, depth + 1, is_source, out);
    }
}

/// What stands between the backtick at the start and the one that belongs to it.
fn call(text: &str) -> Option<&str> {
    let inner = text.get(1..)?;
    let mut at = 0;
    while let Some(found) = inner.get(at..).and_then(|rest| rest.find(['"', '`'])).map(|found| at + found) {
        if inner.as_bytes().get(found) == Some(&b'`') {
            return inner.get(..found);
        }
        match inner.get(found..).and_then(quoted) {
            Some(length) if found + length < MAX_CALL => at = found + length,
            _ => break,
        }
    }
    inner.split_once('`').map(|(call, _)| call)
}

/// The length of the quoted text at the start; `None` if the quote is never closed.
pub(super) fn quoted(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(['"', '\\'])?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += escaped(text.get(at..)?);
    }
}

/// The length of a backslash at the start and the character after it.
pub(super) fn escaped(text: &str) -> usize {
    text.chars().take(2).map(char::len_utf8).sum()
}

/// Arguments of a call, separated by commas outside of quotes and parentheses, without the quotes round them.
fn arguments(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut at, mut depth) = (0, 0, 0_usize);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' => at += text.get(at..).and_then(quoted).unwrap_or(1) - 1,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        at += if c == '"' { 1 } else { c.len_utf8() };
    }
    out.push(text.get(start..).unwrap_or_default());
    let bare = |text: &str| text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(str::len);
    out.into_iter().map(str::trim).map(|t| bare(t).and_then(|n| t.get(1..1 + n)).unwrap_or(t)).collect()
}
