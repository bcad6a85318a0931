//! The command line. Its help texts are the reference documentation: `docs/command-line.md` is made from them.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use sigwise_corpus::source::Source;
use sigwise_corpus::vendor::Vendor;
use sigwise_lint::Severity;
use sigwise_lint::check::Profile;

/// A linter for Sigma detection rules that knows what thousands of published rules do.
#[derive(Debug, Parser)]
#[command(name = "sigwise", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 nothing to report, 1 findings, 2 wrong usage or something that could not be read."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour and links.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Global options")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check rules, and fix them.
    ///
    /// Reports what is wrong in Sigma rules, what is likely a mistake, and what published rules for the same log source
    /// and techniques do differently. YAML files that are no Sigma rules are skipped.
    #[command(after_long_help = LINT_EXIT_CODES)]
    Lint(LintArgs),
    /// Show what published rules like a rule do.
    ///
    /// For every rule in the files: how many others look for its indicators, what rules like it leave out, which fields they
    /// look at, which values stand beside its own, their techniques, and the rules that are most like it. A published rule
    /// is left out of its own counts.
    Advise {
        /// Files, folders, or `-` for standard input.
        #[arg(value_name = "RULE", required = true, value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        output: PageArgs,
    },
    /// Show what published rules for a technique do, or list the techniques.
    ///
    /// What the rules of the corpus look for, in which events and fields, and what they leave out. A parent technique has
    /// the rules of its sub-techniques too; a retired id leads to its successor.
    Technique {
        /// The technique's id, such as `T1218.011`; without one all are listed.
        #[arg(value_name = "ID")]
        id: Option<String>,
        #[command(flatten)]
        output: TechniqueArgs,
    },
    /// Show what a published rule looks for and leaves out, and how many others do.
    Rule {
        /// The rule's id, or its title.
        #[arg(value_name = "ID|TITLE")]
        name: String,
        #[command(flatten)]
        output: PageArgs,
    },
    /// Show which published rules look for an indicator, and what they look for beside it.
    ///
    /// For example: `sigwise indicator 'Image|endswith: \powershell.exe'`.
    Indicator {
        /// The field with its modifiers, a colon and the value, as a rule writes them; a text alone is a keyword.
        #[arg(value_name = "FIELD: VALUE")]
        item: String,
        #[command(flatten)]
        output: PageArgs,
    },
    /// Build a corpus from folders of rules, and look into it.
    #[command(subcommand)]
    Corpus(CorpusCommand),
    /// Show what a check reports, why, and how to set it.
    Explain {
        /// The check's name, or another linter's name for it.
        check: String,
    },
    /// List the checks.
    Checks {
        /// How to print them.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ListFormat,
    },
    /// Serve an editor: the language server on standard input and output.
    Server,
    /// Print the completions of a shell.
    ///
    /// For example: `sigwise completions bash > /etc/bash_completion.d/sigwise`.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    ///
    /// For example: `sigwise man > /usr/local/share/man/man1/sigwise.1`.
    Man {
        /// The page of this subcommand instead of the page of the whole program.
        subcommand: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CorpusCommand {
    /// Build a snapshot from folders of rules.
    ///
    /// The rules are reduced to what they look for and leave out; descriptions and the like are not kept. Use the snapshot
    /// with `--corpus FILE`, or in `sigwise.toml`: `corpus.file = "FILE"`.
    Build {
        /// A folder of rules, such as `sigma=rules` or `sigma:ours=rules`; can be repeated.
        ///
        /// Of Sigma rules those are taken that are maintained: not in folders named `deprecated`, `unsupported`,
        /// `rules-placeholder` or `tests`, and not of status `deprecated` or `unsupported`.
        #[arg(long = "source", value_name = "VENDOR[:LABEL]=FOLDER", required = true)]
        sources: Vec<Source>,
        /// What to begin with: nothing, or `embedded` or another snapshot, to which the sources are added. A rule of a source
        /// takes the place of one with the same id.
        #[arg(long, value_name = "embedded|FILE|none", default_value = "none")]
        base: PathBuf,
        /// What is known about the sources: repository, commit, date, licence and addresses, as in `corpus/sources.toml`.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        manifest: Option<PathBuf>,
        /// A folder with ATT&CK tables to use instead of the embedded ones.
        #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        attack: Option<PathBuf>,
        /// The snapshot to write.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        /// List everything that could not be read, instead of counting it.
        #[arg(long, short)]
        verbose: bool,
    },
    /// Show what a snapshot is made of.
    Info {
        /// The snapshot; without one the embedded one.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
        /// How to print it.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: InfoFormat,
    },
    /// Show what became different from one corpus to another: rules, and rows in how many rules have them.
    Diff {
        /// The first snapshot, or `embedded`.
        #[arg(value_name = "FILE|embedded")]
        from: PathBuf,
        /// The second snapshot, or `embedded`.
        #[arg(value_name = "FILE|embedded")]
        to: PathBuf,
        /// How to print it; JSON has everything.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ListFormat,
        /// How many lines each list has at most.
        #[arg(long, value_name = "N", default_value_t = 25)]
        limit: usize,
        /// Print every line.
        #[arg(long, conflicts_with = "limit")]
        all: bool,
    },
    /// Print what is read of rules: one JSON object per rule and line.
    Extract {
        /// Whose language the rules are in: `sigma`, `elastic`, `splunk` or `kusto`.
        #[arg(long)]
        vendor: Vendor,
        /// Files, or folders of rules.
        #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
    },
}

/// How a page of the corpus is printed, and from which corpus.
#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// How to print it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) lists: ListArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
}

/// How the page of a technique is printed, and from which corpus.
#[derive(Debug, Args)]
pub(crate) struct TechniqueArgs {
    /// How to print it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: PageFormat,
    /// In text: show the rules behind every line, what vendors call the fields, and what only says where to look.
    #[arg(long)]
    pub(crate) details: bool,
    #[command(flatten)]
    pub(crate) lists: ListArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
}

/// How long lists are.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Show at most so many lines of every list (JSON and HTML have all of them).
    #[arg(long, value_name = "N", default_value_t = LISTED)]
    limit: usize,
    /// Show all lines of every list.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// How many lines a list has where nobody says.
pub(crate) const LISTED: usize = 20;

impl ListArgs {
    /// How many lines a list has at most.
    pub(crate) fn limit(&self) -> usize {
        if self.all { usize::MAX } else { self.limit }
    }
}

const LINT_EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above --fail-on (with --fix: nothing that remains)
  1  findings at or above --fail-on
  2  wrong usage, or something that could not be read: a path, a configuration, a corpus;
     also a folder without any Sigma rule below it. Everything else is linted all the same.";

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Files, folders, or `-` for standard input.
    ///
    /// In folders every `.yml` and `.yaml` file is looked at, except hidden ones, those that `.gitignore` and `.ignore` leave
    /// out, and those that the configuration excludes. Symbolic links are not followed. A file named here is always looked at.
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave out what the configuration excludes also where it is named, as hooks name files.
    #[arg(long)]
    pub(crate) force_exclude: bool,

    /// How to print the findings.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) format: Format,
    /// Write the findings to this file instead of standard output.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Print how many findings each check has instead of the findings (the JSON format always counts them).
    #[arg(long, help_heading = "Output")]
    pub(crate) statistics: bool,

    #[command(flatten)]
    pub(crate) checks: CheckArgs,
    #[command(flatten)]
    pub(crate) knowledge: KnowledgeArgs,
    /// Give no advice from published rules.
    #[arg(long, conflicts_with = "corpus", help_heading = "Knowledge")]
    pub(crate) no_corpus: bool,

    /// Apply the safe fixes.
    ///
    /// A safe fix leaves a rule that matches exactly the same events and loses nothing, or mends what could not be loaded.
    /// Files are replaced as a whole: an interrupted run leaves either the old or the new file. With `-` the fixed text
    /// goes to standard output and the findings to standard error.
    #[arg(long, help_heading = "Fixes")]
    pub(crate) fix: bool,
    /// With --fix or --diff: apply the unsafe fixes too. Look at what they did.
    #[arg(long, help_heading = "Fixes")]
    pub(crate) unsafe_fixes: bool,
    /// Print what --fix would write as a unified diff, and write nothing.
    #[arg(long, conflicts_with_all = ["fix", "output", "statistics", "format"], help_heading = "Fixes")]
    pub(crate) diff: bool,

    /// Show only what is new since the branch left this commit (a branch, tag or commit).
    ///
    /// The working tree is compared with the tree where the histories of the commit and of `HEAD` part: a finding is new where
    /// that tree has none with the same fingerprint, so also the duplicate of a new id in an untouched file.
    #[arg(long, value_name = "COMMIT", conflicts_with_all = ["fix", "diff"], help_heading = "What is new")]
    pub(crate) since: Option<String>,
    /// Show only what does not stand in this file.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["fix", "diff"],
        help_heading = "What is new"
    )]
    pub(crate) baseline: Option<PathBuf>,
    /// Write all findings to this file, for later runs with --baseline, instead of printing them.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["fix", "diff", "since", "baseline", "output", "statistics", "format"],
        help_heading = "What is new"
    )]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Exit with 1 from this severity on.
    #[arg(long, value_name = "SEVERITY", default_value = "warning", value_parser = severity(), help_heading = "Exit code")]
    pub(crate) fail_on: Severity,
    /// Exit with 0 whatever was found (2 still says that something could not be read).
    #[arg(long, help_heading = "Exit code")]
    pub(crate) exit_zero: bool,
}

/// Which checks run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Checks")]
pub(crate) struct CheckArgs {
    /// The set of checks to begin with; the configuration's, else `default`.
    ///
    /// `spec`: what the specification and pySigma refuse. `default`: and what is very likely a mistake, and what peers do
    /// differently. `sigmahq`: and the conventions of the SigmaHQ repository.
    #[arg(long, value_parser = profile(), value_name = "PROFILE")]
    pub(crate) profile: Option<Profile>,
    /// Switch these checks on (names, other linters' names, or `all`); commas separate, and the option can be repeated.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub(crate) select: Vec<String>,
    /// Switch these checks off; has the last word.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    pub(crate) ignore: Vec<String>,
    /// Use this configuration for every file instead of the nearest `sigwise.toml` above each.
    ///
    /// A `.yml` file is read as a configuration of the official linter (`sigma check --validation-config`).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// The project: duplicate ids and titles and the rules of correlations are looked for in every rule below this folder.
    /// Without it in the files of this run.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) index: Option<PathBuf>,
}

/// What stands behind the advice.
#[derive(Debug, Args)]
#[command(next_help_heading = "Knowledge")]
pub(crate) struct KnowledgeArgs {
    /// A corpus snapshot to use instead of the embedded one (made with `sigwise corpus build`).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) corpus: Option<PathBuf>,
    /// A folder with ATT&CK tables to use instead of the embedded ones.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) attack: Option<PathBuf>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the lines that are meant, notes and fixes
    #[default]
    Full,
    /// One line each: `path:line:column: severity[check] message`
    Concise,
    /// One JSON object, described by `schemas/lint.json`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows; the step's summary and outputs as well
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML
    Junit,
    /// reviewdog's diagnostic format, with suggestions
    Rdjson,
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object; several of them one a line
    Json,
}

/// How the page of a technique is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// For a terminal
    #[default]
    Text,
    /// For an editor or a repository: compact
    Markdown,
    /// One file for a browser, with the rules to open
    Html,
    /// One JSON object, described by `schemas/technique.json` (the list: by `schemas/techniques.json`)
    Json,
}

/// How a corpus is described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum InfoFormat {
    /// For people
    #[default]
    Text,
    /// Where it comes from, for a repository that holds it
    Markdown,
    /// One JSON object
    Json,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On terminals, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::word))
        .map(|word| Severity::ALL.into_iter().find(|severity| severity.word() == word).unwrap_or(Severity::Warning))
}

fn profile() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::word))
        .map(|word| Profile::ALL.into_iter().find(|profile| profile.word() == word).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
