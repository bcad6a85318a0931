//! `constant-condition`

use sigwise_sigma::condition::{Condition, Expr, Quantifier, selects};
use sigwise_sigma::detection::Detection;

use crate::declare_check;
use crate::diagnostic::Severity;
use crate::engine::Context;
use crate::logic::Names;
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports a condition, or a part of one, that is always or never true, whatever its selections match.
    ///
    /// Most often a pattern takes in more than was meant: in `selection and not 1 of sel*` the pattern takes in the
    /// selection itself, and the rule never fires.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not 1 of selection*
    /// #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ constant-condition
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     selection_filter:
    ///         ParentImage|endswith: '\monitor.exe'
    ///     condition: selection and not 1 of selection_*
    /// ```
    "constant-condition" {
        group: Condition, profile: Default, severity: Warning, fix: None,
        aliases: ["condition-tautology", "condition-contradiction"], since: "0.1.0", run: Detection(constant_condition),
    }
}

/// With more different selections than this, the table of all cases is too large.
const MAX_SELECTIONS: usize = 12;

/// Longer conditions are left alone; it takes a hostile rule to have them.
const MAX_NAMES: usize = 500;

fn constant_condition(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let detection = rule.detection;
    // One bit for each selection.
    if detection.conditions.is_empty() || detection.selections.len() > 128 {
        return;
    }
    let names = Names::new(detection);
    for condition in detection.conditions.iter().filter(|condition| condition.is_complete()) {
        let Some(expr) = &condition.expr else { continue };
        let mut counts = Counts { detection, names: &names, seen: 0, again: 0, unknown: false, names_in_it: 0 };
        expr.walk(&mut |expr, _| counts.count(expr));
        // What names every selection once can be true and can be false.
        let usual = counts.again == 0 || counts.unknown || counts.names_in_it > MAX_NAMES;
        if usual || counts.seen.count_ones() as usize > MAX_SELECTIONS {
            continue;
        }
        let cases = Cases { detection, names: &names, variables: counts.seen };
        if let Found::Constant(constant) = cases.look(expr) {
            report_one(rule, condition, expr, &constant, report);
        }
    }
}

struct Counts<'a> {
    detection: &'a Detection,
    names: &'a Names<'a>,
    seen: u128,
    again: u128,
    unknown: bool,
    names_in_it: usize,
}

impl Counts<'_> {
    fn count(&mut self, expr: &Expr) {
        if matches!(expr, Expr::Name(_) | Expr::Of { .. }) {
            let bits = taken_in(expr, self.detection, self.names);
            self.again |= self.seen & bits;
            self.seen |= bits;
            self.unknown |= bits == 0;
            self.names_in_it += 1;
        }
    }
}

/// The selections that a name or pattern takes in, a bit each.
fn taken_in(expr: &Expr, detection: &Detection, names: &Names<'_>) -> u128 {
    match expr {
        Expr::Name(name) => names.find(&name.text).map_or(0, |index| 1 << index),
        Expr::Of { pattern, .. } => {
            let selected = detection.selections.iter().enumerate();
            let selected = selected.filter(|(_, selection)| selects(&pattern.text, &selection.name.text));
            // Of a name that is given twice the last counts.
            selected.fold(0, |bits, (_, selection)| bits | names.find(&selection.name.text).map_or(0, |index| 1 << index))
        }
        _ => 0,
    }
}

/// In which of all cases an expression is true: bit `i` of the table stands for the case whose number is `i`, in which the
/// selections are true whose bits are set in `i`.
type Table = Vec<u64>;

struct Cases<'a> {
    detection: &'a Detection,
    names: &'a Names<'a>,
    /// The selections that the condition names, a bit each.
    variables: u128,
}

/// A part that is always or never true.
struct Constant<'a> {
    expr: &'a Expr,
    value: bool,
    /// The operands that make it so, where two of them do.
    pair: Option<(&'a Expr, &'a Expr)>,
}

enum Found<'a> {
    Table(Table),
    /// The innermost constant part.
    Constant(Constant<'a>),
}

impl<'a> Cases<'a> {
    fn count(&self) -> usize {
        1 << self.variables.count_ones()
    }

    fn filled(&self, value: bool) -> Table {
        let count = self.count();
        let word = if !value {
            0
        } else if count < 64 {
            (1 << count) - 1
        } else {
            u64::MAX
        };
        vec![word; count.div_ceil(64)]
    }

    /// The table of one selection.
    fn variable(&self, selection: u32) -> Table {
        let place = (self.variables & ((1 << selection) - 1)).count_ones();
        let mut table = self.filled(false);
        for case in (0..self.count()).filter(|case| case >> place & 1 == 1) {
            table[case / 64] |= 1 << (case % 64);
        }
        table
    }

    fn look(&self, expr: &'a Expr) -> Found<'a> {
        match expr {
            Expr::Not(_, inner) => match self.look(inner) {
                Found::Table(mut table) => {
                    for (word, all) in table.iter_mut().zip(self.filled(true)) {
                        *word ^= all;
                    }
                    Found::Table(table)
                }
                constant @ Found::Constant(_) => constant,
            },
            Expr::And(operands) => self.chain(expr, operands, true),
            Expr::Or(operands) => self.chain(expr, operands, false),
            Expr::Name(_) => Found::Table(self.join(expr, |bits| bits > 0)),
            Expr::Of { quantifier, .. } => {
                let all = taken_in(expr, self.detection, self.names).count_ones();
                Found::Table(match quantifier {
                    Quantifier::Any => self.join(expr, |count| count > 0),
                    Quantifier::All => self.join(expr, |count| count == all),
                    Quantifier::Count(wanted) => self.join(expr, |count| count >= *wanted),
                })
            }
        }
    }

    /// The cases in which enough of the selections are true that a name or pattern takes in.
    fn join(&self, expr: &Expr, enough: impl Fn(u32) -> bool) -> Table {
        let bits = taken_in(expr, self.detection, self.names);
        let tables: Vec<Table> = (0..128).filter(|index| bits >> index & 1 == 1).map(|index| self.variable(index)).collect();
        let mut out = self.filled(false);
        for case in 0..self.count() {
            let count = tables.iter().filter(|table| table[case / 64] >> (case % 64) & 1 == 1).count();
            if enough(count as u32) {
                out[case / 64] |= 1 << (case % 64);
            }
        }
        out
    }

    fn chain(&self, expr: &'a Expr, operands: &'a [Expr], all: bool) -> Found<'a> {
        let mut tables = Vec::with_capacity(operands.len());
        for operand in operands {
            match self.look(operand) {
                Found::Table(table) => tables.push(table),
                constant @ Found::Constant(_) => return constant,
            }
        }
        let constant = self.filled(!all);
        let both = |one: &Table, other: &Table| -> Table {
            one.iter().zip(other).map(|(one, other)| if all { one & other } else { one | other }).collect()
        };
        let whole = tables.iter().fold(self.filled(all), |whole, table| both(&whole, table));
        if whole != constant {
            return Found::Table(whole);
        }
        let pairs = (1..tables.len()).flat_map(|second| (0..second).map(move |first| (first, second)));
        let pair = pairs.take(MAX_NAMES).find(|(first, second)| both(&tables[*first], &tables[*second]) == constant);
        let pair = pair.map(|(first, second)| (&operands[first], &operands[second]));
        Found::Constant(Constant { expr, value: !all, pair })
    }
}

fn report_one(
    rule: &DetectionRule<'_>,
    condition: &Condition,
    root: &Expr,
    constant: &Constant<'_>,
    report: &mut Report<'_>,
) {
    let source = rule.source();
    let span = |expr: &Expr| condition.span_of(expr);
    let text = |expr: &Expr| source.slice(span(expr)).split_whitespace().collect::<Vec<_>>().join(" ");
    let is_root = std::ptr::eq(constant.expr, root);
    let what = if is_root { "the condition" } else { "this part of the condition" };
    let when = if constant.value { "always" } else { "never" };
    let place = constant.pair.map_or(span(constant.expr), |(first, second)| {
        condition.balanced(first.span().cover(second.span()))
    });
    let message = match constant.pair {
        Some((first, second)) => {
            let join = if constant.value { "or" } else { "and" };
            format!("{what} is {when} true: `{}` {join} `{}`", text(first), text(second))
        }
        None => format!("{what} is {when} true"),
    };
    let mut finding = report.at(place, message);
    if is_root {
        finding = finding.severity(Severity::Error);
    }
    let names = Names::new(rule.detection);
    let mut patterns = Vec::new();
    constant.expr.walk(&mut |expr, _| {
        if let (Expr::Of { pattern, .. }, true) = (expr, patterns.len() < 3) {
            patterns.push((expr, pattern));
        }
    });
    for (expr, pattern) in patterns {
        let bits = taken_in(expr, rule.detection, &names);
        let selections = rule.detection.selections.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
        let taken: Vec<String> = selections.map(|(_, selection)| format!("`{}`", selection.name.text)).collect();
        finding = finding.label(pattern.span, format!("takes in {}", taken.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigwise_sigma::{Source, parse};

    fn verdict(condition: &str) -> Option<(bool, String)> {
        let text = format!("detection:\n  a: {{A: x}}\n  b: {{A: y}}\n  sel_a: {{A: z}}\n  sel_b: {{A: z}}\n  condition: {condition}\n");
        let file = parse(Source::from(text));
        let detection = file.documents[0].detection().expect("a detection");
        let names = Names::new(detection);
        let condition = &detection.conditions[0];
        let expr = condition.expr.as_ref().expect("an expression");
        let mut counts = Counts { detection, names: &names, seen: 0, again: 0, unknown: false, names_in_it: 0 };
        expr.walk(&mut |expr, _| counts.count(expr));
        let cases = Cases { detection, names: &names, variables: counts.seen };
        match cases.look(expr) {
            Found::Table(_) => None,
            Found::Constant(constant) => {
                let part = constant.pair.map_or(condition.span_of(constant.expr), |(first, second)| {
                    condition.balanced(first.span().cover(second.span()))
                });
                // What names each selection once cannot be constant.
                assert_ne!(counts.again, 0);
                Some((constant.value, file.source.slice(part).to_owned()))
            }
        }
    }

    #[test]
    fn constant_parts() {
        for (condition, expected) in [
            ("a", None),
            ("a and b or not a", None),
            ("a or not a and b", None),
            ("a and not 1 of sel_*", None),
            ("1 of them and not a", None),
            ("a and a", None),
            ("a and not a", Some((false, "a and not a"))),
            ("a or not a", Some((true, "a or not a"))),
            ("b and (a or not a)", Some((true, "a or not a"))),
            ("b and a and sel_a and not b", Some((false, "b and a and sel_a and not b"))),
            ("a and sel_a and not 1 of sel_*", Some((false, "sel_a and not 1 of sel_*"))),
            ("all of them and not a", Some((false, "all of them and not a"))),
            ("1 of sel_* or not sel_a", Some((true, "1 of sel_* or not sel_a"))),
            ("not (a or not a)", Some((true, "a or not a"))),
            ("(a or b) and not a and not b", Some((false, "(a or b) and not a and not b"))),
            ("(a or b) and not (a or b)", Some((false, "(a or b) and not (a or b)"))),
            ("2 of sel_* and not sel_a", Some((false, "2 of sel_* and not sel_a"))),
        ] {
            let found = verdict(condition);
            let found = found.as_ref().map(|(value, part)| (*value, part.as_str()));
            assert_eq!(found, expected, "{condition}");
        }
    }
}
