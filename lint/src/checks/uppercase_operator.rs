//! `uppercase-operator`

use sigwise_sigma::condition::ErrorKind;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports an operator of a condition that is not written in lower case.
    ///
    /// pySigma knows `and`, `or`, `not`, `of`, `all` and `them` in lower case only, and refuses the rule
    /// (`SigmaConditionError`).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection AND NOT filter
    /// #                        ^^^ uppercase-operator
    /// #                            ^^^ uppercase-operator
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not filter
    /// ```
    "uppercase-operator" {
        group: Condition, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: ["SigmaConditionError", "operator-case"], since: "0.1.0", run: Document(uppercase_operator),
    }
}

fn uppercase_operator(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for condition in rule.document.conditions() {
        for error in condition.errors.iter().filter(|error| error.kind == ErrorKind::Uppercase) {
            let word = rule.source().slice(error.span);
            let lower = word.to_lowercase();
            let exact = word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !rule.file.shares_text;
            let title = format!("replace `{word}` with `{lower}`");
            report
                .at(error.span, format!("`{word}` must be written in lower case"))
                .maybe_fix(exact.then(|| Fix::safe(title, [Edit::replace(error.span, lower)])));
        }
    }
}
