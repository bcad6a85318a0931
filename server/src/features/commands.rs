//! Commands of the client: what `sigwise technique`, `sigwise advise` and `sigwise corpus info` say.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sigwise_corpus::Corpus;
use sigwise_corpus::advice::Asking;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::view::technique::{html, markdown};
use sigwise_corpus::view::{AdvicePage, Info, SimilarRule, TechniquePage, provenance};
use tower_lsp::lsp_types::{ExecuteCommandOptions, Url, WorkDoneProgressOptions};

use crate::view::View;

/// A technique's page, as a text.
pub(crate) const TECHNIQUE: &str = "sigwise.technique";

/// What peers of a document's rules do: what `sigwise advise --format json` writes of each.
pub(crate) const ADVISE: &str = "sigwise.advise";

/// The published rules that are about the same as a document's rules: what stands first in `similar` of [`ADVISE`].
pub(crate) const SIMILAR: &str = "sigwise.similarRules";

/// What the corpus is made of: what `sigwise corpus info` writes.
pub(crate) const CORPUS_INFO: &str = "sigwise.showCorpusInfo";

/// How long the lists of a page in Markdown are.
const LISTED: usize = 20;

/// What peers do is told of so many rules of a file at most: of each it takes some milliseconds, in which nothing else is done.
const ADVISED: usize = 100;

/// What a command is about.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Subject {
    /// The document whose corpus is asked, or whose rules are. [`CORPUS_INFO`] can do without.
    pub(crate) uri: Option<Url>,
    /// `T1059.001`
    technique: Option<String>,
    /// Markdown where it is left out.
    #[serde(default)]
    format: Format,
    /// The one rule of the file by its number from 0; without it all.
    document: Option<usize>,
}

/// In what an answer is written.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Markdown,
    Html,
    Json,
}

/// What is announced.
pub(crate) fn options() -> ExecuteCommandOptions {
    ExecuteCommandOptions {
        commands: [TECHNIQUE, ADVISE, SIMILAR, CORPUS_INFO].map(str::to_owned).to_vec(),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// Runs [`TECHNIQUE`], [`ADVISE`] or [`SIMILAR`] for an open document; or says why it cannot.
pub(crate) fn run(view: &View<'_>, command: &str, subject: &Subject) -> Result<Value, String> {
    let corpus = view.corpus.ok_or(NO_CORPUS)?;
    if command == TECHNIQUE {
        let id = subject.technique.as_deref().ok_or("`technique` is missing")?.to_ascii_uppercase();
        let page = TechniquePage::of(corpus, view.attack, &id).ok_or_else(|| format!("`{id}` is no technique"))?;
        return match subject.format {
            Format::Markdown => Ok(Value::String(markdown::markdown(&page, LISTED))),
            Format::Html => Ok(Value::String(html::html(&page, None))),
            Format::Json => json(&page),
        };
    }
    let documents = view.file().documents.iter();
    let wanted = documents.filter(|document| subject.document.is_none_or(|wanted| wanted == document.index));
    let rules = wanted.filter_map(|document| sigma::rule(document, view.path)).take(ADVISED);
    let asking = rules.map(|rule| Asking::new(rule, corpus, view.attack));
    if command == SIMILAR {
        return json(&asking.flat_map(|asking| SimilarRule::alike(&asking)).collect::<Vec<_>>());
    }
    json(&asking.map(|asking| AdvicePage::of(&asking, view.path, view.attack)).collect::<Vec<_>>())
}

/// Runs [`CORPUS_INFO`]; or says why it cannot.
pub(crate) fn corpus_info(corpus: Option<&Corpus>, subject: &Subject) -> Result<Value, String> {
    let info = Info::of(corpus.ok_or(NO_CORPUS)?);
    match subject.format {
        Format::Markdown => Ok(Value::String(provenance(&info))),
        Format::Json => json(&info),
        Format::Html => Err("there is no page in HTML about the corpus".to_owned()),
    }
}

/// Why there is no answer.
const NO_CORPUS: &str = "there is no corpus: it is switched off, or cannot be read";

fn json(answer: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(answer).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::sample::look;

    const RULE: &str = "title: T\ntags:\n  - attack.t1003\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  s:\n    Image|endswith: '\\rundll32.exe'\n  condition: s\n---\ntitle: U\nlogsource:\n  product: linux\ndetection:\n  s: {a: b}\n  condition: s\n";

    fn answer(command: &str, subject: Value) -> Result<Value, String> {
        look(RULE, |view| run(view, command, &serde_json::from_value(subject).expect("a subject")))
    }

    #[test]
    fn pages() {
        let uri = "file:///rules/a.yml";
        let page = answer(TECHNIQUE, json!({ "uri": uri, "technique": "t1003" })).expect("a page");
        assert!(page.as_str().expect("a text").starts_with("### T1003"));
        let page = answer(TECHNIQUE, json!({ "uri": uri, "technique": "T1003", "format": "html" })).expect("a page");
        assert!(page.as_str().expect("a text").starts_with("<!"));
        let page = answer(TECHNIQUE, json!({ "uri": uri, "technique": "T1003", "format": "json" })).expect("a page");
        assert_eq!(page["id"], "T1003");
        assert_eq!(answer(TECHNIQUE, json!({ "uri": uri, "technique": "T0" })), Err("`T0` is no technique".to_owned()));
        let titles = |subject| {
            let pages = answer(ADVISE, subject).expect("advice");
            let pages = pages.as_array().expect("a list").iter();
            pages.map(|page| page["title"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(titles(json!({ "uri": uri })), ["T", "U"]);
        assert_eq!(titles(json!({ "uri": uri, "document": 1 })), ["U"]);
    }

    #[test]
    fn rules_about_the_same() {
        let uri = "file:///rules/a.yml";
        let advice = answer(ADVISE, json!({ "uri": uri, "document": 0 })).expect("advice");
        let similar = answer(SIMILAR, json!({ "uri": uri, "document": 0 })).expect("rules");
        let (advice, similar) = (advice[0]["similar"].as_array(), similar.as_array());
        let (all, first) = (advice.expect("a list"), similar.expect("a list"));
        assert_eq!(all[..first.len()], first[..]);
        let rest = &all[first.len()..];
        assert!(rest.iter().all(|rule| rule["score"].as_f64() < Some(0.3)), "{rest:?}");
    }

    #[test]
    fn of_the_corpus() {
        let corpus = Corpus::embedded().expect("a sound corpus");
        let answer = |subject| corpus_info(Some(corpus), &serde_json::from_value(subject).expect("a subject"));
        let text = answer(json!({})).expect("a page");
        assert!(text.as_str().expect("a text").contains("SigmaHQ"));
        let info = answer(json!({ "format": "json" })).expect("facts");
        assert_eq!(info["rules"], corpus.rules().count());
        assert!(info["date"].as_str().expect("a date") >= "2026-08");
        assert!(answer(json!({ "format": "html" })).is_err());
        assert_eq!(corpus_info(None, &Subject::default()), Err(NO_CORPUS.to_owned()));
    }
}
