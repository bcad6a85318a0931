//! `control-character`

use sigwise_sigma::detection::{Item, Value};
use sigwise_sigma::modifier::Modifier;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::Style;
use sigwise_sigma::Span;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;
use crate::values;

declare_check! {
    /// Reports a control character in a value: a tab, a line break, a null.
    ///
    /// Most often double quotes made it of a backslash and a letter: in `"C:\temp"` stands a tab. Block scalars end with a
    /// line break unless they begin with `|-` or `>-`. `wide` and the UTF-16 modifiers put nulls in a value, which only
    /// Base64 behind them takes up. The official linter has it as `control_character`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Execution From Temporary Folder
    /// detection:
    ///     selection:
    ///         Image|startswith: "C:\temp"
    /// #                            ^^ control-character
    ///         Payload|wide|contains: whoami
    /// #               ^^^^ control-character
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Execution From Temporary Folder
    /// detection:
    ///     selection:
    ///         Image|startswith: 'C:\temp'
    ///         Payload|wide|base64offset|contains: whoami
    ///         CommandLine|contains: |-
    ///             whoami /all
    ///     condition: selection
    /// ```
    "control-character" {
        group: Values, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["control_character", "ControlCharacterIssue"], since: "0.1.0", run: Detection(control_character),
    }
}

fn control_character(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (_, item) in rule.detection.placed_items() {
        unencoded(item, report);
        for value in &item.values {
            let Some(text) = value.text().filter(|_| value.ty() == Some(Type::Str)) else { continue };
            // All at once is faster than up to the first: hardly any value has one.
            if text.bytes().fold(false, |found, byte| found | (byte < 0x20)) && values::is_string(item) {
                let at = text.bytes().position(|byte| byte < 0x20).unwrap_or_default();
                report_one(rule, item, value, (text, at), report);
            }
        }
    }
}

/// `wide` without Base64 behind it.
fn unencoded(item: &Item, report: &mut Report<'_>) {
    let used = item.modifiers();
    if used.len() > crate::remodel::MAX_MODIFIERS {
        return;
    }
    let utf16 = |modifier| matches!(modifier, Modifier::Wide | Modifier::Utf16 | Modifier::Utf16Le | Modifier::Utf16Be);
    let base64 = |modifier| matches!(modifier, Modifier::Base64 | Modifier::Base64Offset);
    let Some(last) = used.iter().rposition(|used| used.modifier.is_some_and(utf16)) else { return };
    let taken_up = used[last..].iter().any(|used| used.modifier.is_none_or(base64));
    if !taken_up && item.values.iter().any(|value| value.str().is_some_and(|text| !text.is_empty())) {
        let word = &used[last].word;
        report
            .at(word.span, format!("`{}` without Base64 behind it puts nulls in the values", word.text))
            .note("events are text: two-byte characters occur in them in encoded form only");
    }
}

fn report_one(
    rule: &DetectionRule<'_>,
    item: &Item,
    value: &Value,
    (text, at): (&str, usize),
    report: &mut Report<'_>,
) {
    let own = values::is_own(item, value);
    let what = match text.as_bytes()[at] {
        b'\t' => "a tab".to_owned(),
        b'\n' | b'\r' => "a line break".to_owned(),
        0 => "a null".to_owned(),
        byte => format!("the control character {byte:#04x}"),
    };
    let block = matches!(value.style(), Some(Style::Literal | Style::Folded));
    let raw = rule.source().slice(value.span);
    // A line break has nothing to show: the sign that keeps it has.
    let place = match own {
        true if block => Span { end: value.span.start + 1, ..value.span },
        true => value.place(rule.source(), at..at + 1),
        false => values::place(item, value),
    };
    if block && text[at..].bytes().all(|byte| byte == b'\n') {
        // The sign that leaves the break at the end away, where there is none of its kind yet.
        let plain = raw.as_bytes().get(1).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'#'));
        let fix = (own && plain).then(|| {
            let title = format!("leave it away: `{}-`", &raw[..1]);
            Fix::risky(title, [Edit::insert(value.span.start as usize + 1, "-")])
        });
        report
            .at(place, "this value ends with a line break")
            .note("a block scalar keeps the break at its end unless its `|` or `>` has a `-`")
            .maybe_fix(fix);
        return;
    }
    let escaped = rule.source().slice(place).starts_with('\\');
    let mut finding = report.at(place, format!("there is {what} in this value"));
    if escaped && value.style() == Some(Style::DoubleQuoted) {
        finding = finding.note("in double quotes a backslash begins an escape; in single quotes it is a backslash");
        finding.maybe_fix(single_quoted(raw).filter(|_| own).map(|new| {
            Fix::risky("write it in single quotes", [Edit::replace(value.span, new)])
        }));
    }
}

/// What stands between the double quotes, taken literally; `None` where its backslashes are doubled as they should be.
fn single_quoted(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let meant = !inner.contains("\\\\") && !inner.contains("\\\"") && !inner.contains(['\n', '\r']);
    meant.then(|| format!("'{}'", inner.replace('\'', "''")))
}
