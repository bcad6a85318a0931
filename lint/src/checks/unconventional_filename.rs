//! `unconventional-filename`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports files whose name is not made of 10 to 90 small letters, digits and underscores, or does not end with `.yml`.
    ///
    /// SigmaHQ's validators want such names, and at least one underscore; the specification recommends 70 characters at most
    /// (section *Yaml File*).
    ///
    /// ## Fires
    /// ```yaml rules/Whoami-Execution.yml
    /// title: Whoami Execution
    /// #      ^^^^^^^^^^^^^^^^ unconventional-filename
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml rules/proc_creation_win_whoami_execution.yml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unconventional-filename" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: [
            "filename_length", "FilenameLengthIssue", "sigmahq_filename_convention", "SigmahqFilenameConventionIssue",
            "filename-length", "filename-convention", "file-extension", "test_file_names",
        ],
        since: "0.1.0",
        options: ["min-size" = 10 "the least number of characters", "max-size" = 90 "the largest number of characters"],
        run: Document(unconventional_filename),
    }
}

fn unconventional_filename(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    if rule.document.index > 0 {
        return;
    }
    let Some(name) = file_name(cx.path) else { return };
    let size = |option: &str| usize::try_from(cx.settings.option(&CHECK, option)).unwrap_or(0);
    let length = name.chars().count();
    let (least, most) = (size("min-size"), size("max-size"));
    let stem = name.strip_suffix(".yml");
    let wrong = stem.unwrap_or(name).chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_'));
    let message = match (stem, wrong) {
        (None, _) => format!("the file name `{name}` does not end with `.yml`"),
        (_, Some(wrong)) => format!("the file name `{name}` has a `{wrong}`"),
        // The convention counts what stands before `.yml`, the larger limit is pySigma's for the whole name.
        (Some(stem), _) if stem.len() < least => {
            let length = stem.len();
            format!("the file name `{name}` has {length} characters before `.yml`, at least {least} are wanted")
        }
        _ if length > most => format!("the file name `{name}` has {length} characters, {most} are allowed"),
        _ if !name.contains('_') => format!("the file name `{name}` has no `_`"),
        _ => return,
    };
    report.at(rule.head(), message).note("a file name is made of small letters, digits and `_`");
}

/// The name of a file of rules; standard input and buffers without a file have none.
fn file_name(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    (name.ends_with(".yml") || name.ends_with(".yaml")).then_some(name)
}
