//! `yaml-encoding`

use sigwise_sigma::{File, ProblemKind};

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports bytes that are not UTF-8.
    ///
    /// Rules are UTF-8 (specification, section *Yaml File*); Python fails on such a file. It was most likely saved as
    /// Windows-1252 or UTF-16. sigwise reads each such byte as a question mark and offers no fix in this file, since it
    /// would rewrite a text that it could not read. (Read the first example as Windows-1252.)
    ///
    /// ## Fires
    /// ```yaml windows-1252
    /// title: Größe überschritten
    /// #        ^^ yaml-encoding
    /// #            ^ yaml-encoding
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         CommandLine|contains: groesse
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Größe überschritten
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\größe.exe'
    ///     condition: selection
    /// ```
    "yaml-encoding" {
        group: Yaml, profile: Spec, severity: Error, fix: None,
        aliases: ["UnicodeDecodeError"], since: "0.1.0", run: File(yaml_encoding),
    }
}

fn yaml_encoding(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    report.problems(file, ProblemKind::Encoding);
}
