//! `unknown-logsource-key`

use crate::declare_check;
use crate::diagnostic::Fix;
use crate::edit;
use crate::engine::Context;
use crate::logsource;
use crate::nearest::nearest;
use crate::report::Report;
use crate::rule::RuleDocument;

const KEYS: [&str; 4] = ["category", "product", "service", "definition"];

declare_check! {
    /// Reports a key of `logsource` other than category, product, service and definition.
    ///
    /// Tools read these four (specification, section *LogSource*) and ignore the rest: with a misspelled `catgory` the rule
    /// applies to every log of the product.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// logsource:
    ///     catgory: process_creation
    /// #   ^^^^^^^ unknown-logsource-key
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
    ///     definition: command lines must be logged
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "unknown-logsource-key" {
        group: LogSource, profile: Default, severity: Warning, fix: Sometimes(Unsafe),
        aliases: ["fieldname_logsource", "FieldnameLogsourceIssue", "logsource-unknown-key"], since: "0.1.0",
        run: Document(unknown_logsource_key),
    }
}

fn unknown_logsource_key(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let (entries, own) = logsource::entries(rule);
    for entry in entries {
        // A key that is no text is another finding.
        let Some(name) = entry.key.str().filter(|name| !KEYS.contains(name)) else { continue };
        let near = nearest(name, KEYS);
        let free = near.filter(|near| entries.iter().all(|other| other.key.str() != Some(near)));
        let fix = free.filter(|_| own && !entry.inherited).and_then(|near| {
            Some(Fix::risky(format!("replace `{name}` with `{near}`"), [edit::rewrite(&entry.key, near)?]))
        });
        report
            .at(entry.key.inner(), format!("`{name}` is no key of a log source"))
            .note("there are `category`, `product`, `service` and `definition`; tools ignore any other")
            .maybe_fix(fix);
    }
}
