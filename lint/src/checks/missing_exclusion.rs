//! `missing-exclusion`

use sigwise_corpus::advice::Asking;
use sigwise_corpus::advice::exclusions::{Agreed, Filter, agreed};
use sigwise_corpus::logsource::LogSourceRef;
use sigwise_sigma::condition::{Condition, Expr, Quantifier, TokenKind, selects};
use sigwise_sigma::yaml::Style;

use crate::declare_check;
use crate::diagnostic::{Edit, Fix};
use crate::edit::{self, quoted};
use crate::engine::Context;
use crate::logic::{editable_condition, extent};
use crate::peers::{listed, names};
use crate::report::Report;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports exclusions that rules of the same log source and technique agree on.
    ///
    /// At least three of them, and at least 40 percent, leave something out that this rule does not: what disturbs them will
    /// probably disturb it. Rules that were made from one another, which share a pasted list, count once. The fix adds a
    /// selection written as a peer writes it, and takes it out in the condition. Of what this names for SigmaHQ's rules,
    /// each asked as if it were new, they have 86 of 100; whether one suits your environment only you can tell. Nothing
    /// is said of exclusions that the rule could never match.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Temporary Library Loaded By A Service
    /// tags:
    ///     - attack.t1574.001
    /// logsource:
    ///     category: image_load
    ///     product: windows
    /// detection:
    ///     selection:
    ///         ImageLoaded|endswith: '\svcutil.dll'
    ///     condition: selection
    /// #              ^^^^^^^^^ missing-exclusion
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Temporary Library Loaded By A Service
    /// tags:
    ///     - attack.t1574.001
    /// logsource:
    ///     category: image_load
    ///     product: windows
    /// detection:
    ///     selection:
    ///         ImageLoaded|endswith: '\svcutil.dll'
    ///     filter_main_system:
    ///         ImageLoaded|startswith:
    ///             - 'C:\Windows\System32\'
    ///             - 'C:\Windows\SysWOW64\'
    ///     condition: selection and not 1 of filter_main_*
    /// ```
    "missing-exclusion" {
        group: Corpus, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: [], since: "0.1.0", run: Detection(missing_exclusion),
    }
}

/// How many exclusions the message names.
const SHOWN: usize = 3;

fn missing_exclusion(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(asking) = rule.asking() else { return };
    let Some(agreed) = agreed(asking) else { return };
    let corpus = asking.corpus();
    let Some(condition) = rule.detection.conditions.first() else { return };
    let product = asking.rule().logsource.product.as_deref();
    let values: Vec<String> = agreed
        .rows
        .iter()
        .filter_map(|row| corpus.sigma(row.row, product))
        .map(|item| format!("{}: {}", item.key, item.value.as_deref().unwrap_or("null")))
        .collect();
    let support = agreed.rows.iter().map(|row| row.rules.len()).min().unwrap_or_default() as u32;
    let most = agreed.rows.first().map_or(&[][..], |row| &row.rules);
    let at_least = if most.len() as u32 > support { "at least " } else { "" };
    let peers = agreed.peers.len() as u32;
    let techniques: Vec<&str> = asking.techniques().collect();
    let message = format!(
        "{at_least}{support} of {peers} {} rules for {} exclude {}",
        kind(asking.rule().logsource.as_ref()),
        techniques.join(", "),
        listed(&values, SHOWN)
    );
    let families = corpus.evidence(most).families;
    report
        .at(extent(condition).unwrap_or(condition.span), message)
        .note("what disturbs rules that look at the same events for the same reason will probably disturb this one")
        .evidence([("support", support), ("peers", peers), ("families", families)], names(corpus, most))
        .maybe_fix(fix(rule, asking, &agreed));
}

/// What a person calls the rules of a log source.
fn kind(source: LogSourceRef<'_>) -> &str {
    source.category.or(source.service).or(source.product).unwrap_or("such")
}

fn fix(rule: &DetectionRule<'_>, asking: &Asking<'_>, agreed: &Agreed) -> Option<Fix> {
    let condition = editable_condition(rule)?;
    let detection = rule.document.get("detection").filter(|entry| entry.is_own())?;
    let mapping = detection.value.mapping()?;
    let entry = mapping.get("condition")?;
    let source = rule.source();
    let column = |at: u32| source.position(at as usize).column as usize;
    let step = column(entry.key.span.start).saturating_sub(column(detection.key.span.start));
    let step = " ".repeat(if (1..=8).contains(&step) { step } else { 4 });
    let mut taken: Vec<String> = Vec::new();
    let mut edits = Vec::new();
    for filter in agreed.filters(asking) {
        let name = free_name(rule, &filter.name, &taken);
        edits.push(edit::insert_block_before(source, mapping, entry, &name, &block(&filter, &step), &flow(&filter))?);
        taken.push(name);
    }
    if taken.is_empty() || rule.file.shares_text {
        return None;
    }
    edits.extend(extend(rule, condition, &taken)?);
    let title = if taken.len() == 1 { format!("add `{}`", taken[0]) } else { format!("add {}", listed(&taken, SHOWN)) };
    Some(Fix::risky(format!("{title} and leave it out"), edits))
}

/// What a filter is called here: as the peer calls it, with the beginning that filters have.
fn free_name(rule: &DetectionRule<'_>, name: &str, taken: &[String]) -> String {
    let lower = name.to_lowercase();
    let bare = ["filter_main_", "filter_optional_", "filter_", "filter"].iter().find_map(|start| lower.strip_prefix(start));
    let bare: String = bare.unwrap_or(&lower).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let bare = if bare.is_empty() { "peers" } else { &bare };
    let used = |name: &str| rule.detection.selection(name).is_some() || taken.iter().any(|taken| taken == name);
    let first = format!("{PREFIX}{bare}");
    let numbered = (2..).map(|number| format!("{PREFIX}{bare}_{number}"));
    std::iter::once(first).chain(numbered).find(|name| !used(name)).unwrap_or_default()
}

/// How the names of filters begin, as SigmaHQ has them.
const PREFIX: &str = "filter_main_";

/// The lines below the name.
fn block(filter: &Filter, step: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, values) in &filter.items {
        let key = quoted(key, Style::Plain);
        match values.as_slice() {
            [value] => lines.push(format!("{step}{key}: {}", scalar(value.as_deref()))),
            values => {
                lines.push(format!("{step}{key}:"));
                lines.extend(values.iter().map(|value| format!("{step}{step}- {}", scalar(value.as_deref()))));
            }
        }
    }
    lines
}

/// All of it in braces.
fn flow(filter: &Filter) -> String {
    let item = |(key, values): &(String, Vec<Option<String>>)| {
        let list: Vec<String> = values.iter().map(|value| scalar(value.as_deref())).collect();
        let value = if let [one] = list.as_slice() { one.clone() } else { format!("[{}]", list.join(", ")) };
        format!("{}: {value}", quoted(key, Style::SingleQuoted))
    };
    format!("{{{}}}", filter.items.iter().map(item).collect::<Vec<_>>().join(", "))
}

/// A value: numbers stay numbers.
fn scalar(value: Option<&str>) -> String {
    match value {
        None => "null".to_owned(),
        Some(text) if text.parse::<u32>().is_ok_and(|number| number.to_string() == text) => text.to_owned(),
        Some(text) => quoted(text, Style::SingleQuoted),
    }
}

/// What makes the condition leave these selections out; nothing to do where one of its patterns does that already.
fn extend(rule: &DetectionRule<'_>, condition: &Condition, filters: &[String]) -> Option<Vec<Edit>> {
    let expr = condition.expr.as_ref()?;
    let last = condition.tokens.last()?.span.end as usize;
    if condition.tokens.iter().any(|token| token.kind == TokenKind::Pipe) {
        return None;
    }
    let parts = if let Expr::And(parts) = expr { parts.as_slice() } else { std::slice::from_ref(expr) };
    let takes = |part: &Expr, name: &str| match part {
        Expr::Not(_, inner) => match &**inner {
            Expr::Of { quantifier: Quantifier::Any, pattern, .. } => selects(&pattern.text, name),
            _ => false,
        },
        _ => false,
    };
    let done = |name: &String| parts.iter().any(|part| takes(part, name));
    // A pattern elsewhere would take the new selections in, and mean something else then.
    let elsewhere = rule.detection.references().filter(|reference| {
        let own = parts.iter().any(|part| match part {
            Expr::Not(_, inner) => matches!(&**inner, Expr::Of { pattern, .. } if std::ptr::eq(pattern, reference.name)),
            _ => false,
        });
        !own && reference.quantifier.is_some()
    });
    if elsewhere.into_iter().any(|reference| filters.iter().any(|name| reference.selects(name))) {
        return None;
    }
    let open: Vec<&String> = filters.iter().filter(|name| !done(name)).collect();
    if open.is_empty() {
        return Some(Vec::new());
    }
    // A pattern that takes in other selections too would be another condition.
    let alone = !rule.detection.selections.iter().any(|selection| selection.name.text.starts_with(PREFIX));
    let tail = if alone {
        format!(" and not 1 of {PREFIX}*")
    } else {
        open.iter().map(|name| format!(" and not {name}")).collect()
    };
    let mut edits = Vec::new();
    let mut close = "";
    if matches!(expr, Expr::Or(_)) && !is_enclosed(condition) {
        edits.push(Edit::insert(condition.tokens.first()?.span.start as usize, "("));
        close = ")";
    }
    edits.push(Edit::insert(last, format!("{close}{tail}")));
    Some(edits)
}

/// Whether one pair of parentheses holds the whole condition.
fn is_enclosed(condition: &Condition) -> bool {
    let mut depth = 0usize;
    let mut ended = false;
    for token in &condition.tokens {
        if ended {
            return false;
        }
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ if depth == 0 => return false,
            _ => {}
        }
        ended = depth == 0;
    }
    ended
}
