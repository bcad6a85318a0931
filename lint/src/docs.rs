//! The page of a check, made from its declaration: what `explain`, hovers and `docs/checks/` show.

use std::fmt::Write as _;

use crate::check::{Check, FixPolicy};
use crate::diagnostic::Applicability;

/// Where the page of a check stands in the project's documentation.
pub fn url(check: &Check) -> String {
    format!("{}/blob/main/docs/checks/{}.md", env!("CARGO_PKG_HOMEPAGE"), check.id)
}

/// Markdown of the page.
pub fn page(check: &Check) -> String {
    let mut out = format!("# {}\n\n", check.id);
    let _ = writeln!(
        out,
        "{} · {} · profile `{}` · since {}{}\n",
        check.group.title(),
        check.severity,
        check.profile.word(),
        check.since,
        match check.fix {
            FixPolicy::None => String::new(),
            FixPolicy::Sometimes(applicability) => format!(" · sometimes a fix ({})", word(applicability)),
            FixPolicy::Always(applicability) => format!(" · a fix ({})", word(applicability)),
        }
    );
    out.push_str(body(check).trim_end());
    out.push('\n');
    if !check.options.is_empty() {
        out.push_str("\n## Options\n\n");
        for option in check.options {
            let _ = writeln!(out, "- `{}` (default {}): {}", option.name, option.default, option.help);
        }
    }
    if !check.aliases.is_empty() {
        let aliases: Vec<String> = check.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(out, "\n## Other names\n\n{}\n", aliases.join(", "));
    }
    out
}

/// The doc comment without the blank that `///` leaves at the start of each line.
pub fn body(check: &Check) -> String {
    check.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).fold(String::new(), |mut out, line| {
        out.push_str(line);
        out.push('\n');
        out
    })
}

fn word(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
    }
}
