//! Lines above a rule that lead to what is known about it: at the title its peers and the rules that
//! are about the same, at each technique's tag the technique's page.

use serde_json::json;
use sigwise_corpus::advice::Asking;
use sigwise_corpus::attack::technique_of_tag;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::view::{SimilarRule, counted};
use sigwise_sigma::{Document, Span};
use tower_lsp::lsp_types::{CodeLens, Command};

use super::commands::{ADVISE, SIMILAR, TECHNIQUE};
use crate::view::View;

/// So many tags of a rule get a line; only a hostile rule has more.
const TAGS: usize = 50;

/// The lines of a document, for clients that want them.
pub(crate) fn lenses(view: &View<'_>) -> Option<Vec<CodeLens>> {
    let corpus = view.corpus.filter(|_| view.client.code_lens)?;
    let mut lenses = Vec::new();
    for document in &view.file().documents {
        let Some(rule) = sigma::rule(document, view.path) else { continue };
        let asking = Asking::new(rule, corpus, view.attack);
        let source = asking.rule().logsource.as_ref();
        let peers = |techniques: &[&str]| counted(corpus.peers(source, techniques, asking.leave()).len(), "peer rule");
        let uri = &view.document.uri;
        if let Some(title) = document.title().filter(|_| is_own(document, "title")) {
            let techniques: Vec<&str> = asking.techniques().collect();
            let arguments = json!({ "uri": uri, "document": document.index });
            lenses.push(lens(view, title.span, peers(&techniques), ADVISE, arguments.clone()));
            let similar = SimilarRule::alike(&asking).len();
            if similar > 0 {
                lenses.push(lens(view, title.span, counted(similar, "similar rule"), SIMILAR, arguments));
            }
        }
        for tag in document.tags().filter(|_| is_own(document, "tags")).take(TAGS) {
            let Some(id) = technique_of_tag(&tag.text) else { continue };
            let current = view.attack.current(&id);
            if view.attack.technique(current).is_some() {
                let title = format!("{current}: {} · technique page", peers(&[current]));
                lenses.push(lens(view, tag.span, title, TECHNIQUE, json!({ "uri": uri, "technique": current })));
            }
        }
    }
    Some(lenses)
}

fn is_own(document: &Document, key: &str) -> bool {
    document.get(key).is_some_and(|entry| entry.is_own())
}

fn lens(view: &View<'_>, span: Span, title: String, command: &str, arguments: serde_json::Value) -> CodeLens {
    let command = Command::new(title, command.to_owned(), Some(vec![arguments]));
    CodeLens { range: view.range(span), command: Some(command), data: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::{look, slice};
    use crate::settings::ClientSettings;

    #[test]
    fn at_the_title_and_at_techniques() {
        let text = "title: 'ö🦀'\ntags:\n  - attack.t1086\n  - attack.execution\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  s:\n    Image: x\n  condition: s\n";
        look(text, |view| {
            let found = lenses(view).expect("they are wanted");
            let shown: Vec<_> = found
                .iter()
                .map(|lens| {
                    let command = lens.command.as_ref().expect("a command");
                    let arguments = command.arguments.as_ref().expect("arguments");
                    (slice(view, lens.range), &*command.title, &*command.command, arguments[0].clone())
                })
                .collect();
            let [(title, peers, "sigwise.advise", at), (tag, page, "sigwise.technique", of)] = &shown[..] else {
                panic!("{shown:?}")
            };
            assert_eq!((*title, *tag), ("ö🦀", "attack.t1086"));
            assert!(peers.ends_with(" peer rules"), "{peers}");
            assert_eq!(*page, format!("T1059.001: {peers} · technique page"));
            assert_eq!(*at, json!({ "uri": "file:///rules/a.yml", "document": 0 }));
            assert_eq!(*of, json!({ "uri": "file:///rules/a.yml", "technique": "T1059.001" }));
            let off = ClientSettings { code_lens: false, ..ClientSettings::default() };
            assert!(lenses(&View { client: &off, ..*view }).is_none());
        });
    }

    #[test]
    fn rules_about_the_same() {
        let text = "title: Whoami Execution\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  s:\n    - Image|endswith: '\\whoami.exe'\n    - OriginalFileName: whoami.exe\n  condition: s\n";
        look(text, |view| {
            let found = lenses(view).expect("they are wanted");
            let command = found.get(1).and_then(|lens| lens.command.clone()).expect("a second lens");
            assert!(command.title.contains(" similar rule"), "{}", command.title);
            assert_eq!(command.command, "sigwise.similarRules");
        });
    }
}
