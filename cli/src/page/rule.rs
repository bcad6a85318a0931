//! `sigwise rule`

use std::io;

use sigwise_corpus::Corpus;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::view::{RulePage, RuleRow};
use sigwise_lint::nearest::nearest;

use super::indicator::technique;
use super::{Page, print, to_json};
use crate::args::{ListFormat, PageArgs};
use crate::error::{Error, Exit};
use crate::terminal::Look;
use crate::workspace::Workspace;

/// How many titles are offered where none was hit.
const OFFERED: usize = 5;

/// Prints everything about the rules with an id or a title.
pub(crate) fn show(name: &str, args: &PageArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let corpus = workspace.corpus_or_embedded(config)?;
    let found = RulePage::find(corpus, name);
    if found.is_empty() {
        return Err(Error::Usage(format!("the corpus has no rule `{name}`{}", hint(corpus, name))));
    }
    print(|out| match args.format {
        ListFormat::Json => found.iter().try_for_each(|rule| to_json(out, rule)),
        ListFormat::Text => {
            let mut page = Page::new(Look::of_stdout(), out).limited(args.lists.limit());
            found.iter().try_for_each(|rule| write(rule, workspace.attack(), &mut page))
        }
    })
}

/// The title that was probably meant, else titles that hold the words.
fn hint(corpus: &Corpus, name: &str) -> String {
    let titles = || corpus.rules().map(|rule| rule.title());
    let ids = corpus.rules().map(|rule| rule.id());
    if let Some(near) = nearest(name, ids.chain(titles())) {
        return format!("; did you mean `{near}`?");
    }
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let mut close: Vec<(usize, &str)> = titles()
        .map(|title| {
            let lower = title.to_lowercase();
            (words.iter().filter(|word| lower.contains(word.as_str())).count(), title)
        })
        .filter(|(count, _)| *count > 0 && count * 2 >= words.len())
        .collect();
    close.sort_by_key(|(count, title)| (std::cmp::Reverse(*count), title.len()));
    let offered: Vec<String> = close.iter().take(OFFERED).map(|(_, title)| format!("\n  {title}")).collect();
    if offered.is_empty() { String::new() } else { format!("; titles like that:{}", offered.concat()) }
}

fn write(rule: &RulePage, attack: &Attack, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(&rule.rule.title)?;
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let techniques: Vec<String> = rule.techniques.iter().map(|id| technique(attack, id)).collect();
    page.facts(&[
        ("id", of(&rule.rule.id)),
        ("source", format!("{} ({}), {}", rule.rule.source, rule.rule.vendor, rule.path)),
        ("author", rule.rule.author.clone()),
        ("licence", rule.licence.clone()),
        ("address", of(&rule.rule.url)),
        (
            "date",
            [of(&rule.date), of(&rule.modified)]
                .into_iter()
                .filter(|date| !date.is_empty())
                .collect::<Vec<_>>()
                .join(", changed "),
        ),
        ("level", of(&rule.rule.level)),
        ("status", of(&rule.status)),
        ("log source", rule.logsource.to_string()),
        ("events", rule.events.join(", ")),
        ("techniques", techniques.join("; ")),
    ])?;
    rows(page, "Looks for (and how many other rules do)", &rule.indicators)?;
    rows(page, "Leaves out (and how many other rules do)", &rule.exclusions)?;
    if !rule.derived.is_empty() {
        page.heading("Asks of results of its query")?;
        page.list(&rule.derived, Clone::clone)?;
    }
    if !rule.related.is_empty() {
        page.heading("Related")?;
        page.rules(rule.related.iter().cloned())?;
    }
    Ok(())
}

/// Rows under the selection or clause that they stand in.
fn rows(page: &mut Page<'_>, heading: &str, rows: &[RuleRow]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    page.heading(heading)?;
    for group in RuleRow::groups(rows) {
        let Some(first) = group.first() else { continue };
        page.text(&format!("{}{}", first.group, first.scope_note()), 2)?;
        for found in group.iter().take(page.limit) {
            let reach = if found.reach == 0 { String::new() } else { found.reach.to_string() };
            page.text(&format!("{reach:>5}  {}", found.row), 9)?;
        }
        page.more(group.len())?;
    }
    Ok(())
}
