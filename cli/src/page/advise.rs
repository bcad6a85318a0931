//! `sigwise advise`

use std::io;
use std::path::PathBuf;

use sigwise_corpus::advice::Asking;
use sigwise_corpus::attack::Attack;
use sigwise_corpus::readers;
use sigwise_corpus::view::{AdviceExclusion, AdviceIndicator, AdvicePage, RowView};
use sigwise_sigma::sniff;

use super::indicator::technique;
use super::{Page, to_json};
use crate::args::{CheckArgs, ListFormat, PageArgs};
use crate::error::{Error, Exit, FileError, complain};
use crate::parallel::each;
use crate::source::{Input, collect};
use crate::terminal::{Look, to_stdout};
use crate::workspace::{AskedBy, Workspace};

/// Prints the peer view of every rule in the files.
pub(crate) fn show(paths: &[PathBuf], args: &PageArgs) -> Result<Exit, Error> {
    let mut workspace = Workspace::new(paths, &CheckArgs::default(), &args.knowledge, false)?;
    let found = collect(paths, &mut workspace)?;
    workspace.load_corpora(AskedBy::User)?;
    let mut failures: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let read = each(found.inputs, |input| (input.shown.clone(), input.named, advise(&input, &workspace)));
    let mut pages = Vec::new();
    for (path, named, read) in read {
        match read {
            Ok(found) if found.is_empty() && named => failures.push(format!("no detection rule in `{path}`")),
            Ok(found) => pages.extend(found),
            Err(error) => failures.push(error.to_string()),
        }
    }
    if pages.is_empty() && failures.is_empty() {
        failures.push(format!(
            "no detection rule below `{}`; name the folder that holds your rules",
            found.folders.join("`, `")
        ));
    }
    failures.iter().for_each(|failure| complain(failure));
    to_stdout(|out| match args.format {
        ListFormat::Json => pages.iter().try_for_each(|rule| to_json(out, rule)),
        ListFormat::Text => {
            let mut page = Page::new(Look::of_stdout(), out).limited(args.lists.limit());
            pages.iter().try_for_each(|rule| write(rule, workspace.attack(), &mut page))
        }
    })
    .map_err(Error::Output)?;
    Ok(if failures.is_empty() { Exit::Clean } else { Exit::Failed })
}

fn advise(input: &Input, workspace: &Workspace) -> Result<Vec<AdvicePage>, FileError> {
    let source = input.read()?;
    if !input.named && !sniff(source.text()) {
        return Ok(Vec::new());
    }
    let corpus = workspace.corpus_or_embedded(input.config).map_err(|error| FileError {
        path: input.shown.clone(),
        verb: "advise on",
        reason: error.to_string(),
    })?;
    let mut reading = readers::sigma::read(&input.shown, source.text().as_bytes().to_vec());
    reading.rules.append(&mut reading.inactive);
    reading.rules.sort_by_key(|rule| rule.document);
    let page = |rule| AdvicePage::of(&Asking::new(rule, corpus, workspace.attack()), &input.shown, workspace.attack());
    Ok(reading.rules.into_iter().map(page).collect())
}

fn write(rule: &AdvicePage, attack: &Attack, page: &mut Page<'_>) -> io::Result<()> {
    page.heading(if rule.title.is_empty() { "(no title)" } else { &rule.title })?;
    let techniques: Vec<String> = rule.techniques.iter().map(|id| technique(attack, id)).collect();
    page.facts(&[
        ("file", rule.path.clone()),
        ("log source", rule.logsource.to_string()),
        ("techniques", techniques.join("; ")),
    ])?;
    let (scaffold, indicators): (Vec<_>, Vec<_>) = rule.indicators.iter().partition(|found| found.scaffold);
    section(page, "What it looks for (other rules that do, their techniques)", &indicators, |found| indicator(found))?;
    section(page, "Where it looks", &scaffold, |found| indicator(found))?;
    section(page, "What rules like it leave out", &rule.exclusions, exclusion)?;
    section(page, "Fields on which rules of this log source leave something out", &rule.exclusion_fields, |found| {
        format!("{}  {}", of(found.support, found.peers), found.field)
    })?;
    section(page, "Fields that rules like it look at (rules of this log source)", &rule.fields, |found| {
        let values: Vec<String> = found.values.iter().map(value).collect();
        format!("{}  {:<20} {}", of(found.support, found.peers), found.field, values.join(", "))
    })?;
    section(page, "What other rules look for beside it", &rule.siblings, |found| {
        format!("{}  {}  beside {}", of(found.support, found.peers), found.row, found.because)
    })?;
    section(page, "Techniques of rules like it", &rule.techniques_suggested, |found| {
        format!("{}  {}", of(found.support, found.peers), technique(attack, &found.id))
    })?;
    if !rule.similar.is_empty() {
        page.heading("Rules most like it")?;
        page.rules(rule.similar.iter().map(|similar| similar.rule.clone()))?;
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

fn indicator(found: &AdviceIndicator) -> String {
    format!("{:>5} {:>4}  {}", found.reach, found.techniques, found.row)
}

fn exclusion(found: &AdviceExclusion) -> String {
    let basis = match found.basis {
        "technique" => "for this technique",
        "logsource" => "of this log source",
        "corpus" => "of all",
        _ => "goes with an exclusion of the rule",
    };
    let counts = if found.peers == 0 { " ".repeat(13) } else { of(found.support, found.peers) };
    format!("{counts}  {:<34}  {}", basis, found.row)
}

/// `   7 of    9`
fn of(support: u32, peers: u32) -> String {
    format!("{support:>4} of {peers:>5}")
}

/// The value alone, as a rule writes it.
fn value(found: &RowView) -> String {
    match found.sigma.as_ref().and_then(|item| item.value.as_ref()) {
        Some(value) => format!("'{value}'"),
        None => found.op.clone(),
    }
}
