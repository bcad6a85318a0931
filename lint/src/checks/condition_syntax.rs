//! `condition-syntax`

use sigwise_sigma::condition::{Condition, Error, ErrorKind, MAX_DEPTH, Token, TokenKind};
use sigwise_sigma::{RuleKind, Source, Span};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a condition that cannot be read.
    ///
    /// A condition is made of selections, `and`, `or`, `not`, `1 of` and `all of` with a pattern, and parentheses
    /// (specification, section *Condition*); pySigma refuses anything else (`SigmaConditionError`). Aggregations behind a `|`
    /// belong to Sigma v1: correlation rules took their place. Operators in capitals are reported by `uppercase-operator`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition:
    ///         - (selection and not filter
    /// #         ^ condition-syntax
    ///         - selection not filter
    /// #                   ^^^ condition-syntax
    ///         - selection and
    /// #                   ^^^ condition-syntax
    ///         - selection | count() by User > 5
    /// #                   ^^^^^^^^^^^^^^^^^^^^^ condition-syntax
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: (selection and not filter) or all of selection*
    /// ```
    "condition-syntax" {
        group: Condition, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "SigmaConditionError", "SigmaFilterConditionError", "condition-type", "condition-aggregation-removed",
            "quantifier-unsupported", "identifier-characters",
        ],
        since: "0.1.0", run: Document(condition_syntax),
    }
}

fn condition_syntax(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.kind() == RuleKind::Filter {
        filter_list(rule, report);
    }
    let several = rule.document.conditions().len() > 1;
    for condition in rule.document.conditions() {
        if condition.not_text {
            // That there is nothing at all is reported as a missing condition.
            if several || !condition.span.is_empty() {
                not_text(rule, condition, report);
            }
        }
        for error in &condition.errors {
            if error.kind != ErrorKind::Uppercase {
                report_one(rule, condition, error, report);
            }
        }
    }
}

/// A list of conditions, which only detections may have (`SigmaFilterConditionError`).
fn filter_list(rule: &RuleDocument<'_>, report: &mut Report<'_>) {
    let Some(filter) = rule.document.get("filter") else { return };
    let Some(entry) = filter.value.mapping().and_then(|map| map.get("condition")) else { return };
    let Some([first, rest @ ..]) = entry.value.sequence().map(|list| &list.items[..]) else { return };
    let single = rest.is_empty() && first.str().is_some() && !rule.file.shares_text;
    let place = Span { start: entry.key.span.end, end: entry.value.span.end };
    let keeps = rule.file.comments.iter().all(|comment| !place.touches(comment.span));
    let fix = (single && keeps).then(|| {
        let text = format!(": {}", rule.source().slice(first.span));
        Fix::safe("write it without a list", [Edit::replace(place, text)])
    });
    report.at(entry.key.place(), "the condition of a filter must be text, but this is a list").maybe_fix(fix);
}

fn not_text(rule: &RuleDocument<'_>, condition: &Condition, report: &mut Report<'_>) {
    let raw = rule.source().slice(condition.span);
    if matches!(raw, "null" | "Null" | "NULL" | "~") && rule.document.conditions().len() == 1 {
        return;
    }
    let detection = rule.document.detection();
    let known = detection.is_some_and(|detection| detection.selection(&condition.text).is_some());
    let named = !rule.file.shares_text && known && !raw.contains('\'');
    let edit = named.then(|| Edit::replace(condition.span, format!("'{raw}'")));
    let line = raw.find(['\n', '\r']).unwrap_or(raw.len());
    let span = Span { start: condition.span.start, end: condition.span.start + line as u32 };
    report.at(span, "a condition must be text").maybe_fix(edit.map(|edit| Fix::safe("put it in quotes", [edit])));
}

/// What may stand where an operand should.
const OPERAND: &str = "a selection, `not`, `1 of`, `all of` or `(`";

fn report_one(rule: &RuleDocument<'_>, condition: &Condition, error: &Error, report: &mut Report<'_>) {
    let source = rule.source();
    let word = source.slice(error.span);
    let place = condition.tokens.iter().position(|token| token.span == error.span);
    let fix = fix(source, condition, error, place).filter(|_| !rule.file.shares_text);
    let finding = match error.kind {
        ErrorKind::Empty => report.at(error.span, "the condition is empty"),
        ErrorKind::ExpectedOperand => {
            let last = place.is_some_and(|place| place + 1 == condition.tokens.len());
            let begins = place == Some(0);
            let expects = matches!(place.map(|place| condition.tokens[place].kind), Some(kind) if expects_operand(kind));
            match (last && expects, begins) {
                (true, _) => report.at(error.span, format!("expected {OPERAND} behind `{word}`")),
                (false, true) => report.at(error.span, format!("expected {OPERAND} before `{word}`")),
                (false, false) => report.at(error.span, format!("expected {OPERAND}, found `{word}`")),
            }
        }
        ErrorKind::ExpectedOperator => {
            let message = match place.map(|place| condition.tokens[place].kind) {
                Some(TokenKind::Not) => "expected `and` or `or` before `not`".to_owned(),
                _ => format!("expected `and`, `or` or the end, found `{word}`"),
            };
            let finding = report.at(error.span, message);
            match place.and_then(|place| blank_name(rule, condition, place)) {
                Some(name) => finding.note(format!(
                    "a name cannot have blanks: give `{name}` another one, of letters, digits, `_` and `-`"
                )),
                None => finding,
            }
        }
        ErrorKind::Unclosed => report.at(error.span, "this `(` is never closed"),
        ErrorKind::Unopened => report.at(error.span, "this `)` closes nothing"),
        ErrorKind::ExpectedPattern => {
            report.at(error.span, "expected a pattern such as `selection_*`, or `them`, behind `of`")
        }
        ErrorKind::ExpectedOf => report.at(error.span, format!("expected `of` behind `{word}`")),
        ErrorKind::ExpectedQuantifier => {
            report.at(error.span, format!("the pattern `{word}` needs `1 of` or `all of` before it"))
        }
        ErrorKind::Aggregation => report
            .at(error.span, "aggregations are no longer part of conditions")
            .note("they were removed with Sigma v2: a correlation rule (`type: event_count` and others) counts the events"),
        ErrorKind::UnsupportedCount => report
            .at(error.span, format!("`{word} of` is not supported"))
            .note("pySigma knows `1 of`, `any of` and `all of`"),
        ErrorKind::DashInPattern => report
            .at(error.span, format!("the pattern `{word}` may not contain a dash"))
            .note("pySigma allows dashes in names, but not behind `of`: name these selections with `_`"),
        ErrorKind::UnknownCharacter => {
            let finding = report.at(error.span, format!("`{word}` is not part of the condition language"));
            match word.chars().next() {
                Some('?' | '.') => finding.note("patterns know one wildcard, `*`, which stands for any text"),
                Some('\'' | '"') => finding.note("names stand without quotes"),
                Some('=' | '<' | '>' | ':') => finding.note("fields and values stand in selections, which conditions name"),
                _ => finding,
            }
        }
        ErrorKind::TooDeep => report.at(error.span, format!("parentheses nest deeper than {MAX_DEPTH} here")),
        ErrorKind::Uppercase => return,
    };
    fix.into_iter().fold(finding, |finding, fix| finding.fix(fix));
}

fn expects_operand(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::And | TokenKind::Or | TokenKind::Not | TokenKind::Open)
}

/// The selection whose name has blanks and reads like the words around this one.
fn blank_name<'a>(rule: &RuleDocument<'a>, condition: &Condition, place: usize) -> Option<&'a str> {
    let words = condition.tokens.get(place.checked_sub(1)?..)?;
    let selections = rule.document.detection()?.selections.iter().take(200).map(|selection| &*selection.name.text);
    selections.filter(|name| name.contains(' ')).find(|name| {
        let mut words = words.iter();
        name.split_whitespace().all(|part| words.next().is_some_and(|word| *word.text == *part))
    })
}

/// The mending, where the text leaves one possibility, or few.
fn fix(source: &Source, condition: &Condition, error: &Error, place: Option<usize>) -> Option<Fix> {
    let word = source.slice(error.span);
    let place = place?;
    if word != &*condition.tokens[place].text {
        return None;
    }
    let only = condition.errors.len() == 1;
    match error.kind {
        ErrorKind::ExpectedOf => Some(Fix::safe("add `of`", [Edit::insert(error.span.end as usize, " of")])),
        ErrorKind::ExpectedQuantifier => {
            Some(Fix::risky("add `1 of`", [Edit::insert(error.span.start as usize, "1 of ")]))
        }
        ErrorKind::Unclosed if only => {
            let end = condition.tokens.last()?.span.end;
            Some(Fix::risky("close it at the end", [Edit::insert(end as usize, ")")]))
        }
        ErrorKind::Unopened if only => Some(Fix::risky("remove the `)`", [Edit::remove(error.span)])),
        ErrorKind::ExpectedOperator if only && condition.tokens[place].kind == TokenKind::Not => {
            Some(Fix::risky("add `and`", [Edit::insert(error.span.start as usize, "and ")]))
        }
        ErrorKind::ExpectedOperand if only && place > 0 && is_operator(&condition.tokens[place - 1]) => {
            // `and and`: the second one goes. At the end `place` is the operator before what is missing.
            let before = condition.tokens[place - 1].span;
            let same = condition.tokens[place - 1].kind == condition.tokens[place].kind;
            let span = Span { start: before.end, end: error.span.end };
            (same && place + 1 < condition.tokens.len())
                .then(|| Fix::safe(format!("remove the second `{word}`"), [Edit::remove(span)]))
        }
        ErrorKind::UnknownCharacter => {
            let operator = match word {
                "&" | "&&" => "and",
                "||" => "or",
                "!" => "not",
                _ => return None,
            };
            let text = source.text();
            let left = text[..error.span.start as usize].ends_with(|c: char| c.is_alphanumeric() || "_-*)".contains(c));
            let right = !text[error.span.end as usize..].starts_with([' ', '\t', '\n', '\r']);
            let new = format!("{}{operator}{}", if left { " " } else { "" }, if right { " " } else { "" });
            Some(Fix::safe(format!("replace `{word}` with `{operator}`"), [Edit::replace(error.span, new)]))
        }
        _ => None,
    }
}

fn is_operator(token: &Token) -> bool {
    matches!(token.kind, TokenKind::And | TokenKind::Or)
}
