//! Edits that respect how a rule is written: indentation, quotes, comments and line endings stay.

use sigwise_sigma::detection::{Form, Item};
use sigwise_sigma::modifier::{Category, Modifier};
use sigwise_sigma::yaml::{Entry, Mapping, Node, Sequence, Style};
use sigwise_sigma::{File, Source, Span};

use crate::keys;
use crate::rule::RuleDocument;

pub use crate::diagnostic::{Edit, EditText};

/// The blanks at the start of the line that holds byte `offset`.
pub fn indent_at(source: &Source, offset: usize) -> &str {
    let line = line_of(source, offset);
    let text = source.slice(line).trim_start_matches('\u{feff}');
    &text[..text.len() - text.trim_start_matches([' ', '\t']).len()]
}

/// The line that holds byte `offset`, without its line break.
pub fn line_of(source: &Source, offset: usize) -> Span {
    source.line_span(source.position(offset).line)
}

/// Whether only blanks (and list dashes) stand before byte `offset` on its line.
pub fn begins_line(source: &Source, offset: usize) -> bool {
    let line = line_of(source, offset);
    source.text()[line.start as usize..offset]
        .trim_start_matches('\u{feff}')
        .chars()
        .all(|c| matches!(c, ' ' | '\t' | '-'))
}

/// `text` as a scalar that means just this text, in the given style where the style can carry it: plain becomes
/// single-quoted where YAML would read something else; block styles become single-quoted.
pub fn quoted(text: &str, style: Style) -> String {
    let printable = text.chars().all(|c| !c.is_control());
    match style {
        Style::DoubleQuoted => double_quoted(text),
        _ if !printable => double_quoted(text),
        Style::Plain if is_plain_safe(text) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

/// A value of a field as YAML: numbers stay numbers where no modifier asks for a text, what `exists` says stays a boolean, and
/// `None` is null.
pub fn as_value(key: &str, text: Option<&str>) -> String {
    let modifiers = || key.split('|').skip(1);
    let says_whether = modifiers().any(|word| word == Modifier::Exists.word());
    let compares = |word| Modifier::from_word(word).is_some_and(|known| known.category() == Category::Comparison);
    let takes_numbers = modifiers().all(compares);
    match text {
        None => "null".to_owned(),
        Some(text @ ("true" | "false")) if says_whether => text.to_owned(),
        Some(text) if takes_numbers && text.parse::<u32>().is_ok_and(|number| number.to_string() == text) => {
            text.to_owned()
        }
        Some(text) => quoted(text, Style::SingleQuoted),
    }
}

/// Gives a scalar another text in the style that it has; `None` where its text stands elsewhere in the file.
pub fn rewrite(node: &Node, text: &str) -> Option<Edit> {
    let scalar = node.scalar().filter(|_| node.alias.is_none() && !node.span.is_empty())?;
    Some(Edit::replace(node.span, quoted(text, scalar.style)))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether `text`, unquoted, is read back as this very text (also inside a flow list).
pub fn is_plain_safe(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let last = text.chars().next_back().unwrap_or(first);
    !first.is_whitespace()
        && !last.is_whitespace()
        && !"-?:,[]{}#&*!|>'\"%@`=<~".contains(first)
        && last != ':'
        && !text.contains([',', '[', ']', '{', '}', '#', '\n', '\r', '\t', '"', '\''])
        && !text.contains(": ")
        && sigwise_sigma::scalar::resolve(text, Style::Plain, None) == sigwise_sigma::scalar::Type::Str
}

/// Removes a comment: with its line where it stands alone, else with the blanks before it.
pub fn remove_comment(source: &Source, comment: Span) -> Edit {
    let text = source.text();
    let line = line_of(source, comment.start as usize);
    let before = &text[line.start as usize..comment.start as usize];
    let kept = before.trim_end_matches([' ', '\t']);
    if kept.trim_start_matches('\u{feff}').is_empty() {
        return Edit::remove(Span { start: line.start + kept.len() as u32, end: after_break(source, comment.end) });
    }
    Edit::remove(Span { start: line.start + kept.len() as u32, end: comment.end })
}

/// Removes the item with this number from a list of at least two; `None` where that cannot be done cleanly.
pub fn remove_item(source: &Source, sequence: &Sequence, index: usize) -> Option<Edit> {
    if sequence.items.len() < 2 || sequence.items.iter().any(|item| item.alias.is_some()) {
        return None;
    }
    let item = sequence.items.get(index)?.span;
    if sequence.flow {
        return Some(remove_between(
            index.checked_sub(1).map(|before| sequence.items[before].span),
            item,
            sequence.items.get(index + 1).map(|next| next.span),
        ));
    }
    remove_dash_item(source, item)
}

/// Removes an item of a list whose items stand on lines of their own.
fn remove_dash_item(source: &Source, item: Span) -> Option<Edit> {
    let dash = source.text()[..item.start as usize].rfind('-')?;
    // A nested `- - x`: the outer dash would be left alone.
    let line = line_of(source, dash);
    if !source.text()[line.start as usize..dash].trim().is_empty() {
        return None;
    }
    remove_lines(source, Span { start: dash as u32, end: item.end })
}

/// Inserts an item with this text before the one with this number, written as that one is; `None` where that cannot be
/// done cleanly.
pub fn insert_item(source: &Source, sequence: &Sequence, index: usize, text: &str) -> Option<Edit> {
    let next =
        sequence.items.get(index).filter(|next| next.alias.is_none() && next.anchor.is_none() && next.tag.is_none())?;
    let item = quoted(text, next.scalar().map_or(Style::Plain, |scalar| scalar.style));
    let start = next.span.start as usize;
    if sequence.flow {
        return Some(Edit::insert(start, format!("{item}, ")));
    }
    let line = line_of(source, start);
    let lead = &source.text()[line.start as usize..start];
    // The indentation and the dash of the item go before the new one as well; anything else there could be a key.
    let dashed = lead.trim_matches([' ', '\t']) == "-";
    dashed.then(|| Edit::insert(line.start as usize, format!("{lead}{item}{}", source.line_ending().as_str())))
}

/// Inserts an item with this text behind the one with this number, written as that one is; `None` where that cannot be
/// done cleanly.
pub fn insert_item_after(source: &Source, sequence: &Sequence, index: usize, text: &str) -> Option<Edit> {
    let before =
        sequence.items.get(index).filter(|item| item.alias.is_none() && item.anchor.is_none() && item.tag.is_none())?;
    let style = before.scalar()?.style;
    let item = quoted(text, style);
    let (start, end) = (before.span.start as usize, before.span.end as usize);
    if sequence.flow {
        return Some(Edit::insert(end, format!(", {item}")));
    }
    let line = line_of(source, start);
    let lead = source.text().get(line.start as usize..start)?;
    let rest = source.text().get(end..line.end as usize)?.trim_start();
    let clean = lead.trim_matches([' ', '\t']) == "-" && (rest.is_empty() || rest.starts_with('#'));
    clean.then(|| Edit::insert(line.end as usize, format!("{}{lead}{item}", source.line_ending().as_str())))
}

/// Removes the value with this number from a list of at least two; `None` where that cannot be done cleanly.
pub fn remove_value(file: &File, item: &Item, index: usize) -> Option<Edit> {
    let value = item.values.get(index)?;
    let before = index.checked_sub(1).map(|before| &item.values[before]);
    let next = item.values.get(index + 1);
    let aliased = [Some(value), before, next].into_iter().flatten().any(|value| value.alias.is_some());
    // An anchor must not go while an alias refers to it.
    if item.values.len() < 2 || item.inherited || item.alias.is_some() || aliased || file.shares_text {
        return None;
    }
    match item.form {
        Form::Single => None,
        Form::BlockList => remove_dash_item(&file.source, value.span),
        Form::FlowList => {
            let edit = remove_between(before.map(|value| value.span), value.span, next.map(|value| value.span));
            let gap = |start: u32, end: u32| file.source.text().get(start as usize..end as usize).unwrap_or_default();
            let gaps = [gap(edit.span.start, value.span.start), gap(value.span.end, edit.span.end)];
            // A comment between the two would be lost.
            (!gaps.iter().any(|gap| gap.contains('#'))).then_some(edit)
        }
    }
}

/// Adds an item with this text at the end of a list, written as the last one is; `None` where that cannot be done cleanly.
pub fn append_item(source: &Source, sequence: &Sequence, text: &str) -> Option<Edit> {
    let last = sequence.items.last().filter(|last| last.alias.is_none() && last.scalar().is_some())?;
    let item = quoted(text, last.scalar().map_or(Style::Plain, |scalar| scalar.style));
    let (start, end) = (last.span.start as usize, last.span.end as usize);
    if sequence.flow {
        return Some(Edit::insert(end, format!(", {item}")));
    }
    let first = line_of(source, start);
    let lead = &source.text()[first.start as usize..start];
    let line = line_of(source, end);
    let rest = source.text()[end..line.end as usize].trim_start();
    let clean = lead.trim_matches([' ', '\t']) == "-" && (rest.is_empty() || rest.starts_with('#'));
    clean.then(|| Edit::insert(line.end as usize, format!("{}{lead}{item}", source.line_ending().as_str())))
}

/// Removes the entry with this number from a map of at least two; `None` where that cannot be done cleanly.
pub fn remove_entry(source: &Source, mapping: &Mapping, index: usize) -> Option<Edit> {
    let entry = mapping.entries.get(index).filter(|entry| !entry.inherited)?;
    if mapping.entries.len() < 2 {
        return None;
    }
    let span = entry_span(entry);
    if mapping.flow {
        return Some(remove_between(
            index.checked_sub(1).map(|before| entry_span(&mapping.entries[before])),
            span,
            mapping.entries.get(index + 1).map(entry_span),
        ));
    }
    let line = line_of(source, span.start as usize);
    if source.text()[line.start as usize..span.start as usize].contains('-') {
        // The first key behind a dash: the next key moves up to the dash, unless a comment stands between.
        let next = mapping.entries.get(index + 1)?.key.span;
        let between = &source.text()[span.end as usize..next.start as usize];
        return between.trim().is_empty().then(|| Edit::remove(Span { start: span.start, end: next.start }));
    }
    remove_lines(source, span)
}

/// Adds values behind those of an item, written as the last one is; `None` where that cannot be done cleanly.
pub fn add_values(file: &File, item: &Item, texts: &[&str]) -> Option<Edit> {
    let last = item.values.last()?;
    let style = last.style().filter(|style| !matches!(style, Style::Literal | Style::Folded))?;
    if item.inherited || item.alias.is_some() || last.alias.is_some() || file.shares_text {
        return None;
    }
    let source = &file.source;
    let after = |lead: &str| texts.iter().map(|text| format!("{lead}{}", quoted(text, style))).collect::<String>();
    let (start, end) = (last.span.start as usize, last.span.end as usize);
    let line = line_of(source, start);
    let rest = source.text().get(end..line_of(source, end).end as usize)?.trim_start();
    let alone = rest.is_empty() || rest.starts_with('#');
    let ending = source.line_ending().as_str();
    match item.form {
        Form::FlowList => Some(Edit::insert(end, after(", "))),
        Form::BlockList => {
            let lead = source.text().get(line.start as usize..start)?;
            let at = line_of(source, end).end as usize;
            let dashed = alone && lead.trim_matches([' ', '\t']) == "-";
            dashed.then(|| Edit::insert(at, after(&format!("{ending}{lead}"))))
        }
        Form::Single => {
            let key = item.key.as_ref()?.span;
            let old = source.slice(last.span);
            let between = source.text().get(key.end as usize..start)?;
            if between.trim_end_matches(' ') != ":" || old.contains(['\n', '\r']) {
                return None;
            }
            let before = source.text().get(line.start as usize..key.start as usize)?;
            // Within braces there can be no dashes; brackets are right everywhere.
            let section = file.document_at(start)?.detection()?.key.end as usize;
            let braces = source.text().get(section..start)?.contains('{');
            if !alone || braces || !before.chars().all(|c| matches!(c, ' ' | '-')) {
                return Some(Edit::replace(last.span, format!("[{old}{}]", after(", "))));
            }
            let lead = format!("{ending}{}    - ", " ".repeat(before.len()));
            Some(Edit::replace(Span { start: key.end, end: last.span.end }, format!(":{lead}{old}{}", after(&lead))))
        }
    }
}

/// Inserts a key with lines of its own under it before an entry of a block map; in a map in braces `flow` stands for its
/// value. `None` where that cannot be done cleanly. Comments right above the entry stay with it.
pub fn insert_block_before(
    source: &Source,
    mapping: &Mapping,
    entry: &Entry,
    key: &str,
    lines: &[String],
    flow: &str,
) -> Option<Edit> {
    if !entry.is_own() {
        return None;
    }
    if mapping.flow {
        return Some(Edit::insert(entry.key.span.start as usize, format!("{key}: {flow}, ")));
    }
    let mut line = source.position(entry.key.span.start as usize).line;
    let own = source.line_span(line);
    let indent = source.text().get(own.start as usize..entry.key.span.start as usize)?;
    if !indent.chars().all(|c| c == ' ') {
        return None;
    }
    let comment = |line: u32| source.slice(source.line_span(line)).trim_start().starts_with('#');
    while line > 1 && comment(line - 1) {
        line -= 1;
    }
    let ending = source.line_ending().as_str();
    let mut text = format!("{indent}{key}:{ending}");
    for line in lines {
        text.push_str(&format!("{indent}{line}{ending}"));
    }
    Some(Edit::insert(source.line_span(line).start as usize, text))
}

/// Inserts a key with its value (written as YAML) into a rule, where a key of this name is usually written; `None` where
/// that cannot be done cleanly.
pub fn insert_key(rule: &RuleDocument<'_>, key: &str, value: EditText) -> Option<Vec<Edit>> {
    let mapping = &rule.document.map;
    let own = || mapping.entries.iter().filter(|entry| !entry.inherited);
    let rank = keys::rank(key);
    let after = own().filter(|entry| entry.name().is_some_and(|name| keys::rank(name) < rank));
    // Where keys stand in an unusual order the nearest one in rank is still the best neighbour.
    let neighbour = after.max_by_key(|entry| entry.name().map_or(0, keys::rank));
    match neighbour {
        Some(entry) => insert_after(rule.source(), mapping, entry, key, value),
        None => insert_before(rule.source(), mapping, own().next()?, key, value),
    }
}

/// Inserts a key with its value (written as YAML) behind an entry of a map.
pub fn insert_after(
    source: &Source,
    mapping: &Mapping,
    entry: &Entry,
    key: &str,
    value: EditText,
) -> Option<Vec<Edit>> {
    let end = entry_span(entry).end as usize;
    if mapping.flow {
        return Some(pieces(end, format!(", {key}: "), value, String::new()));
    }
    let indent = key_indent(source, entry)?;
    // A block scalar that keeps its blank lines would lose them.
    if entry.value.scalar().is_some_and(|scalar| scalar.text.ends_with("\n\n")) {
        return None;
    }
    let line = line_of(source, end);
    let rest = source.text()[end..line.end as usize].trim_start();
    // A list begins on the next line.
    let gap = if matches!(&value, EditText::Text(text) if text.starts_with(['\n', '\r'])) { "" } else { " " };
    let lead = format!("{}{indent}{key}:{gap}", source.line_ending().as_str());
    (rest.is_empty() || rest.starts_with('#')).then(|| pieces(line.end as usize, lead, value, String::new()))
}

fn insert_before(source: &Source, mapping: &Mapping, entry: &Entry, key: &str, value: EditText) -> Option<Vec<Edit>> {
    let start = entry.key.span.start as usize;
    if mapping.flow {
        return Some(pieces(start, format!("{key}: "), value, ", ".to_owned()));
    }
    let indent = key_indent(source, entry)?;
    Some(pieces(start, format!("{key}: "), value, format!("{}{indent}", source.line_ending().as_str())))
}

fn pieces(at: usize, lead: String, value: EditText, tail: String) -> Vec<Edit> {
    let mut edits = vec![Edit::insert(at, lead), Edit { span: Span::at(at), text: value }];
    if !tail.is_empty() {
        edits.push(Edit::insert(at, tail));
    }
    edits
}

/// What stands before the other keys of the block map that this entry is in: blanks, also where a dash stands before
/// this one.
fn key_indent(source: &Source, entry: &Entry) -> Option<String> {
    let start = entry.key.span.start as usize;
    let line = line_of(source, start);
    let before = &source.text()[line.start as usize..start];
    before.chars().all(|c| matches!(c, ' ' | '-')).then(|| " ".repeat(before.len()))
}

/// Writes the single value of a key as a list of one item; `None` where that cannot be done cleanly.
pub fn into_list(source: &Source, mapping: &Mapping, entry: &Entry) -> Option<Edit> {
    let value = entry.value.scalar().filter(|_| entry.is_own())?;
    let span = entry.value.span;
    let text = source.slice(span);
    if text.contains(['\n', '\r']) || matches!(value.style, Style::Literal | Style::Folded) {
        return None;
    }
    if mapping.flow {
        return Some(Edit::replace(span, format!("[{text}]")));
    }
    let between = Span { start: entry.key.span.end, end: span.start };
    let blanks = source.slice(between).strip_prefix(':')?;
    if !blanks.chars().all(|c| matches!(c, ' ' | '\n' | '\r')) {
        return None;
    }
    let indent = key_indent(source, entry)?;
    let lead = format!(":{}{indent}    - ", source.line_ending().as_str());
    Some(Edit::replace(Span { start: between.start, end: span.end }, format!("{lead}{text}")))
}

/// From the key's first byte to the value's last.
pub fn entry_span(entry: &Entry) -> Span {
    match entry.value.alias {
        Some(alias) => entry.key.span.cover(alias),
        None => entry.key.span.cover(entry.value.span),
    }
}

fn remove_between(before: Option<Span>, item: Span, next: Option<Span>) -> Edit {
    // The comma in front goes along, or, for the first one, the comma behind.
    Edit::remove(match (before, next) {
        (Some(before), _) => Span { start: before.end, end: item.end },
        (None, Some(next)) => Span { start: item.start, end: next.start },
        (None, None) => item,
    })
}

/// Removes whole lines; a comment behind the text stays where it is.
fn remove_lines(source: &Source, span: Span) -> Option<Edit> {
    let first = line_of(source, span.start as usize);
    let last = line_of(source, span.end as usize);
    let rest = &source.text()[span.end as usize..last.end as usize];
    let tail = rest.trim();
    if tail.is_empty() {
        return Some(Edit::remove(Span { start: first.start, end: after_break(source, last.end) }));
    }
    let comment = span.end + (rest.len() - rest.trim_start().len()) as u32;
    tail.starts_with('#').then(|| Edit::remove(Span { start: span.start, end: comment }))
}

/// Where the line after the one that ends at `end` begins.
fn after_break(source: &Source, end: u32) -> u32 {
    let rest = &source.text()[end as usize..];
    let skipped = match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    end + skipped
}
