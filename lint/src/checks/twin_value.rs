//! `twin-value`

use sigwise_corpus::advice::siblings::{Sibling, twins};

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::peers::{Home, counts, names};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a value that is hardly ever looked for without a second one.
    ///
    /// Windows has some programs twice: what is done with `net.exe` can be done with `net1.exe`. Of the rules with the one
    /// value at least 85 percent have the other as an alternative, at least 20 rules in 8 families by 5 authors. Silent
    /// about rules on one malware, actor or vulnerability, which look for what was seen.
    ///
    /// ## Fires
    /// ```yaml
    /// title: PowerShell Starts A Download
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\powershell.exe'
    /// #                       ^^^^^^^^^^^^^^^^^ twin-value
    ///         CommandLine|contains: 'DownloadString'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: PowerShell Starts A Download
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith:
    ///             - '\powershell.exe'
    ///             - '\pwsh.exe'
    ///         CommandLine|contains: 'DownloadString'
    ///     condition: selection
    /// ```
    "twin-value" {
        group: Corpus, profile: Default, severity: Hint, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Detection(twin_value),
    }
}

fn twin_value(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    let corpus = asking.corpus();
    for twin in twins(asking) {
        let Some(span) = twin.because.span else { continue };
        let Some(sigma) = corpus.sigma(twin.row, asking.rule().logsource.product.as_deref()) else { continue };
        let (value, own) = (sigma.value.as_deref().unwrap_or_default(), &*twin.because.value_raw);
        let fix = rule.home(twin.because).and_then(|home| fix(rule, home, &sigma.key, value, &twin));
        let Sibling { support, .. } = &twin;
        report
            .at(span, format!("`{own}` without `{value}`"))
            .note(format!("{} of {} rules that look for `{own}` look for `{value}` too", support.count(), support.peers))
            .evidence(counts(corpus, support), names(corpus, &support.rules))
            .maybe_fix(fix);
    }
}

fn fix(rule: &DetectionRule<'_>, home: Home<'_>, key: &str, value: &str, twin: &Sibling<'_>) -> Option<Fix> {
    let (field, modifiers) = (&twin.because.field_raw, &twin.because.modifiers);
    let same = if modifiers.is_empty() { *key == **field } else { *key == format!("{field}|{modifiers}") };
    let edit = edit::add_values(rule.file, home.item, &[value]).filter(|_| same && home.is_own())?;
    Some(Fix::risky(format!("look for `{value}` too"), [edit]))
}
