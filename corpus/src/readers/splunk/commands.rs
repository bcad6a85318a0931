//! What single commands do: to the names of a search, and as filters.

use super::lexer::{Kind, Token, closing, tokens, unescaped, unquoted};
use super::pipeline::Tree;
use super::scope::{Origin, Scope};
use crate::readers::query::Test;

/// The value of an option `name=value`.
pub(super) fn option<'a>(tokens: &[Token<'a>], name: &str) -> Option<&'a str> {
    let at = tokens
        .windows(2)
        .position(|pair| matches!(pair, [word, equals] if word.is(name) && equals.kind == Kind::Operator))?;
    tokens.get(at + 2).map(|token| token.bare())
}

/// The first word that is no option.
pub(super) fn first_name(text: &str) -> Option<&str> {
    let tokens = tokens(text);
    let mut at = 0;
    while tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Operator) {
        at += 3;
    }
    tokens.get(at).map(|token| token.bare())
}

/// The name of a list without the ending of its file.
pub(super) fn table(name: &str) -> String {
    name.strip_suffix(".csv").unwrap_or(name).to_owned()
}

/// `regex FIELD="…"`, `regex FIELD!="…"`, `regex "…"`
pub(super) fn regex(text: &str, scope: &Scope) -> Option<Tree> {
    let (name, rest) = match text.find(['=', '"']) {
        Some(at) if text.as_bytes().get(at) == Some(&b'=') => (text.get(..at)?, text.get(at + 1..)?),
        _ => ("_raw", text),
    };
    let (name, negated) = match name.trim_end().strip_suffix('!') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let regex = unescaped(unquoted(rest.trim_start_matches('=').trim()));
    let tree = scope.compare(name.trim(), Test::Regex(regex.clone(), Vec::new()), &regex);
    Some(if negated { tree.negated() } else { tree })
}

/// `rename OLD as NEW, …`, of names that may stand in a list of fields too.
pub(super) fn rename(scope: &mut Scope, fields: &mut [String], text: &str) {
    let tokens: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comma).collect();
    let mut at = 0;
    while let Some(old) = tokens.get(at) {
        match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(word), Some(new)) if word.is("as") => {
                scope.rename(old.bare(), new.bare());
                fields.iter_mut().filter(|field| *field == old.bare()).for_each(|field| new.bare().clone_into(field));
                at += 3;
            }
            _ => at += 1,
        }
    }
}

/// `stats FUNCTION(FIELD) as NAME, … by FIELDS`
pub(super) fn aggregate(scope: &mut Scope, text: &str) {
    let tokens = tokens(text);
    let by = tokens.iter().position(|token| token.is("by")).unwrap_or(tokens.len());
    for field in tokens.get(by..).unwrap_or_default() {
        if matches!(field.kind, Kind::Word | Kind::Quoted) {
            scope.note(field.bare());
        }
    }
    outputs(scope, tokens.get(..by).unwrap_or_default());
}

/// Names that aggregates give their results. Values of a field that are only collected are the field's still.
pub(super) fn outputs(scope: &mut Scope, tokens: &[Token<'_>]) {
    let mut at = 0;
    while let Some(function) = tokens.get(at) {
        let opens = tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Open && token.start == function.end());
        let end = if opens { closing(tokens, at + 1) } else { at };
        let next = tokens.get(end + 1);
        if !matches!(function.kind, Kind::Word) || (!opens && next.is_some_and(|token| token.kind == Kind::Operator)) {
            at += if next.is_some_and(|token| token.kind == Kind::Operator) { 3 } else { 1 };
            continue;
        }
        let field = match tokens.get(at + 2..end) {
            Some([field]) if opens && collects(function.text) => Some(field.bare()),
            _ => None,
        };
        let name = match (next, tokens.get(end + 2)) {
            (Some(word), Some(name)) if word.is("as") => {
                at = end + 3;
                name.bare().to_owned()
            }
            _ => {
                at = end + 1;
                match field {
                    Some(field) => format!("{}({field})", function.text),
                    None => function.text.to_owned(),
                }
            }
        };
        match field {
            Some(field) if name.contains('*') || field.contains('*') => {}
            Some(field) => {
                let origin = scope.of(field);
                scope.set(&name, origin);
            }
            None => scope.derive(&name),
        }
    }
}

/// Whether the results of an aggregate are values of the field.
fn collects(function: &str) -> bool {
    ["values", "list", "latest", "earliest", "first", "last", "mode"].iter().any(|f| function.eq_ignore_ascii_case(f))
}

/// `rex field=FIELD "…(?<NAME>…)…"`
pub(super) fn rex(scope: &mut Scope, text: &str) {
    let tokens = tokens(text);
    if option(&tokens, "mode").is_some() {
        scope.derive(option(&tokens, "field").unwrap_or("_raw"));
        return;
    }
    for group in text.split("(?").skip(1) {
        let name = group.strip_prefix('P').unwrap_or(group).strip_prefix('<').and_then(|group| group.split_once('>'));
        if let Some((name, _)) = name.filter(|(name, _)| !name.is_empty() && !name.starts_with(['=', '!'])) {
            scope.derive(name);
        }
    }
}

/// `spath input=FIELD output=NAME path=PATH`
pub(super) fn spath(scope: &mut Scope, text: &str) {
    if let Some(name) = option(&tokens(text), "output") {
        scope.derive(name);
    }
}

/// `lookup LIST KEY as FIELD, … OUTPUT COLUMN as NAME, …`
pub(super) fn lookup(scope: &mut Scope, text: &str) {
    let tokens: Vec<_> = tokens(text).into_iter().filter(|token| token.kind != Kind::Comma).collect();
    let mut at = 0;
    while tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Operator) {
        at += 3;
    }
    let Some(name) = tokens.get(at).map(|token| table(token.bare())) else { return };
    let output = tokens.iter().position(|token| token.is("output") || token.is("outputnew")).unwrap_or(tokens.len());
    let names = |tokens: &[Token<'_>]| {
        let mut out: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(column) = tokens.get(at) {
            let renamed = tokens.get(at + 1).filter(|token| token.is("as")).and_then(|_| tokens.get(at + 2));
            at += if renamed.is_some() { 3 } else { 1 };
            out.push(renamed.unwrap_or(column).bare().to_owned());
        }
        out
    };
    let keys = names(tokens.get(at + 1..output).unwrap_or_default());
    if name.starts_with("ut_") {
        scope.derive_all("ut_");
    }
    let origin = scope.lookup(&name, keys.first().map_or("", String::as_str));
    for column in names(tokens.get(output + 1..).unwrap_or_default()) {
        scope.set(&column, origin.clone());
    }
}

/// `fillnull value=TEXT NAMES`
pub(super) fn fillnull(scope: &mut Scope, text: &str) {
    let tokens = tokens(text);
    let value = option(&tokens, "value");
    let names = tokens.iter().skip(if value.is_some() { 3 } else { 0 });
    let names = names.filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted)).map(|token| token.bare());
    scope.fill(&names.collect::<Vec<_>>(), value.unwrap_or("0"));
}

/// `convert FUNCTION(FIELD) as NAME`
pub(super) fn convert(scope: &mut Scope, text: &str) {
    let tokens = tokens(text);
    for (at, token) in tokens.iter().enumerate() {
        let Some(close) = (token.kind == Kind::Open).then(|| closing(&tokens, at)) else { continue };
        let field = tokens.get(at + 1).filter(|_| close == at + 2);
        let renamed = tokens.get(close + 1).filter(|token| token.is("as")).and_then(|_| tokens.get(close + 2));
        if let Some(name) = renamed.or(field) {
            scope.set(name.bare(), Origin::Derived);
        }
    }
}
