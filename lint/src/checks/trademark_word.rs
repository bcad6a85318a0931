//! `trademark-word`

use sigwise_sigma::{File, Span};

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;

declare_check! {
    /// Reports the trademarks "ATT&CK" and "MITRE ATT&CK" in the text of a rule.
    ///
    /// SigmaHQ's tests do not allow them, wherever they stand; ATT&CK is referred to by tags.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// description: Detects what ATT&CK calls discovery
    /// #                         ^^^^^^ trademark-word
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
    "trademark-word" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["test_legal_trademark_violations"],
        since: "0.1.0", run: File(trademark_word),
    }
}

fn trademark_word(file: &File, _cx: &Context<'_>, report: &mut Report<'_>) {
    let text = file.source.text();
    let mut at = 0;
    while let Some(offset) = text[at..].find("ATT&CK") {
        let start = at + offset;
        at = start + "ATT&CK".len();
        let owner = text[..start].ends_with("MITRE ");
        let span = Span::new(if owner { start - "MITRE ".len() } else { start }, at);
        report.at(span, format!("`{}` is a trademark", file.source.slice(span)));
    }
}
