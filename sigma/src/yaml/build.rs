//! Events of a YAML parser → the tree, with the spans that the parser does not give.

mod meaning;
mod spots;

use std::borrow::Cow;
use std::collections::HashMap;

use super::line::quoted;
use super::{
    Comment, Entry, MAX_ALIAS_NODES, MAX_DEPTH, MAX_PROBLEMS, Mapping, Node, Problem, ProblemKind, Properties, Scalar,
    Sequence, Sink, Stream, Style, Tree, Value,
};
use crate::scalar::{self, Type};
use crate::source::Span;
use meaning::{is_template, unloadable};

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
        // Trees of thousands of rules are held at once, and most collections are smaller than what a growing one reserves.
        match &mut frame.node.value {
            Value::Mapping(mapping) => mapping.entries.shrink_to_fit(),
            Value::Sequence(list) => list.items.shrink_to_fit(),
            Value::Scalar(_) => {}
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

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
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
