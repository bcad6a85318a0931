//! How many published rules look for what a rule looks for, behind its values; for clients that want it.

use sigwise_corpus::advice::Asking;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::rule::{Predicate, Role, Scope};
use sigwise_sigma::Span;
use tower_lsp::lsp_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Range};

use crate::view::View;

/// The hints in a range.
pub(crate) fn hints(view: &View<'_>, range: Range) -> Option<Vec<InlayHint>> {
    let corpus = view.corpus.filter(|_| view.client.inlay_hints)?;
    let wanted = view.span(range);
    let mut hints = Vec::new();
    for document in view.file().documents.iter().filter(|document| document.span.touches(wanted)) {
        let Some(rule) = sigma::rule(document, view.path) else { continue };
        let asking = Asking::new(rule, corpus, view.attack);
        let looked_for = |p: &Predicate| p.role == Role::Indicator && p.scope != Scope::Guard && !p.scaffold;
        let found = asking.predicates().filter(|(predicate, _)| looked_for(predicate));
        let mut values: Vec<(Span, u32)> = found
            .filter_map(|(predicate, row)| {
                let span = predicate.span.filter(|span| wanted.contains(*span) && document.span.contains(*span))?;
                Some((span, row.map_or(0, |row| corpus.reach_count(row, asking.leave()))))
            })
            .collect();
        // One value can be several predicates; the widest tells.
        values.sort_unstable_by_key(|&(span, rules)| (span, std::cmp::Reverse(rules)));
        values.dedup_by_key(|(span, _)| *span);
        hints.extend(values.into_iter().map(|(span, rules)| hint(view, span, rules)));
    }
    Some(hints)
}

fn hint(view: &View<'_>, value: Span, rules: u32) -> InlayHint {
    let label = match rules {
        0 => "no other rule".to_owned(),
        1 => "1 other rule".to_owned(),
        rules => format!("{rules} other rules"),
    };
    InlayHint {
        position: view.range(Span::at(value.end as usize)).start,
        label: InlayHintLabel::String(label),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String("published rules that look for this".to_owned())),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::look;
    use crate::settings::ClientSettings;

    const RULE: &str = "title: T\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  s:\n    Image|endswith: '\\powershell.exe' # ö\n    CommandLine|contains:\n      - nobody looks for this 🦀\n  filter:\n    User: x\n  condition: s and not filter\n";

    #[test]
    fn behind_indicators() {
        look(RULE, |view| {
            let all = view.range(Span::new(0, RULE.len()));
            let found = hints(view, all).expect("they are wanted");
            let shown: Vec<_> = found
                .iter()
                .map(|hint| {
                    let InlayHintLabel::String(label) = &hint.label else { panic!("a text") };
                    (hint.position.line, hint.position.character, label.clone())
                })
                .collect();
            let [(6, 37, many), (8, 32, none)] = &shown[..] else { panic!("{shown:?}") };
            let count: u32 = many.strip_suffix(" other rules").and_then(|n| n.parse().ok()).expect("a number");
            assert!(count > 100);
            assert_eq!(none, "no other rule");
            let first = view.range(Span::new(0, RULE.find("CommandLine").expect("it is there")));
            assert_eq!(hints(view, first).expect("they are wanted").len(), 1);
            let off = ClientSettings::default();
            assert!(hints(&View { client: &off, ..*view }, all).is_none());
        });
    }
}
