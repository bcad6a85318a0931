//! What can be written at a position: keys, values of closed lists, and what published rules write there.

mod condition;
mod detection;
mod keys;
mod logsource;
mod references;
mod tags;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use sigwise_corpus::advice::Asking;
use sigwise_corpus::readers::sigma;
use sigwise_lint::edit;
use sigwise_sigma::Document;
use sigwise_sigma::yaml::Style;
use tower_lsp::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList, CompletionOptions,
    CompletionTextEdit, Documentation, Range, TextEdit, Url,
};

use crate::convert::markup;
use crate::cursor::{Cursor, Spot};
use crate::view::View;

/// What is announced to the client: a modifier follows `|`, a value follows `:`.
pub(crate) fn options() -> CompletionOptions {
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some([":", "|", " ", ".", "'"].map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    }
}

/// Something that can be written, best first in its list.
#[derive(Clone, Debug, Default)]
struct Choice {
    /// What is read, and written where nothing else is said.
    label: String,
    /// What is written, in its quotes.
    insert: Option<String>,
    /// What the client compares with what was typed; the label where nothing is said.
    filter: Option<String>,
    /// A few words behind the label: counts, names.
    detail: Option<String>,
    /// More about it, where that is known at once.
    documentation: Option<String>,
    /// More about it, where it takes a moment: asked for when the client looks at it.
    about: Option<About>,
    kind: Option<CompletionItemKind>,
}

impl Choice {
    fn new(label: impl Into<String>, kind: CompletionItemKind) -> Self {
        Self { label: label.into(), kind: Some(kind), ..Self::default() }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    fn documentation(self, text: impl Into<String>) -> Self {
        Self { documentation: Some(text.into()), ..self }
    }
}

/// What an item is about, for [`resolve`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum About {
    /// A field, by its canonical name.
    Field(String),
    /// A technique, by its id.
    Technique(String),
}

/// What the client sends back when it wants to know more about an item.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    uri: Url,
    about: About,
}

/// The document of a request for more about an item; `None` where there is no more.
pub(crate) fn document_of(item: &CompletionItem) -> Option<Url> {
    let data: Data = serde_json::from_value(item.data.clone()?).ok()?;
    Some(data.uri)
}

/// So many items go to the client, the first of those that fit what is typed: it asks again when more is typed.
const SENT: usize = 100;

/// What can be written at a byte offset.
pub(crate) fn complete(view: &View<'_>, offset: usize) -> Option<CompletionList> {
    let place = Place::at(view, offset)?;
    let mut choices = choices(&place);
    let is_incomplete = choices.len() > SENT;
    if is_incomplete {
        choices.retain(|choice| has_letters(choice.filter.as_ref().unwrap_or(&choice.label), place.cursor.typed));
        choices.truncate(SENT);
    }
    let range = view.range(place.cursor.span);
    let items = choices.into_iter().zip(0..).map(|(choice, rank)| item(&place, choice, range, rank)).collect();
    Some(CompletionList { is_incomplete, items })
}

/// Whether a text has these letters in their order, in either case: how clients filter.
pub(super) fn has_letters(text: &str, typed: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// The item with its documentation.
pub(crate) fn resolve(view: &View<'_>, mut item: CompletionItem) -> CompletionItem {
    let data = item.data.clone().and_then(|data| serde_json::from_value::<Data>(data).ok());
    let text = data.and_then(|data| match data.about {
        About::Field(name) => detection::about_field(view, &name),
        About::Technique(id) => tags::about_technique(view, &id),
    });
    if let Some(text) = text {
        item.documentation = Some(documentation(view, text));
    }
    item
}

/// A position with everything that decides what can be written there.
struct Place<'v> {
    view: &'v View<'v>,
    cursor: Cursor<'v>,
    /// The document that the position is in, as far as it could be read.
    document: Option<&'v Document>,
    offset: usize,
}

impl<'v> Place<'v> {
    fn at(view: &'v View<'v>, offset: usize) -> Option<Self> {
        let cursor = Cursor::at(view.text(), offset)?;
        let document = view.file().document_at(offset).or_else(|| view.file().documents.last());
        Some(Self { view, cursor, document, offset })
    }

    /// The rule as one that asks its peers.
    fn asking(&self) -> Option<Asking<'v>> {
        let rule = sigma::rule(self.document?, self.view.path)?;
        Some(Asking::new(rule, self.view.corpus?, self.view.attack))
    }

    /// A text as it is written here: in the quotes that stand already, else in those that it needs.
    fn written(&self, text: &str) -> String {
        match self.cursor.quote {
            Some('"') => inner(&edit::quoted(text, Style::DoubleQuoted)),
            Some(_) => text.replace('\'', "''"),
            None if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')) => {
                edit::quoted(text, Style::Plain)
            }
            None => edit::quoted(text, Style::SingleQuoted),
        }
    }
}

fn inner(quoted: &str) -> String {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn choices(place: &Place<'_>) -> Vec<Choice> {
    let spot = place.cursor.spot;
    let value = spot != Spot::Key;
    match *place.cursor.keys() {
        [] => keys::top(place),
        ["logsource"] if !value => keys::of_map(&["category", "product", "service", "definition"]),
        ["logsource", part] if value => logsource::values(place, part),
        ["tags"] => tags::tags(place),
        ["related"] | ["related", ..] if !value || spot == Spot::Item => keys::of_map(&["id", "type"]),
        ["related", "id"] => references::related(place),
        ["detection" | "filter", "condition"] => condition::condition(place),
        ["detection" | "filter"] if !value => detection::selections(place),
        ["filter", "rules"] | ["correlation", "rules"] => references::rules(place),
        ["detection" | "filter", selection] => detection::keys(place, selection),
        ["detection" | "filter", selection, field] => detection::values(place, selection, field),
        ["correlation"] if !value => keys::of_map(sigwise_lint::keys::CORRELATION),
        ["correlation", "condition"] if !value => {
            keys::of_map(&["gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"])
        }
        ["correlation", "group-by"] => detection::group_by(place),
        ["correlation", "generate"] => keys::words(&["true", "false"]),
        [.., key] if value => keys::values(place, key),
        _ => Vec::new(),
    }
}

fn item(place: &Place<'_>, choice: Choice, range: Range, rank: u32) -> CompletionItem {
    let uri = || place.view.document.uri.clone();
    let new_text = choice.insert.clone().unwrap_or_else(|| choice.label.clone());
    let view = place.view;
    let (beside, detail) = if view.abilities.plain_labels { (None, choice.detail) } else { (choice.detail, None) };
    CompletionItem {
        label_details: beside
            .map(|description| CompletionItemLabelDetails { detail: None, description: Some(description) }),
        detail,
        kind: choice.kind,
        documentation: choice.documentation.map(|text| documentation(view, text)),
        // The client sorts by this text, and ours is the better order.
        sort_text: Some(format!("{rank:05}")),
        filter_text: Some(choice.filter.unwrap_or_else(|| choice.label.clone())),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
        data: choice.about.and_then(|about| serde_json::to_value(Data { uri: uri(), about }).ok()),
        label: choice.label,
        ..CompletionItem::default()
    }
}

fn documentation(view: &View<'_>, value: String) -> Documentation {
    Documentation::MarkupContent(markup(value, view.abilities.plain_documentation))
}

/// `12 of 340 rules`
fn share(rules: u32, of: u32) -> String {
    format!("{rules} of {of} rules")
}
