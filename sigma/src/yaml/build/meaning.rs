//! What YAML's own words mean: keys given twice, merge keys, tags; and what PyYAML fails on although it is YAML.

use std::collections::{HashMap, HashSet};

use super::super::line::quoted;
use super::super::{Entry, Mapping, Node, Problem, ProblemKind, Scalar, Style, Value};
use super::Builder;
use crate::scalar::Type;
use crate::source::Span;

impl Builder<'_> {
    /// A tag that PyYAML's safe loader does not know stops it; before plain text it is rather text without quotes.
    pub(super) fn check_tag(&mut self, node: &mut Node, tag: Span) {
        const KNOWN: [&str; 13] = [
            "null",
            "bool",
            "int",
            "float",
            "binary",
            "timestamp",
            "omap",
            "pairs",
            "set",
            "str",
            "seq",
            "map",
            "merge",
        ];
        let text = self.slice(tag);
        let name = text
            .strip_prefix("!!")
            .or_else(|| text.strip_prefix("!<tag:yaml.org,2002:").and_then(|rest| rest.strip_suffix('>')));
        if text == "!" || name.is_some_and(|name| KNOWN.contains(&name)) {
            return;
        }
        if matches!(&node.value, Value::Scalar(scalar) if scalar.style == Style::Plain) {
            node.tag = None;
            self.unquoted(node, tag, "a tag");
        } else {
            self.problem(Problem::new(
                ProblemKind::Syntax,
                tag,
                format!("`{text}` is no tag that Sigma tools can read"),
            ));
        }
    }

    /// Reports a property that was meant as the beginning of a plain text, and makes it that.
    pub(super) fn unquoted(&mut self, node: &mut Node, property: Span, what: &str) {
        let whole = Span { start: property.start, end: property.end.max(node.span.end) };
        let text = self.slice(whole);
        let first = text.get(..1).unwrap_or_default();
        let mut problem = Problem::new(
            ProblemKind::Syntax,
            property,
            format!("YAML reads a value that begins with `{first}` as {what}"),
        );
        if let Value::Scalar(scalar) = &mut node.value
            && scalar.style == Style::Plain
            && !text.contains(['\n', '\r'])
        {
            let with = quoted(text);
            problem = problem.with_help(format!("quote this value: {with}"));
            problem.fix = Some((whole, with));
            node.span = whole;
            (scalar.text, scalar.ty) = (text.into(), Type::Str);
            self.last = whole.end as usize;
        }
        self.problem(problem);
    }

    /// `{{ name }}` is a map with a map as its key: rather a text without quotes.
    pub(super) fn template(&mut self, node: &mut Node) {
        let text = self.slice(node.span);
        let with = quoted(text);
        let mut problem =
            Problem::new(ProblemKind::Syntax, node.span, "YAML reads a value that begins with `{` as a map")
                .with_help(format!("quote this value: {with}"));
        problem.fix = Some((node.span, with));
        self.problem(problem);
        node.value = Value::Scalar(Scalar { text: text.into(), style: Style::Plain, ty: Type::Str });
    }

    /// Reports keys that are given twice or that cannot be keys.
    pub(super) fn check_keys(&mut self, mapping: &Mapping) {
        let entries = &mapping.entries;
        for key in entries.iter().map(|entry| &entry.key).filter(|key| !matches!(key.value, Value::Scalar(_))) {
            let problem =
                Problem::new(ProblemKind::Syntax, key.alias.unwrap_or(key.span), "a key cannot be a list or a map");
            self.problem(problem.with_help("put it in quotes"));
        }
        // Few keys are compared with each other, many go through a table.
        let many = entries.len() > 24;
        let mut seen: HashMap<(&str, bool), Span> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let Some(key) = identity(&entry.key) else { continue };
            let first = if many {
                let first = seen.get(&key).copied();
                seen.entry(key).or_insert(entry.key.span);
                first
            } else {
                entries[..index].iter().find(|other| identity(&other.key) == Some(key)).map(|other| other.key.span)
            };
            if let Some(first) = first
                && key.0 != "<<"
            {
                let message = format!("duplicate key `{}`", key.0);
                let problem = Problem::new(ProblemKind::DuplicateKey, entry.key.span, message);
                self.problem(problem.with_related(first, "first given here"));
            }
        }
    }

    /// Resolves `<<`: adds the entries of the maps it names unless the map has that key itself. Of several maps the
    /// first wins.
    pub(super) fn merge(&mut self, mapping: &mut Mapping) {
        if !mapping.entries.iter().any(|entry| is_merge_key(&entry.key)) {
            return;
        }
        let mut merged: Vec<Entry> = Vec::new();
        let mut kept = Vec::with_capacity(mapping.entries.len());
        for entry in mapping.entries.drain(..) {
            if !is_merge_key(&entry.key) {
                kept.push(entry);
                continue;
            }
            let alias = entry.value.alias;
            match entry.value.value {
                Value::Mapping(map) => take(&mut merged, map, alias),
                Value::Sequence(list) if list.items.iter().all(|item| matches!(item.value, Value::Mapping(_))) => {
                    for item in list.items {
                        let alias = item.alias.or(alias);
                        if let Value::Mapping(map) = item.value {
                            take(&mut merged, map, alias);
                        }
                    }
                }
                _ => {
                    let message = "`<<` merges a map or a list of maps, and this is neither";
                    self.problem(Problem::new(ProblemKind::Syntax, alias.unwrap_or(entry.value.span), message));
                    kept.push(entry);
                }
            }
        }
        let mut known: HashSet<(String, bool)> = HashSet::new();
        let owned = |(text, is_text): (&str, bool)| (text.to_owned(), is_text);
        known.extend(kept.iter().filter_map(|entry| identity(&entry.key)).map(owned));
        merged.retain(|entry| identity(&entry.key).is_none_or(|key| known.insert(owned(key))));
        kept.append(&mut merged);
        mapping.entries = kept;
    }
}

fn take(merged: &mut Vec<Entry>, map: Mapping, alias: Option<Span>) {
    for mut entry in map.entries {
        entry.inherited = true;
        if alias.is_some() {
            entry.key.alias = alias;
            entry.value.alias = alias;
        }
        merged.push(entry);
    }
}

/// What makes two keys the same: their text, and whether it is text (`1` and `'1'` are two keys).
fn identity(key: &Node) -> Option<(&str, bool)> {
    match &key.value {
        Value::Scalar(scalar) => Some((&scalar.text, scalar.ty == Type::Str)),
        _ => None,
    }
}

/// What PyYAML fails on although it is YAML.
pub(super) fn unloadable(node: &Node, is_key: bool) -> Option<&'static str> {
    match &node.value {
        Value::Scalar(scalar) if scalar.style == Style::Plain && scalar.text.len() <= 2 && node.tag.is_none() => {
            match &*scalar.text {
                "=" => Some("YAML 1.1 gives a plain `=` a meaning of its own, and PyYAML fails on it"),
                "<<" if !is_key => Some("YAML 1.1 gives a plain `<<` a meaning of its own, and PyYAML fails on it"),
                _ => None,
            }
        }
        _ => None,
    }
}

pub(super) fn is_template(mapping: &Mapping) -> bool {
    match &mapping.entries[..] {
        [Entry { key, value, .. }] => {
            let braces = matches!(&key.value, Value::Mapping(inner) if inner.flow) && key.alias.is_none();
            mapping.flow && braces && value.span.is_empty()
        }
        _ => false,
    }
}

fn is_merge_key(key: &Node) -> bool {
    match &key.value {
        Value::Scalar(scalar) => scalar.style == Style::Plain && &*scalar.text == "<<" && key.tag.is_none(),
        _ => false,
    }
}
