//! A spanned YAML tree: the only file that names the YAML crate.
//!
//! Broken text is mended line by line (at equal length, so that spans stay true) until the rest can be read.

mod build;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle};

use crate::scalar::Type;
use crate::source::{Source, Span};
use build::{Builder, Properties};

/// All documents of a file.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// In the order of the file. A file without any content has none.
    pub documents: Vec<Tree>,
    /// Every comment of the file, in order.
    pub comments: Vec<Comment>,
    /// What could not be read as written.
    pub problems: Vec<Problem>,
    /// The text that was parsed in the end, where lines had to be blanked out; same length as the source.
    pub recovered: Option<String>,
}

/// One YAML document.
#[derive(Clone, Debug)]
pub struct Tree {
    /// From the `---` (or the first content) to the end of the last content.
    pub span: Span,
    /// The root node; absent in an empty document.
    pub root: Option<Node>,
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// The node's text: of a scalar with its quotes, of a flow collection with its brackets, of a block collection
    /// from its first key or dash to the end of its last item. A node that an alias brought in has the span of its anchor's
    /// content; see [`Node::alias`]. The null of a key without a value is empty and stands right after the colon.
    pub span: Span,
    /// What it holds.
    pub value: Value,
    /// The `*name` token that brought this copy of an anchored node here.
    pub alias: Option<Span>,
    /// The `&name` token before it.
    pub anchor: Option<Span>,
    /// An explicit tag such as `!!str`, as written.
    pub tag: Option<Box<str>>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Keys and values.
    Mapping(Mapping),
}

/// A scalar after unquoting.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text without quotes, escapes resolved, folds joined.
    pub text: Box<str>,
    /// How it was written.
    pub style: Style,
    /// What PyYAML (YAML 1.1) makes of it.
    pub ty: Type,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A list.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// The items.
    pub items: Vec<Node>,
    /// Written in brackets.
    pub flow: bool,
}

/// Keys and values in the order of the file. Duplicate keys are all kept (PyYAML keeps the last).
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The pairs.
    pub entries: Vec<Entry>,
    /// Written in braces.
    pub flow: bool,
}

/// One key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value; a null scalar where nothing is written.
    pub value: Node,
    /// Came in through a merge key (`<<: *base`) or an `action: global` document: the spans lie elsewhere in the file.
    pub inherited: bool,
}

/// A comment, from `#` to the end of its line (line break excluded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, `#` included.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// Something in the text that cannot be read as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind.
    pub kind: ProblemKind,
    /// The offending token.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// A second place that explains it, such as the first of two equal keys.
    pub related: Option<(Span, String)>,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Bytes that are not UTF-8.
    Encoding,
    /// The file is larger than [`crate::Source::MAX_BYTES`] and was not read.
    TooLarge,
    /// The text is not YAML.
    Syntax,
    /// A tab where YAML wants blanks.
    Tab,
    /// The same key twice in one map: the first value is lost.
    DuplicateKey,
    /// A document that is no map of keys.
    NotAMap,
    /// Aliases expand to more nodes than [`MAX_ALIAS_NODES`].
    AliasExpansion,
    /// An `action:` other than global, reset or repeat.
    UnknownAction,
}

/// How many nodes aliases may add to one file; pySigma 2.0 refuses more than 10,000.
pub const MAX_ALIAS_NODES: usize = 10_000;

/// How deep collections may nest: deeper ones are a problem, and are not read.
pub const MAX_DEPTH: usize = 128;

/// Reads a file. Never fails, never panics; what could not be read as written is in [`Stream::problems`].
pub fn parse(source: &Source) -> Stream {
    let mut stream = Stream::default();
    if let Some(size) = source.oversize() {
        stream.problems.push(Problem {
            kind: ProblemKind::TooLarge,
            span: Span::at(0),
            message: format!("the file has {size} bytes, more than {} are not read", Source::MAX_BYTES),
            help: None,
            related: None,
        });
        return stream;
    }
    for &span in source.invalid() {
        stream.problems.push(Problem {
            kind: ProblemKind::Encoding,
            span,
            message: "these bytes are not UTF-8".to_owned(),
            help: Some("save the file as UTF-8".to_owned()),
            related: None,
        });
    }
    let base = if source.has_bom() { '\u{feff}'.len_utf8() } else { 0 };
    let mut builder = Builder::new(source.text(), base);
    if let Err(error) = read(source.text(), base, &mut builder) {
        let at = error.marker().byte_offset().unwrap_or(0) + base;
        builder.problem(ProblemKind::Syntax, Span::at(at.min(source.text().len())), error.info());
    }
    builder.finish(&mut stream);
    stream
}

/// Sends the events of `text` (from `base` on) to the builder.
fn read(text: &str, base: usize, builder: &mut Builder<'_>) -> Result<(), ScanError> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    for event in Parser::new_from_str_with_options(&text[base..], options) {
        let (event, at) = event?;
        let range = at.byte_range().unwrap_or_default();
        let span = Span::new(range.start + base, range.end + base);
        let tag_span = || {
            let range = at.tag_span()?.byte_range()?;
            Some(Span::new(range.start + base, range.end + base))
        };
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.and_then(|_| tag_span());
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                builder.scalar(value, style, span, Properties { anchor, tag });
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag.and_then(|_| tag_span());
                builder.start(false, style == StructureStyle::Flow, span, Properties { anchor, tag });
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = tag.and_then(|_| tag_span());
                builder.start(true, style == StructureStyle::Flow, span, Properties { anchor, tag });
            }
            Event::SequenceEnd | Event::MappingEnd => builder.end(span),
            Event::Alias(anchor) => builder.alias(anchor, span),
            Event::UnresolvedAlias(_) => builder.unresolved_alias(span),
            Event::Anchor(_, _) => builder.anchor(span),
            Event::Comment(_, _) => builder.comment(span),
            Event::DocumentStart(explicit, _) => builder.document_start(explicit.then_some(span)),
            Event::DocumentEnd => builder.document_end(),
            _ => {}
        }
    }
    Ok(())
}
