//! `sigwise technique`

use std::io;

use sigwise_corpus::view::{EventView, FieldView, TechniqueExclusion, TechniqueList, TechniquePage, TechniqueRow};
use sigwise_lint::nearest::nearest;

use super::{LISTED, Page, logsource, row, vendors};
use crate::args::PageArgs;
use crate::error::{Error, Exit};
use crate::terminal::counted;
use crate::workspace::Workspace;

/// Lists the techniques that rules have.
pub(crate) fn list(args: &PageArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let list = TechniqueList::of(workspace.corpus_or_embedded(config)?, workspace.attack());
    super::show(args.format, &list, |page| {
        for entry in &list.techniques {
            let name = entry.name.as_deref().unwrap_or("(not in this version of ATT&CK)");
            page.line(&format!("{:<10} {:>5}  {name}", entry.id, entry.rules))?;
        }
        let (count, version) = (list.techniques.len(), &list.attack_version);
        page.heading(&format!("{} with rules, ATT&CK {version}", counted(count, "technique")))
    })
}

/// Prints what rules for a technique do.
pub(crate) fn show(id: &str, args: &PageArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let attack = workspace.attack();
    let found = TechniquePage::of(workspace.corpus_or_embedded(config)?, attack, id).ok_or_else(|| {
        let upper = id.to_ascii_uppercase();
        let by_name = attack.techniques().iter().find(|technique| technique.name.eq_ignore_ascii_case(id));
        let by_id = || nearest(&upper, attack.techniques().iter().map(|technique| &*technique.id));
        let hint = match by_name.map(|technique| &*technique.id).or_else(by_id) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`sigwise technique` lists those that rules have".to_owned(),
        };
        Error::Usage(format!("there is no technique `{id}` in ATT&CK {}; {hint}", attack.version()))
    })?;
    super::show(args.format, &found, |page| {
        if !found.id.eq_ignore_ascii_case(id) {
            page.line(&format!("{id} is retired; {} took its place", found.id))?;
        }
        write(&found, page)
    })
}

fn write(found: &TechniquePage, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(&format!("{} {}", found.id, found.name.as_deref().unwrap_or_default()))?;
    let own = match found.counts.own {
        own if own == found.counts.rules => String::new(),
        own => format!(", {own} of them for exactly this technique"),
    };
    let sources: Vec<String> =
        found.sources.iter().map(|source| format!("{} of {}", source.label, source.date)).collect();
    page.facts(&[
        ("tactics", found.tactics.join(", ")),
        ("ATT&CK", found.attack_version.clone()),
        ("rules", format!("{}{own} ({})", found.counts.rules, vendors(&found.counts.by_vendor))),
        ("from", sources.join("; ")),
    ])?;
    section(page, "Events", &found.events, event)?;
    section(page, "Fields", &found.fields, field)?;
    section(page, "What they look for (rules here, rules in all)", &found.indicators, indicator)?;
    section(page, "Where they look (rules here, rules in all)", &found.scaffold, indicator)?;
    exclusions(page, &found.exclusions)?;
    if !found.rules.is_empty() {
        page.heading("The rules")?;
        page.rules(&found.rules)?;
    }
    Ok(())
}

fn section<T>(page: &mut Page<'_>, heading: &str, items: &[T], line: impl Fn(&T) -> String) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    page.heading(heading)?;
    page.list(items, line)
}

fn event(event: &EventView) -> String {
    let title = event.title.as_deref().unwrap_or_default();
    format!("{:>5}  {}  {title}", event.rules, format!("{} {}", event.provider, event.event).trim_end())
}

fn field(field: &FieldView) -> String {
    let mut ops: Vec<(&String, &u32)> = field.ops.iter().collect();
    ops.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let ops: Vec<String> = ops.into_iter().map(|(op, count)| format!("{op} {count}")).collect();
    format!("{:>5}  {:<24} {}", field.rules, field.field, ops.join(", "))
}

fn indicator(found: &TechniqueRow) -> String {
    format!("{:>5} {:>5}  {}", found.rules.len(), found.reach, row(&found.row))
}

/// Exclusions by group: what stands together is left out together.
fn exclusions(page: &mut Page<'_>, exclusions: &[TechniqueExclusion]) -> io::Result<()> {
    if exclusions.is_empty() {
        return Ok(());
    }
    page.heading("What they leave out (rules here)")?;
    let groups: Vec<&[TechniqueExclusion]> = exclusions.chunk_by(|a, b| a.group == b.group).collect();
    for group in groups.iter().take(LISTED) {
        let Some(first) = group.first() else { continue };
        page.line(&format!("{:>5}  {}", first.rules.len(), logsource(&first.logsource)))?;
        for found in group.iter().take(LISTED) {
            page.line(&format!("         {}", row(&found.row)))?;
        }
        page.more(group.len())?;
    }
    page.more(groups.len())
}
