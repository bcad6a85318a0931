//! What the text under the cursor is and what published rules do with it.

mod detection;
mod tags;
#[cfg(test)]
mod tests;
mod words;

use sigwise_corpus::logsource;
use sigwise_lint::words as lists;
use sigwise_sigma::{Document, Span};
use tower_lsp::lsp_types::{Hover, HoverContents};

use crate::convert::markup;
use crate::view::View;

/// A text about a piece of the file.
pub(super) type About = (Span, String);

/// What is known about the text at a byte offset.
pub(crate) fn hover(view: &View<'_>, offset: usize) -> Option<Hover> {
    let document = view.file().document_at(offset)?;
    let (span, value) = tags::tag(view, document, offset)
        .or_else(|| detection::detection(view, document, offset))
        .or_else(|| source(view, document, offset))
        .or_else(|| word(document, offset))?;
    let contents = HoverContents::Markup(markup(value, view.abilities.plain_hover));
    Some(Hover { contents, range: Some(view.range(span)) })
}

/// Whether an offset lies in a span or right behind it.
fn within(span: Span, offset: usize) -> bool {
    span.start as usize <= offset && offset <= span.end as usize
}

/// A log source: how many rules have it, and which events it is made of.
fn source(view: &View<'_>, document: &Document, offset: usize) -> Option<About> {
    let source = document.logsource()?;
    let hit = source.parts().into_iter().filter_map(|(_, part)| part).find(|part| within(part.span, offset));
    let span = hit.map(|part| part.span).or_else(|| within(source.key, offset).then_some(source.key))?;
    let (category, product, service) = source.triple();
    let own = logsource::LogSource::new(product, category, service);
    let mut text = format!("**{own}**");
    let events: Vec<String> = logsource::events(own.as_ref(), [])
        .into_iter()
        .map(|event| match logsource::event_title(&event.provider, &event.id) {
            Some(title) => format!("- {event}: {title}"),
            None => format!("- {event}"),
        })
        .collect();
    if !events.is_empty() {
        text.push_str(&format!("\n\nEvents:\n{}", events.join("\n")));
    }
    if let Some(corpus) = view.corpus {
        let (fields, rules) = corpus.fields_of_logsource(own.as_ref(), sigwise_corpus::Leave::NONE);
        text.push_str(&format!("\n\n{rules} published rules look here"));
        let fields: Vec<String> =
            fields.iter().take(6).map(|field| format!("`{}` ({})", corpus.field_name(field.of), field.rules)).collect();
        if !fields.is_empty() {
            text.push_str(&format!(", most of all at {}", fields.join(", ")));
        }
    }
    Some((span, text))
}

/// A word of a closed list.
fn word(document: &Document, offset: usize) -> Option<About> {
    for (key, list) in [("status", &lists::STATUS), ("level", &lists::LEVEL)] {
        let Some(value) = document.spanned(key).filter(|value| within(value.span, offset)) else { continue };
        let meaning = meaning(key, &value.text).unwrap_or_default();
        return Some((value.span, format!("**{key}: {}**\n\n{meaning}\n\n{}", value.text, list.list())));
    }
    None
}

/// What the specification says of a word (sections *Status* and *Level*).
fn meaning(key: &str, word: &str) -> Option<&'static str> {
    Some(match (key, word) {
        ("status", "stable") => "Used in production without obvious false positives over a long time.",
        ("status", "test") => "No obvious false positives in tests; minor adjustments may be needed.",
        ("status", "experimental") => "May give false positives, but could also find interesting events.",
        ("status", "deprecated") => "Replaced by another rule, which `related` names.",
        ("status", "unsupported") => {
            "Cannot be used as it is, such as a rule of a special correlation or home-made fields."
        }
        ("level", "informational") => "For enrichment of events; neither an alert nor a review.",
        ("level", "low") => "Notable, but rarely an incident: seldom relevant alone.",
        ("level", "medium") => "Relevant, to be reviewed by hand more often than not.",
        ("level", "high") => "Relevant, to raise an alert that is looked at soon.",
        ("level", "critical") => "Highly relevant, certainly an incident: looked at at once.",
        _ => return None,
    })
}
