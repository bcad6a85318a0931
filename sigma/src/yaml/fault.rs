//! What stopped the parser, in words for the author of a rule.

/// Why the parser stopped, as far as recovery and messages tell it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A tab where only blanks may be.
    Tab,
    /// A quote that is never closed.
    OpenQuote,
    /// Text behind a closing quote.
    AfterQuote,
    /// An escape that double quotes do not have.
    Escape,
    /// A character that cannot begin a value.
    Character(char),
    /// `*` or `&` without a name.
    Alias,
    /// A colon that makes a key where there can be none.
    Colon,
    /// A line that should be a key, but has no colon.
    Key,
    /// A line that fits no level of indentation.
    Indent,
    /// Brackets that do not match, or text between them that fits no list or map.
    Flow,
    /// Text behind `|` or `>`.
    BlockHeader,
    /// Collections within collections, too many of them.
    Depth,
    /// Anything else, with its message.
    Other(&'static str),
}

/// Where and why the parser stopped.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    /// In bytes of the text that was parsed.
    pub(super) at: usize,
}

impl Fault {
    /// What is wrong, where nothing better can be said from the line itself.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Tab => "YAML allows no tab here".into(),
            Self::OpenQuote => "this quote is never closed".into(),
            Self::AfterQuote => "there is text behind the closing quote".into(),
            Self::Escape => "double quotes have no such escape sequence".into(),
            Self::Character(c) if c.is_control() => {
                format!("YAML allows no control character U+{:04X} here", *c as u32)
            }
            Self::Character(c) => format!("a value cannot begin with `{c}`"),
            Self::Alias => "`*` and `&` need a name behind them in YAML".into(),
            Self::Colon => "a second colon in a value, or a key that is indented too far".into(),
            Self::Key => "this line is no `key: value`".into(),
            Self::Indent => "this line fits no level of indentation above it".into(),
            Self::Flow => "brackets do not match".into(),
            Self::BlockHeader => "text behind `|` or `>` must begin on the next line".into(),
            Self::Depth => format!("lists and maps are nested more than {} deep", super::MAX_DEPTH / 2),
            Self::Other(message) => (*message).into(),
        }
    }

    /// What to do about it, where nothing better can be said from the line itself.
    pub(super) fn help(&self) -> Option<String> {
        let help = match self {
            Self::Tab => "indent with blanks",
            Self::OpenQuote => "close the quote",
            Self::AfterQuote => "put the whole value in quotes, and double every quote within",
            Self::Escape => "use single quotes: nothing is escaped there",
            Self::Character(c) if c.is_control() => "remove it",
            Self::Character(_) | Self::Alias => "put the value in quotes",
            Self::Colon => "put the value in quotes if the colon belongs to it",
            Self::Key => "write `key: value`, with a blank behind the colon",
            Self::Indent => "indent it like its neighbours",
            Self::Flow => "close every bracket, or put the value in quotes if it is text",
            Self::BlockHeader => "put the value in quotes if it begins with `|` or `>`",
            Self::Depth | Self::Other(_) => return None,
        };
        Some(help.into())
    }
}
