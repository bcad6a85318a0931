//! `invalid-license`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports a license that is no SPDX identifier or expression.
    ///
    /// The specification refers to the SPDX list (section *License*), so that tools know what they may do with a rule: `MIT`,
    /// `Apache-2.0`, `DRL-1.1`, or `LicenseRef-` with a name of your own.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// license: Apache License 2
    /// #        ^^^^^^^^^^^^^^^^ invalid-license
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// license: Apache-2.0
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-license" {
        group: Metadata, profile: Default, severity: Info, fix: Sometimes(Unsafe),
        aliases: ["license-not-spdx"],
        since: "0.1.0", run: Document(invalid_license),
    }
}

fn invalid_license(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(entry) = rule.document.get("license") else { return };
    let Some(text) = entry.value.str().filter(|text| !text.trim().is_empty()) else { return };
    if is_expression(text) {
        return;
    }
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let known = NAMES.iter().find(|(name, _)| *name == bare).map(|(_, id)| *id);
    let edit = known.and_then(|id| edit::rewrite(&entry.value, id)).filter(|_| entry.is_own());
    report
        .at(entry.value.place(), format!("`{text}` is no SPDX identifier"))
        .note("such as `MIT`, `Apache-2.0`, `DRL-1.1`, or `LicenseRef-` with a name of your own")
        .maybe_fix(edit.map(|edit| Fix::risky(format!("replace it with `{}`", known.unwrap_or_default()), [edit])));
}

/// How common licences are written in words, letters and digits only.
const NAMES: [(&str, &str); 14] = [
    ("mitlicense", "MIT"),
    ("themitlicense", "MIT"),
    ("apachelicense2", "Apache-2.0"),
    ("apachelicense20", "Apache-2.0"),
    ("apachelicenseversion20", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("apache20", "Apache-2.0"),
    ("drl11", "DRL-1.1"),
    ("drl10", "DRL-1.0"),
    ("detectionrulelicense", "DRL-1.1"),
    ("detectionrulelicense11", "DRL-1.1"),
    ("detectionrulelicensedrl11", "DRL-1.1"),
    ("ccby40", "CC-BY-4.0"),
    ("gplv3", "GPL-3.0-only"),
];

/// Whether a text has the form of an SPDX expression: identifiers joined by `AND`, `OR` and `WITH`, in parentheses at will.
fn is_expression(text: &str) -> bool {
    let mut wants_id = true;
    let mut words = text.split([' ', '(', ')']).filter(|word| !word.is_empty()).peekable();
    if words.peek().is_none() {
        return false;
    }
    for word in words {
        let joins = matches!(word, "AND" | "OR" | "WITH" | "and" | "or" | "with");
        let is_id = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+' | b':'));
        if joins == wants_id || !is_id {
            return false;
        }
        wants_id = !wants_id;
    }
    !wants_id
}
