//! `invalid-regex`

use sigwise_sigma::Span;
use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::regex::{self, Construct, Fault, FaultKind, MAX_DEPTH};
use sigwise_sigma::scalar::Type;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a regular expression that cannot be compiled.
    ///
    /// pySigma compiles every value behind `re` with Python's `re` and refuses the rule if that fails
    /// (`SigmaRegularExpressionError`). Python is not PCRE: named groups are `(?P<name>…)`, flags such as `(?i)` stand at the
    /// very start, and `\z`, `\h`, `\Q` or `\p{…}` are no escapes.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|re:
    ///             - '*whoami'
    /// #              ^ invalid-regex
    ///             - 'whoami(\s|$'
    /// #                    ^ invalid-regex
    ///             - '(?<user>who)ami'
    /// #              ^^^^ invalid-regex
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         CommandLine|re:
    ///             - '.*whoami'
    ///             - 'whoami(\s|$)'
    ///             - '(?P<user>who)(?=ami)'
    ///     condition: selection
    /// ```
    "invalid-regex" {
        group: Values, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaRegularExpressionError"], since: "0.1.0", run: Detection(invalid_regex),
    }
}

fn invalid_regex(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        if !item.has(Modifier::Re) {
            continue;
        }
        let opens = item.has(Modifier::Contains) || item.has(Modifier::EndsWith);
        for value in &item.values {
            let Some(text) = value.text().filter(|_| value.ty() == Some(Type::Str)) else { continue };
            let mut flags = None;
            let read = regex::read(text, &mut |construct, range| {
                if construct == Construct::InlineFlags && range.start == 0 {
                    flags = Some(range);
                }
            });
            match read {
                Err(fault) => report_one(rule, item, value, &fault, report),
                Ok(()) if text.is_empty() && (opens || item.has(Modifier::StartsWith)) => {
                    report.at(values::place(item, value), "this regular expression is empty").note(
                        "pySigma fails on it where a modifier such as `contains` is to put something before or behind it",
                    );
                }
                // `contains` puts `.*` before it.
                Ok(()) => {
                    if let Some(range) = flags.filter(|range| opens && text[range.clone()].ends_with(')')) {
                        let fault = Fault { range, kind: FaultKind::FlagsNotAtStart };
                        report_one(rule, item, value, &fault, report);
                    }
                }
            }
        }
    }
}

fn report_one(rule: &DetectionRule<'_>, item: &Item, value: &Value, fault: &Fault, report: &mut Report<'_>) {
    let text = value.text().unwrap_or_default();
    let part = text.get(fault.range.clone()).unwrap_or_default();
    let places = value.places(rule.source());
    let own = values::is_own(item, value);
    let span = if own { places.span(fault.range.clone()) } else { values::place(item, value) };
    let (message, note) = explain(fault.kind, part);
    let mut finding = report.at(span, message);
    if let Some(note) = note {
        finding = finding.note(note);
    }
    if own && places.is_exact() {
        finding.maybe_fix(fix(text, fault, |range| places.span(range)));
    }
}

fn explain(kind: FaultKind, part: &str) -> (String, Option<&'static str>) {
    use FaultKind as Kind;
    let note = match kind {
        Kind::BadEscape => match part.chars().nth(1) {
            Some('z') => Some("the end of the text is `\\Z` or `$`"),
            Some('h') => Some("a blank or tab is `[ \\t]`"),
            Some('R') => Some("a line break is `\\r?\\n`"),
            Some('K' | 'G' | 'Q' | 'E' | 'p' | 'P' | 'X' | 'L' | 'l') => Some("this escape is known to PCRE, not to Python"),
            _ => None,
        },
        Kind::NothingToRepeat if part == "*" => Some("`*` repeats what stands before it; any text is `.*`"),
        Kind::FlagsNotAtStart => {
            Some("Python takes flags at the very start only; the modifiers `i`, `m` and `s` say the same")
        }
        Kind::UnknownGroup if part.starts_with("(?<") => Some("in Python a named group is `(?P<name>…)`"),
        _ => None,
    };
    let message = match kind {
        Kind::EndsWithBackslash => "this regular expression ends with a lone backslash".to_owned(),
        Kind::BadEscape => format!("`{part}` is no escape"),
        Kind::OctalTooLarge => format!("the octal escape `{part}` is larger than `\\377`"),
        Kind::NothingToRepeat => format!("`{part}` has nothing to repeat"),
        Kind::MultipleRepeat => format!("`{part}` repeats what is repeated already"),
        Kind::RangeBackwards => format!("`{part}` asks for more at least than at most"),
        Kind::CountTooLarge => format!("the number in `{part}` is too large"),
        Kind::UnterminatedSet => "this `[` is never closed".to_owned(),
        Kind::BadRange => format!("`{part}` is no range of characters"),
        Kind::Unclosed => "this `(` is never closed".to_owned(),
        Kind::Unopened => "this `)` closes nothing".to_owned(),
        Kind::UnterminatedComment => "this comment is never closed".to_owned(),
        Kind::UnknownGroup => format!("there is no group that begins with `{part}`"),
        Kind::BadGroupName => format!("`{part}` is no name of a group"),
        Kind::DuplicateGroupName => "this name of a group is given twice".to_owned(),
        Kind::UnknownReference => format!("`{part}` refers to a group that there is none of"),
        Kind::OpenReference => format!("`{part}` refers to a group that is not closed before it"),
        Kind::TooManyBranches => "a conditional group has two branches at most".to_owned(),
        Kind::FlagsNotAtStart => format!("the flags `{part}` do not stand at the start"),
        Kind::BadFlags => format!("the flags in `{part}` are unknown or do not go together"),
        Kind::LookBehindWidth => "a look-behind must have a fixed length".to_owned(),
        Kind::TooDeep => format!("groups nest deeper than {MAX_DEPTH} here"),
    };
    (message, note)
}

fn fix(text: &str, fault: &Fault, place: impl Fn(std::ops::Range<usize>) -> Span) -> Option<Fix> {
    let part = text.get(fault.range.clone())?;
    match fault.kind {
        FaultKind::UnknownGroup if part.starts_with("(?<") => {
            let name = text[fault.range.start + 3..].split('>').next()?;
            let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && name.len() + 3 < text.len() - fault.range.start;
            let at = place(fault.range.start + 2..fault.range.start + 2).start as usize;
            named.then(|| Fix::safe("write `(?P<`", [Edit::insert(at, "P")]))
        }
        FaultKind::BadEscape if part == "\\z" => {
            let letter = fault.range.start + 1..fault.range.end;
            Some(Fix::safe("replace `\\z` with `\\Z`", [Edit::replace(place(letter), "Z")]))
        }
        FaultKind::NothingToRepeat if part == "*" => {
            let at = place(fault.range.start..fault.range.start).start as usize;
            Some(Fix::risky("match any text: `.*`", [Edit::insert(at, ".")]))
        }
        _ => None,
    }
}
