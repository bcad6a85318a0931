//! Tags: what ATT&CK calls them, and what rules of a technique do.

use sigwise_corpus::attack::Status;
use sigwise_corpus::view::TechniquePage;
use sigwise_sigma::Document;

use super::{About, within};
use crate::view::View;

/// The tag at an offset.
pub(super) fn tag(view: &View<'_>, document: &Document, offset: usize) -> Option<About> {
    let tag = document.tags().find(|tag| within(tag.span, offset))?;
    let name = tag.text.strip_prefix("attack.")?;
    let text = match sigwise_corpus::attack::technique_of_tag(&tag.text) {
        Some(id) => technique(view, &id)?,
        None => tactic(view, name)?,
    };
    Some((tag.span, text))
}

fn tactic(view: &View<'_>, short: &str) -> Option<String> {
    if let Some(tactic) = view.attack.tactic(short) {
        return Some(format!("**{} {}**, a tactic of ATT&CK v{}", tactic.id, tactic.name, view.attack.version()));
    }
    let retired = view.attack.retired_tactic(short)?;
    let successors: Vec<String> = retired.successors.iter().map(|short| format!("`attack.{short}`")).collect();
    Some(format!(
        "**{} {}**, a tactic that was retired from ATT&CK: now {}",
        retired.id,
        retired.name,
        successors.join(" or ")
    ))
}

/// The top of a technique's page.
fn technique(view: &View<'_>, id: &str) -> Option<String> {
    let current = view.attack.current(id);
    let mut text = String::new();
    if let Status::Retired(retired) = view.attack.status(id) {
        text.push_str(&format!("**{id} {}** was retired from ATT&CK; now {current}\n\n", retired.name));
    }
    if let Some(technique) = view.attack.technique(current) {
        text.push_str(&format!("**{current} {}**\n\nTactics: {}", technique.name, technique.tactics.join(", ")));
    }
    if let Some(page) = view.corpus.and_then(|corpus| TechniquePage::of(corpus, view.attack, current)) {
        text.push_str(&format!(
            "\n\n{} published rules, {} of them with exactly this technique",
            page.counts.rules, page.counts.own
        ));
        let mut list = |title: &str, items: Vec<String>| {
            if !items.is_empty() {
                text.push_str(&format!("\n\n{title}\n{}", items.join("\n")));
            }
        };
        let fields = page.fields.iter().take(5);
        list("Fields looked at most:", fields.map(|f| format!("- `{}` ({})", f.field, f.rules)).collect());
        let rows = page.indicators.iter().take(5);
        list(
            "Looked for most:",
            rows.map(|r| {
                format!(
                    "- `{}` {} `{}` ({})",
                    r.row.field(),
                    r.row.op(),
                    super::words::code(r.row.value()),
                    r.rules.len()
                )
            })
            .collect(),
        );
    }
    (!text.is_empty()).then_some(text)
}
