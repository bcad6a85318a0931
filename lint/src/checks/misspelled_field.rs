//! `misspelled-field`

use sigwise_corpus::advice::misspelled::{MisspelledField, fields};
use sigwise_corpus::corpus::Take;
use sigwise_sigma::detection::{Item, Selection};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::peers::names;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a field that no published rule uses with this log source, but that is one slip away from one they do use.
    ///
    /// A misspelled field never matches, so the rule loads, deploys and stays silent. At least five rules of the log source
    /// use the field that is meant; names of fewer than eight letters are reported only where nothing but upper and lower
    /// case differ.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creation
    ///     product: windows
    /// detection:
    ///     selection:
    ///         CommandLin|contains: 'whoami'
    /// #       ^^^^^^^^^^ misspelled-field
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
    ///         CommandLine|contains: 'whoami'
    ///     condition: selection
    /// ```
    "misspelled-field" {
        group: Fields, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_fieldname_cast", "SigmahqFieldnameCastIssue", "sigmahq_invalid_fieldname"], since: "0.1.0",
        run: Detection(misspelled_field),
    }
}

fn misspelled_field(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    let corpus = asking.corpus();
    for slip in fields(asking) {
        let meant = corpus.field_name(slip.meant);
        let name = &*slip.predicate.field_raw;
        let MisspelledField { rules, peers, .. } = slip;
        let source = asking.rule().logsource.as_ref();
        let mut using = corpus.rules_of_logsource(source, asking.leave());
        using.retain(|rule| corpus.fields_in(&[*rule], Take::Indicators).iter().any(|count| count.of == slip.meant));
        let of_field = rule.detection.items().filter(|(_, item)| item.field() == name);
        for (selection, item) in of_field {
            let Some(key) = &item.key else { continue };
            let what = if slip.case { "is written" } else { "is" };
            report
                .at(key.field.span, format!("no rule of `{source}` has the field `{name}`: it {what} `{meant}`"))
                .note(format!("{rules} of {peers} rules of this log source look at `{meant}`"))
                .evidence([("support", rules), ("peers", peers)], names(corpus, &using))
                .maybe_fix(fix(rule, selection, item, meant));
        }
    }
}

fn fix(rule: &DetectionRule<'_>, selection: &Selection, item: &Item, meant: &str) -> Option<Fix> {
    let field = &item.key.as_ref()?.field;
    let exact = rule.source().slice(field.span) == &*field.text;
    // With two keys of one name the first would be lost.
    let taken = selection.group.items().any(|other| other.field() == meant);
    let fixable = exact && !taken && !item.inherited && !selection.inherited && !rule.file.shares_text;
    let title = format!("replace `{}` with `{meant}`", field.text);
    fixable.then(|| Fix::risky(title, [Edit::replace(field.span, meant)]))
}
