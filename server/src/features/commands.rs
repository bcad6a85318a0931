//! Commands of the client: what `sigwise technique` and `sigwise advise` say, with the corpus of an open document.

use serde::Deserialize;
use serde_json::Value;
use sigwise_corpus::advice::Asking;
use sigwise_corpus::readers::sigma;
use sigwise_corpus::view::technique::{html, markdown};
use sigwise_corpus::view::{AdvicePage, TechniquePage};
use tower_lsp::lsp_types::{ExecuteCommandOptions, Url, WorkDoneProgressOptions};

use crate::view::View;

/// A technique's page, as a text.
pub(crate) const TECHNIQUE: &str = "sigwise.technique";

/// What peers of a document's rules do: what `sigwise advise --format json` writes of each.
pub(crate) const ADVISE: &str = "sigwise.advise";

/// How long the lists of a page in Markdown are.
const LISTED: usize = 20;

/// What a command is about.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Subject {
    /// The open document.
    pub(crate) uri: Url,
    /// `T1059.001`
    technique: Option<String>,
    /// Markdown where it is left out.
    #[serde(default)]
    format: Format,
    /// The one rule of the file by its number from 0; without it all.
    document: Option<usize>,
}

/// In what a page is written.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Markdown,
    Html,
}

/// What is announced.
pub(crate) fn options() -> ExecuteCommandOptions {
    ExecuteCommandOptions {
        commands: [TECHNIQUE, ADVISE].map(str::to_owned).to_vec(),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// Runs a command of one of these names; or says why it cannot.
pub(crate) fn run(view: &View<'_>, command: &str, subject: &Subject) -> Result<Value, String> {
    let corpus = view.corpus.ok_or("there is no corpus: it is switched off, or cannot be read")?;
    if command == TECHNIQUE {
        let id = subject.technique.as_deref().ok_or("`technique` is missing")?.to_ascii_uppercase();
        let page = TechniquePage::of(corpus, view.attack, &id).ok_or_else(|| format!("`{id}` is no technique"))?;
        return Ok(Value::String(match subject.format {
            Format::Markdown => markdown::markdown(&page, LISTED),
            Format::Html => html::html(&page, corpus, None),
        }));
    }
    let documents = view.file().documents.iter();
    let wanted = documents.filter(|document| subject.document.is_none_or(|wanted| wanted == document.index));
    let rules = wanted.filter_map(|document| sigma::rule(document, view.path));
    let page = |rule| AdvicePage::of(&Asking::new(rule, corpus, view.attack), view.path, view.attack);
    serde_json::to_value(rules.map(page).collect::<Vec<_>>()).map_err(|error| error.to_string())
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
        assert_eq!(answer(TECHNIQUE, json!({ "uri": uri, "technique": "T0" })), Err("`T0` is no technique".to_owned()));
        let titles = |subject| {
            let pages = answer(ADVISE, subject).expect("advice");
            let pages = pages.as_array().expect("a list").iter();
            pages.map(|page| page["title"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(titles(json!({ "uri": uri })), ["T", "U"]);
        assert_eq!(titles(json!({ "uri": uri, "document": 1 })), ["U"]);
    }
}
