//! The rules of the workspace by title, id and technique.

use std::cmp::Reverse;
use std::path::Path;

use sigwise_lint::Project;
use sigwise_lint::project::Listed;
use tower_lsp::lsp_types::{Location, SymbolInformation, SymbolKind, Url};

use super::completion::has_letters;
use super::symbols::information;
use crate::convert::{self, Encoding};

/// So many rules are listed.
const LISTED: usize = 200;

/// The rules that fit a query, best first. `uri` names a file by its project's root and its path there.
pub(crate) fn find<'a>(
    projects: impl Iterator<Item = (&'a Path, &'a Project)>,
    query: &str,
    encoding: Encoding,
    uri: impl Fn(&Path, &str) -> Option<Url>,
) -> Vec<SymbolInformation> {
    let query = query.trim().to_lowercase();
    let all = projects.flat_map(|(root, project)| project.listed().map(move |rule| (root, rule)));
    let mut found: Vec<_> = all.filter_map(|(root, rule)| Some((fit(rule, &query)?, root, rule))).collect();
    let order = |(fit, root, rule): &(Fit<'_>, &'a Path, &'a Listed)| {
        (Reverse(fit.rank), fit.start, rule.title.len(), &rule.title, *root, &rule.place.path, rule.document)
    };
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    let symbol = |(fit, root, rule): (Fit<'_>, &Path, &Listed)| {
        let place = &rule.place;
        let location = Location::new(uri(root, &place.path)?, convert::place(place, encoding));
        let mut name = rule.title.trim().to_owned();
        // What was asked for is shown: clients leave out names that do not hold it.
        if let Some(found) = fit.found {
            name = if name.is_empty() { found.to_owned() } else { format!("{name} · {found}") };
        }
        Some(information(name, SymbolKind::CLASS, location, Some(place.path.to_string())))
    };
    found.into_iter().filter_map(symbol).take(LISTED).collect()
}

/// How a rule fits.
#[derive(Debug)]
struct Fit<'a> {
    /// More is better.
    rank: u8,
    /// Where in the title what was asked for begins.
    start: usize,
    /// The id or technique that was asked for.
    found: Option<&'a str>,
}

/// How a rule fits a query in lower case: an id or technique that begins so, a title that has it, all its words, or its
/// letters in their order.
fn fit<'a>(rule: &'a Listed, query: &str) -> Option<Fit<'a>> {
    let title = rule.title.to_lowercase();
    let shown = if title.is_empty() { rule.id.as_deref().or(rule.name.as_deref()) } else { None };
    if query.is_empty() {
        return Some(Fit { rank: 0, start: 0, found: shown });
    }
    let technique = query.strip_prefix("attack.").unwrap_or(query);
    let begins = |text: &str| text.get(..technique.len()).is_some_and(|start| start.eq_ignore_ascii_case(technique));
    let numbers = rule.techniques.iter().map(|id| &**id).chain(rule.id.as_deref()).chain(rule.name.as_deref());
    if let Some(found) = numbers.into_iter().find(|text| begins(text)) {
        return Some(Fit { rank: 5, start: 0, found: Some(found) });
    }
    let rank = match title.find(query) {
        Some(0) => 4,
        Some(at) if !title[..at].ends_with(char::is_alphanumeric) => 3,
        Some(_) => 2,
        None if query.split_whitespace().all(|word| title.contains(word)) => 2,
        None if has_letters(&title, query) => 1,
        None => return None,
    };
    Some(Fit { rank, start: title.find(query).unwrap_or(title.len()), found: shown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sample::look_beside;

    fn found(query: &str) -> Vec<String> {
        let rule = |head: &str| format!("{head}logsource: {{product: p}}\ndetection: {{}}\n");
        let rules = [
            rule("title: Net Use\nid: 7d5b7e5c-3b4f-4c8e-9c54-0a1f4a1de001\ntags: [attack.t1021.002]\n"),
            rule("title: Use of Nettle\ntags:\n  - attack.t1059\n"),
            rule("title: Internet Explorer\n---\ntitle: Users Next To Others\n"),
            rule("name: no_title\n"),
        ];
        let others: Vec<_> = ["b.yml", "c.yml", "d.yml", "e.yml"].into_iter().zip(rules.iter().map(|r| &**r)).collect();
        look_beside("no rule", &others, |view| {
            let projects = std::iter::once((Path::new("/rules"), view.project));
            let uri = |root: &Path, path: &str| Url::from_file_path(root.join(path)).ok();
            let found = find(projects, query, view.encoding, uri);
            found.into_iter().map(|symbol| symbol.name).collect()
        })
    }

    #[test]
    fn by_title_id_and_technique() {
        assert_eq!(found("net"), ["Net Use", "Use of Nettle", "Internet Explorer", "Users Next To Others"]);
        assert_eq!(found("use net"), ["Net Use", "Use of Nettle", "Users Next To Others"]);
        assert_eq!(found("T1021"), ["Net Use · T1021.002"]);
        assert_eq!(found("attack.t1059"), ["Use of Nettle · T1059"]);
        assert_eq!(found("7D5B"), ["Net Use · 7d5b7e5c-3b4f-4c8e-9c54-0a1f4a1de001"]);
        assert_eq!(found("no_t"), ["no_title"]);
        assert_eq!(found("").len(), 5);
        assert_eq!(found("xyz"), [""; 0]);
    }
}
