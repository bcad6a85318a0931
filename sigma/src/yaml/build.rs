//! Events of a YAML parser → the tree, with the spans that the parser does not give.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::line::quoted;
use super::{
    Comment, Entry, MAX_ALIAS_NODES, MAX_DEPTH, MAX_PROBLEMS, Mapping, Node, Problem, ProblemKind, Properties, Scalar,
    Sequence, Sink, Stream, Style, Tree, Value,
};
use crate::scalar::{self, Type};
use crate::source::Span;

/// A collection that is still open.
struct Frame {
    /// The collection so far; its span grows with the content.
    node: Node,
    /// Number of its anchor, 0 for none.
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Node>,
    /// Nodes within, itself included; kept for aliases.
    size: usize,
    /// How deep they nest; kept for aliases.
    height: usize,
}

/// A node that aliases can refer to.
struct Anchored {
    /// `None` where there were too many to keep.
    node: Option<Node>,
    size: usize,
    height: usize,
}

/// How many anchored nodes are kept for aliases. Anchors within anchors would otherwise multiply a hostile file.
const MAX_ANCHORED: usize = 10 * MAX_ALIAS_NODES;

/// Builds the trees of a file.
pub(super) struct Builder<'a> {
    text: &'a str,
    open: Vec<Frame>,
    /// A finished scalar whose anchor token is still to come.
    held: Option<(Node, usize)>,
    anchors: HashMap<usize, Anchored>,
    /// Nodes kept in `anchors`.
    anchored: usize,
    /// Nodes that aliases have added.
    expanded: usize,
    expansion_reported: bool,
    /// End of the last token that is no comment: where to look for what the parser does not report.
    last: usize,
    /// The `---` of the open document, and its root.
    document: Option<(Option<Span>, Option<Node>)>,
    documents: Vec<Tree>,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

impl Sink for Builder<'_> {
    fn document_start(&mut self, marker: Option<Span>) {
        self.document_end();
        if let Some(marker) = marker {
            self.last = marker.end as usize;
        }
        self.document = Some((marker, None));
    }

    fn document_end(&mut self) {
        self.release();
        while !self.open.is_empty() {
            self.close(None);
        }
        self.anchors.clear();
        self.anchored = 0;
        if let Some((marker, root)) = self.document.take() {
            let content = root.as_ref().map(|root| root.anchor.map_or(root.span, |anchor| anchor.cover(root.span)));
            if let (None, Some(content), false) = (marker, content, self.documents.is_empty()) {
                // YAML 1.2 takes it, PyYAML does not.
                let line = self.text[content.range()]
                    .find(['\n', '\r'])
                    .map_or(content.end as usize, |at| content.start as usize + at);
                let span = Span::new(content.start as usize, line);
                self.problem(Problem::new(ProblemKind::Syntax, span, "a new document must begin with `---`"));
            }
            let span = match (marker, content) {
                (Some(marker), Some(content)) => marker.cover(content),
                (Some(span), None) | (None, Some(span)) => span,
                (None, None) => Span::at(self.last),
            };
            self.documents.push(Tree { span, root });
        }
    }

    fn comment(&mut self, span: Span) {
        let before = self.text.as_bytes()[..span.start as usize].iter().rev();
        let own_line =
            before.take_while(|b| !matches!(b, b'\n' | b'\r')).all(|b| matches!(b, b' ' | b'\t' | 0xEF | 0xBB | 0xBF));
        self.comments.push(Comment { span, own_line });
    }

    fn scalar(&mut self, value: Cow<'_, str>, style: Style, mut span: Span, properties: Properties) {
        self.release();
        let mut text: Box<str> = Box::default();
        let written = style != Style::Plain || !span.is_empty();
        if written {
            text = value.into();
            if matches!(style, Style::Literal | Style::Folded) {
                span = self.block_scalar_span(span, text.bytes().all(|b| b == b'\n'));
            }
        } else {
            span = Span::at(self.null_position(span.start as usize));
        }
        if !written && self.is_missing_key(span) {
            let problem = Problem::new(
                ProblemKind::Syntax,
                Span { start: span.start, end: span.start + 1 },
                "there is no key before this colon",
            );
            self.problem(problem);
        }
        self.last = span.end as usize;
        let tag = properties.tag.map(|tag| self.slice(tag).into());
        let ty = scalar::resolve(&text, style, tag.as_deref());
        let mut node = Node { span, value: Value::Scalar(Scalar { text, style, ty }), alias: None, anchor: None, tag };
        if let Some(tag) = properties.tag {
            self.check_tag(&mut node, tag);
        }
        if properties.anchor != 0 {
            self.held = Some((node, properties.anchor));
        } else {
            self.place(node, 1, 0);
        }
    }

    fn start(&mut self, mapping: bool, flow: bool, span: Span, properties: Properties) {
        self.release();
        let mut start = span.start as usize;
        if !mapping && !flow && self.byte(start) != Some(b'-') {
            // A list at the level of its key is reported where its first item begins.
            start = self.seek(start, |b| b == b'-').unwrap_or(start);
        }
        let end = if flow { span.end as usize } else { start };
        self.last = end;
        let value = if mapping {
            // `[a: b]` holds maps of one pair; the map of a whole rule has a dozen.
            let room = if flow && span.is_empty() {
                1
            } else if self.open.is_empty() {
                16
            } else {
                4
            };
            Value::Mapping(Mapping { entries: Vec::with_capacity(room), flow })
        } else {
            Value::Sequence(Sequence { items: Vec::new(), flow })
        };
        let tag = properties.tag.map(|tag| self.slice(tag).into());
        let mut node = Node { span: Span::new(start, end), value, alias: None, anchor: None, tag };
        if let Some(tag) = properties.tag {
            self.check_tag(&mut node, tag);
        }
        self.open.push(Frame { node, anchor: properties.anchor, key: None, size: 1, height: 0 });
    }

    fn end(&mut self, span: Span) {
        self.release();
        self.close(Some(span));
    }

    fn anchor(&mut self, span: Span) {
        // PyYAML takes no other names; `&& whoami` is rather text without quotes.
        let name = self.slice(span).get(1..).unwrap_or_default();
        let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if let Some((mut node, number)) = self.held.take() {
            if good {
                node.anchor = Some(span);
            } else {
                self.unquoted(&mut node, span, "an anchor");
            }
            self.held = Some((node, number));
            self.release();
        } else if let Some(frame) = self.open.last_mut() {
            frame.node.anchor = Some(span);
            if !good {
                self.problem(Problem::new(
                    ProblemKind::Syntax,
                    span,
                    "an anchor's name is made of letters, digits, `-` and `_`",
                ));
            }
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        self.release();
        self.last = span.end as usize;
        let budget = MAX_ALIAS_NODES - self.expanded;
        let depth = self.open.len();
        let refused = match self.anchors.get(&anchor) {
            None => "this alias stands within the node that it refers to",
            Some(anchored) if anchored.height + depth > MAX_DEPTH => "the aliases of this file nest too deeply",
            Some(Anchored { node: Some(node), size, height }) if *size <= budget => {
                let (mut node, size, height) = (node.clone(), *size, *height);
                node.alias = Some(span);
                self.expanded += size;
                return self.place(node, size, height);
            }
            Some(_) => "the aliases of this file expand to more than 10000 nodes",
        };
        if !self.expansion_reported {
            self.problem(Problem::new(ProblemKind::AliasExpansion, span, refused));
            self.expansion_reported = true;
        }
        let mut node = null(span);
        node.alias = Some(span);
        self.place(node, 1, 0);
    }

    /// Most likely a wildcard without quotes, so the text is kept.
    fn unresolved_alias(&mut self, span: Span) {
        self.release();
        self.last = span.end as usize;
        let text = self.slice(span);
        let with = quoted(text);
        let message = format!("YAML reads `{text}` as an alias, and there is no anchor of that name");
        let mut problem =
            Problem::new(ProblemKind::Syntax, span, message).with_help(format!("quote this wildcard: {with}"));
        problem.fix = Some((span, with));
        self.problem(problem);
        let scalar = Scalar { text: text.into(), style: Style::Plain, ty: Type::Str };
        self.place(Node { span, value: Value::Scalar(scalar), alias: None, anchor: None, tag: None }, 1, 0);
    }
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self {
            text,
            open: Vec::new(),
            held: None,
            anchors: HashMap::new(),
            anchored: 0,
            expanded: 0,
            expansion_reported: false,
            last: base,
            document: None,
            documents: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Closes what is open and hands over.
    pub(super) fn finish(mut self, stream: &mut Stream) {
        self.document_end();
        // The parser reports a comment behind `|` only after the text.
        if !self.comments.is_sorted_by_key(|comment| comment.span) {
            self.comments.sort_by_key(|comment| comment.span);
        }
        stream.documents = self.documents;
        stream.comments = self.comments;
        stream.problems = self.problems;
        stream.aliases = self.expanded > 0;
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// A tag that PyYAML's safe loader does not know stops it; before plain text it is rather text without quotes.
    fn check_tag(&mut self, node: &mut Node, tag: Span) {
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
    fn unquoted(&mut self, node: &mut Node, property: Span, what: &str) {
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

    /// Puts away a scalar that waited for its anchor token.
    fn release(&mut self) {
        if let Some((node, anchor)) = self.held.take() {
            self.keep(anchor, &node, 1, 0);
            self.place(node, 1, 0);
        }
    }

    /// Keeps a node for aliases.
    fn keep(&mut self, anchor: usize, node: &Node, size: usize, height: usize) {
        let room = size <= MAX_ALIAS_NODES && self.anchored + size <= MAX_ANCHORED;
        self.anchored += if room { size } else { 0 };
        self.anchors.insert(anchor, Anchored { node: room.then(|| node.clone()), size, height });
    }

    /// Ends the innermost collection; `end` is the parser's mark, absent where the text broke off.
    fn close(&mut self, end: Option<Span>) {
        let Some(mut frame) = self.open.pop() else { return };
        if let Some(key) = frame.key.take() {
            let value = null(Span::at(key.span.end as usize));
            add(&mut frame.node, Some(key), value);
        }
        let start = frame.node.span.start as usize;
        let bracket = matches!(self.byte(start), Some(b'[' | b'{'));
        match (&mut frame.node.value, end) {
            // A pair in a list without braces, `[a: b]`, has no end token of its own.
            (Value::Mapping(Mapping { flow: true, .. }) | Value::Sequence(Sequence { flow: true, .. }), Some(end))
                if bracket =>
            {
                frame.node.span.end = end.end;
                self.last = end.end as usize;
            }
            _ => {}
        }
        if let Value::Mapping(mapping) = &mut frame.node.value {
            if is_template(mapping) {
                self.template(&mut frame.node);
            } else {
                self.check_keys(mapping);
                self.merge(mapping);
            }
        }
        if frame.anchor != 0 {
            self.keep(frame.anchor, &frame.node, frame.size, frame.height);
        }
        self.place(frame.node, frame.size, frame.height);
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, size: usize, height: usize) {
        let Some(frame) = self.open.last_mut() else {
            if let Some((_, root)) = &mut self.document {
                let empty = node.span.is_empty() && matches!(&node.value, Value::Scalar(s) if s.ty == Type::Null);
                if !empty || node.tag.is_some() || node.anchor.is_some() {
                    *root = Some(node);
                }
            }
            return;
        };
        frame.size += size;
        frame.height = frame.height.max(height + 1);
        frame.node.span.end = frame.node.span.end.max(node.alias.unwrap_or(node.span).end);
        let is_key = matches!(frame.node.value, Value::Mapping(_)) && frame.key.is_none();
        let trouble = unloadable(&node, is_key)
            .map(|message| Problem::new(ProblemKind::Syntax, node.alias.unwrap_or(node.span), message));
        if is_key {
            frame.key = Some(node);
        } else {
            let key = frame.key.take();
            add(&mut frame.node, key, node);
        }
        if let Some(problem) = trouble {
            self.problem(problem.with_help("put it in quotes"));
        }
    }

    /// `{{ name }}` is a map with a map as its key: rather a text without quotes.
    fn template(&mut self, node: &mut Node) {
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
    fn check_keys(&mut self, mapping: &Mapping) {
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
    fn merge(&mut self, mapping: &mut Mapping) {
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

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// From the end of the last token on, skips blanks, breaks, comments, indicators, tags and anchors up to a byte
    /// that is wanted; looks no further than `limit`.
    fn seek(&self, limit: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let limit = limit.min(bytes.len());
        let mut at = self.last;
        while at < limit {
            let byte = bytes[at];
            if wanted(byte) {
                return Some(at);
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b':' | b'-' | b'?' | b',' => at += 1,
                b'#' => at += memchr::memchr2(b'\n', b'\r', &bytes[at..limit])?,
                b'&' | b'!' => {
                    at += bytes[at..limit].iter().position(|b| b.is_ascii_whitespace()).unwrap_or(limit - at);
                }
                _ => return None,
            }
        }
        None
    }

    /// Where a null without text stands: behind the colon or dash that it belongs to.
    fn null_position(&self, found: usize) -> usize {
        let (indicator, limit) = match self.open.last() {
            Some(Frame { node: Node { value: Value::Sequence(_), .. }, .. }) => (b'-', found),
            Some(Frame { key: Some(_), .. }) => (b':', self.text.len()),
            _ => return found,
        };
        match self.seek(limit, |b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'#')) {
            Some(at) if self.byte(at) == Some(indicator) => at + 1,
            _ if indicator == b':' => self.last,
            _ => found,
        }
    }

    /// Whether the null at `span` is the key of a `: value` without a key, which PyYAML refuses in block style.
    fn is_missing_key(&self, span: Span) -> bool {
        match self.open.last() {
            Some(Frame {
                node: Node { value: Value::Mapping(Mapping { flow: false, .. }), .. }, key: None, ..
            }) => self.byte(span.start as usize) == Some(b':'),
            _ => false,
        }
    }

    /// The parser gives the content of a block scalar with the breaks behind it; wanted is the indicator up to the end
    /// of the content.
    fn block_scalar_span(&self, content: Span, empty: bool) -> Span {
        let start = self.seek(content.end as usize, |b| matches!(b, b'|' | b'>')).unwrap_or(content.start as usize);
        let end = content.end.max(start as u32) as usize;
        let bytes = self.text.as_bytes();
        if empty {
            let header = memchr::memchr2(b'\n', b'\r', &bytes[start..end]).map_or(end, |at| start + at);
            return Span::new(start, header);
        }
        // The column where the text begins is how far it is indented.
        let begin = content.start as usize;
        let indent = bytes[..begin].iter().rev().take_while(|b| **b == b' ').count();
        let mut stop = end;
        loop {
            let line =
                bytes[start..stop].iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(start, |at| start + at + 1);
            // Blanks behind the indentation are content, fewer are an empty line.
            let blank = bytes[line..stop].iter().all(|b| *b == b' ') && stop - line <= indent;
            if line == start || !blank {
                return Span::new(start, stop);
            }
            stop = line - if bytes[..line].ends_with(b"\r\n") { 2 } else { 1 };
        }
    }
}

fn null(span: Span) -> Node {
    let scalar = Scalar { text: "".into(), style: Style::Plain, ty: Type::Null };
    Node { span, value: Value::Scalar(scalar), alias: None, anchor: None, tag: None }
}

fn add(parent: &mut Node, key: Option<Node>, node: Node) {
    match (&mut parent.value, key) {
        (Value::Sequence(list), _) => list.items.push(node),
        (Value::Mapping(map), Some(key)) => map.entries.push(Entry { key, value: node, inherited: false }),
        _ => {}
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
fn unloadable(node: &Node, is_key: bool) -> Option<&'static str> {
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

fn is_template(mapping: &Mapping) -> bool {
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
