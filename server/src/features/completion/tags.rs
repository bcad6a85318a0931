//! Tags: techniques of rules like this one first, then their tactics, then all of ATT&CK, retired ones by their successors, and
//! the other namespaces.

use rustc_hash::FxHashSet;
use sigwise_corpus::advice::techniques;
use sigwise_corpus::attack::{Attack, Technique};
use sigwise_corpus::view::TechniquePage;
use tower_lsp::lsp_types::CompletionItemKind;

use super::{About, Choice, Place};
use crate::view::View;

/// How many techniques of similar rules are put first.
const PEERS: usize = 8;

/// Tags of other namespaces that are closed lists.
const OTHERS: [&str; 9] = [
    "detection.dfir",
    "detection.emerging-threats",
    "detection.threat-hunting",
    "tlp.red",
    "tlp.amber",
    "tlp.amber-strict",
    "tlp.green",
    "tlp.clear",
    "cve.",
];

/// The tags that the rule does not have yet.
pub(super) fn tags(place: &Place<'_>) -> Vec<Choice> {
    let attack = place.view.attack;
    let document = place.document;
    let here = place.cursor.span;
    let mut seen: FxHashSet<String> = document
        .into_iter()
        .flat_map(|document| document.tags())
        .filter(|tag| !tag.span.touches(here))
        .map(|tag| tag.text.to_lowercase())
        .collect();
    let mut choices: Vec<Choice> = Vec::new();
    let mut add = |choice: Choice| {
        if seen.insert(choice.label.clone()) {
            choices.push(choice);
        }
    };

    // Tactics of the techniques that the rule has, where they are missing.
    let own = document.into_iter().flat_map(|document| document.techniques());
    let own: Vec<String> = own.map(|(_, id)| id).collect();
    for technique in own.iter().filter_map(|id| attack.technique(attack.current(id))) {
        technique
            .tactics
            .iter()
            .for_each(|tactic| add(tactic_choice(attack, tactic).detail("of the rule's techniques")));
    }
    if let Some(asking) = place.asking() {
        for peer in techniques::ranked(&asking, PEERS) {
            let Some(technique) = attack.technique(peer.id) else { continue };
            let (rules, of) = (peer.support.count(), peer.support.peers);
            add(technique_choice(technique).detail(format!("{} · {rules} of {of} rules like this", technique.name)));
            technique.tactics.iter().for_each(|tactic| add(tactic_choice(attack, tactic)));
        }
    }
    attack.tactics().iter().for_each(|tactic| add(tactic_choice(attack, &tactic.short)));
    OTHERS.iter().for_each(|tag| add(Choice::new(*tag, CompletionItemKind::ENUM_MEMBER)));
    attack.techniques().iter().for_each(|technique| add(technique_choice(technique)));
    choices.extend(retired(place));
    choices
}

/// Retired techniques that are being typed, written as their successors.
fn retired(place: &Place<'_>) -> Option<Choice> {
    let attack = place.view.attack;
    let typed = place.cursor.typed.strip_prefix("attack.")?.to_uppercase();
    let retired = attack.retired(&typed)?;
    let successor = attack.technique(retired.successor.as_deref()?)?;
    let choice =
        technique_choice(successor).detail(format!("{} · instead of {typed}, which was retired", successor.name));
    Some(Choice { filter: Some(place.cursor.typed.to_owned()), ..choice })
}

fn technique_choice(technique: &Technique) -> Choice {
    let label = format!("attack.{}", technique.id.to_lowercase());
    Choice {
        filter: Some(format!("{label} {}", technique.name)),
        about: Some(About::Technique(technique.id.to_string())),
        ..Choice::new(label, CompletionItemKind::ENUM_MEMBER).detail(&*technique.name)
    }
}

fn tactic_choice(attack: &Attack, short: &str) -> Choice {
    let name = attack.tactic(short).map_or_else(String::new, |tactic| format!("tactic {}", tactic.name));
    Choice::new(format!("attack.{short}"), CompletionItemKind::ENUM_MEMBER).detail(name)
}

/// What rules of a technique do, in a few lines.
pub(super) fn about_technique(view: &View<'_>, id: &str) -> Option<String> {
    let technique = view.attack.technique(id)?;
    let mut text = format!("**{} {}**\n\n{}", technique.id, technique.name, technique.tactics.join(", "));
    if let Some(page) = view.corpus.and_then(|corpus| TechniquePage::of(corpus, view.attack, id)) {
        text.push_str(&format!("\n\n{} published rules", page.counts.rules));
        let fields: Vec<String> =
            page.fields.iter().take(5).map(|field| format!("`{}` ({})", field.field, field.rules)).collect();
        if !fields.is_empty() {
            text.push_str(&format!("; they look at {}", fields.join(", ")));
        }
    }
    Some(text)
}
