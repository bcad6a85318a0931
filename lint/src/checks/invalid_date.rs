//! `invalid-date`

use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{Entry, Style};

use crate::date::{Date, numbers};
use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit};
use crate::engine::Context;
use crate::keys;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a `date` or `modified` that is no day written as `YYYY-MM-DD`.
    ///
    /// That is the only form of the specification (sections *Date* and *Modified*). pySigma refuses others
    /// (`SigmaDateError`, `SigmaModifiedError`), still reads `2024/05/06` of Sigma v1, and on a day that does not exist its
    /// YAML reader fails.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// date: 2024/05/06
    /// #     ^^^^^^^^^^ invalid-date
    /// modified: 2024-02-30
    /// #         ^^^^^^^^^^ invalid-date
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// date: 2024-05-06
    /// modified: '2024-07-29'
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-date" {
        group: Metadata, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaDateError", "SigmaModifiedError", "date-slash-format"],
        since: "0.1.0", run: Document(invalid_date),
    }
}

fn invalid_date(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for entry in &rule.document.map.entries {
        if let Some(name @ ("date" | "modified")) = entry.name() {
            check(name, entry, report);
        }
    }
}

fn check(name: &str, entry: &Entry, report: &mut Report<'_>) {
    let node = &entry.value;
    let Some(scalar) = node.scalar() else {
        report.at(entry.key.place(), format!("`{name}` must be a date, but this is {}", keys::what(node)));
        return;
    };
    let text = &*scalar.text;
    let date = matches!(scalar.ty, Type::Str | Type::Timestamp);
    // A date without a value is another finding.
    if scalar.ty == Type::Null || (date && Date::iso(text).is_some()) {
        return;
    }
    let replace = |date: Date| {
        // A plain date stays plain: YAML reads it as a date, and so does every tool.
        let edit = match scalar.style {
            Style::Plain => Edit::replace(node.span, date.to_string()),
            _ => edit::rewrite(node, &date.to_string())?,
        };
        entry.is_own().then(|| (format!("write `{date}`"), edit))
    };
    if let Some(date) = Date::of(node) {
        report
            .at(node.place(), format!("`{text}` must be written `{date}`"))
            .severity(Severity::Warning)
            .note("the form with slashes went with Sigma v1")
            .maybe_fix(replace(date).map(|(title, edit)| Fix::safe(title, [edit])));
        return;
    }
    let (message, fix) = match meant(text) {
        Meant::Surely(date) => (
            format!("`{text}` must be written as `YYYY-MM-DD`"),
            replace(date).map(|(title, edit)| Fix::safe(title, [edit])),
        ),
        Meant::Perhaps(date) => {
            (format!("there is no day `{text}`"), replace(date).map(|(title, edit)| Fix::risky(title, [edit])))
        }
        Meant::NoSuchDay => (format!("there is no day `{text}`"), None),
        Meant::Unclear if text.is_empty() => (format!("`{name}` is empty"), None),
        Meant::Unclear => (format!("`{text}` is no date of the form `YYYY-MM-DD`"), None),
    };
    report.at(node.place(), message).maybe_fix(fix);
}

/// The day that a text names in some other form.
enum Meant {
    Surely(Date),
    /// With month and day the other way round.
    Perhaps(Date),
    NoSuchDay,
    Unclear,
}

fn meant(text: &str) -> Meant {
    let text = text.trim();
    // A date with a time.
    if let Some(date) = text.get(..10).and_then(Date::iso)
        && text[10..].starts_with(['T', 't', ' '])
    {
        return Meant::Surely(date);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u32 = text.parse().unwrap_or(0);
        return ordered(number / 10_000, number / 100 % 100, number % 100);
    }
    if let Some(found) = ['-', '/', '.', ' ', '_'].into_iter().find_map(|separator| numbers(text, separator)) {
        return match found {
            [year, month, day] if year >= 1000 => ordered(year, month, day),
            [day, month, year] if year >= 1000 => match (Date::new(year, month, day), Date::new(year, day, month)) {
                (Some(date), None) | (None, Some(date)) => Meant::Surely(date),
                (Some(one), Some(other)) if one == other => Meant::Surely(one),
                (Some(_), Some(_)) => Meant::Unclear,
                (None, None) => Meant::NoSuchDay,
            },
            _ => Meant::Unclear,
        };
    }
    named_month(text).map_or(Meant::Unclear, Meant::Surely)
}

fn ordered(year: u32, month: u32, day: u32) -> Meant {
    match (Date::new(year, month, day), Date::new(year, day, month)) {
        (Some(date), _) => Meant::Surely(date),
        (None, Some(date)) => Meant::Perhaps(date),
        (None, None) => Meant::NoSuchDay,
    }
}

/// `6 May 2024`, `May 6, 2024`
fn named_month(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let (mut year, mut month, mut day) = (None, None, None);
    for word in text.split([' ', ',', '-', '.', '/']).filter(|word| !word.is_empty()) {
        let digits = word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']);
        if let Ok(number) = digits.parse::<u32>() {
            let place = if number >= 1000 { &mut year } else { &mut day };
            if place.replace(number).is_some() {
                return None;
            }
        } else {
            let lower = word.to_ascii_lowercase();
            let known = |name: &&str| lower.len() >= 3 && name.starts_with(&lower);
            let number = MONTHS.iter().position(known)?;
            if month.replace(number as u32 + 1).is_some() {
                return None;
            }
        }
    }
    Date::new(year?, month?, day?)
}
