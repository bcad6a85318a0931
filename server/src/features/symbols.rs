//! The outline of a file: its rules by title, in each its sections, in `detection` the selections.

use sigwise_lint::edit::entry_span;
use sigwise_sigma::yaml::Entry;
use sigwise_sigma::{Document, RuleKind, Span};
use tower_lsp::lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind};

use crate::view::View;

/// The outline.
pub(crate) fn symbols(view: &View<'_>) -> DocumentSymbolResponse {
    let documents = view.file().documents.iter().filter(|document| !document.map.entries.is_empty());
    let nested: Vec<DocumentSymbol> = documents.map(|document| rule(view, document)).collect();
    if view.abilities.flat_symbols {
        let mut list = Vec::new();
        flat(view, nested, None, &mut list);
        return DocumentSymbolResponse::Flat(list);
    }
    DocumentSymbolResponse::Nested(nested)
}

/// The same as a list, each with what it stands in; three levels deep at most.
fn flat(view: &View<'_>, nested: Vec<DocumentSymbol>, inside: Option<&str>, list: &mut Vec<SymbolInformation>) {
    for DocumentSymbol { name, kind, range, children, .. } in nested {
        let location = Location::new(view.document.uri.clone(), range);
        list.push(information(name.clone(), kind, location, inside.map(str::to_owned)));
        flat(view, children.unwrap_or_default(), Some(&name), list);
    }
}

/// An entry of a list of symbols.
pub(super) fn information(
    name: String,
    kind: SymbolKind,
    location: Location,
    container_name: Option<String>,
) -> SymbolInformation {
    #[expect(deprecated, reason = "the protocol's structure has a field that is deprecated")]
    SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name }
}

fn rule(view: &View<'_>, document: &Document) -> DocumentSymbol {
    let own = |key: &str| document.get(key).filter(|entry| entry.is_own());
    let known = |key: &str| Some((document.spanned(key)?, own(key)?));
    let (name, place) = match known("title").or_else(|| known("name")).or_else(|| known("id")) {
        Some((text, _)) => (text.text.trim().to_owned(), text.span),
        None => (String::new(), Span { end: document.span.start, ..document.span }),
    };
    let kind = match document.rule_kind() {
        Some(RuleKind::Detection) => SymbolKind::CLASS,
        Some(RuleKind::Correlation) => SymbolKind::INTERFACE,
        Some(RuleKind::Filter) => SymbolKind::MODULE,
        None => SymbolKind::NAMESPACE,
    };
    let sections = document.map.entries.iter().filter(|entry| entry.is_own() && entry.value.scalar().is_none());
    let children = sections.filter_map(|entry| section(view, document, entry)).collect();
    let level = document.text("level").map(str::to_owned);
    symbol(view, &name, level, kind, (document.span, place), children)
}

fn section(view: &View<'_>, document: &Document, entry: &Entry) -> Option<DocumentSymbol> {
    let detection = document.detection().filter(|detection| detection.key == entry.key.span);
    let mut children = Vec::new();
    if let Some(detection) = detection {
        let own = detection.selections.iter().filter(|selection| !selection.inherited);
        children.extend(own.map(|selection| {
            let spans = (selection.entry, selection.name.span);
            symbol(view, &selection.name.text, None, SymbolKind::OBJECT, spans, Vec::new())
        }));
        // An inherited one stands elsewhere in the file.
        let condition = detection.condition_key.zip(detection.conditions.first());
        let condition = condition.filter(|(key, condition)| {
            detection.span.contains(*key) && detection.span.contains(condition.span) && key.end <= condition.span.start
        });
        children.extend(condition.map(|(key, condition)| {
            let spans = (key.cover(condition.span), key);
            let text = Some(condition.text.trim().to_owned());
            symbol(view, "condition", text, SymbolKind::OPERATOR, spans, Vec::new())
        }));
    }
    let spans = (entry_span(entry), entry.key.span);
    Some(symbol(view, entry.name()?, None, SymbolKind::FIELD, spans, children))
}

/// `spans` are that of all of it and that of its name.
fn symbol(
    view: &View<'_>,
    name: &str,
    detail: Option<String>,
    kind: SymbolKind,
    (whole, name_span): (Span, Span),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    // Clients refuse names of nothing, and names that stand outside of what they name.
    let name = if name.is_empty() { "(no title)" } else { name };
    let selection_range =
        view.range(if whole.contains(name_span) { name_span } else { Span::at(whole.start as usize) });
    #[expect(deprecated, reason = "the protocol's structure has a field that is deprecated")]
    DocumentSymbol {
        name: name.to_owned(),
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: view.range(whole),
        selection_range,
        children: (!children.is_empty()).then_some(children),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::{look, slice};

    /// `name|what the name's range holds` with two blanks for each level.
    fn outline(text: &str) -> Vec<String> {
        fn walk(view: &View<'_>, symbols: &[DocumentSymbol], depth: usize, out: &mut Vec<String>) {
            for symbol in symbols {
                let whole = slice(view, symbol.range);
                let name = slice(view, symbol.selection_range);
                assert!(whole.contains(name));
                let last = whole.lines().last().unwrap_or_default().trim();
                out.push(format!("{}{}|{name}|{last}", "  ".repeat(depth), symbol.name));
                walk(view, symbol.children.as_deref().unwrap_or_default(), depth + 1, out);
            }
        }
        look(text, |view| {
            let mut out = Vec::new();
            let DocumentSymbolResponse::Nested(all) = symbols(view) else { panic!("flat") };
            walk(view, &all, 0, &mut out);
            out
        })
    }

    #[test]
    fn rules_sections_selections() {
        let text = "title: 'Öne 🦀'\ntags:\n  - attack.t1059\ndetection:\n  a:\n    F: 1\n  b: {G: 2}\n  condition: a or b\n---\nname: two\nlogsource: {product: p}\n";
        assert_eq!(
            outline(text),
            [
                "Öne 🦀|Öne 🦀|condition: a or b",
                "  tags|tags|- attack.t1059",
                "  detection|detection|condition: a or b",
                "    a|a|F: 1",
                "    b|b|b: {G: 2}",
                "    condition|condition|condition: a or b",
                "two|two|logsource: {product: p}",
                "  logsource|logsource|logsource: {product: p}",
            ]
        );
    }

    #[test]
    fn what_stands_elsewhere_is_told_there_only() {
        let text =
            "action: global\ntitle: T\ndetection:\n  a: {F: 1}\n---\ndetection:\n  b: {G: 2}\n  condition: a and b\n";
        assert_eq!(
            outline(text),
            [
                "T|T|a: {F: 1}",
                "  detection|detection|a: {F: 1}",
                "(no title)||condition: a and b",
                "  detection|detection|condition: a and b",
                "    b|b|b: {G: 2}",
                "    condition|condition|condition: a and b",
            ]
        );
    }
}
