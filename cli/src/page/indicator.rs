//! `sigwise indicator`

use std::io;

use sigwise_corpus::attack::{self, Attack};
use sigwise_corpus::normal::sigma::SigmaItem;
use sigwise_corpus::view::{IndicatorPage, Partner, UnknownIndicator, counted, vendors};
use sigwise_corpus::{Corpus, Leave};
use sigwise_lint::nearest::nearest;

use super::Page;
use crate::args::PageArgs;
use crate::error::{Error, Exit};
use crate::workspace::Workspace;

/// Prints everything about an indicator.
pub(crate) fn show(item: &str, args: &PageArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let corpus = workspace.corpus_or_embedded(config)?;
    let item: SigmaItem = match item.parse() {
        Ok(item) => item,
        Err(never) => match never {},
    };
    let found = IndicatorPage::find(corpus, &item, Leave::NONE)
        .map_err(|unknown| Error::Usage(format!("{unknown}{}", hint(corpus, &unknown))))?;
    super::show(args.format, args.lists.limit(), &found, |page| write(&found, workspace.attack(), page))
}

/// The nearest field or value that rules do have.
fn hint(corpus: &Corpus, unknown: &UnknownIndicator) -> String {
    let (field, _, value) = &unknown.asked;
    let near = match corpus.field(field) {
        None => nearest(field, corpus.fields().map(|field| corpus.field_name(field))),
        Some(field) => nearest(value, corpus.rows_of_field(field).map(|row| corpus.row_ref(row).value)),
    };
    near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

fn write(found: &IndicatorPage<'_>, attack: &Attack, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(&found.row.to_string())?;
    let families =
        if found.families == found.reach { String::new() } else { format!(" in {} families", found.families) };
    let rules = counted(found.reach as usize, "rule");
    page.text(&format!("looked for by {rules}{families} ({})", vendors(&found.by_vendor)), 2)?;
    page.text(&format!("{} % of what rules look for has a smaller reach", found.percentile), 2)?;
    if found.exclusions > 0 {
        let rules = counted(found.exclusions as usize, "rule");
        page.text(&format!("left out by {rules} ({})", vendors(&found.exclusions_by_vendor)), 2)?;
    }
    if !found.techniques.is_empty() {
        page.heading("Techniques of these rules")?;
        page.list(&found.techniques, |(id, rules)| format!("{rules:>5}  {}", technique(attack, id)))?;
    }
    if found.asked < found.reach {
        page.heading("Their habits")?;
        page.text(&format!("{} of these rules, evenly chosen, were asked what else they look for:", found.asked), 2)?;
    }
    partners(page, "What they look for beside it", &found.partners)?;
    partners(page, "What they take as its alternatives", &found.siblings)?;
    if !found.rules.is_empty() {
        page.heading("The rules")?;
        page.rules(found.rules.iter())?;
    }
    if !found.excluding.is_empty() {
        page.heading("Rules that leave it out")?;
        page.rules(found.excluding.iter())?;
    }
    Ok(())
}

fn partners(page: &mut Page<'_>, heading: &str, partners: &[Partner]) -> io::Result<()> {
    if partners.is_empty() {
        return Ok(());
    }
    page.heading(heading)?;
    page.list(partners, |partner| format!("{:>5}  {}", partner.rules, partner.row))
}

/// `T1059.001 PowerShell`
pub(super) fn technique(attack: &Attack, id: &str) -> String {
    match attack.technique(id) {
        Some(technique) => match attack::parent(id).and_then(|parent| attack.technique(parent)) {
            Some(parent) => format!("{id} {}: {}", parent.name, technique.name),
            None => format!("{id} {}", technique.name),
        },
        None => id.to_owned(),
    }
}
