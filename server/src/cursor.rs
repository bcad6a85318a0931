//! Where in a rule a position stands. Worked out from the text alone, since what is being typed is rarely whole.

use sigwise_sigma::Span;

/// A position in a rule: between which keys, and in what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor<'t> {
    /// The keys above, from the top of the document: `["detection", "selection"]`. Lists add nothing.
    pub(crate) path: Vec<&'t str>,
    /// What can stand here.
    pub(crate) spot: Spot,
    /// The word that is being typed, up to the position; without an opening quote.
    pub(crate) typed: &'t str,
    /// The whole word, which a completion replaces: bytes of the text, without quotes.
    pub(crate) span: Span,
    /// The quote that stands before the word.
    pub(crate) quote: Option<char>,
    /// What follows the word on its line.
    pub(crate) rest: &'t str,
}

/// What can stand at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A key.
    Key,
    /// The value of the last key of the path.
    Value,
    /// An item of the list that is the value of the last key: a value, or the first key of a map.
    Item,
}

/// How many lines above are looked at: rules with longer lists of values exist, but not with keys that far apart.
const LINES: usize = 20_000;

impl<'t> Cursor<'t> {
    /// The cursor at a byte offset; `None` in a comment.
    pub(crate) fn at(text: &'t str, offset: usize) -> Option<Self> {
        let before = text.get(..offset)?;
        let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line = text.get(start..)?;
        let line = line.get(..line.find(['\n', '\r']).unwrap_or(line.len()))?;
        let head = line.get(..offset - start)?;
        if comment(head).is_some() {
            return None;
        }
        let line = line.get(..comment(line).unwrap_or(line.len()))?.trim_end();
        let own = Line::read(head);
        let mut above = Above { text, end: start, left: LINES };
        let mut path = above.path(own.column, own.dashes.last().copied());
        let multiline = path.continued;
        let at = start + own.content_at;
        let after = line.get(offset - start..).unwrap_or_default();
        if multiline {
            let typed = last_word(own.content);
            let length = after.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(after.len());
            return Some(Self {
                path: path.keys,
                spot: Spot::Value,
                typed,
                span: Span::new(offset - typed.len(), offset + length),
                quote: None,
                rest: after.get(length..).unwrap_or_default(),
            });
        }
        let mut spot = if own.dashes.is_empty() { Spot::Key } else { Spot::Item };
        let (mut from, mut in_flow) = (0, false);
        if let Some(colon) = key_end(own.content) {
            path.keys.push(unquoted(own.content.get(..colon)?.trim_end()));
            spot = Spot::Value;
            from = colon + 1;
        }
        let value = own.content.get(from..)?;
        from += value.len() - value.trim_start().len();
        if let Some(flow) = Flow::read(own.content.get(from..)?) {
            path.keys.extend(flow.keys);
            spot = flow.spot;
            from += flow.from;
            in_flow = true;
        }
        let typed = own.content.get(from..)?;
        let quote = typed.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let from = at + from + quote.map_or(0, char::len_utf8);
        let ends = |c: char| match (quote, spot) {
            (Some(quote), _) => c == quote,
            (None, _) if in_flow && matches!(c, ',' | '}' | ']') => true,
            (None, Spot::Key) => c == ':' || c.is_whitespace(),
            (None, Spot::Item | Spot::Value) => false,
        };
        // An item can be the first key of a map.
        let key = if spot == Spot::Item && quote.is_none() { key_end(after) } else { None };
        let length = key.or_else(|| after.find(ends)).unwrap_or(after.len());
        Some(Self {
            path: path.keys,
            spot,
            typed: text.get(from..offset).unwrap_or_default(),
            span: Span::new(from.min(offset), offset + length),
            quote,
            rest: after.get(length..).unwrap_or_default(),
        })
    }

    /// Whether a colon follows the word, so that the key is whole.
    pub(crate) fn has_colon(&self) -> bool {
        let rest = self.rest.trim_start_matches(['\'', '"']);
        rest.trim_start().starts_with(':')
    }

    /// The path as a slice of texts, to be matched.
    pub(crate) fn keys(&self) -> &[&'t str] {
        &self.path
    }
}

/// A line taken apart.
struct Line<'t> {
    /// Columns of the dashes before the content.
    dashes: Vec<usize>,
    /// The column of the content; where there is none, of the end.
    column: usize,
    content: &'t str,
    /// Bytes before the content.
    content_at: usize,
}

impl<'t> Line<'t> {
    fn read(line: &'t str) -> Self {
        let mut at = 0;
        let mut dashes = Vec::new();
        let bytes = line.as_bytes();
        loop {
            match bytes.get(at) {
                Some(b' ') => at += 1,
                Some(b'-') if matches!(bytes.get(at + 1), None | Some(b' ')) => {
                    dashes.push(at);
                    at += 1;
                }
                _ => break,
            }
        }
        Self { dashes, column: at, content: line.get(at..).unwrap_or_default(), content_at: at }
    }
}

/// The lines above a position, read from the last one up.
struct Above<'t> {
    text: &'t str,
    end: usize,
    left: usize,
}

/// The keys above a position.
struct Path<'t> {
    keys: Vec<&'t str>,
    /// The position stands in a text of several lines, which is the value of the last key.
    continued: bool,
}

impl<'t> Above<'t> {
    fn previous(&mut self) -> Option<&'t str> {
        self.left = self.left.checked_sub(1)?;
        if self.end == 0 {
            return None;
        }
        let before = self.text.get(..self.end)?;
        let before = before.strip_suffix('\n').map_or(before, |b| b.strip_suffix('\r').unwrap_or(b));
        let before = if before.len() == self.end { before.strip_suffix('\r').unwrap_or(before) } else { before };
        let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        self.end = start;
        before.get(start..)
    }

    /// The keys above something at `column`; `dash` is the column of the dash before it, which may stand right below its key.
    fn path(&mut self, column: usize, dash: Option<usize>) -> Path<'t> {
        let mut keys = Vec::new();
        let mut continued = false;
        let mut nearest = true;
        let (mut limit, mut dash) = (dash.unwrap_or(column), dash.is_some());
        while limit > 0 || dash {
            let Some(line) = self.previous() else { break };
            if line.starts_with("---") {
                break;
            }
            let read = Line::read(line);
            if read.content.is_empty() && read.dashes.is_empty() || read.content.starts_with('#') {
                continue;
            }
            let Some(colon) = key_end(read.content) else {
                // An item of the same list, or a line of a text.
                continue;
            };
            let below = read.column < limit || (dash && read.column == limit && read.dashes.is_empty());
            if !below {
                continue;
            }
            let value = read.content.get(colon + 1..).unwrap_or_default();
            let value = value.get(..comment(value).unwrap_or(value.len())).unwrap_or_default().trim();
            let opens = value.is_empty() || value.starts_with(['&', '!']);
            if !opens && !nearest {
                // Not a parent: a sibling of one, written less deep than it should be.
                continue;
            }
            continued = !opens;
            keys.push(unquoted(read.content.get(..colon).unwrap_or_default().trim_end()));
            nearest = false;
            (limit, dash) = match read.dashes.first() {
                Some(&first) => (first, true),
                None => (read.column, false),
            };
            if continued {
                // The rest of the way leads from the key.
                let rest = self.path(limit, dash.then_some(limit));
                keys.extend(rest.keys.into_iter().rev());
                break;
            }
        }
        keys.reverse();
        Path { keys, continued }
    }
}

/// A value in flow style, up to the position.
struct Flow<'t> {
    keys: Vec<&'t str>,
    spot: Spot,
    /// Where the word begins.
    from: usize,
}

impl<'t> Flow<'t> {
    /// `None` where the text opens no map and no list.
    fn read(text: &'t str) -> Option<Self> {
        if !text.starts_with(['{', '[']) {
            return None;
        }
        // For every map and list that is open: whether it is a map, and its key so far.
        let mut open: Vec<(bool, Option<&'t str>)> = Vec::new();
        let mut from = 0;
        let mut quote = None;
        for (at, c) in text.char_indices() {
            match (quote, c) {
                (Some(opening), c) if c == opening => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '{' | '[') => {
                    open.push((c == '{', None));
                    from = at + 1;
                }
                (None, '}' | ']') => {
                    open.pop();
                    from = at + 1;
                }
                (None, ',') => {
                    if let Some(last) = open.last_mut() {
                        last.1 = None;
                    }
                    from = at + 1;
                }
                (None, ':') => {
                    let key = unquoted(text.get(from..at).unwrap_or_default().trim());
                    if let Some(last) = open.last_mut().filter(|last| last.0) {
                        last.1 = Some(key);
                    }
                    from = at + 1;
                }
                (None, _) => {}
            }
        }
        let &(is_map, key) = open.last()?;
        let word = text.get(from..)?;
        from += word.len() - word.trim_start().len();
        let spot = match (is_map, key) {
            (true, None) => Spot::Key,
            (true, Some(_)) => Spot::Value,
            (false, _) => Spot::Item,
        };
        Some(Self { keys: open.iter().filter_map(|(_, key)| *key).collect(), spot, from })
    }
}

/// Where the colon behind a key stands.
fn key_end(content: &str) -> Option<usize> {
    let mut quote = None;
    if content.starts_with(['{', '[', '#', '|', '>', '%', '@', '`']) && !content.starts_with('|') {
        return None;
    }
    let bytes = content.as_bytes();
    for (at, c) in content.char_indices() {
        match (quote, c) {
            (Some(opening), c) if c == opening => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if at == 0 => quote = Some(c),
            (None, ':') if matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')) => return Some(at),
            (None, _) => {}
        }
    }
    None
}

/// Where a comment begins.
fn comment(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(opening), c) if c == opening => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if before == ' ' || matches!(before, '[' | '{' | ',') => quote = Some(c),
            (None, '#') if before.is_whitespace() => return Some(at),
            (None, _) => {}
        }
        before = c;
    }
    None
}

fn unquoted(key: &str) -> &str {
    for quote in ['\'', '"'] {
        if let Some(inner) = key.strip_prefix(quote).and_then(|key| key.strip_suffix(quote)) {
            return inner;
        }
    }
    key
}

fn last_word(text: &str) -> &str {
    text.rfind([' ', '\t', '(', ')']).and_then(|at| text.get(at + 1..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `path spot typed|word` of the text with its cursor at `^`.
    fn show(text: &str) -> String {
        let offset = text.find('^').unwrap();
        let text = text.replacen('^', "", 1);
        let Some(cursor) = Cursor::at(&text, offset) else { return "none".to_owned() };
        let word = &text[cursor.span.range()];
        format!("{} {:?} {}|{word}", cursor.path.join("/"), cursor.spot, cursor.typed)
    }

    #[test]
    fn keys_and_values_in_block_style() {
        assert_eq!(show("ti^"), " Key ti|ti");
        assert_eq!(show("title: x\nsta^: test\n"), " Key sta|sta");
        assert_eq!(show("status: te^st # c\n"), "status Value te|test");
        assert_eq!(show("status: ^\n"), "status Value |");
        assert_eq!(show("status: test # te^\n"), "none");
        assert_eq!(show("tags:\n    - attack.t1^\nlevel: low\n"), "tags Item attack.t1|attack.t1");
        assert_eq!(show("tags:\n- ^\n"), "tags Item |");
        assert_eq!(show("detection:\n    sel:\n        Ima^\n"), "detection/sel Key Ima|Ima");
        assert_eq!(show("detection:\n    sel:\n        Image|ends^: x\n"), "detection/sel Key Image|ends|Image|ends");
        assert_eq!(show("detection:\n  sel:\n    Image: 'C:\\^'\n"), "detection/sel/Image Value C:\\|C:\\");
        assert_eq!(show("detection:\n  sel:\n    Image:\n      - a: 1\n      - b^\n"), "detection/sel/Image Item b|b");
        assert_eq!(show("detection:\n  sel:\n    - A: 1\n      B^\n"), "detection/sel Key B|B");
        assert_eq!(show("detection:\n  sel:\n    - A:\n        - ^\n"), "detection/sel/A Item |");
        assert_eq!(show("a: b\n---\ndetection:\n  s^\n"), "detection Key s|s");
    }

    #[test]
    fn blank_lines_count_by_their_column() {
        assert_eq!(show("detection:\n    sel:\n        A: 1\n        ^\n    condition: sel\n"), "detection/sel Key |");
        assert_eq!(show("detection:\n    sel:\n        A: 1\n    ^\n"), "detection Key |");
        assert_eq!(show("detection:\n    sel:\n        A: 1\n^\n"), " Key |");
    }

    #[test]
    fn values_reach_to_the_end_of_the_line() {
        assert_eq!(show("d:\n  Image: C:\\Pro^gram Files # x\n"), "d/Image Value C:\\Pro|C:\\Program Files");
        assert_eq!(show("d:\n  - C:\\Pro^gram Files\n"), "d Item C:\\Pro|C:\\Program Files");
        assert_eq!(show("d:\n  - Ima^ge: x\n"), "d Item Ima|Image");
        assert_eq!(show("d: [a b^ c, e]\n"), "d Item a b|a b c");
    }

    #[test]
    fn texts_of_several_lines() {
        assert_eq!(show("detection:\n  condition: >\n    a and (b^\n"), "detection/condition Value b|b");
        assert_eq!(show("detection:\n  condition: a\n    and no^\n"), "detection/condition Value no|no");
    }

    #[test]
    fn flow_style() {
        assert_eq!(show("logsource: {pro^\n"), "logsource Key pro|pro");
        assert_eq!(show("logsource: {product: win^, category: x}\n"), "logsource/product Value win|win");
        assert_eq!(show("tags: [a, attack.^]\n"), "tags Item attack.|attack.");
        assert_eq!(show("related: [{id: x, ty^}]\n"), "related Key ty|ty");
    }

    #[test]
    fn line_endings_and_quotes() {
        assert_eq!(show("detection:\r\n  \"sel\":\r\n    Im^\r\n"), "detection/sel Key Im|Im");
        assert_eq!(show("detection:\r  sel:\r    Im^\r"), "detection/sel Key Im|Im");
        assert_eq!(show("logsource:\n  product: 'win^dows'\n"), "logsource/product Value win|windows");
    }
}
