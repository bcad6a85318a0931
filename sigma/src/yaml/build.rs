//! Events of a YAML parser → the tree, with the spans that the parser does not give.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{
    Comment, Entry, MAX_ALIAS_NODES, MAX_DEPTH, Mapping, Node, Problem, ProblemKind, Scalar, Sequence, Stream, Style,
    Tree, Value,
};
use crate::scalar::{self, Type};
use crate::source::Span;

/// What stands before a node.
#[derive(Clone, Copy, Default)]
pub(super) struct Properties {
    /// Number of the anchor, 0 for none.
    pub(super) anchor: usize,
    /// The tag as written.
    pub(super) tag: Option<Span>,
}

/// A collection that is still open.
struct Frame {
    /// The collection so far; its span grows with the content.
    node: Node,
    /// Number of its anchor, 0 for none.
    anchor: usize,
    /// The key that waits for its value.
    key: Option<Node>,
    /// Nodes within, itself included, and how deep they nest; kept for aliases.
    size: usize,
    height: usize,
}

/// A node that aliases can refer to.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

/// Builds the trees of a file.
pub(super) struct Builder<'a> {
    text: &'a str,
    open: Vec<Frame>,
    /// A finished scalar whose anchor token is still to come.
    held: Option<(Node, usize)>,
    anchors: HashMap<usize, Anchored>,
    /// Nodes that aliases have added.
    expanded: usize,
    expansion_reported: bool,
    /// End of the last token that is no comment: where to look for what the parser does not report.
    last: usize,
    document: Option<Tree>,
    documents: Vec<Tree>,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self {
            text,
            open: Vec::new(),
            held: None,
            anchors: HashMap::new(),
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
        stream.documents = self.documents;
        stream.comments = self.comments;
        stream.problems.append(&mut self.problems);
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, span: Span, message: impl Into<String>) {
        self.problems.push(Problem { kind, span, message: message.into(), help: None, related: None });
    }

    pub(super) fn document_start(&mut self, marker: Option<Span>) {
        self.document_end();
        let span = marker.unwrap_or(Span::at(self.last));
        self.last = span.end as usize;
        self.document = Some(Tree { span, root: None });
        if marker.is_none() {
            // Corrected by the first node.
            self.document = Some(Tree { span: Span::at(usize::MAX >> 32), root: None });
        }
    }

    pub(super) fn document_end(&mut self) {
        self.release();
        while !self.open.is_empty() {
            self.close(None);
        }
        self.anchors.clear();
        if let Some(mut tree) = self.document.take() {
            if let Some(root) = &tree.root {
                tree.span.start = tree.span.start.min(root.span.start);
                tree.span.end =
                    if tree.span.end == u32::MAX { root.span.end } else { tree.span.end.max(root.span.end) };
            } else if tree.span.end == u32::MAX {
                tree.span = Span::at(self.last);
            }
            self.documents.push(tree);
        }
    }

    pub(super) fn comment(&mut self, span: Span) {
        let before = self.text[..span.start as usize].bytes().rev();
        let own_line =
            before.take_while(|b| !matches!(b, b'\n' | b'\r')).all(|b| matches!(b, b' ' | b'\t' | 0xEF | 0xBB | 0xBF));
        self.comments.push(Comment { span, own_line });
    }

    pub(super) fn scalar(&mut self, value: Cow<'_, str>, style: Style, span: Span, properties: Properties) {
        self.release();
        let mut span = span;
        let mut text: Box<str> = "".into();
        if style == Style::Plain && span.is_empty() {
            span = Span::at(self.null_position(span.start as usize));
        } else {
            text = value.into();
            if matches!(style, Style::Literal | Style::Folded) {
                span = self.block_scalar_span(span);
            }
        }
        let tag = properties.tag.map(|tag| self.slice(tag).into());
        let ty = scalar::resolve(&text, style, tag.as_deref());
        self.last = span.end as usize;
        let node = Node { span, value: Value::Scalar(Scalar { text, style, ty }), alias: None, anchor: None, tag };
        if properties.anchor != 0 {
            self.held = Some((node, properties.anchor));
        } else {
            self.place(node, 1, 0);
        }
    }

    pub(super) fn start(&mut self, mapping: bool, flow: bool, span: Span, properties: Properties) {
        self.release();
        let mut start = span.start as usize;
        if !mapping && !flow && self.byte(start) != Some(b'-') {
            start = self.seek(start, |b| b == b'-').unwrap_or(start);
        }
        let end = if flow { span.end as usize } else { start };
        self.last = end;
        let value = if mapping {
            Value::Mapping(Mapping { entries: Vec::new(), flow })
        } else {
            Value::Sequence(Sequence { items: Vec::new(), flow })
        };
        let tag = properties.tag.map(|tag| self.slice(tag).into());
        let node = Node { span: Span::new(start, end), value, alias: None, anchor: None, tag };
        self.open.push(Frame { node, anchor: properties.anchor, key: None, size: 1, height: 0 });
    }

    pub(super) fn end(&mut self, span: Span) {
        self.release();
        self.close(Some(span));
    }

    /// The `&name` token of the node that came last.
    pub(super) fn anchor(&mut self, span: Span) {
        if let Some((node, _)) = &mut self.held {
            node.anchor = Some(span);
            self.release();
        } else if let Some(frame) = self.open.last_mut() {
            frame.node.anchor = Some(span);
        }
    }

    pub(super) fn alias(&mut self, anchor: usize, span: Span) {
        self.release();
        self.last = span.end as usize;
        let budget = MAX_ALIAS_NODES - self.expanded;
        let depth = self.open.len();
        let refused = match self.anchors.get(&anchor) {
            None => Some("this alias stands within the node that it refers to"),
            Some(anchored) if anchored.size > budget => {
                Some("the aliases of this file expand to more than 10000 nodes")
            }
            Some(anchored) if anchored.height + depth > MAX_DEPTH => Some("the aliases of this file nest too deeply"),
            Some(anchored) => {
                let (mut node, size, height) = (anchored.node.clone(), anchored.size, anchored.height);
                node.alias = Some(span);
                self.expanded += size;
                self.place(node, size, height);
                None
            }
        };
        if let Some(message) = refused {
            if !self.expansion_reported {
                self.problem(ProblemKind::AliasExpansion, span, message);
                self.expansion_reported = true;
            }
            let mut node = null(span);
            node.alias = Some(span);
            self.place(node, 1, 0);
        }
    }

    /// `*name` without an anchor: most likely a wildcard without quotes, so the text is kept.
    pub(super) fn unresolved_alias(&mut self, span: Span) {
        self.release();
        self.last = span.end as usize;
        let text = self.slice(span);
        self.problems.push(Problem {
            kind: ProblemKind::Syntax,
            span,
            message: format!("YAML reads `{text}` as an alias, and there is no anchor of that name"),
            help: Some(format!("quote this wildcard: '{}'", text.replace('\'', "''"))),
            related: None,
        });
        let scalar = Scalar { text: text.into(), style: Style::Plain, ty: Type::Str };
        self.place(Node { span, value: Value::Scalar(scalar), alias: None, anchor: None, tag: None }, 1, 0);
    }

    /// Puts away a scalar that waited for its anchor token.
    fn release(&mut self) {
        if let Some((node, anchor)) = self.held.take() {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size: 1, height: 0 });
            self.place(node, 1, 0);
        }
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
            self.check_duplicates(mapping);
            self.merge(mapping);
        }
        if frame.anchor != 0 {
            let anchored = Anchored { node: frame.node.clone(), size: frame.size, height: frame.height };
            self.anchors.insert(frame.anchor, anchored);
        }
        self.place(frame.node, frame.size, frame.height);
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, size: usize, height: usize) {
        let Some(frame) = self.open.last_mut() else {
            if let Some(tree) = &mut self.document {
                let empty = node.span.is_empty() && matches!(&node.value, Value::Scalar(s) if s.ty == Type::Null);
                if !empty || node.tag.is_some() || node.anchor.is_some() {
                    tree.root = Some(node);
                }
            }
            return;
        };
        frame.size += size;
        frame.height = frame.height.max(height + 1);
        let end = node.alias.unwrap_or(node.span).end;
        frame.node.span.end = frame.node.span.end.max(end);
        match &frame.node.value {
            Value::Mapping(_) if frame.key.is_none() => frame.key = Some(node),
            _ => {
                let key = frame.key.take();
                add(&mut frame.node, key, node);
            }
        }
    }

    fn check_duplicates(&mut self, mapping: &Mapping) {
        let entries = &mapping.entries;
        // Few keys are compared with each other, many go through a set.
        let mut seen: HashSet<&str> = HashSet::new();
        let many = entries.len() > 24;
        for (index, entry) in entries.iter().enumerate() {
            let Some(text) = key_text(&entry.key) else { continue };
            if many && seen.insert(text) {
                continue;
            }
            let same = |other: &&Entry| same_key(&other.key, &entry.key);
            if let Some(first) = entries[..index].iter().find(same) {
                self.problems.push(Problem {
                    kind: ProblemKind::DuplicateKey,
                    span: entry.key.span,
                    message: format!("duplicate key `{text}`"),
                    help: None,
                    related: Some((first.key.span, "first given here".to_owned())),
                });
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
            let good = match &entry.value.value {
                Value::Mapping(_) => true,
                Value::Sequence(list) => list.items.iter().all(|item| matches!(item.value, Value::Mapping(_))),
                Value::Scalar(_) => false,
            };
            if !good {
                self.problems.push(Problem {
                    kind: ProblemKind::Syntax,
                    span: entry.value.alias.unwrap_or(entry.value.span),
                    message: "`<<` merges a map or a list of maps, and this is neither".to_owned(),
                    help: None,
                    related: None,
                });
                kept.push(entry);
                continue;
            }
            let alias = entry.value.alias;
            match entry.value.value {
                Value::Mapping(map) => take(&mut merged, map, alias),
                Value::Sequence(list) => {
                    for item in list.items {
                        let alias = item.alias.or(alias);
                        if let Value::Mapping(map) = item.value {
                            take(&mut merged, map, alias);
                        }
                    }
                }
                Value::Scalar(_) => {}
            }
        }
        let mut known: HashSet<String> = kept.iter().filter_map(|e| key_text(&e.key)).map(str::to_owned).collect();
        merged.retain(|entry| key_text(&entry.key).is_none_or(|text| known.insert(text.to_owned())));
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

    /// The parser gives the content of a block scalar with the breaks behind it; wanted is the indicator up to the end
    /// of the content.
    fn block_scalar_span(&self, content: Span) -> Span {
        let start = self.seek(content.end as usize, |b| matches!(b, b'|' | b'>')).unwrap_or(content.start as usize);
        let end = content.end.max(start as u32) as usize;
        let text = &self.text[start..end];
        // Blank lines go, blanks at the end of the last line are content.
        let trimmed = text.trim_end_matches([' ', '\t', '\n', '\r']);
        let rest = &text[trimmed.len()..];
        let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
        Span::new(start, start + trimmed.len() + line)
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

fn key_text(key: &Node) -> Option<&str> {
    match &key.value {
        Value::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

fn same_key(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => {
            one.text == other.text && (one.ty == Type::Str) == (other.ty == Type::Str)
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
