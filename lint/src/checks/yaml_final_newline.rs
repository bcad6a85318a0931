//! `yaml-final-newline`

use sigwise_sigma::{File, Span};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports files whose last line does not end with a line feed.
    ///
    /// Whatever is appended to such a file lands in its last line. SigmaHQ's yamllint reports it. (Imagine that the first example
    /// ends at once.)
    ///
    /// ## Fires
    /// ```yaml unfinished
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// #                       | yaml-final-newline
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
    "yaml-final-newline" {
        group: Yaml, profile: SigmaHq, severity: Info, fix: Sometimes(Safe),
        aliases: ["yamllint:new-line-at-end-of-file"],
        since: "0.1.0", run: File(yaml_final_newline),
    }
}

fn yaml_final_newline(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    let text = file.source.text();
    if text.is_empty() || text.ends_with(['\n', '\r']) {
        return;
    }
    let edit = Edit::insert(text.len(), file.source.line_ending().as_str());
    report
        .at(Span::at(text.len()), "the file does not end with a line feed")
        .fix(Fix::safe("add one", [edit]));
}
