//! Selections in words.

use sigwise_sigma::detection::{Group, Item, Join, Member};
use sigwise_sigma::modifier::Modifier;

/// How many values and members are told.
const TOLD: usize = 8;

/// How deep selections are told.
const DEPTH: usize = 6;

/// What a selection matches, as a list in Markdown.
pub(super) fn group(group: &Group, depth: usize) -> String {
    if depth > DEPTH {
        return "…".to_owned();
    }
    let indent = "  ".repeat(depth);
    let mut lines: Vec<String> = Vec::new();
    for member in group.members.iter().take(TOLD) {
        match member {
            Member::Item(one) => lines.push(format!("{indent}- {}", item(one))),
            Member::Group(inner) if inner.members.len() == 1 => lines.push(self::group(inner, depth)),
            Member::Group(inner) => {
                lines.push(format!("{indent}- {}", joined(inner.join)));
                lines.push(self::group(inner, depth + 1));
            }
        }
    }
    if group.members.len() > TOLD {
        lines.push(format!("{indent}- and {} more", group.members.len() - TOLD));
    }
    lines.join("\n")
}

/// How the members of a group hold together.
pub(super) fn joined(join: Join) -> &'static str {
    match join {
        Join::All => "all of",
        Join::Any => "any of",
    }
}

/// `` `Image` ends with `\x.exe` or `\y.exe` ``
fn item(item: &Item) -> String {
    let mut out = if item.is_keyword() {
        "the event holds".to_owned()
    } else {
        format!("`{}` {}", code(item.field()), verb(item))
    };
    let word = if item.has(Modifier::All) { "and" } else { "or" };
    let values: Vec<String> = item
        .values
        .iter()
        .take(TOLD)
        .map(|value| match value.text() {
            Some("") | None => "nothing".to_owned(),
            Some(text) => format!("`{}`", code(text)),
        })
        .collect();
    match values.split_last() {
        Some((last, [])) => out.push_str(&format!(" {last}")),
        Some((last, first)) => out.push_str(&format!(" {} {word} {last}", first.join(", "))),
        None => {}
    }
    if item.values.len() > TOLD {
        out.push_str(&format!(" ({} more)", item.values.len() - TOLD));
    }
    out
}

fn verb(item: &Item) -> String {
    let mut words: Vec<&str> = Vec::new();
    for used in item.modifiers().iter().filter_map(|used| used.modifier) {
        words.push(match used {
            Modifier::Contains => "contains",
            Modifier::StartsWith => "starts with",
            Modifier::EndsWith => "ends with",
            Modifier::Re => "matches the regular expression",
            Modifier::Cidr => "lies in the network",
            Modifier::Lt => "is less than",
            Modifier::Lte => "is at most",
            Modifier::Gt => "is greater than",
            Modifier::Gte => "is at least",
            Modifier::Exists => "exists:",
            Modifier::FieldRef => "equals the field",
            Modifier::Neq => "is not",
            Modifier::Base64 | Modifier::Base64Offset => "(encoded with Base64)",
            Modifier::WinDash => "(with any dash)",
            Modifier::Cased => "(in this very case)",
            _ => continue,
        });
    }
    if words.iter().all(|word| word.starts_with('(')) {
        words.insert(0, "is");
    }
    words.join(" ")
}

/// A text for use between backticks.
pub(super) fn code(text: &str) -> String {
    text.replace('`', "'").replace(['\n', '\r'], " ")
}
