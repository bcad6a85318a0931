//! `sigwise technique`

use std::io;

use sigwise_corpus::attack::Attack;
use sigwise_corpus::view::technique::{html, markdown};
use sigwise_corpus::view::{
    DerivedView, EventView, FieldView, Join, Part, SubTechnique, TechniqueExclusion, TechniqueList, TechniqueListEntry,
    TechniquePage, TechniqueRow, counted, vendors,
};
use sigwise_lint::nearest::nearest;

use super::{Column, Need, Page, print, to_json};
use crate::args::{PageFormat, TechniqueArgs};
use crate::error::{Error, Exit};
use crate::terminal::Look;
use crate::workspace::Workspace;

/// So many values of one field are shown in a group of exclusions.
const VALUES: usize = 6;

/// Lists the techniques that rules have.
pub(crate) fn list(args: &TechniqueArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let list = TechniqueList::of(workspace.corpus_or_embedded(config)?, workspace.attack());
    match args.format {
        PageFormat::Json => print(|out| to_json(out, &list)),
        PageFormat::Text => print(|out| write_list(&list, &mut Page::new(Look::of_stdout(), out).limited(usize::MAX))),
        PageFormat::Markdown | PageFormat::Html => Err(Error::Usage(
            "the list of techniques is printed as text or json; name a technique for its page".to_owned(),
        )),
    }
}

fn write_list(list: &TechniqueList, page: &mut Page<'_>) -> io::Result<()> {
    const COLUMNS: [Column; 5] = [
        ("technique", Need::Whole),
        ("rules", Need::Number),
        ("own", Need::Number),
        ("name", Need::Rest),
        ("vendors", Need::Some(48)),
    ];
    let cells = |entry: &TechniqueListEntry| {
        let name = entry.name.as_deref().unwrap_or("(not in this version of ATT&CK)");
        let below = if entry.id.contains('.') { "  " } else { "" };
        let (rules, own) = (entry.rules.to_string(), entry.own.to_string());
        vec![entry.id.clone(), rules, own, format!("{below}{name}"), vendors(&entry.by_vendor)]
    };
    page.table(&COLUMNS, &list.techniques, cells, |_| Vec::new())?;
    let techniques = counted(list.techniques.len(), "technique");
    page.heading(&format!("{techniques} with rules, ATT&CK {}", list.attack_version))?;
    page.text("Rules of sub-techniques count for their parents too; own rules are tagged exactly so.", 0)
}

/// Prints what rules for a technique do.
pub(crate) fn show(id: &str, args: &TechniqueArgs) -> Result<Exit, Error> {
    let (workspace, config) = Workspace::here(&args.knowledge)?;
    let attack = workspace.attack();
    let corpus = workspace.corpus_or_embedded(config)?;
    let found = TechniquePage::of(corpus, attack, id).ok_or_else(|| unknown(id, attack))?;
    let limit = args.lists.limit();
    print(|out| match args.format {
        PageFormat::Json => to_json(out, &found),
        PageFormat::Markdown => out.write_all(markdown::markdown(&found, limit).as_bytes()),
        PageFormat::Html => out.write_all(html::html(&found, None).as_bytes()),
        PageFormat::Text => {
            let page = Page::new(Look::of_stdout(), out).limited(limit);
            Text { found: &found, details: args.details, page }.write()
        }
    })
}

fn unknown(id: &str, attack: &Attack) -> Error {
    let upper = id.to_ascii_uppercase();
    let by_name = attack.techniques().iter().find(|technique| technique.name.eq_ignore_ascii_case(id));
    let by_id = || nearest(&upper, attack.techniques().iter().map(|technique| &*technique.id));
    let hint = match by_name.map(|technique| &*technique.id).or_else(by_id) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`sigwise technique` lists those that rules have".to_owned(),
    };
    Error::Usage(format!("there is no technique `{id}` in ATT&CK {}; {hint}", attack.version()))
}

const ROW: [Column; 4] =
    [("rules", Need::Number), ("reach", Need::Number), ("looked for", Need::Rest), ("vendors", Need::Some(15))];

struct Text<'a> {
    found: &'a TechniquePage<'a>,
    details: bool,
    page: Page<'a>,
}

impl Text<'_> {
    fn write(mut self) -> io::Result<()> {
        let found = self.found;
        self.head()?;
        if self.begins("Events covered", found.events.len())? {
            let columns = [("rules", Need::Number), ("event", Need::Rest), ("title", Need::Some(60))];
            self.page.table(&columns, &found.events, event, |_| Vec::new())?;
        }
        if self.begins("Fields filtered most", found.fields.len())? {
            let columns = [
                ("rules", Need::Number),
                ("left out", Need::Number),
                ("field", Need::Rest),
                ("how", Need::Some(34)),
                ("for example", Need::Some(70)),
            ];
            let details = self.details;
            self.page.table(
                &columns,
                &found.fields,
                field,
                |field| if details { spellings(field) } else { Vec::new() },
            )?;
        }
        if self.begins("Top indicator values", found.indicators.len())? {
            self.rows(&found.indicators)?;
            self.dumps()?;
        }
        let groups: Vec<_> = found.exclusion_groups(false).collect();
        if self.begins("Exclusions, by log source", groups.len())? {
            self.exclusions(&groups)?;
        }
        self.rules()?;
        self.scaffold()?;
        self.derived()
    }

    fn head(&mut self) -> io::Result<()> {
        let found = self.found;
        self.page.heading(&found.title())?;
        if let Some(retirement) = found.retirement() {
            self.page.text(&retirement, 0)?;
        }
        let sub = |sub: &SubTechnique| format!("{} {} {}", sub.id, sub.name.as_deref().unwrap_or(""), sub.rules);
        let subtechniques: Vec<_> = found.subtechniques.iter().map(sub).collect();
        let of_vendors = vendors(&found.counts.by_vendor);
        let by_vendor = if of_vendors.is_empty() { String::new() } else { format!(" ({of_vendors})") };
        let sources: Vec<_> = found.sources.iter().map(|source| format!("{} {}", source.label, source.date)).collect();
        self.page.facts(&[
            ("tactics", found.tactics.join(", ")),
            ("ATT&CK", found.attack_version.clone()),
            ("rules", format!("{}{by_vendor}", found.counts.rules)),
            ("below it", subtechniques.join(", ")),
            ("sources", sources.join(", ")),
            ("counted", found.statement()),
        ])
    }

    /// Writes a heading with a number, where it is not zero.
    fn begins(&mut self, heading: &str, number: usize) -> io::Result<bool> {
        if number > 0 {
            self.page.heading(&format!("{heading} ({number})"))?;
        }
        Ok(number > 0)
    }

    fn rows(&mut self, rows: &[TechniqueRow]) -> io::Result<()> {
        let cells = |found: &TechniqueRow| {
            let vendors: Vec<_> = found.vendors.iter().filter_map(|vendor| vendor.word().get(..3)).collect();
            let reach = found.reach_elsewhere().map_or(String::new(), |reach| reach.to_string());
            vec![found.rules.len().to_string(), reach, found.row.to_string(), vendors.join(" ")]
        };
        let (found, details) = (self.found, self.details);
        let below = |row: &TechniqueRow| if details { titles(found, &row.rules) } else { Vec::new() };
        self.page.table(&ROW, rows, cells, below)
    }

    fn dumps(&mut self) -> io::Result<()> {
        self.found.dump_notes().try_for_each(|note| self.page.text(&format!("… {note}"), 2))
    }

    /// Groups under their log sources: what stands in one group is left out together.
    fn exclusions(&mut self, groups: &[&[TechniqueExclusion]]) -> io::Result<()> {
        let mut source = None;
        for group in groups.iter().take(self.page.limit) {
            let Some(first) = group.first() else { continue };
            if source.replace(&first.logsource) != Some(&first.logsource) {
                self.page.text(&first.logsource.to_string(), 2)?;
            }
            let mut before = format!("{:>5}  ", first.rules.len());
            for part in Part::of(group) {
                let word = match part.join {
                    Join::Unless => "unless ",
                    _ if before.trim().is_empty() => "and ",
                    _ => "",
                };
                self.page.text(&format!("{before}{word}{}", self.either(&part)), 9)?;
                before = " ".repeat(7);
            }
            if self.details {
                for title in titles(self.found, &first.rules) {
                    self.page.text(&format!("       {title}"), 9)?;
                }
            }
        }
        self.page.more(groups.len())
    }

    /// One row or another.
    fn either(&self, part: &Part<'_>) -> String {
        let shown = if self.details { usize::MAX } else { VALUES };
        let rows: Vec<_> = part.rows.iter().take(shown).map(ToString::to_string).collect();
        let more = match part.rows.len().saturating_sub(shown) {
            0 => String::new(),
            more => format!(" or {more} more"),
        };
        format!("{}{more}", rows.join(" or "))
    }

    fn rules(&mut self) -> io::Result<()> {
        if self.begins("Rules", self.found.rules.len())? {
            self.page.text("`sigwise rule TITLE` shows one with all that it looks for and leaves out.", 0)?;
        }
        for (source, vendor, rules) in self.found.rules_by_source() {
            let all = rules.len();
            self.page.text(&format!("{source} ({vendor}), {all}"), 2)?;
            for rule in rules.take(self.page.limit).filter_map(|number| self.found.rules.get(number)) {
                self.page.rule("  ", &rule)?;
            }
            self.page.more(all)?;
        }
        Ok(())
    }

    fn scaffold(&mut self) -> io::Result<()> {
        let found = self.found;
        let groups: Vec<_> = found.exclusion_groups(true).collect();
        let number = found.scaffold.len() + groups.len();
        if !self.details && number > 0 {
            self.page.heading(&format!("Where to look ({number})"))?;
            let say =
                "Fields such as `EventID` and `event.type` say where to look, not what for; `--details` shows them.";
            return self.page.text(say, 0);
        }
        if self.begins("Where to look", number)? {
            if !found.scaffold.is_empty() {
                self.rows(&found.scaffold)?;
            }
            self.exclusions(&groups)?;
        }
        Ok(())
    }

    fn derived(&mut self) -> io::Result<()> {
        let (found, number) = (self.found, self.found.derived.len());
        if !self.begins("Results of queries", number)? {
            return Ok(());
        }
        if !self.details {
            let say = "Counts, scores and other results, which no event has; `--details` shows them.";
            return self.page.text(say, 0);
        }
        let columns = [("rules", Need::Number), ("result", Need::Some(40)), ("asked", Need::Rest)];
        let cells = |derived: &DerivedView| {
            vec![derived.rules.len().to_string(), derived.field.clone(), derived.tests.join(", ")]
        };
        self.page.table(&columns, &found.derived, cells, |derived| titles(found, &derived.rules))
    }
}

fn event(event: &EventView) -> Vec<String> {
    let name = format!("{} {}", event.provider, event.event);
    vec![event.rules.to_string(), name.trim_end().to_owned(), event.title.clone().unwrap_or_default()]
}

fn field(field: &FieldView) -> Vec<String> {
    let mut ops: Vec<_> = field.ops.iter().collect();
    ops.sort_by_key(|(_, rules)| std::cmp::Reverse(**rules));
    let ops: Vec<_> = ops.into_iter().map(|(op, rules)| format!("{op} {rules}")).collect();
    let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
    let (rules, exclusions) = (number(field.rules), number(field.exclusions));
    vec![rules, exclusions, field.field.clone(), ops.join(", "), field.values.join(", ")]
}

/// What vendors call a field.
fn spellings(field: &FieldView) -> Vec<String> {
    let other = field.vendors.iter().filter(|spelling| spelling.spelling != field.field);
    other.map(|spelling| format!("{} {} {}", spelling.vendor, spelling.spelling, spelling.rules)).collect()
}

/// The rules with these numbers.
fn titles(found: &TechniquePage<'_>, rules: &[u32]) -> Vec<String> {
    let rules = rules.iter().filter_map(|&number| found.rules.get(number));
    rules.map(|rule| format!("– {} ({})", rule.title, rule.source)).collect()
}
