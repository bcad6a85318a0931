//! Selections and where conditions speak of them; and the rules that a rule names.

use sigwise_lint::project::{Entry, Place};
use sigwise_lint::references::rule_names;
use sigwise_sigma::condition::{Reference, TokenKind};
use sigwise_sigma::detection::{Detection, Selection, Spanned};
use sigwise_sigma::{Document, Span};
use tower_lsp::lsp_types::{DocumentHighlight, DocumentHighlightKind, Location, Url};

use crate::convert;
use crate::view::View;

/// What stands at an offset: the name of a selection, or a pattern that takes in some.
#[derive(Debug)]
pub(super) struct Named<'a> {
    /// The name or pattern.
    pub(super) text: &'a str,
    /// Where it stands.
    pub(super) span: Span,
    /// It takes in what it matches, instead of what is called so.
    pub(super) is_pattern: bool,
    /// The detection it belongs to.
    pub(super) detection: &'a Detection,
}

impl<'a> Named<'a> {
    /// At an offset of a document, or right behind what stands there.
    pub(super) fn at(document: &'a Document, offset: usize) -> Option<Self> {
        let detection = document.detection()?;
        let here = |span: Span| span.touches(Span::at(offset));
        if let Some(selection) = detection.selections.iter().find(|s| !s.inherited && here(s.name.span)) {
            let Spanned { text, span } = &selection.name;
            return Some(Self { text, span: *span, is_pattern: false, detection });
        }
        let condition = detection.conditions.iter().find(|condition| here(condition.span))?;
        let token = condition.token_at(offset)?;
        let is_name = matches!(token.kind, TokenKind::Name | TokenKind::Pattern | TokenKind::Them);
        let reference = condition.references().into_iter().find(|reference| reference.name.span == token.span)?;
        let Spanned { text, span } = reference.name;
        is_name.then_some(Self { text, span: *span, is_pattern: reference.quantifier.is_some(), detection })
    }

    /// The selections it stands for.
    pub(super) fn selections(&self) -> impl Iterator<Item = &'a Selection> {
        let (text, is_pattern) = (self.text, self.is_pattern);
        self.detection.selections.iter().filter(move |selection| {
            let name = &*selection.name.text;
            if is_pattern { sigwise_sigma::condition::selects(text, name) } else { *name == *text }
        })
    }

    /// Where conditions speak of it: a selection by name and through patterns, a pattern where it is the same.
    pub(super) fn references(&self) -> impl Iterator<Item = Reference<'a>> {
        let (text, is_pattern) = (self.text, self.is_pattern);
        let same = move |reference: &Reference<'_>| {
            if is_pattern { *reference.name.text == *text } else { reference.selects(text) }
        };
        self.detection.references().filter(same)
    }
}

/// Where what stands at an offset is written: selections, or rules of the project.
pub(crate) fn definition(view: &View<'_>, offset: usize) -> Option<Vec<Location>> {
    let document = view.file().document_at(offset)?;
    if let Some(named) = Named::at(document, offset) {
        return Some(named.selections().map(|selection| here(view, selection.name.span)).collect());
    }
    let names = rule_names(document);
    let name = names.iter().find(|name| name.span.touches(Span::at(offset)))?;
    Some(rules(view, &name.text).iter().filter_map(|entry| location(view, &entry.place)).collect())
}

/// Where else is spoken of what stands at an offset: in the file of a selection or pattern, in the project of a rule, which is
/// found from its id and name and from where others name it.
pub(crate) fn references(view: &View<'_>, offset: usize, declaration: bool) -> Option<Vec<Location>> {
    let document = view.file().document_at(offset)?;
    let Some(named) = Named::at(document, offset) else { return rule_references(view, document, offset, declaration) };
    let keys = named.selections().filter(|_| declaration).map(|selection| selection.name.span);
    Some(keys.chain(named.references().map(|reference| reference.name.span)).map(|span| here(view, span)).collect())
}

fn rule_references(view: &View<'_>, document: &Document, offset: usize, declaration: bool) -> Option<Vec<Location>> {
    let at = |name: &Spanned| name.span.touches(Span::at(offset));
    let is_declared = [document.id(), document.name()].into_iter().flatten().any(|own| at(&own));
    let project = view.project;
    let named = rule_names(document).into_iter().find(at);
    let rule = match &named {
        _ if is_declared => project.listed_at(view.path, document.index),
        Some(name) => {
            rules(view, &name.text).first().and_then(|rule| project.listed_at(&rule.place.path, rule.document))
        }
        None => return None,
    };
    let mut places: Vec<&Place> = Vec::new();
    match (rule, &named) {
        (Some(rule), _) => {
            let (id, name) = (rule.id.as_deref(), rule.name.as_deref());
            for text in [id, name, Some(&*rule.title)].into_iter().flatten().filter(|text| !text.is_empty()) {
                places.extend(project.references(text));
            }
            let own = |entry: &&Entry| entry.place.path == rule.place.path && entry.document == rule.document;
            let ids = id.map_or(&[][..], |id| project.with_id(id)).iter();
            let names = name.map_or(&[][..], |name| project.with_name(name)).iter();
            places.extend(ids.chain(names).filter(|_| declaration).filter(own).map(|entry| &entry.place));
        }
        // Nobody has it, but others may name it too.
        (None, Some(name)) => places.extend(project.references(&name.text)),
        (None, None) => {}
    }
    places.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    places.dedup();
    Some(places.into_iter().filter_map(|place| location(view, place)).collect())
}

/// The same within the editor's window: names are written at their keys and read in conditions.
pub(crate) fn highlights(view: &View<'_>, offset: usize) -> Option<Vec<DocumentHighlight>> {
    let named = Named::at(view.file().document_at(offset)?, offset)?;
    let keys = named.selections().map(|selection| (selection.name.span, DocumentHighlightKind::WRITE));
    let read = named.references().map(|reference| (reference.name.span, DocumentHighlightKind::READ));
    let highlight = |(span, kind)| DocumentHighlight { range: view.range(span), kind: Some(kind) };
    Some(keys.chain(read).map(highlight).collect())
}

fn here(view: &View<'_>, span: Span) -> Location {
    Location::new(view.document.uri.clone(), view.range(span))
}

fn location(view: &View<'_>, place: &Place) -> Option<Location> {
    let uri = if &*place.path == view.path {
        view.document.uri.clone()
    } else {
        Url::from_file_path(view.document.home.root.join(&*place.path)).ok()?
    };
    Some(Location::new(uri, convert::place(place, view.encoding)))
}

/// The rules of the project that are meant: by id, else by name, else by title.
fn rules<'a>(view: &View<'a>, text: &str) -> &'a [Entry] {
    let project = view.project;
    let found = [project.with_id(text), project.with_name(text), project.with_title(text)];
    found.into_iter().find(|entries| !entries.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::{look, look_beside, slice};

    const RULE: &str = "title: 'ö🦀'\ndetection:\n  sel_a: {A: 1}\n  'sel_b': {B: 2}\n  other: {C: 3}\n  condition: '1 of sel_* and not other or sel_a' # ö\n";

    /// `start of the line's key or column: text`
    fn shown(view: &View<'_>, locations: &[Location]) -> Vec<String> {
        let show = |at: &Location| {
            assert_eq!(at.uri, view.document.uri);
            format!("{}:{} {}", at.range.start.line, at.range.start.character, slice(view, at.range))
        };
        locations.iter().map(show).collect()
    }

    fn at(text: &str) -> usize {
        RULE.find(text).expect("it is there")
    }

    #[test]
    fn selections() {
        look(RULE, |view| {
            let define = |text| shown(view, &definition(view, at(text)).unwrap_or_default());
            assert_eq!(define("sel_* and"), ["2:2 sel_a", "3:3 sel_b"]);
            assert_eq!(define("other or"), ["4:2 other"]);
            assert_eq!(define("not other"), [""; 0]);
            let refer = |text, keys| shown(view, &references(view, at(text), keys).unwrap_or_default());
            assert_eq!(refer("sel_a: ", true), ["2:2 sel_a", "5:19 sel_*", "5:42 sel_a"]);
            assert_eq!(refer("sel_b", false), ["5:19 sel_*"]);
            assert_eq!(refer("sel_* and", true), ["2:2 sel_a", "3:3 sel_b", "5:19 sel_*"]);
            let lit = highlights(view, at("other: ")).unwrap_or_default();
            let lit: Vec<_> = lit.iter().map(|h| (slice(view, h.range), h.kind)).collect();
            let (write, read) = (Some(DocumentHighlightKind::WRITE), Some(DocumentHighlightKind::READ));
            assert_eq!(lit, [("other", write), ("other", read)]);
        });
    }

    #[test]
    fn rules_of_other_files() {
        let other =
            "title: Öther\nid: 7D5B7E5C-3b4f-4c8e-9c54-0a1f4a1de001\nname: other_rule\nlogsource: {product: p}\n";
        let text = "title: T\nrelated:\n  - id: 7d5b7e5c-3B4f-4c8e-9c54-0a1f4a1de001\ncorrelation:\n  type: event_count\n  rules:\n    - other_rule\n    - Öther\n    - nobody\n";
        look_beside(text, &[("sub/o.yml", other)], |view| {
            let define = |what: &str| definition(view, text.find(what).expect("it is there")).unwrap_or_default();
            for (what, line, start, end) in [("7d5b", 1, 4, 40), ("other_rule", 2, 6, 16), ("Öther", 0, 7, 12)] {
                let [found] = &define(what)[..] else { panic!("one place of {what}") };
                assert_eq!(found.uri.as_str(), "file:///rules/sub/o.yml");
                let (from, to) = (found.range.start, found.range.end);
                assert_eq!((from.line, from.character, to.line, to.character), (line, start, line, end), "{what}");
            }
            assert_eq!(define("nobody"), []);
        });
    }

    #[test]
    fn rules_from_everywhere() {
        let id = "7d5b7e5c-3b4f-4c8e-9c54-0a1f4a1de001";
        let text = format!("title: T\nid: {id}\nname: t_rule\nlogsource: {{product: p}}\n");
        let related =
            format!("title: R\nrelated:\n  - id: {}\n    type: derived\ndetection: {{}}\n", id.to_uppercase());
        let many = "title: C\ncorrelation:\n  type: event_count\n  rules: [t_rule, T, nobody]\n";
        look_beside(&text, &[("b.yml", &related), ("c.yml", many)], |view| {
            let refer = |at: &str, declaration| {
                let found = references(view, text.find(at).expect("it is there"), declaration).unwrap_or_default();
                let show = |at: &Location| {
                    let file = at.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
                    format!("{file} {}:{}", at.range.start.line, at.range.start.character)
                };
                found.iter().map(show).collect::<Vec<_>>()
            };
            assert_eq!(refer(id, false), ["b.yml 2:8", "c.yml 3:10", "c.yml 3:18"]);
            assert_eq!(refer("t_rule", true), ["a.yml 1:4", "a.yml 2:6", "b.yml 2:8", "c.yml 3:10", "c.yml 3:18"]);
            assert_eq!(refer("logsource", true), [""; 0]);
        });
        look_beside(many, &[("b.yml", &text)], |view| {
            let found = references(view, many.find("nobody").expect("it is there"), true).unwrap_or_default();
            assert_eq!(found.len(), 1);
            let found = references(view, many.find("t_rule").expect("it is there"), true).unwrap_or_default();
            assert_eq!(found.len(), 4);
        });
    }
}
