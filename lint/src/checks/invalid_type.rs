//! `invalid-type`

use sigwise_sigma::detection::{Item, ValueKind};
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{Entry, Mapping, Node, Style};
use sigwise_sigma::{RuleKind, Span};

use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit::{self, Edit, EditText};
use crate::engine::Context;
use crate::keys::{self, Form};
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a value that is not of the type which its key wants: a number as a title, one text instead of a list of
    /// references, a log source that is no map.
    ///
    /// pySigma refuses such a rule (`SigmaTypeError` and one error class per key) or fails on it, and the JSON schema of the
    /// specification does not accept it. YAML makes numbers of `42`, booleans of `yes` and `no`, dates of `2024-05-06`: as
    /// text they need quotes. A key without a value is as good as none.
    ///
    /// Fields and values of a selection are looked at as well: a date, a map or a list within a list cannot be searched for.
    /// `id`, `related`, `status`, `level` and dates have checks of their own.
    ///
    /// ## Fires
    /// ```yaml
    /// title: 42
    /// #      ^^ invalid-type
    /// falsepositives: Unknown
    /// #               ^^^^^^^ invalid-type
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: '42'
    /// falsepositives:
    ///     - Unknown
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-type" {
        group: Shape, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "SigmaTitleError", "SigmaNameError", "SigmaTypeError", "SigmaTaxonomyError", "SigmaLicenseError",
            "SigmaAuthorError", "SigmaDescriptionError", "SigmaReferencesError", "SigmaFieldsError",
            "SigmaFalsePositivesError", "SigmaScopeError", "SigmaTagError", "SigmaLogsourceError",
            "SigmaDetectionError", "SigmaFilterError", "SigmaCorrelationRuleError", "list-item-type",
            "reference-item-type", "correlation-not-a-map",
        ],
        since: "0.1.0", run: Document(invalid_type),
    }
}

fn invalid_type(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let map = &rule.document.map;
    for entry in &map.entries {
        let Some(key) = entry.name().and_then(keys::key) else { continue };
        if keys::has_form(&entry.value, key.form) && !entry.value.is_null() {
            continue;
        }
        match key.name {
            // What they hold is checked elsewhere.
            "action" | "id" | "related" | "status" | "level" | "date" | "modified" | "simulation"
                if !entry.value.is_null() => {}
            // Not of any use in this kind of rule: another finding.
            _ if !key.kinds.contains(&rule.kind()) => {}
            "title" | "logsource" | "detection" if entry.value.is_null() => {}
            _ if key.form == Form::List && entry.value.sequence().is_some() => items(rule, entry, report),
            _ => value(rule, map, entry, key.form, report),
        }
    }
    if rule.kind() == RuleKind::Correlation {
        correlation(rule, report);
        return;
    }
    if let Some(detection) = rule.document.detection() {
        detection.items().for_each(|(_, item)| field(rule, item, report));
    }
    let Some(logsource) = rule.document.get("logsource").and_then(|entry| entry.value.mapping()) else { return };
    for entry in &logsource.entries {
        let part = matches!(entry.name(), Some("category" | "product" | "service" | "definition"));
        if part && entry.value.str().is_none() {
            value(rule, logsource, entry, Form::Text, report);
        }
    }
}

/// Fields that are no text, and values that neither are nor can be compared with one: pySigma knows no dates.
fn field(rule: &RuleDocument<'_>, item: &Item, report: &mut Report<'_>) {
    let own = !item.inherited && item.alias.is_none();
    let quoted = |span: Span, text: &str| {
        let exact = own && rule.source().slice(span) == text && !text.is_empty();
        exact.then(|| Fix::safe("put it in quotes", [Edit::replace(span, format!("'{text}'"))]))
    };
    if let Some(key) = item.key.as_ref().filter(|key| !matches!(key.ty, Type::Str | Type::Null)) {
        let text = &*key.field.text;
        report
            .at(key.span, format!("a field's name must be text, and YAML reads `{text}` as {}", keys::what_type(key.ty)))
            .maybe_fix(quoted(key.span, text));
    }
    for value in &item.values {
        let place = value.alias.or(item.alias).unwrap_or(value.span);
        match &value.kind {
            ValueKind::Scalar { text, ty: Type::Timestamp | Type::InvalidTimestamp, .. } => {
                report
                    .at(place, format!("YAML reads `{text}` as a date, and rules know no dates"))
                    .maybe_fix(quoted(value.span, text).filter(|_| value.alias.is_none()));
            }
            ValueKind::Scalar { ty: Type::Float(number), .. } if !number.is_finite() => {
                report.at(place, "a value must be a finite number");
            }
            ValueKind::Scalar { .. } => {}
            ValueKind::Map | ValueKind::List => {
                let what = if matches!(value.kind, ValueKind::Map) { "a map" } else { "a list within a list" };
                let text = rule.source().slice(place);
                let end = place.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32;
                report.at(Span { end, ..place }, format!("a value must be text or a number, but this is {what}"));
            }
        }
    }
}

/// What has no check of its own in a correlation.
fn correlation(rule: &RuleDocument<'_>, report: &mut Report<'_>) {
    let Some(map) = rule.document.get("correlation").and_then(|entry| entry.value.mapping()) else { return };
    for entry in &map.entries {
        let node = &entry.value;
        let texts = |node: &Node| match node.sequence() {
            Some(list) => list.items.iter().all(|item| item.str().is_some()),
            None => node.str().is_some() || node.is_null(),
        };
        let (wrong, wanted) = match entry.name() {
            Some("rules" | "group-by") => (!texts(node), "text or a list of texts"),
            Some("aliases") => (node.mapping().is_none() && !node.is_null(), "a map"),
            Some("generate") => (!keys::has_form(node, Form::Flag) && !node.is_null(), "`true` or `false`"),
            _ => continue,
        };
        if !wrong {
            continue;
        }
        if node.sequence().is_some() && entry.name() != Some("aliases") && entry.name() != Some("generate") {
            items(rule, entry, report);
            continue;
        }
        let what = keys::what(node);
        let name = entry.name().unwrap_or_default();
        report.at(first_line(rule, node), format!("`{name}` must be {wanted}, but this is {what}"));
    }
}

fn value(rule: &RuleDocument<'_>, map: &Mapping, entry: &Entry, form: Form, report: &mut Report<'_>) {
    let name = entry.name().unwrap_or_default();
    let node = &entry.value;
    let wanted = match form {
        Form::Text | Form::Date => "text",
        Form::List => "a list",
        Form::Maps => "a list of maps",
        Form::Map => "a map",
        Form::Flag => "`true` or `false`",
    };
    if node.is_null() && form != Form::Map {
        let own = map.entries.iter().position(|other| other.key.span == entry.key.span && entry.is_own());
        let edit = own.and_then(|index| edit::remove_entry(rule.source(), map, index));
        report
            .at(entry.key.place(), format!("`{name}` has no value"))
            .severity(Severity::Warning)
            .note(format!("it must be {wanted}; a key without a value is as good as none"))
            .maybe_fix(own.and_then(|_| filled(name, node)))
            .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
        return;
    }
    let fix = if entry.is_own() { mended(rule, map, entry, form) } else { None };
    let finding =
        report.at(first_line(rule, node), format!("`{name}` must be {wanted}, but this is {}", keys::what(node)));
    let finding = match (form, node.mapping()) {
        (Form::Text, Some(_)) => {
            finding.note("a colon with a blank behind it makes a map of a text that has no quotes")
        }
        _ => finding,
    };
    finding.maybe_fix(fix);
}

/// A value for a key that has none, where there is one to be had.
fn filled(name: &str, node: &Node) -> Option<Fix> {
    let (title, value) = match name {
        "id" => ("give it a new UUID", EditText::FreshId),
        "date" | "modified" => ("set it to today", EditText::Today),
        _ => return None,
    };
    let at = node.span;
    let blank = (at.is_empty()).then(|| Edit::insert(at.start as usize, " "));
    Some(Fix::risky(title, blank.into_iter().chain([Edit { span: at, text: value }])))
}

/// A list's brackets or first item are enough to show; a token is shown as it is.
fn first_line(rule: &RuleDocument<'_>, node: &Node) -> Span {
    let place = node.place();
    let text = rule.source().slice(place);
    Span { start: place.start, end: place.start + text.find(['\n', '\r']).unwrap_or(text.len()) as u32 }
}

fn mended(rule: &RuleDocument<'_>, map: &Mapping, entry: &Entry, form: Form) -> Option<Fix> {
    let source = rule.source();
    let node = &entry.value;
    match (form, node.scalar(), node.sequence()) {
        (Form::Text, Some(_), _) => {
            let edits = [quote(rule, node)?];
            // No log source is called by a number.
            let part = matches!(entry.name(), Some("category" | "product" | "service"));
            let title = "put it in quotes";
            Some(if part { Fix::risky(title, edits) } else { Fix::safe(title, edits) })
        }
        (Form::Text, _, Some(list)) => {
            let texts: Vec<&str> = list.items.iter().map(Node::str).collect::<Option<_>>()?;
            if texts.is_empty() || (texts.len() > 1 && entry.name() != Some("author")) {
                return None;
            }
            let span = Span { start: entry.key.span.end, end: node.span.end };
            let keeps = rule.file.comments.iter().all(|comment| !span.touches(comment.span));
            let plain = !map.flow && texts.iter().all(|text| edit::is_plain_safe(text));
            let text = texts.join(", ");
            let text = if plain { text } else { edit::quoted(&text, Style::SingleQuoted) };
            let title = if texts.len() > 1 { "join them with commas" } else { "write it without a list" };
            let edits = [Edit::replace(span, format!(": {text}"))];
            // A log source that was not read so far may not be a known one.
            let part = matches!(entry.name(), Some("category" | "product" | "service"));
            keeps.then(|| if part { Fix::risky(title, edits) } else { Fix::safe(title, edits) })
        }
        (Form::List, Some(scalar), _) => {
            let text = node.str()?;
            // Several tags on one line are several items.
            let tags = entry.name() == Some("tags");
            let several = tags && text.contains([',', ' ']);
            let edits = [edit::into_list(source, map, entry).filter(|_| !several && !scalar.text.is_empty())?];
            let title = "write it as a list";
            // A tag that was not read so far may not be right itself.
            Some(if tags { Fix::risky(title, edits) } else { Fix::safe(title, edits) })
        }
        _ => None,
    }
}

/// Quotes around a number, a boolean or a date.
fn quote(rule: &RuleDocument<'_>, node: &Node) -> Option<Edit> {
    let plain = node.scalar().is_some_and(|scalar| scalar.style == Style::Plain && !scalar.text.is_empty());
    let raw = rule.source().slice(node.span);
    let simple = plain && node.tag.is_none() && node.alias.is_none() && !raw.contains(['\n', '\r', '\'']);
    simple.then(|| Edit::replace(node.span, format!("'{raw}'")))
}

fn items(rule: &RuleDocument<'_>, entry: &Entry, report: &mut Report<'_>) {
    let name = entry.name().unwrap_or_default();
    let Some(list) = entry.value.sequence() else { return };
    for (index, item) in list.items.iter().enumerate().filter(|(_, item)| item.str().is_none()) {
        let own = entry.is_own() && item.alias.is_none();
        if item.is_null() {
            let edit = edit::remove_item(rule.source(), list, index).filter(|_| own);
            report
                .at(item.place(), format!("an item of `{name}` is empty"))
                .maybe_fix(edit.map(|edit| Fix::safe("remove it", [edit])));
            continue;
        }
        let title = "put it in quotes";
        // A number is no tag as text either.
        let fix = quote(rule, item).filter(|_| own).map(|edit| match name {
            "tags" => Fix::risky(title, [edit]),
            _ => Fix::safe(title, [edit]),
        });
        report
            .at(first_line(rule, item), format!("the items of `{name}` must be text, but this is {}", keys::what(item)))
            .maybe_fix(fix);
    }
}
