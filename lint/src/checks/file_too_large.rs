//! `file-too-large`

use sigwise_sigma::{File, ProblemKind};

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports a file of rules that is larger than 16 MiB, which is not read.
    ///
    /// The largest file of SigmaHQ has 60 kB. A file of this size is a mistake, or meant to keep a tool busy. (Imagine
    /// 17 MiB of comments below the first example.)
    ///
    /// ## Fires
    /// ```yaml 17 MiB
    /// title: Whoami Execution
    /// #| file-too-large
    /// logsource:
    ///     category: process_creation
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
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "file-too-large" {
        group: Yaml, profile: Spec, severity: Error, fix: None,
        aliases: [], since: "0.1.0", run: File(file_too_large),
    }
}

fn file_too_large(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    report.problems(file, ProblemKind::TooLarge);
}
