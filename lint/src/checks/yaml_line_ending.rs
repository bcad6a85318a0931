//! `yaml-line-ending`

use sigwise_sigma::{File, Span};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports files whose lines do not end with a line feed alone.
    ///
    /// The specification wants LF (section *Yaml File*). A file with CRLF shows as changed as a whole when someone else saves it.
    /// (Imagine the first example with the line endings of Windows.)
    ///
    /// ## Fires
    /// ```yaml CRLF
    /// title: Whoami Execution
    /// #                      ^ yaml-line-ending
    /// logsource:
    ///     category: process_creation
    ///     product: windows
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
    "yaml-line-ending" {
        group: Yaml, profile: SigmaHq, severity: Info, fix: Sometimes(Safe),
        aliases: ["yamllint:new-lines"],
        since: "0.1.0", run: File(yaml_line_ending),
    }
}

fn yaml_line_ending(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    let text = file.source.text();
    let Some(first) = text.find('\r') else { return };
    let all = text.match_indices('\r');
    let edits = all.map(|(at, _)| {
        let pair = text.as_bytes().get(at + 1) == Some(&b'\n');
        Edit::replace(Span::new(at, at + 1), if pair { "" } else { "\n" })
    });
    let edits: Vec<Edit> = edits.collect();
    let count = edits.len();
    report
        .at(Span::new(first, first + 1), "the line ends with a carriage return")
        .note(format!("{count} lines of this file do; rules use line feeds alone"))
        .fix(Fix::safe("use line feeds alone", edits));
}
