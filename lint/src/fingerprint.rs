//! Names findings so that baselines survive moved lines and renamed files.

use std::collections::BTreeMap;

use sigwise_sigma::detection::Spanned;
use sigwise_sigma::{Document, File};

use crate::diagnostic::Diagnostic;
use crate::project::Project;

/// FNV-1a, 64 bits: tiny, and fixed for all time, which baselines need (the hashers of the standard library are not).
fn fnv1a(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Fills in the fingerprint of every finding of one file: check, rule id (with the path where the project has the id
/// twice; the path alone where there is none), the text under the span with blanks folded, and a running number among equals.
pub(crate) fn assign(file: &File, path: &str, project: &Project, diagnostics: &mut [Diagnostic]) {
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    let mut ids: BTreeMap<usize, Option<Spanned>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let id = || file.documents.get(diagnostic.document).and_then(Document::id);
        let (id, path) = match ids.entry(diagnostic.document).or_insert_with(id) {
            Some(id) if project.is_unique_id(&id.text) => (&*id.text, ""),
            Some(id) => (&*id.text, path),
            None => ("", path),
        };
        let text = file.source.slice(diagnostic.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let base = fnv1a(&[diagnostic.check.id, id, path, &text]);
        let number = seen.entry(base).or_insert(0);
        let hash = if *number == 0 { base } else { fnv1a(&[&base.to_string(), &number.to_string()]) };
        *number += 1;
        diagnostic.fingerprint = format!("{hash:016x}");
    }
}
