//! `unknown-selection-pattern`

use sigwise_sigma::Span;
use sigwise_sigma::condition::{Condition, Expr, Reference, TokenKind, is_them};

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::engine::Context;
use crate::logic::{self, Meant, Names};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a pattern in the condition that takes in no selection.
    ///
    /// pySigma 1 drops it without a word, so that `selection and not 1 of filter_*` is `selection`; pySigma 2 refuses the
    /// rule. The official linter has it as `DanglingConditionValidator`. `them` and patterns leave out selections whose name
    /// begins with `_` unless the pattern does too.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filer_monitor:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not 1 of filter_*
    /// #                                     ^^^^^^^^ unknown-selection-pattern
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     filter_monitor:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not 1 of filter_*
    /// ```
    "unknown-selection-pattern" {
        group: Condition, profile: Spec, severity: Error, fix: Sometimes(Unsafe),
        aliases: ["dangling_condition", "DanglingConditionIssue", "SigmaConditionError"], since: "0.1.0",
        run: Detection(unknown_selection_pattern),
    }
}

fn unknown_selection_pattern(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    if detection.conditions.is_empty() || detection.selections.is_empty() {
        return;
    }
    let mut matches = 0;
    for condition in &detection.conditions {
        let Some(expr) = &condition.expr else { continue };
        expr.walk(&mut |expr, negated| {
            let Expr::Of { quantifier, pattern, .. } = expr else { return };
            let reference = Reference { name: pattern, quantifier: Some(*quantifier), negated };
            if matches > logic::MAX_MATCHES {
                return;
            }
            let passed = detection.selections.iter().take_while(|one| !reference.selects(&one.name.text)).count();
            matches += passed;
            let timeframe = detection.timeframe.is_some() && reference.selects("timeframe");
            if passed == detection.selections.len() && !timeframe {
                report_one(rule, condition, reference, report);
            }
        });
    }
}

fn report_one(rule: &DetectionRule<'_>, condition: &Condition, reference: Reference<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    let names = Names::new(detection);
    let pattern = &*reference.name.text;
    let mut finding = report.at(reference.name.span, format!("`{pattern}` takes in no selection"));
    let hidden = detection.selections.iter().any(|selection| selection.name.text.starts_with('_'));
    finding = if hidden && (is_them(pattern) || pattern.starts_with('*')) {
        finding.note("selections whose name begins with `_` are left out unless the pattern begins with `_` too")
    } else {
        finding.note("older versions of pySigma drop this part of the condition, newer ones refuse the rule")
    };
    if rule.file.shares_text {
        return;
    }
    let meant = match names.meant(reference) {
        Some(Meant::Selection(selection)) => Some(selection.name.text.to_string()),
        Some(Meant::Pattern(pattern)) => Some(pattern),
        None => None,
    };
    if let Some(meant) = meant.filter(|meant| !meant.contains('-')) {
        let title = format!("replace `{pattern}` with `{meant}`");
        finding = finding.fix(Fix::risky(title, [Edit::replace(reference.name.span, meant)]));
    }
    let editable = logic::editable_condition(rule.source(), rule.document, rule.detection);
    let part = editable.and_then(|condition| removable(condition, reference.name.span));
    if let Some(span) = part.filter(|_| condition.span.contains(reference.name.span)) {
        let title = format!("remove `{}`", rule.source().slice(span).trim());
        finding.fix(Fix::risky(title, [Edit::remove(span)]));
    }
}

/// The operand of the outermost `and` that is this pattern, with or without `not`, from the end of the one before it.
fn removable(condition: &Condition, pattern: Span) -> Option<Span> {
    let Some(Expr::And(operands)) = &condition.expr else { return None };
    let is_it = |expr: &Expr| {
        let inner = match expr {
            Expr::Not(_, inner) => inner,
            _ => expr,
        };
        matches!(inner, Expr::Of { pattern: found, .. } if found.span == pattern)
    };
    let index = operands.iter().position(is_it)?;
    let before = condition.span_of(&operands[index.checked_sub(1)?]);
    let own = condition.span_of(&operands[index]);
    let tokens = &condition.tokens;
    let first = tokens.iter().position(|token| token.span.start >= before.end)?;
    let and = first + tokens[first..].iter().position(|token| token.kind != TokenKind::Close)?;
    // Parentheses of its own go along.
    let begin = and + 1 + tokens[and + 1..].iter().position(|token| token.kind != TokenKind::Open)?;
    let end = tokens.iter().position(|token| token.span.start >= own.end).unwrap_or(tokens.len());
    let closing = tokens.get(end..end + (begin - and - 1))?;
    if tokens[and].kind != TokenKind::And
        || tokens[begin].span.start != own.start
        || closing.iter().any(|token| token.kind != TokenKind::Close)
    {
        return None;
    }
    Some(Span { start: tokens.get(and.checked_sub(1)?)?.span.end, end: closing.last().map_or(own.end, |token| token.span.end) })
}
