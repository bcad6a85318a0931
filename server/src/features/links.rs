//! Links: references, and tags to ATT&CK's pages.

use sigwise_corpus::attack::{self, Attack};
use sigwise_sigma::Span;
use sigwise_sigma::detection::Spanned;
use tower_lsp::lsp_types::{DocumentLink, Url};

use crate::view::View;

/// The links of a document.
pub(crate) fn links(view: &View<'_>) -> Vec<DocumentLink> {
    let file = view.file();
    let mut links = Vec::new();
    for document in &file.documents {
        let own = |key: &str| document.get(key).is_some_and(|entry| entry.is_own());
        if own("references") {
            links.extend(document.list("references").filter_map(|item| reference(view, &item)));
        }
        if own("tags") {
            links.extend(document.tags().filter_map(|tag| {
                let (target, tooltip) = page(view.attack, &tag.text)?;
                link(view, tag.span, &target, Some(tooltip))
            }));
        }
    }
    links
}

/// The address that a reference begins with: what follows a blank is a remark.
fn reference(view: &View<'_>, item: &Spanned) -> Option<DocumentLink> {
    let address = item.text.split_whitespace().next()?;
    let is_web = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    let source = &view.file().source;
    // A text with escapes is linked as a whole.
    let exact = source.slice(item.span).starts_with(address);
    let start = item.span.start as usize;
    let span = if exact { Span::new(start, start + address.len()) } else { item.span };
    if is_web { link(view, span, address, None) } else { None }
}

fn link(view: &View<'_>, span: Span, target: &str, tooltip: Option<String>) -> Option<DocumentLink> {
    let target = Some(Url::parse(target).ok()?);
    Some(DocumentLink { range: view.range(span), target, tooltip, data: None })
}

/// Where ATT&CK describes what a tag stands for, and what it is called; of what was retired its successor.
fn page(attack: &Attack, tag: &str) -> Option<(String, String)> {
    if let Some(id) = attack::technique_of_tag(tag) {
        let current = attack.current(&id);
        let technique = attack.technique(current)?;
        let path = current.replace('.', "/");
        let address = format!("https://attack.mitre.org/techniques/{path}/");
        return Some((address, format!("{current} {}", technique.name)));
    }
    let tactic = attack.tactic(tag.strip_prefix("attack.")?)?;
    Some((format!("https://attack.mitre.org/tactics/{}/", tactic.id), format!("{} {}", tactic.id, tactic.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::{look, slice};

    #[test]
    fn references_and_tags() {
        let text = "title: T\nreferences:\n  - 'https://ö.example/a' # x\n  - https://example.org/b (the talk)\n  - a book\ntags:\n  - attack.t1059.001\n  - attack.t1086\n  - attack.execution\n  - tlp.red\n  - attack.t9999\n";
        let found: Vec<(String, String)> = look(text, |view| {
            let target = |link: &DocumentLink| link.target.as_ref().map(Url::to_string).unwrap_or_default();
            links(view).iter().map(|link| (slice(view, link.range).to_owned(), target(link))).collect()
        });
        let expected = [
            ("https://ö.example/a", "https://xn--nda.example/a"),
            ("https://example.org/b", "https://example.org/b"),
            ("attack.t1059.001", "https://attack.mitre.org/techniques/T1059/001/"),
            ("attack.t1086", "https://attack.mitre.org/techniques/T1059/001/"),
            ("attack.execution", "https://attack.mitre.org/tactics/TA0002/"),
        ];
        assert_eq!(found, expected.map(|(at, to)| (at.to_owned(), to.to_owned())));
    }
}
