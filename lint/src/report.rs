//! Where a check puts its findings.

use sigwise_sigma::{File, Problem, ProblemKind, Span};

use crate::check::Check;
use crate::diagnostic::{Count, Diagnostic, Evidence, Fix, Label, LabelPlace, RuleName, Severity, Tag};
use crate::project::Place;

/// Collects the findings of one check on one document.
#[derive(Debug)]
pub struct Report<'a> {
    check: &'static Check,
    document: usize,
    /// What the configuration sets, if it does: it wins over what the check itself says.
    configured: Option<Severity>,
    out: &'a mut Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(
        check: &'static Check,
        document: usize,
        configured: Option<Severity>,
        out: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { check, document, configured, out }
    }

    /// Reports a finding at `span`; the message says what is wrong (lower case, no full stop, user's text in backticks).
    pub fn at(&mut self, span: Span, message: impl Into<String>) -> Finding<'_> {
        self.out.push(Diagnostic {
            check: self.check,
            severity: self.configured.unwrap_or(self.check.severity),
            span,
            document: self.document,
            message: message.into(),
            labels: Vec::new(),
            tags: Vec::new(),
            notes: Vec::new(),
            evidence: None,
            fixes: Vec::new(),
            fingerprint: String::new(),
        });
        let last = self.out.len() - 1;
        Finding { configured: self.configured.is_some(), diagnostic: &mut self.out[last] }
    }

    /// Reports the file's problems of this kind, each with its help and its second place.
    pub fn problems(&mut self, file: &File, kind: ProblemKind) {
        for problem in file.problems.iter().filter(|problem| problem.kind == kind) {
            let finding = self.problem(file, problem);
            if let Some(help) = &problem.help {
                finding.note(help.clone());
            }
        }
    }

    /// Reports a problem of the file with its second place; what to do about it is the check's to say.
    pub fn problem(&mut self, file: &File, problem: &Problem) -> Finding<'_> {
        let document = file.documents.iter().rfind(|document| document.span.start <= problem.span.start);
        self.document = document.map_or(0, |document| document.index);
        let finding = self.at(problem.span, problem.message.clone());
        match &problem.related {
            Some((span, message)) => finding.label(*span, message.clone()),
            None => finding,
        }
    }
}

/// A finding being described.
#[derive(Debug)]
pub struct Finding<'a> {
    configured: bool,
    diagnostic: &'a mut Diagnostic,
}

impl Finding<'_> {
    /// Another severity than the check's own; a configured one still wins.
    pub fn severity(self, severity: Severity) -> Self {
        if !self.configured {
            self.diagnostic.severity = severity;
        }
        self
    }

    /// Why it matters.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.diagnostic.notes.push(note.into());
        self
    }

    /// Another place in this file that explains it.
    pub fn label(self, span: Span, message: impl Into<String>) -> Self {
        self.diagnostic.labels.push(Label { place: LabelPlace::Here(span), message: message.into() });
        self
    }

    /// A place in another file that explains it.
    pub fn label_other(self, place: Place, message: impl Into<String>) -> Self {
        self.diagnostic.labels.push(Label { place: LabelPlace::Other(place), message: message.into() });
        self
    }

    /// How an editor may show it.
    pub fn tag(self, tag: Tag) -> Self {
        self.diagnostic.tags.push(tag);
        self
    }

    /// What to do about it.
    pub fn fix(self, fix: Fix) -> Self {
        self.diagnostic.fixes.push(fix);
        self
    }

    /// What to do about it, if anything is known.
    pub fn maybe_fix(self, fix: Option<Fix>) -> Self {
        match fix {
            Some(fix) => self.fix(fix),
            None => self,
        }
    }

    /// On what it rests: counts, and rules as examples (cut at [`Evidence::MAX_RULES`]).
    pub fn evidence(
        self,
        counts: impl IntoIterator<Item = (&'static str, u32)>,
        rules: impl IntoIterator<Item = RuleName>,
    ) -> Self {
        self.diagnostic.evidence = Some(Evidence {
            counts: counts.into_iter().map(|(name, value)| Count { name, value }).collect(),
            rules: rules.into_iter().take(Evidence::MAX_RULES).collect(),
        });
        self
    }
}
