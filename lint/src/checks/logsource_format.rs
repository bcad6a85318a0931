//! `logsource-format`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::logsource;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a category, product or service that is not in lower case, or has blanks in it.
    ///
    /// Backends compare these words as they stand, so that `Windows` is another product than `windows`: the rule is
    /// converted without the log source's index and fields. The specification (section *LogSource*) wants lower case,
    /// with `_` for blanks; `.` and `-` are allowed.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process creation
    /// #             ^^^^^^^^^^^^^^^^ logsource-format
    ///     product: Windows
    /// #            ^^^^^^^ logsource-format
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "logsource-format" {
        group: LogSource, profile: Spec, severity: Warning, fix: Sometimes(Safe),
        aliases: ["logsource-value-case", "uppercase-logsource"], since: "0.1.0", run: Document(logsource_format),
    }
}

fn logsource_format(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for part in logsource::parts(rule) {
        if part.text.is_empty() || logsource::is_well_formed(part.text) {
            continue;
        }
        let meant = logsource::folded(part.text);
        let lower = logsource::is_well_formed(&part.text.to_ascii_lowercase());
        let what = if lower { "is not in lower case" } else { "has characters that no log source may have" };
        let fix = || {
            let edit = edit::rewrite(part.value, &meant).filter(|_| part.own && logsource::is_well_formed(&meant))?;
            Some(Fix::safe(format!("replace `{}` with `{meant}`", part.text), [edit]))
        };
        report
            .at(part.span, format!("`{}` {what}", part.text))
            .note("it is written in lower case with `_` for blanks; tools compare it as it stands")
            .maybe_fix(fix());
    }
}
