//! `non-permanent-reference`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;

declare_check! {
    /// Reports references to a file on GitHub or GitLab that do not name a commit.
    ///
    /// The file behind a branch changes or goes: press `y` on GitHub to get the permanent link (*SigmaHQ Rule Conventions*,
    /// section *References*).
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// references:
    ///     - https://github.com/SigmaHQ/sigma/blob/master/README.md
    /// #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ non-permanent-reference
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
    /// references:
    ///     - https://github.com/SigmaHQ/sigma/blob/8eaafff1f2845a696050e05e72ba1140ee190698/README.md
    /// logsource:
    ///     category: process_creation
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "non-permanent-reference" {
        group: Metadata, profile: SigmaHq, severity: Warning, fix: None,
        aliases: ["sigmahq_github_link", "SigmahqGithubLinkIssue", "reference-not-permalink"],
        since: "0.1.0", run: Document(non_permanent_reference),
    }
}

fn non_permanent_reference(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let Some(list) = rule.document.get("references").and_then(|entry| entry.value.sequence()) else { return };
    for item in &list.items {
        let Some(text) = item.str().filter(|text| text.starts_with("http")) else { continue };
        if let Some((site, revision)) = revision(text).filter(|(_, revision)| !is_fixed(revision)) {
            report
                .at(item.place(), format!("this link to {site} names `{revision}`, not a commit"))
                .note("what it shows can change");
        }
    }
}

/// The site of a link to a file in a repository, and the revision that it names.
fn revision(link: &str) -> Option<(&'static str, &str)> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let mut parts = path.split('/').filter(|part| *part != "-");
    let site = match host {
        "github.com" | "www.github.com" => "GitHub",
        "gitlab.com" => "GitLab",
        _ => return None,
    };
    let (_, _) = (parts.next()?, parts.next()?);
    // GitLab may have groups within groups before the repository.
    let kind = if site == "GitLab" { parts.find(|part| *part == "blob" || *part == "tree")? } else { parts.next()? };
    let revision = parts.next().filter(|_| kind == "blob")?;
    // A link without a file behind the revision is none to a file.
    parts.next().map(|_| (site, revision))
}

/// A commit, or a release such as `v8.6.0`.
fn is_fixed(revision: &str) -> bool {
    let commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = revision.trim_start_matches(['v', 'V']);
    let release = number.contains('.') && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    commit || release
}
