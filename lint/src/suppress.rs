//! Comments that switch findings off: `# sigwise: ignore[check] reason` for a line, `# sigwise: ignore-file[check]` for the
//! file. A suppression that suppresses nothing, or names no check, is a finding itself.

use sigwise_sigma::{File, Source, Span, parse};

use crate::check::{Check, Group};
use crate::checks;
use crate::diagnostic::{Diagnostic, Edit, EditText, Fix, Tag};
use crate::edit;
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;

/// The suppressions of one file.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    comments: Vec<Suppression>,
}

#[derive(Debug)]
struct Suppression {
    comment: Span,
    /// The line that it covers, 1-based; `None` for the whole file.
    line: Option<u32>,
    names: Vec<(Span, String)>,
}

/// How much a suppression covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The line of the finding.
    Line,
    /// The file.
    File,
}

/// The edit that suppresses a finding: its check is named in the comment that is there already, else in a new one on the line
/// above, or at the top of the file. `None` where no comment can stand there (in a text of several lines, say), and for
/// findings about suppressions themselves.
pub fn suppression(file: &File, diagnostic: &Diagnostic, scope: Scope) -> Option<Edit> {
    if diagnostic.check.group == Group::Suppression || !file.source.invalid().is_empty() {
        return None;
    }
    let name = diagnostic.check.id;
    let line = file.source.position(diagnostic.span.start as usize).line;
    let covers = |suppression: &Suppression, line| match scope {
        Scope::Line => suppression.line == Some(line),
        Scope::File => suppression.line.is_none(),
    };
    let suppressions = Suppressions::read(file).comments;
    let known = suppressions.iter().find(|suppression| covers(suppression, line) && !suppression.names.is_empty());
    let (edit, line) = match known.and_then(|suppression| suppression.names.last()) {
        Some((span, _)) => (Edit::insert(span.end as usize, format!(", {name}")), line),
        None => {
            let (place, keyword) = match scope {
                Scope::Line => (line, "ignore"),
                Scope::File => (1, "ignore-file"),
            };
            let place = file.source.line_span(place).start as usize;
            let indent = match scope {
                Scope::Line => edit::indent_at(&file.source, diagnostic.span.start as usize),
                Scope::File => "",
            };
            let ending = file.source.line_ending().as_str();
            (Edit::insert(place, format!("{indent}# {MARKER} {keyword}[{name}]{ending}")), line + 1)
        }
    };
    // Only a reading tells whether it is a comment there, and whether the rest still reads as before.
    let EditText::Text(new) = &edit.text else { return None };
    let mut text = file.source.text().to_owned();
    text.insert_str(edit.span.start as usize, new);
    let next = parse(Source::from(text));
    let reads = next.problems.len() <= file.problems.len() && next.documents.len() == file.documents.len();
    let names = |suppression: &Suppression| suppression.names.iter().any(|(_, other)| other == name);
    let found = Suppressions::read(&next).comments.iter().any(|other| covers(other, line) && names(other));
    (reads && found).then_some(edit)
}

const MARKER: &str = "sigwise:";

impl Suppressions {
    /// Reads them from the comments of a file.
    pub(crate) fn read(file: &File) -> Self {
        let mut comments = Vec::new();
        for comment in &file.comments {
            let text = file.source.slice(comment.span);
            let Some(at) = text.find(MARKER) else { continue };
            if !text[..at].trim_start_matches('#').trim().is_empty() {
                continue;
            }
            let rest = text[at + MARKER.len()..].trim_start();
            let (keyword, whole_file) = match rest {
                _ if rest.starts_with("ignore-file[") => ("ignore-file[", true),
                _ if rest.starts_with("ignore[") => ("ignore[", false),
                _ => continue,
            };
            let list_start = comment.span.start as usize + (text.len() - rest.len()) + keyword.len();
            let list = &rest[keyword.len()..];
            let list = &list[..list.find(']').unwrap_or(list.len())];
            let line = file.source.position(comment.span.start as usize).line;
            let covered = if comment.own_line { next_code_line(file, line) } else { line };
            comments.push(Suppression {
                comment: comment.span,
                line: (!whole_file).then_some(covered),
                names: split_names(list, list_start),
            });
        }
        Self { comments }
    }

    /// Takes the suppressed findings out and reports suppressions that are unused or misspelt.
    pub(crate) fn apply(&self, file: &File, cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
        if self.comments.is_empty() {
            return;
        }
        let checks_of = |name: &str| checks::named(name).map(|index| checks::ALL[index]).collect::<Vec<_>>();
        let resolved: Vec<Vec<Vec<&'static Check>>> = self
            .comments
            .iter()
            .map(|comment| comment.names.iter().map(|(_, name)| checks_of(name)).collect())
            .collect();
        let mut used: Vec<Vec<bool>> = self.comments.iter().map(|comment| vec![false; comment.names.len()]).collect();
        found.retain(|diagnostic| {
            let line = file.source.position(diagnostic.span.start as usize).line;
            let mut keep = true;
            for (index, comment) in self.comments.iter().enumerate() {
                if comment.line.is_some_and(|covered| covered != line) {
                    continue;
                }
                for (slot, named) in resolved[index].iter().enumerate() {
                    if named.contains(&diagnostic.check) {
                        used[index][slot] = true;
                        keep = false;
                    }
                }
            }
            keep
        });
        for (index, comment) in self.comments.iter().enumerate() {
            for (slot, (span, name)) in comment.names.iter().enumerate() {
                let named = &resolved[index][slot];
                if named.is_empty() {
                    unknown(*span, name, cx, found);
                } else if !used[index][slot] && named.iter().any(|check| cx.settings.enables(check)) {
                    unused(file, comment, slot, cx, found);
                }
            }
        }
    }
}

fn unknown(span: Span, name: &str, cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let check = checks::by_id("unknown-suppression");
    let Some((index, check)) = check.filter(|(index, _)| cx.settings.is_enabled(*index)) else { return };
    let mut report = Report::new(check, 0, cx.settings.severity(index), found);
    let near = nearest(name, checks::ALL.iter().map(|check| check.id));
    report.at(span, format!("there is no check named `{name}`")).note("this comment suppresses nothing").maybe_fix(
        near.map(|near| Fix::safe(format!("replace `{name}` with `{near}`"), [edit::Edit::replace(span, near)])),
    );
}

fn unused(file: &File, comment: &Suppression, slot: usize, cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let Some((index, own)) = checks::by_id("unused-suppression") else { return };
    if !cx.settings.is_enabled(index) {
        return;
    }
    let (span, name) = &comment.names[slot];
    let fix = if comment.names.len() == 1 {
        Fix::safe("remove the comment", [edit::remove_comment(&file.source, comment.comment)])
    } else {
        // The comma goes with the name: the one before it, or, for the first name, the one behind it.
        let cut = match slot {
            0 => Span { start: span.start, end: comment.names[1].0.start },
            _ => Span { start: comment.names[slot - 1].0.end, end: span.end },
        };
        Fix::safe(format!("remove `{name}`"), [edit::Edit::remove(cut)])
    };
    let place = if comment.line.is_some() { "on this line" } else { "in this file" };
    Report::new(own, 0, cx.settings.severity(index), found)
        .at(*span, format!("`{name}` has no finding {place} to suppress"))
        .tag(Tag::Unnecessary)
        .fix(fix);
}

/// The first line behind `line` (1-based) that holds more than a comment: what a comment on a line of its own covers.
fn next_code_line(file: &File, line: u32) -> u32 {
    let mut next = line + 1;
    while next <= file.source.line_count() {
        let text = file.source.slice(file.source.line_span(next)).trim();
        if !text.starts_with('#') {
            break;
        }
        next += 1;
    }
    next
}

fn split_names(list: &str, start: usize) -> Vec<(Span, String)> {
    let mut names = Vec::new();
    let mut at = 0;
    for part in list.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let offset = start + at + (part.len() - part.trim_start().len());
            names.push((Span::new(offset, offset + name.len()), name.to_owned()));
        }
        at += part.len() + 1;
    }
    names
}
