//! `unknown-logsource`

use sigwise_corpus::Corpus;
use sigwise_corpus::logsource::{LogSourceRef, is_known, known};
use sigwise_sigma::Span;
use sigwise_sigma::yaml::Node;

use crate::check::Profile;
use crate::declare_check;
use crate::diagnostic::{Fix, Severity};
use crate::edit;
use crate::engine::Context;
use crate::logsource::{self, PARTS, Part};
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a combination of category, product and service that neither the specification nor a published rule has.
    ///
    /// Backends map known log sources to indexes and fields; a rule for another one is converted without them, or not at
    /// all. What is one slip away from a known combination (the appendix *Sigma Taxonomy*, the rules of SigmaHQ, the corpus) is a
    /// warning, with that combination as the fix. A log source of your own is legal, so that anything further away is
    /// only information (in the profile `sigmahq` a warning).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     category: process_creatoin
    /// #             ^^^^^^^^^^^^^^^^ unknown-logsource
    ///     product: windows
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
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
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-logsource" {
        group: LogSource, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["sigmahq_logsource_unknown", "SigmahqLogsourceUnknownIssue", "logsource-unknown"], since: "0.1.0",
        run: Document(unknown_logsource),
    }
}

fn unknown_logsource(rule: &RuleDocument<'_>, cx: &Context<'_>, report: &mut Report<'_>) {
    let mut source = LogSourceRef::default();
    for part in logsource::parts(rule) {
        source = logsource::with(source, part.name, Some(part.text).filter(|text| !text.is_empty()));
    }
    if source.is_unknown() || is_known(source) {
        return;
    }
    // Capitals and blanks are `logsource-format`'s.
    let folded: [(&str, Option<String>); 3] =
        PARTS.map(|name| (name, logsource::part(source, name).map(logsource::folded)));
    let source = folded.iter().fold(source, |source, (name, text)| logsource::with(source, name, text.as_deref()));
    if is_known(source) || cx.corpus.is_some_and(|corpus| is_published(corpus, rule, source)) {
        return;
    }
    let parts: Vec<Part<'_>> = logsource::parts(rule).filter(|part| !part.text.is_empty()).collect();
    if let Some(slip) = slip(source, &parts) {
        report.at(slip.span, slip.message).note(OWN).maybe_fix(slip.fix);
        return;
    }
    let Some((span, message, note)) = blame(source, &parts) else { return };
    let strict = cx.settings.profile >= Profile::SigmaHq;
    report.at(span, message).severity(if strict { Severity::Warning } else { Severity::Info }).note(note);
}

const OWN: &str =
    "backends map known log sources to their indexes and fields; one of your own needs a pipeline of your own";

/// Whether a rule of the corpus, other than this one, has the log source.
fn is_published(corpus: &Corpus, rule: &RuleDocument<'_>, source: LogSourceRef<'_>) -> bool {
    let (id, title) = (rule.document.id(), rule.document.title());
    let leave = corpus.leave(id.as_ref().map(|id| id.as_str()), title.as_ref().map(|title| title.as_str()));
    corpus.rules().any(|published| published.logsource() == source && !leave.has(published.rule_id()))
}

/// What is one step away from a known combination.
struct Slip {
    span: Span,
    message: String,
    fix: Option<Fix>,
}

fn slip(source: LogSourceRef<'_>, parts: &[Part<'_>]) -> Option<Slip> {
    let rewrite = |part: &Part<'_>, node: &Node, old: &str, new: &str| {
        let edit = edit::rewrite(node, new).filter(|_| part.own)?;
        Some(Fix::risky(format!("replace `{old}` with `{new}`"), [edit]))
    };
    // Under the wrong key: `service: process_creation`.
    for part in parts.iter().rev() {
        let without = logsource::with(source, part.name, None);
        for key in PARTS.into_iter().filter(|key| logsource::part(source, key).is_none()) {
            let moved = logsource::with(without, key, logsource::part(source, part.name));
            if known().contains(&moved) {
                return Some(Slip {
                    span: part.key.inner(),
                    message: format!("`{}` is a {key}, not a {}", part.text, part.name),
                    fix: rewrite(part, part.key, part.name, key),
                });
            }
        }
    }
    // Misspelled: `process_creatoin`.
    for part in parts.iter().rev() {
        let Some(word) = logsource::part(source, part.name) else { continue };
        let words = known().iter().filter_map(|known| logsource::part(*known, part.name));
        let fitting = words.filter(|word| is_known(logsource::with(source, part.name, Some(word))));
        let Some(near) = nearest(word, fitting) else { continue };
        return Some(Slip {
            span: part.span,
            message: format!("no published rule has the {} `{}`{}", part.name, part.text, owner(source, part)),
            fix: rewrite(part, part.value, part.text, near),
        });
    }
    None
}

/// The words that known log sources have for this part where they agree in the others.
fn siblings<'a>(source: LogSourceRef<'a>, name: &'static str) -> impl Iterator<Item = &'static str> + use<'a> {
    let rest = logsource::with(source, name, None);
    let agree = move |known: &&LogSourceRef<'static>| logsource::with(**known, name, None) == rest;
    known().iter().filter(agree).filter_map(move |known| logsource::part(*known, name))
}

fn owner(source: LogSourceRef<'_>, part: &Part<'_>) -> String {
    let product = source.product.filter(|_| part.name != "product");
    product.map(|product| format!(" of `{product}`")).unwrap_or_default()
}

/// Place, message and note where nothing is near.
fn blame(source: LogSourceRef<'_>, parts: &[Part<'_>]) -> Option<(Span, String, String)> {
    // A word that stands nowhere at all, the product first: where it is unknown, so is all that belongs to it.
    for part in parts {
        let word = logsource::part(source, part.name);
        if known().iter().all(|known| logsource::part(*known, part.name) != word) {
            let message = format!("no published rule has the {} `{}`{}", part.name, part.text, owner(source, part));
            let note = match siblings(source, part.name).take(4).collect::<Vec<_>>().as_slice() {
                few @ [_, ..] if few.len() < 4 && part.name != "product" => {
                    format!("known there: `{}`", few.join("`, `"))
                }
                _ => OWN.to_owned(),
            };
            return Some((part.span, message, note));
        }
    }
    // Every word is known, but not beside the others.
    let part = parts.iter().rfind(|part| part.name != "product").or(parts.first())?;
    let word = logsource::part(source, part.name);
    let elsewhere: Vec<String> = known()
        .iter()
        .filter(|known| logsource::part(**known, part.name) == word)
        .take(3)
        .map(|known| format!("`{known}`"))
        .collect();
    let message = format!("no published rule has the log source `{source}`");
    Some((part.span, message, format!("`{}` is known from {}", part.text, elsewhere.join(" and "))))
}
