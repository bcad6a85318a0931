//! `operator-prefixed-selection`

use sigwise_sigma::condition::Expr;

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a selection in the condition whose name begins with `not`.
    ///
    /// pySigma 1 reads operators without looking for the end of the word: `notepad` is `not epad` to it, and the rule is
    /// refused, or says the opposite where there is such a selection. pySigma 2 reads the name.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Notepad Execution
    /// detection:
    ///     notepad:
    ///         Image|endswith: '\notepad.exe'
    ///     condition: notepad
    /// #              ^^^^^^^ operator-prefixed-selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Notepad Execution
    /// detection:
    ///     selection_notepad:
    ///         Image|endswith: '\notepad.exe'
    ///     order:
    ///         User: SYSTEM
    ///     condition: selection_notepad or order
    /// ```
    "operator-prefixed-selection" {
        group: Condition, profile: Spec, severity: Error, fix: None,
        aliases: ["SigmaConditionError", "identifier-operator-prefix"], since: "0.1.0",
        run: Detection(operator_prefixed_selection),
    }
}

fn operator_prefixed_selection(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for expr in rule.detection.conditions.iter().filter_map(|condition| condition.expr.as_ref()) {
        expr.walk(&mut |expr, _| {
            let Expr::Name(name) = expr else { return };
            let Some(rest) = name.text.strip_prefix("not").filter(|rest| !rest.is_empty()) else { return };
            report
                .at(name.span, format!("pySigma 1 reads `{}` as `not {rest}`", name.text))
                .note("give the selection a name that does not begin with an operator, such as `selection_…`");
        });
    }
}
