//! Findings as the protocol shows them.

use serde_json::json;
use sigwise_lint::diagnostic::{LabelPlace, Tag};
use sigwise_lint::{Diagnostic, docs};
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic as LspDiagnostic, DiagnosticRelatedInformation, DiagnosticTag, Location,
    NumberOrString, Url,
};

use crate::convert;
use crate::view::View;

/// The name under which editors show findings.
pub(crate) const SOURCE: &str = "sigwise";

/// What was found in the document when it was linted last.
pub(crate) fn diagnostics(view: &View<'_>) -> Vec<LspDiagnostic> {
    view.found().iter().map(|found| diagnostic(view, found)).collect()
}

/// One finding.
pub(crate) fn diagnostic(view: &View<'_>, found: &Diagnostic) -> LspDiagnostic {
    let related: Vec<_> = found
        .labels
        .iter()
        .filter_map(|label| {
            let location = match &label.place {
                LabelPlace::Here(span) => Location::new(view.document.uri.clone(), view.range(*span)),
                LabelPlace::Other(place) => {
                    let uri = Url::from_file_path(view.document.home.root.join(&*place.path)).ok()?;
                    Location::new(uri, convert::place(place, view.encoding))
                }
            };
            Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
        })
        .collect();
    let tags: Vec<_> = found
        .tags
        .iter()
        .map(|tag| match tag {
            Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
            Tag::Deprecated => DiagnosticTag::DEPRECATED,
        })
        .collect();
    LspDiagnostic {
        range: view.range(found.span),
        severity: Some(convert::severity(found.severity)),
        code: Some(NumberOrString::String(found.check.id.to_owned())),
        code_description: Url::parse(&docs::url(found.check)).ok().map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: found.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: (!tags.is_empty()).then_some(tags),
        data: Some(json!({ "fingerprint": found.fingerprint, "notes": found.notes, "evidence": found.evidence })),
    }
}
