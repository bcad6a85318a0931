//! `broad-selection`

use sigwise_corpus::advice::reach::{broad, company};

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::peers::{listed, names, written};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a rule that asks for nothing more specific than what very many rules look for.
    ///
    /// Whichever way such a rule matches, it rests on indicators that at least 20 published rules look for, in at least 10
    /// techniques: they say which program is at work, and not what it does. Among SigmaHQ's rules this is rare. The
    /// evidence says how many rules look for each, the note what those mostly ask for beside it. A warning where the level
    /// is high or critical.
    ///
    /// ## Fires
    /// ```yaml
    /// title: PowerShell Starts
    /// level: high
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    /// #   ^^^^^^^^^ broad-selection
    ///         Image|endswith: '\powershell.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: PowerShell Starts Hidden
    /// level: high
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\powershell.exe'
    ///         CommandLine|contains: ' -w hidden '
    ///     condition: selection
    /// ```
    "broad-selection" {
        group: Corpus, profile: Default, severity: Info, fix: None,
        aliases: [], since: "0.1.0", run: Detection(broad_selection),
    }
}

/// How many indicators a message and its labels name.
const SHOWN: usize = 3;

/// What fewer rules do is not worth a word.
const OFTEN: f32 = 0.25;

fn broad_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    let Some(broad) = broad(asking) else { return };
    let Some(least) = broad.iter().min_by_key(|b| (b.rules, b.row)) else { return };
    let Some(selection) = broad.first().and_then(|b| rule.selection_of(b.predicate, asking)) else { return };
    let corpus = asking.corpus();
    let values: Vec<String> = broad.iter().map(|b| written(b.predicate)).collect();
    let message = format!("nothing more specific is asked for than {}", listed(&values, SHOWN));
    let high = matches!(asking.rule().level.as_deref(), Some("high" | "critical"));
    let rules: Vec<_> = corpus.rules_sharing(&[least.row], asking.leave()).into_iter().map(|count| count.of).collect();
    let mut finding = report
        .at(selection.name.span, message)
        .severity(if high { Severity::Warning } else { Severity::Info })
        .evidence([("reach", least.rules), ("techniques", least.techniques)], names(corpus, &rules));
    for b in broad.iter().take(SHOWN) {
        let told = format!("{} rules look for this, in {} techniques", b.rules, b.techniques);
        if let Some(span) = b.predicate.span {
            finding = finding.label(span, told);
        }
    }
    let exclusions = asking.rule().predicates.iter().filter(|p| p.role == sigwise_corpus::rule::Role::Exclusion).count();
    finding = finding.note(if exclusions == 0 {
        "each of these says which program is at work, and not what it does".to_owned()
    } else {
        format!("only what is left out narrows it: {exclusions} exclusions")
    });
    let (fields, rules) = company(asking, &broad);
    let often: Vec<String> = fields
        .into_iter()
        .filter(|(_, count)| *count as f32 >= OFTEN * rules as f32)
        .take(SHOWN)
        .map(|(field, count)| format!("`{field}` ({count} of {rules})"))
        .collect();
    if !often.is_empty() {
        finding.note(format!("other rules that look for these also ask for {}", often.join(", ")));
    }
}
