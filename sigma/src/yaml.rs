//! A spanned YAML tree: the only file that names the YAML crate.
//!
//! Broken text is mended edit by edit until the rest can be read: quotes, colons, brackets and indentation first, so that
//! what the author meant is in the tree, lines that are given up last. Spans are those of the file as it is.

mod build;
mod fault;
mod line;
mod mend;
mod mended;
mod offsets;
mod remap;
mod site;
mod tabs;

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle};

use crate::detection::within_quotes;
use crate::scalar::Type;
use crate::source::{Source, Span};
use build::Builder;
use fault::{Failure, Fault};
use mend::Outcome;

pub use offsets::OffsetMap;

/// All documents of a file.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// In the order of the file. A file without any content has none.
    pub documents: Vec<Tree>,
    /// Every comment of the file, in order.
    pub comments: Vec<Comment>,
    /// What could not be read as written.
    pub problems: Vec<Problem>,
    /// Whether aliases bring text of one place to others.
    pub aliases: bool,
    /// The text with what had to be blanked out, where something was wrong; same length as the source. Edits that change
    /// the length (quotes, colons, indentation) are how the text was read, but are not in here: see [`Problem::fix`].
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

impl Node {
    /// The scalar that it is, of any type.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text that it is: not a number, a date, a boolean or null.
    pub fn str(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.ty == Type::Str).map(|scalar| &*scalar.text)
    }

    /// The place of a scalar's text: within the quotes, where there are any and nothing is escaped, else the whole token.
    pub fn inner(&self) -> Span {
        self.scalar().map_or(self.span, |scalar| within_quotes(self.span, scalar))
    }

    /// The list that it is.
    pub fn sequence(&self) -> Option<&Sequence> {
        match &self.value {
            Value::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    /// The map that it is.
    pub fn mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Null, or nothing written at all.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.ty == Type::Null)
    }

    /// Null, or text of blanks alone.
    pub fn is_blank(&self) -> bool {
        self.scalar().is_some_and(|scalar| match scalar.ty {
            Type::Null => true,
            Type::Str => scalar.text.trim().is_empty(),
            _ => false,
        })
    }

    /// Where it stands in the document: the alias that brought it in, else its own text.
    pub fn place(&self) -> Span {
        self.alias.unwrap_or(self.span)
    }
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

impl Sequence {
    /// The items that are the same text as one before them: the number of the first, and their own.
    pub fn duplicates(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut first: HashMap<&str, usize> = HashMap::new();
        self.items.iter().enumerate().filter_map(move |(index, item)| {
            let first = *first.entry(item.str()?).or_insert(index);
            (first < index).then_some((first, index))
        })
    }
}

/// Keys and values in the order of the file. Duplicate keys are all kept (PyYAML keeps the last).
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The pairs.
    pub entries: Vec<Entry>,
    /// Written in braces.
    pub flow: bool,
}

impl Mapping {
    /// The entry of a key; of duplicates the last, as PyYAML keeps it.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.name() == Some(key))
    }
}

impl Entry {
    /// The text of the key where it is a scalar.
    pub fn name(&self) -> Option<&str> {
        self.key.scalar().map(|scalar| &*scalar.text)
    }

    /// Whether key and value stand here as they are: neither inherited nor brought in by an alias.
    pub fn is_own(&self) -> bool {
        !self.inherited && self.key.alias.is_none() && self.value.alias.is_none()
    }
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
    /// What to put in place of which bytes so that the text can be read as it was meant.
    pub fix: Option<(Span, String)>,
}

impl Problem {
    /// A problem without help.
    pub fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), help: None, related: None, fix: None }
    }

    /// With advice on what to do.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a second place that explains it.
    pub fn with_related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related = Some((span, message.into()));
        self
    }
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

/// How deep collections may nest, half of it in block style and half in brackets: deeper ones are a problem, and are not
/// read.
pub const MAX_DEPTH: usize = 128;

/// How many problems of one file are reported; it takes a hostile file to have more.
pub const MAX_PROBLEMS: usize = 1_000;

/// Reads a file. Never fails, never panics; what could not be read as written is in [`Stream::problems`], in the order
/// of the file, together with bytes that are not UTF-8 and with files that are too large.
pub fn parse(source: &Source) -> Stream {
    let mut stream = Stream::default();
    let mut problems = Vec::new();
    if let Some(size) = source.oversize() {
        let message = format!("the file has {size} bytes; more than {} are not read", Source::MAX_BYTES);
        stream.problems.push(Problem::new(ProblemKind::TooLarge, Span::at(0), message));
        return stream;
    }
    for &span in source.invalid().iter().take(MAX_PROBLEMS) {
        let problem = Problem::new(ProblemKind::Encoding, span, "these bytes are not UTF-8");
        problems.push(problem.with_help("save the file as UTF-8"));
    }
    let text = source.text();
    let base = if source.has_bom() { '\u{feff}'.len_utf8() } else { 0 };
    let edits = tabs::controls(text, &mut problems);
    let mut builder = Builder::new(text, base);
    if !edits.is_empty() || read(text, base, &mut builder).is_err() {
        let mended = mend::mend(text, edits, |text| probe(text, base), &mut problems);
        builder = Builder::new(&mended.text, base);
        // What is still wrong then has been reported; the tree holds what stands before it.
        let _ = read(&mended.text, base, &mut builder);
        builder.finish(&mut stream);
        remap::remap(text, &mended, &mut stream);
        tabs::report(text, &stream.documents, &stream.comments, &mended.edits, &mut problems);
        stream.recovered = Some(mended.masked(text));
    } else {
        builder.finish(&mut stream);
        tabs::report(text, &stream.documents, &stream.comments, &[], &mut problems);
    }
    if !problems.is_empty() || !stream.problems.is_empty() {
        stream.problems.append(&mut problems);
        stream.problems.sort_by_key(|problem| problem.span);
        stream.problems.dedup_by(|one, other| one.span == other.span && one.kind == other.kind);
        stream.problems.truncate(MAX_PROBLEMS);
    }
    stream
}

/// What stands before a node.
#[derive(Clone, Copy, Default)]
struct Properties {
    /// Number of the anchor, 0 for none.
    anchor: usize,
    /// The tag as written.
    tag: Option<Span>,
}

/// Takes the events of the parser, with spans in bytes of the text that is parsed.
trait Sink {
    fn document_start(&mut self, marker: Option<Span>);
    fn document_end(&mut self);
    fn comment(&mut self, span: Span);
    fn scalar(&mut self, value: Cow<'_, str>, style: Style, span: Span, properties: Properties);
    fn start(&mut self, mapping: bool, flow: bool, span: Span, properties: Properties);
    fn end(&mut self, span: Span);
    /// The `&name` token of the node that came last.
    fn anchor(&mut self, span: Span);
    fn alias(&mut self, anchor: usize, span: Span);
    /// `*name` without an anchor.
    fn unresolved_alias(&mut self, span: Span);
}

/// Sends the events of `text` (from `base` on) to `sink`.
fn read(text: &str, base: usize, sink: &mut impl Sink) -> Result<(), Failure> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        bom_inside_document_as_content: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH / 2,
        block_nesting_limit: MAX_DEPTH / 2,
    };
    for event in Parser::new_from_str_with_options(&text[base..], options) {
        let (event, at) = event.map_err(|error| failure(&error, base))?;
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
                sink.scalar(value, style, span, Properties { anchor, tag });
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = tag.and_then(|_| tag_span());
                sink.start(false, style == StructureStyle::Flow, span, Properties { anchor, tag });
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = tag.and_then(|_| tag_span());
                sink.start(true, style == StructureStyle::Flow, span, Properties { anchor, tag });
            }
            Event::SequenceEnd | Event::MappingEnd => sink.end(span),
            Event::Alias(anchor) => sink.alias(anchor, span),
            Event::UnresolvedAlias(_) => sink.unresolved_alias(span),
            Event::Anchor(_, _) => sink.anchor(span),
            Event::Comment(_, _) => sink.comment(span),
            Event::DocumentStart(explicit, _) => sink.document_start(explicit.then_some(span)),
            Event::DocumentEnd => sink.document_end(),
            _ => {}
        }
    }
    Ok(())
}

/// The parser's error in the words of recovery.
fn failure(error: &ScanError, base: usize) -> Failure {
    let fault = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => Fault::Tab,
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => Fault::OpenQuote,
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            Fault::AfterQuote
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => Fault::Escape,
        ErrorKind::UnexpectedCharacter { character } => Fault::Character(*character),
        ErrorKind::UnknownAnchor | ErrorKind::MissingAnchorOrAliasName => Fault::Alias,
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidMappingValueWhitespace => Fault::Colon,
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => Fault::Key,
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping => Fault::Indent,
        ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::FlowMappingValueAdjacentCollection
        | ErrorKind::BlockEntryInFlowCollection
        | ErrorKind::InvalidColonPlacement => Fault::Flow,
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => Fault::BlockHeader,
        ErrorKind::RecursionLimitExceeded => Fault::Depth,
        ErrorKind::InvalidDocumentEnd => Fault::Other("there is text behind the `...` that ends a document"),
        ErrorKind::ExpectedDocumentStart | ErrorKind::MissingDocumentEndBeforeDirective => {
            Fault::Other("a new document must begin with `---`")
        }
        ErrorKind::CommentNotSeparated => Fault::Other("a comment needs a blank before its `#`"),
        ErrorKind::CommentInterceptedScalar => Fault::Other("a comment within a text of several lines"),
        ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::ExpectedWhitespace => {
            Fault::Other("a blank is missing here")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            Fault::Other("a value cannot begin with `-` and a bracket")
        }
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape => Fault::Other("YAML reads a value that begins with `!` as a tag"),
        ErrorKind::ExpectedNodeContent | ErrorKind::UnexpectedEndOfPlainScalar | ErrorKind::UnexpectedEof => {
            Fault::Other("a value is missing here, or it needs quotes")
        }
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::MissingYamlVersion => Fault::Other("YAML reads a line that begins with `%` as a directive"),
        _ => Fault::Other("this cannot be read as YAML"),
    };
    Failure { fault, at: error.marker().byte_offset().unwrap_or(0) + base }
}

/// Parses without building anything.
fn probe(text: &str, base: usize) -> Outcome {
    let mut track = Track { last: base, open: Vec::new() };
    let failure = read(text, base, &mut track).err();
    Outcome { failure, last: track.last, flows: track.open.into_iter().flatten().collect() }
}

/// Keeps what recovery wants to know.
struct Track {
    last: usize,
    /// Every open collection; of those in brackets the start.
    open: Vec<Option<usize>>,
}

impl Sink for Track {
    fn document_start(&mut self, marker: Option<Span>) {
        self.last = marker.map_or(self.last, |marker| marker.end as usize);
    }

    fn document_end(&mut self) {
        self.open.clear();
    }

    fn comment(&mut self, _: Span) {}

    fn scalar(&mut self, _: Cow<'_, str>, style: Style, span: Span, _: Properties) {
        // The parser lets a block scalar end on the line after it.
        let block = matches!(style, Style::Literal | Style::Folded);
        self.last = if block { span.start } else { span.end } as usize;
    }

    fn start(&mut self, _: bool, flow: bool, span: Span, _: Properties) {
        self.last = span.start as usize;
        self.open.push(if flow && !span.is_empty() { Some(span.start as usize) } else { None });
    }

    fn end(&mut self, _: Span) {
        self.open.pop();
    }

    fn anchor(&mut self, _: Span) {}

    fn alias(&mut self, _: usize, span: Span) {
        self.last = span.end as usize;
    }

    fn unresolved_alias(&mut self, span: Span) {
        self.last = span.end as usize;
    }
}
