//! Values from a closed list of words: status, level, the types of relations and correlations.

use sigwise_sigma::yaml::Node;

use crate::diagnostic::{Fix, Severity};
use crate::edit;
use crate::keys;
use crate::nearest::{is_sure, nearest};
use crate::report::Report;

/// A closed list of words.
#[derive(Debug)]
pub struct Words {
    /// What they are: "status".
    pub noun: &'static str,
    /// The words, lower case.
    pub all: &'static [&'static str],
    /// Other words for them, each with the one that it stands for.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// Whether pySigma reads them in any case.
    pub any_case: bool,
}

/// `status`
pub static STATUS: Words = Words {
    noun: "status",
    all: &["stable", "test", "experimental", "deprecated", "unsupported"],
    synonyms: &[
        ("testing", "test"),
        ("tested", "test"),
        ("production", "stable"),
        ("draft", "experimental"),
        ("dev", "experimental"),
        ("development", "experimental"),
        ("new", "experimental"),
        ("obsolete", "deprecated"),
        ("retired", "deprecated"),
    ],
    any_case: true,
};

/// `level`
pub static LEVEL: Words = Words {
    noun: "level",
    all: &["informational", "low", "medium", "high", "critical"],
    synonyms: &[
        ("info", "informational"),
        ("information", "informational"),
        ("informative", "informational"),
        ("minor", "low"),
        ("moderate", "medium"),
        ("middle", "medium"),
        ("med", "medium"),
        ("major", "high"),
        ("crit", "critical"),
    ],
    any_case: true,
};

/// `type` of an entry of `related`; `correlation` is pySigma's alone.
pub static RELATION: Words = Words {
    noun: "relation type",
    all: &["derived", "obsolete", "merged", "renamed", "similar", "correlation"],
    synonyms: &[("replaced", "obsolete"), ("replaces", "obsolete"), ("related", "similar")],
    any_case: true,
};

/// `type` of a correlation; `value_median` is pySigma's alone.
pub static CORRELATION: Words = Words {
    noun: "correlation type",
    all: &[
        "event_count",
        "value_count",
        "temporal",
        "temporal_ordered",
        "value_sum",
        "value_avg",
        "value_percentile",
        "value_median",
    ],
    synonyms: &[
        ("count", "event_count"),
        ("sum", "value_sum"),
        ("avg", "value_avg"),
        ("average", "value_avg"),
        ("value_average", "value_avg"),
        ("percentile", "value_percentile"),
        ("median", "value_median"),
        ("sequence", "temporal_ordered"),
        ("ordered_temporal", "temporal_ordered"),
    ],
    any_case: true,
};

impl Words {
    /// Reports a value that is none of the words. `own` says whether its text may be edited.
    pub fn report(&self, node: &Node, own: bool, report: &mut Report<'_>) {
        let Some(text) = node.str() else {
            let finding =
                report.at(node.place(), format!("a {} must be a word, but this is {}", self.noun, keys::what(node)));
            finding.note(self.list());
            return;
        };
        if self.all.contains(&text) {
            return;
        }
        let replace = |word: &str| edit::rewrite(node, word).filter(|_| own);
        let title = |word: &str| format!("replace `{text}` with `{word}`");
        let bare = text.trim();
        if let Some(word) = self.all.iter().find(|word| word.eq_ignore_ascii_case(bare)) {
            let finding = report.at(node.place(), format!("the {} `{text}` must be written `{word}`", self.noun));
            let finding = if self.any_case && bare == text { finding.severity(Severity::Warning) } else { finding };
            finding
                .note("the specification knows lower case only")
                .maybe_fix(replace(word).map(|edit| Fix::safe(title(word), [edit])));
            return;
        }
        let known = self.synonyms.iter().find(|(synonym, _)| synonym.eq_ignore_ascii_case(bare));
        let fix = match (known, nearest(bare, self.all.iter().copied())) {
            (Some((_, word)), _) => replace(word).map(|edit| Fix::risky(title(word), [edit])),
            (None, Some(word)) => replace(word).map(|edit| {
                let sure = is_sure(bare, word, self.all.iter().copied());
                if sure { Fix::safe(title(word), [edit]) } else { Fix::risky(title(word), [edit]) }
            }),
            (None, None) => None,
        };
        let message = match text.is_empty() {
            true => format!("the {} is empty", self.noun),
            false => format!("unknown {} `{text}`", self.noun),
        };
        report.at(node.place(), message).note(self.list()).maybe_fix(fix);
    }

    /// The words, in a sentence.
    pub fn list(&self) -> String {
        let words: Vec<String> = self.all.iter().map(|word| format!("`{word}`")).collect();
        format!("there are {}", words.join(", "))
    }
}
