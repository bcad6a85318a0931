//! How a check is declared: documentation, metadata and function in one place.

use crate::diagnostic::{Applicability, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::{CorrelationRule, DetectionRule, FilterRule, RuleDocument};
use sigwise_sigma::File;

/// A check: what it is called, what it says about itself, and what it does.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case name that reads well after "ignore".
    pub id: &'static str,
    /// Markdown from the doc comment: a sentence, the reason, and the examples under `## Fires` and `## Quiet`.
    pub docs: &'static str,
    /// Which part of a rule it is about.
    pub group: Group,
    /// The smallest profile that has it.
    pub profile: Profile,
    /// Severity where neither the check itself nor the configuration says otherwise.
    pub severity: Severity,
    /// Whether it brings fixes.
    pub fix: FixPolicy,
    /// Names of other linters for the same finding, accepted in configuration and suppressions.
    pub aliases: &'static [&'static str],
    /// The version that brought it.
    pub since: &'static str,
    /// Whole numbers that the configuration may set.
    pub options: &'static [CheckOption],
    /// What it does.
    pub run: Run,
}

/// A number that the configuration may set: `[checks.NAME]` `option = 1`.
#[derive(Debug)]
pub struct CheckOption {
    /// Kebab-case name.
    pub name: &'static str,
    /// Where the configuration says nothing.
    pub default: i64,
    /// What it sets.
    pub help: &'static str,
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Check {}

impl Check {
    /// Whether it asks the corpus: without such a check none has to be loaded.
    pub fn asks_corpus(&self) -> bool {
        // These two belong to other groups as well.
        self.group == Group::Corpus || matches!(self.id, "misspelled-field" | "unknown-logsource")
    }

    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.trim_start().split("\n\n").next().unwrap_or_default().trim()
    }
}

/// The part of a rule that a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// YAML itself.
    Yaml,
    /// Required keys, types and key names.
    Shape,
    /// Title, id, dates, status, level and the like.
    Metadata,
    /// Log source.
    LogSource,
    /// Tags.
    Tags,
    /// Field names.
    Fields,
    /// Modifiers.
    Modifiers,
    /// Values.
    Values,
    /// Condition and the selections it names.
    Condition,
    /// Correlation rules.
    Correlation,
    /// Filter rules.
    Filter,
    /// What published rules do.
    Corpus,
    /// sigwise's own comments.
    Suppression,
}

impl Group {
    /// Heading in lists and documentation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Shape => "Shape",
            Self::Metadata => "Metadata",
            Self::LogSource => "Log source",
            Self::Tags => "Tags",
            Self::Fields => "Fields",
            Self::Modifiers => "Modifiers",
            Self::Values => "Values",
            Self::Condition => "Condition",
            Self::Correlation => "Correlation",
            Self::Filter => "Filter",
            Self::Corpus => "Corpus",
            Self::Suppression => "Suppressions",
        }
    }
}

/// A named set of checks; each contains the one before.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What the specification and pySigma refuse.
    Spec,
    /// And what is very likely a mistake, and what peers do differently.
    #[default]
    Default,
    /// And the conventions of the SigmaHQ repository.
    SigmaHq,
}

impl Profile {
    /// All, smallest first.
    pub const ALL: [Self; 3] = [Self::Spec, Self::Default, Self::SigmaHq];

    /// The word used in configuration and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Default => "default",
            Self::SigmaHq => "sigmahq",
        }
    }
}

/// Whether a check brings fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixPolicy {
    /// Never.
    None,
    /// For some findings.
    Sometimes(Applicability),
    /// For every finding.
    Always(Applicability),
}

/// What a check looks at, and its function.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// The file as text, with its problems.
    File(fn(&File, &Context<'_>, &mut Report<'_>)),
    /// Every rule: detection, correlation and filter.
    Document(fn(&RuleDocument<'_>, &Context<'_>, &mut Report<'_>)),
    /// Log source and selections, of detection rules and of filters.
    Detection(fn(&DetectionRule<'_>, &Context<'_>, &mut Report<'_>)),
    /// Correlation rules.
    Correlation(fn(&CorrelationRule<'_>, &Context<'_>, &mut Report<'_>)),
    /// Filter rules.
    Filter(fn(&FilterRule<'_>, &Context<'_>, &mut Report<'_>)),
    /// Speaks elsewhere in the engine (suppressions, and a file named on the command line that is no rule).
    Engine,
}

/// Declares a check as `static CHECK` of the module it stands in. The doc comment is its documentation: shown by
/// `sigwise explain`, in hovers and on its page; the examples in it are executed as tests.
#[macro_export]
macro_rules! declare_check {
    (
        $(#[doc = $doc:literal])+
        $id:literal {
            group: $group:ident,
            profile: $profile:ident,
            severity: $severity:ident,
            fix: $policy:ident $(($applicability:ident))?,
            aliases: [$($alias:literal),* $(,)?],
            since: $since:literal,
            $(options: [$($option:literal = $default:literal $help:literal),+ $(,)?],)?
            run: $granularity:ident $(($function:path))? $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        pub(crate) static CHECK: $crate::check::Check = $crate::check::Check {
            id: $id,
            docs: concat!($($doc, "\n"),+),
            group: $crate::check::Group::$group,
            profile: $crate::check::Profile::$profile,
            severity: $crate::diagnostic::Severity::$severity,
            fix: $crate::check::FixPolicy::$policy $(($crate::diagnostic::Applicability::$applicability))?,
            aliases: &[$($alias),*],
            since: $since,
            options: &[$($($crate::check::CheckOption { name: $option, default: $default, help: $help }),+)?],
            run: $crate::check::Run::$granularity $(($function))?,
        };
    };
}

#[cfg(test)]
mod tests {
    use crate::checks;

    #[test]
    fn checks_that_ask_the_corpus_are_known() {
        for check in checks::ALL {
            let file = format!("{}/src/checks/{}.rs", env!("CARGO_MANIFEST_DIR"), check.id.replace('-', "_"));
            let code = std::fs::read_to_string(&file).expect("a check is one file");
            let asks = code.contains(".asking()") || code.contains("cx.corpus");
            assert_eq!(asks, check.asks_corpus(), "{}", check.id);
        }
    }
}
