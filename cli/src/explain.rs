//! `sigwise explain` and `sigwise checks`: what the checks say about themselves.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::builder::styling::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;
use sigwise_lint::check::{FixPolicy, Group, Profile};
use sigwise_lint::diagnostic::Applicability;
use sigwise_lint::nearest::nearest;
use sigwise_lint::{Check, Severity, checks, docs};

use crate::args::ListFormat;
use crate::error::{Error, Exit};
use crate::report::full::severity_style;
use crate::terminal::{Look, counted, to_stdout};

/// Prints the page of a check, or of every check that another linter's name stands for.
pub(crate) fn explain(name: &str) -> Result<Exit, Error> {
    let found: Vec<&Check> = checks::named(name).filter_map(|index| checks::ALL.get(index).copied()).collect();
    if found.is_empty() {
        let names = checks::ALL.iter().flat_map(|check| std::iter::once(&check.id).chain(check.aliases).copied());
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`sigwise checks` lists them".to_owned(),
        };
        return Err(Error::Usage(format!("there is no check named `{name}`; {hint}")));
    }
    let look = Look::of_stdout();
    to_stdout(|out| {
        for (number, check) in found.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            write_markdown(&docs::page(check), look, out)?;
            if look.links {
                writeln!(out, "\n{}", docs::url(check))?;
            }
        }
        Ok(())
    })
    .map_err(Error::Output)?;
    Ok(Exit::Clean)
}

/// Markdown as it is, with headings and code set off where there is colour.
fn write_markdown(text: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut in_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        let style = match line {
            _ if !look.color => Style::new(),
            _ if in_code && line.starts_with('#') => AnsiColor::Yellow.on_default(),
            _ if in_code && !is_fence => AnsiColor::Cyan.on_default(),
            _ if is_fence => Style::new().dimmed(),
            _ if line.starts_with('#') => Style::new().bold(),
            _ => Style::new(),
        };
        writeln!(out, "{style}{line}{style:#}")?;
    }
    Ok(())
}

/// The checks by what they are about, in the order of a rule.
pub(crate) fn by_group() -> Vec<(Group, Vec<&'static Check>)> {
    let mut groups: BTreeMap<usize, (Group, Vec<&Check>)> = BTreeMap::new();
    for check in checks::ALL {
        groups.entry(check.group as usize).or_insert((check.group, Vec::new())).1.push(check);
    }
    groups.into_values().collect()
}

/// What a check reports, on one line.
pub(crate) fn summary(check: &Check) -> String {
    check.summary().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `sigwise checks --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "sigwise checks --format json")]
pub(crate) struct ChecksJson {
    /// The version of this format.
    version: u32,
    /// Every check, in the order of their names.
    checks: Vec<CheckJson>,
}

/// A check.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Check")]
struct CheckJson {
    name: &'static str,
    /// What it reports, in a sentence.
    summary: String,
    /// The part of a rule that it is about.
    group: &'static str,
    /// The smallest profile that has it.
    profile: Profile,
    severity: Severity,
    /// Whether it brings fixes.
    fix: FixJson,
    /// Other linters' names for it.
    aliases: &'static [&'static str],
    /// The version that brought it.
    since: &'static str,
    options: Vec<OptionJson>,
    /// Its page.
    url: Option<String>,
}

/// Whether and how a check fixes what it finds.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct FixJson {
    availability: Availability,
    /// Of the fixes, where there are any.
    applicability: Option<Applicability>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Availability {
    None,
    Sometimes,
    Always,
}

/// A number that the configuration may set.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Option")]
struct OptionJson {
    name: &'static str,
    default: i64,
    help: &'static str,
}

/// Prints every check.
pub(crate) fn list(format: ListFormat) -> Result<Exit, Error> {
    to_stdout(|out| match format {
        ListFormat::Json => write_json(out),
        ListFormat::Text => write_text(Look::of_stdout(), out),
    })
    .map_err(Error::Output)?;
    Ok(Exit::Clean)
}

fn write_text(look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = checks::ALL.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for (group, checks) in by_group() {
        let heading = if look.color { Style::new().bold() } else { Style::new() };
        writeln!(out, "{heading}{}{heading:#}", group.title())?;
        for check in checks {
            let style = if look.color { severity_style(check.severity) } else { Style::new() };
            let severity = check.severity.word();
            let profile = check.profile.word();
            let fix = match check.fix {
                FixPolicy::None => "   ",
                FixPolicy::Sometimes(_) | FixPolicy::Always(_) => "fix",
            };
            let summary = summary(check);
            writeln!(out, "  {:<width$}  {style}{severity:<7}{style:#}  {profile:<7}  {fix}  {summary}", check.id)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}; `sigwise explain CHECK` shows one", counted(checks::COUNT, "check"))
}

fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let check = |check: &&'static Check| CheckJson {
        name: check.id,
        summary: summary(check),
        group: check.group.title(),
        profile: check.profile,
        severity: check.severity,
        fix: match check.fix {
            FixPolicy::None => FixJson { availability: Availability::None, applicability: None },
            FixPolicy::Sometimes(how) => FixJson { availability: Availability::Sometimes, applicability: Some(how) },
            FixPolicy::Always(how) => FixJson { availability: Availability::Always, applicability: Some(how) },
        },
        aliases: check.aliases,
        since: check.since,
        options: check
            .options
            .iter()
            .map(|option| OptionJson { name: option.name, default: option.default, help: option.help })
            .collect(),
        url: Some(docs::url(check)),
    };
    let list = ChecksJson { version: 1, checks: checks::ALL.iter().map(check).collect() };
    serde_json::to_writer(&mut *out, &list)?;
    writeln!(out)
}
