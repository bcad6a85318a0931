//! `unknown-rule-reference`

use sigwise_sigma::Body;
use sigwise_sigma::correlation::{CorrelationCondition, FilterRules};
use sigwise_sigma::detection::Spanned;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::engine::Context;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::uuid::{self, Written};

declare_check! {
    /// Reports a rule that a correlation or a filter refers to, and that is not in the project.
    ///
    /// Rules are referred to by their `id` or `name`. pySigma stops the whole run at a correlation whose rule is missing
    /// (`SigmaRuleNotFoundError`). A filter is often written for rules that live elsewhere: there only a name that is one slip
    /// away from a rule's is reported.
    ///
    /// The project is what is linted in one run, or what `--index` names: where the rules of a correlation lie outside it, this
    /// check cannot know them.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Failed Logon
    /// name: failed_logon
    /// logsource:
    ///     product: windows
    ///     service: security
    /// detection:
    ///     selection:
    ///         EventID: 4625
    ///     condition: selection
    /// ---
    /// title: Many Failed Logons
    /// correlation:
    ///     type: event_count
    ///     rules:
    ///         - failed_logons
    /// #         ^^^^^^^^^^^^^ unknown-rule-reference
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Failed Logon
    /// name: failed_logon
    /// logsource:
    ///     product: windows
    ///     service: security
    /// detection:
    ///     selection:
    ///         EventID: 4625
    ///     condition: selection
    /// ---
    /// title: Many Failed Logons
    /// correlation:
    ///     type: event_count
    ///     rules:
    ///         - failed_logon
    ///     group-by:
    ///         - TargetUserName
    ///     timespan: 1h
    ///     condition:
    ///         gte: 10
    /// ```
    "unknown-rule-reference" {
        group: Correlation, profile: Spec, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["SigmaRuleNotFoundError", "correlation-rule-unknown", "filter-rule-unknown"],
        since: "0.1.0", run: Document(unknown_rule_reference),
    }
}

fn unknown_rule_reference(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    match &rule.document.body {
        Body::Correlation(correlation) => {
            correlation.rules.iter().for_each(|reference| check(rule, reference, Severity::Warning, cx, report));
            // Without a list of rules, the names of an extended condition are the rules.
            if let (true, Some(CorrelationCondition::Extended(condition))) =
                (correlation.rules.is_empty(), &correlation.condition)
            {
                let references = condition.references();
                let names = references.iter().map(|reference| reference.name);
                names.for_each(|name| check(rule, name, Severity::Warning, cx, report));
            }
        }
        Body::Filter(filter) => {
            if let FilterRules::List(_, rules) = &filter.rules {
                rules.iter().for_each(|reference| check(rule, reference, Severity::Info, cx, report));
            }
        }
        Body::Detection { .. } | Body::None => {}
    }
}

fn check(rule: &RuleDocument<'_>, reference: &Spanned, severity: Severity, cx: &Context<'_>, report: &mut Report<'_>) {
    let text = &*reference.text;
    let (by_id, by_name) = (cx.project.with_id(text), cx.project.with_name(text));
    if by_id.iter().chain(by_name).any(|entry| !entry.is_filter) || text.is_empty() {
        return;
    }
    if !by_id.is_empty() || !by_name.is_empty() {
        report.at(reference.span, format!("`{text}` is a filter, and not a rule that can be referred to"));
        return;
    }
    if !cx.project.with_title(text).is_empty() {
        report
            .at(reference.span, format!("no rule has the id or name `{text}`"))
            .severity(severity)
            .note("a rule has this title, but rules are referred to by `id` or `name`");
        return;
    }
    let known = nearest(text, sorted(cx));
    // Filters are often written for rules that live elsewhere: only a slip is worth a word.
    if severity == Severity::Info && known.is_none() {
        return;
    }
    let what = if uuid::written(text) == Written::Wrong { "name" } else { "id" };
    let finding = report.at(reference.span, format!("no rule of this project has the {what} `{text}`")).severity(severity);
    match known.filter(|_| what == "name") {
        Some(near) => {
            let exact = rule.source().slice(reference.span) == text && !rule.file.shares_text;
            let fix = Fix::risky(format!("replace `{text}` with `{near}`"), [Edit::replace(reference.span, near)]);
            finding.maybe_fix(exact.then_some(fix));
        }
        None => {
            finding.note("the project is what is linted in this run: `--index` names a larger one");
        }
    }
}

/// Every name of the project, in an order that does not change between runs.
fn sorted<'a>(cx: &Context<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = cx.project.names().collect();
    names.sort_unstable();
    names
}
