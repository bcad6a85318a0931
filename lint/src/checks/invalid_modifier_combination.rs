//! `invalid-modifier-combination`

use sigwise_sigma::detection::{Group, Item};
use sigwise_sigma::modifier::{Category, Modifier, Stage};
use sigwise_sigma::pattern;
use sigwise_sigma::scalar::Type;

use crate::chain::{self, Fault, Kind};
use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::engine::Context;
use crate::report::Report;
use crate::remodel::MAX_MODIFIERS;
use crate::rule::DetectionRule;

declare_check! {
    /// Reports modifiers that cannot be combined, or not in this order, whatever the values are.
    ///
    /// Modifiers are applied from left to right. pySigma refuses `re`, `cidr` and `exists` anywhere but directly behind the
    /// field, the flags `i`, `m` and `s` without `re` before them, a modifier that cannot take what the one before it makes
    /// (`gt|lt`, `re|cased`), and Base64 or `fieldref` behind a modifier that adds wildcards (`SigmaValueError`,
    /// `SigmaTypeError`). Loaded, but not what anyone means (`InvalidModifierCombinationsValidator`): `base64offset` without
    /// `contains`, because encoded text always stands within other text; `windash` with `all`, because each variant is a
    /// value of its own; `all` on values that are compared as a whole, because no field equals two values at once (unlike
    /// the official linter, `re|all` and `startswith|all` are not reported). `startswith` together with `endswith` is
    /// `contains`.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|endswith|re: 'who.*'
    /// #                      ^^ invalid-modifier-combination
    ///         CommandLine|i: whoami
    /// #                   ^ invalid-modifier-combination
    ///         ProcessId|gt|lt: 5
    /// #                    ^^ invalid-modifier-combination
    ///         Payload|base64offset: whoami
    /// #               ^^^^^^^^^^^^ invalid-modifier-combination
    ///         User|all:
    /// #            ^^^ invalid-modifier-combination
    ///             - SYSTEM
    ///             - root
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// detection:
    ///     selection:
    ///         Image|re|i: 'who.*'
    ///         ProcessId|gt: 5
    ///         ProcessId|lt: 9
    ///         Payload|wide|base64offset|contains: whoami
    ///         User|re|all:
    ///             - 'SYS.*'
    ///             - '.*TEM'
    ///         '|all':
    ///             - whoami
    ///             - root
    ///     condition: selection
    /// ```
    "invalid-modifier-combination" {
        group: Modifiers, profile: Spec, severity: Error, fix: Sometimes(Safe),
        aliases: [
            "invalid_modifier_combinations", "AllWithoutContainsModifierIssue", "Base64OffsetWithoutContainsModifierIssue",
            "WindowsDashCombinedWithAllModifierIssue", "all-without-contains", "windash-with-all",
            "base64offset-without-contains", "modifier-order", "SigmaValueError", "SigmaTypeError",
        ],
        since: "0.1.0", run: Detection(invalid_modifier_combination),
    }
}

fn invalid_modifier_combination(rule: &DetectionRule<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    for (group, item) in rule.detection.placed_items() {
        match item.modifiers() {
            // By far the most frequent keys: nothing to find.
            [] => {}
            [only] if only.modifier.is_some_and(|modifier| modifier.category() == Category::Shape) => {}
            _ => match chain::fault(item) {
                Some(fault) => refused(rule, group, item, fault, report),
                None => doubtful(rule, group, item, report),
            },
        }
    }
}

/// The key with other modifiers.
fn remodel(rule: &DetectionRule<'_>, group: &Group, item: &Item, words: &[&str], title: String, safe: bool) -> Option<Fix> {
    let edit = rule.remodel(group, item, words)?;
    Some(if safe { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) })
}

/// What pySigma does not load.
fn refused(rule: &DetectionRule<'_>, group: &Group, item: &Item, fault: Fault, report: &mut Report<'_>) {
    let used = item.modifiers();
    let at = &used[fault.index].word;
    let word = &*at.text;
    let words: Vec<&str> = used.iter().map(|used| &*used.word.text).collect();
    let Some(modifier) = used[fault.index].modifier else { return };
    let fix = |words: &[&str], title: String, safe: bool| remodel(rule, group, item, words, title, safe);
    let without = |index: usize| {
        let mut words = words.clone();
        words.remove(index);
        words
    };
    match fault.kind {
        Kind::NotFirst => {
            let others = words.iter().zip(used).enumerate().filter(|(index, _)| *index != fault.index);
            let kept: Vec<_> = others.clone().filter(|(_, (_, used))| goes_with(used.modifier, modifier)).collect();
            let dropped = kept.len() < others.count();
            let only_links = kept.iter().all(|(_, (_, used))| {
                used.modifier.is_some_and(|m| matches!(m.category(), Category::Linking | Category::RegexFlag))
            });
            let new: Vec<&str> = std::iter::once(word).chain(kept.iter().map(|(_, (word, _))| **word)).collect();
            let title = if dropped {
                format!("keep `{}` only", new.join("|"))
            } else {
                format!("put `{word}` directly behind the field")
            };
            report
                .at(at.span, format!("`{word}` must stand directly behind the field, not behind `{}`", words[fault.index - 1]))
                .maybe_fix(fix(&new, title, only_links && !dropped));
        }
        Kind::WithoutRegex => {
            let later = used.iter().position(|used| used.modifier == Some(Modifier::Re));
            let message = match later {
                Some(_) => format!("`{word}` must stand behind `re`, whose flag it is"),
                None => format!("`{word}` is a flag of regular expressions, and there is no `re` before it"),
            };
            let mut finding = report.at(at.span, message);
            if let Some(later) = later {
                let mut new = without(later);
                new.insert(0, "re");
                finding.maybe_fix(fix(&new, "put `re` directly behind the field".to_owned(), true));
                return;
            }
            if modifier.canonical() == Modifier::I {
                finding = finding
                    .note("values are compared without regard to upper and lower case unless `cased` or `re` is there")
                    .maybe_fix(fix(&without(fault.index), format!("remove `{word}`"), false));
            }
            let mut new = words.clone();
            new.insert(0, "re");
            let title = "read the value as a regular expression: add `re`";
            finding.maybe_fix(fix(&new, title.to_owned(), false));
        }
        Kind::WithoutField => {
            report.at(at.span, "`exists` needs a field whose presence it asks for");
        }
        Kind::AfterWildcards(shape) => {
            let shape_word = words[shape];
            let is_shape = |used: &&_| shape_of(used).is_some();
            let shapes = used.iter().filter(is_shape).map(|used| &*used.word.text);
            let mut new: Vec<&str> = used.iter().filter(|u| !is_shape(u)).map(|u| &*u.word.text).collect();
            let encoding = |word: &&str| {
                Modifier::from_word(word).is_some_and(|m| matches!(m.category(), Category::Encoding | Category::Reference))
            };
            let end = new.iter().rposition(encoding).map_or(new.len(), |last| last + 1);
            new.splice(end..end, shapes);
            report
                .at(at.span, format!("`{word}` cannot take the wildcards that `{shape_word}` adds before it"))
                .maybe_fix(fix(&new, format!("put `{shape_word}` behind `{word}`"), true));
        }
        Kind::After(before) => {
            let mut finding = report
                .at(at.span, format!("`{word}` cannot be applied to what `{}` makes", words[before]))
                .label(used[before].word.span, format!("`{}`", words[before]));
            let compares = |modifier: Modifier| modifier.category() == Category::Comparison;
            let before_compares = used[before].modifier.is_some_and(compares);
            if before_compares && compares(modifier) {
                finding.note("each comparison needs a key of its own");
                return;
            }
            if modifier == Modifier::Cased && used[before].modifier == Some(Modifier::Re) {
                finding = finding.note("a regular expression tells upper and lower case apart anyway");
                finding.maybe_fix(fix(&without(fault.index), format!("remove `{word}`"), true));
                return;
            }
            // What the values are decides which of the two is out of place.
            let takes = |modifier: Modifier| item.values.iter().all(|value| value.ty().is_some_and(|ty| modifier.accepts(ty)));
            let out = if takes(modifier) && !used[before].modifier.is_some_and(takes) { before } else { fault.index };
            finding.maybe_fix(fix(&without(out), format!("remove `{}`", words[out]), false));
        }
    }
}

/// Whether a modifier has its place behind this one, which must come first.
fn goes_with(modifier: Option<Modifier>, first: Modifier) -> bool {
    let start = match first {
        Modifier::Re => Stage::Regex,
        Modifier::Cidr => Stage::Network,
        _ => Stage::Existence,
    };
    modifier.is_some_and(|modifier| !modifier.must_be_first() && modifier.apply(start).is_some())
}

fn shape_of(used: &sigwise_sigma::detection::ModifierUse) -> Option<Modifier> {
    used.modifier.filter(|modifier| modifier.category() == Category::Shape)
}

/// What is loaded, but means something else or nothing.
fn doubtful(rule: &DetectionRule<'_>, group: &Group, item: &Item, report: &mut Report<'_>) {
    let used = item.modifiers();
    if used.len() > MAX_MODIFIERS || used.iter().any(|used| used.modifier.is_none()) {
        return;
    }
    let find = |wanted: Modifier| used.iter().position(|used| used.modifier == Some(wanted));
    let words = || used.iter().map(|used| &*used.word.text).collect::<Vec<&str>>();
    let (contains, all) = (find(Modifier::Contains), find(Modifier::All));
    let (starts, ends) = (find(Modifier::StartsWith), find(Modifier::EndsWith));
    if let (Some(offset), None) = (find(Modifier::Base64Offset), contains) {
        let mut new = words();
        new.retain(|word| !matches!(*word, "startswith" | "endswith"));
        let end = new.iter().rposition(|word| *word == "base64offset").map_or(new.len(), |last| last + 1);
        new.insert(end, "contains");
        report
            .at(used[offset].word.span, "`base64offset` without `contains` matches next to nothing")
            .severity(Severity::Warning)
            .note("it stands for a text anywhere inside encoded data, so other characters surround it")
            .maybe_fix(remodel(rule, group, item, &new, "add `contains`".to_owned(), false));
    }
    if let (Some(windash), Some(all)) = (find(Modifier::WinDash), all) {
        report
            .at(used[windash].word.span, "`windash` cannot be combined with `all`")
            .severity(Severity::Warning)
            .note("it makes several variants of each value, and `all` may ask for every one of them at once")
            .label(used[all].word.span, "`all`");
    }
    if let (Some(starts), Some(ends), None) = (starts, ends, contains) {
        let (first, second) = (starts.min(ends), starts.max(ends));
        let mut new = words();
        new[first] = "contains";
        new.remove(second);
        report
            .at(used[second].word.span, "`startswith` and `endswith` together mean `contains`")
            .severity(Severity::Warning)
            .label(used[first].word.span, "together with this one")
            .maybe_fix(remodel(rule, group, item, &new, "replace both with `contains`".to_owned(), second == first + 1));
    }
    if let (Some(_), Some(shape)) = (contains, starts.or(ends)) {
        let mut new = words();
        let word = new.remove(shape);
        let encodes = used.iter().any(|used| used.modifier.is_some_and(|m| m.category() == Category::Encoding));
        report
            .at(used[shape].word.span, format!("`{word}` has no effect beside `contains`"))
            .severity(Severity::Warning)
            .maybe_fix(remodel(rule, group, item, &new, format!("remove `{word}`"), !encodes));
    }
    if let Some(all) = all.filter(|_| wants_two_values_at_once(item)) {
        let text = item.values.iter().all(|value| value.ty() == Some(Type::Str));
        let mut new = words();
        new.insert(all, "contains");
        report
            .at(used[all].word.span, format!("`{}` cannot equal all of these values at once", item.field()))
            .severity(Severity::Warning)
            .note("without a modifier such as `contains`, each value is compared with the whole field")
            .maybe_fix(remodel(rule, group, item, &new, "add `contains`".to_owned(), false).filter(|_| text));
    }
}

/// `all` on a field with two values that have no wildcard and are not the same. A list in the event is one field for most
/// backends, so pySigma says the same of it.
fn wants_two_values_at_once(item: &Item) -> bool {
    let whole = |modifier: Modifier| match modifier.category() {
        Category::Linking | Category::Case | Category::Encoding => modifier != Modifier::Base64Offset,
        _ => false,
    };
    if item.is_keyword() || !item.modifiers().iter().all(|used| used.modifier.is_some_and(whole)) {
        return false;
    }
    let mut plain = item.values.iter().filter_map(|value| match value.ty() {
        Some(Type::Str) => value.text().filter(|text| !pattern::has_wildcards(text)),
        Some(Type::Int(_) | Type::Float(_) | Type::Bool(_)) => value.text(),
        _ => None,
    });
    let Some(first) = plain.next() else { return false };
    plain.any(|other| pattern::unescape(other).to_lowercase() != pattern::unescape(first).to_lowercase())
}
