//! Sentinel's analytics rules and hunting queries, and Defender's custom detections: YAML with a query in it.

use sigwise_sigma::Source;
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{self, Mapping, Node, Value};

use super::markdown::techniques_in;

/// A rule, as its YAML says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Analytic {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) author: String,
    pub(super) severity: String,
    pub(super) status: String,
    pub(super) techniques: Vec<String>,
    /// The tables that its connectors bring.
    pub(super) tables: Vec<String>,
    pub(super) query: String,
    /// It stands in a list or below a name, where queries of other languages stand as well.
    pub(super) listed: bool,
}

/// Lists and names below each other that are followed.
const MAX_DEPTH: usize = 4;

/// The rules of a file; none where it is something else. With what could not be read.
pub(super) fn read(bytes: Vec<u8>) -> (Vec<Analytic>, Vec<String>) {
    let source = Source::from_bytes(bytes);
    let stream = yaml::parse(&source);
    let mut rules = Vec::new();
    for document in &stream.documents {
        let Some(root) = &document.root else { continue };
        match root.mapping().and_then(|map| rule(map).or_else(|| custom_detection(map))) {
            Some(rule) => rules.push(rule),
            None => listed(root, "", MAX_DEPTH, &mut rules),
        }
    }
    let unread = if rules.is_empty() {
        Vec::new()
    } else {
        stream.problems.iter().map(|problem| problem.message.clone()).collect()
    };
    (rules, unread)
}

/// Rules that stand in lists or below names of their own: `queries: [{ name: …, query: … }]`, and `sources: { name: { args: {
/// query: … } } }` as notebooks have them.
fn listed(node: &Node, name: &str, depth: usize, rules: &mut Vec<Analytic>) {
    if let Some(list) = node.sequence() {
        list.items.iter().filter(|_| depth > 0).for_each(|item| listed(item, name, depth - 1, rules));
    }
    let Some(map) = node.mapping() else { return };
    let named = rule(map).or_else(|| {
        let arguments = map.get("args").and_then(|entry| entry.value.mapping()).unwrap_or(map);
        let query = arguments.get("query").and_then(|entry| scalar(&entry.value))?;
        (!name.is_empty()).then(|| Analytic { name: name.to_owned(), query: query.to_owned(), ..Analytic::default() })
    });
    match named {
        Some(rule) => rules.push(Analytic { listed: true, ..rule }),
        None if depth > 0 => {
            map.entries
                .iter()
                .for_each(|entry| listed(&entry.value, entry.name().unwrap_or_default(), depth - 1, rules));
        }
        None => {}
    }
}

fn rule(map: &Mapping) -> Option<Analytic> {
    let text = |map: &Mapping, key: &str| map.get(key).and_then(|e| scalar(&e.value)).unwrap_or_default().to_owned();
    let rule = Analytic {
        id: text(map, "id"),
        name: ["name", "displayName"].map(|key| text(map, key)).into_iter().find(|n| !n.is_empty()).unwrap_or_default(),
        severity: text(map, "severity"),
        status: text(map, "status"),
        author: author(map),
        techniques: techniques(map),
        tables: tables(map),
        query: text(map, "query"),
        listed: false,
    };
    // What else is written in YAML has one of these, but hardly all of them.
    let named = !rule.id.is_empty() || !rule.name.is_empty();
    let foreign = ["detection", "logsource", "search", "rule", "FunctionName"].iter().any(|key| map.get(key).is_some());
    (named && !rule.query.is_empty() && !foreign).then_some(rule)
}

/// `properties: { queryCondition: { queryText: … }, detectionAction: { alertTemplate: … } }`
fn custom_detection(map: &Mapping) -> Option<Analytic> {
    fn below<'a>(map: &'a Mapping, key: &str) -> Option<&'a Mapping> {
        map.get(key).and_then(|entry| entry.value.mapping())
    }
    let properties = below(map, "properties").unwrap_or(map);
    let text = |map: Option<&Mapping>, key: &str| {
        map.and_then(|map| map.get(key)).and_then(|e| scalar(&e.value)).unwrap_or_default().to_owned()
    };
    let alert = below(properties, "detectionAction").and_then(|action| below(action, "alertTemplate"));
    let mut found = Analytic {
        id: text(Some(properties), "id"),
        name: text(Some(properties), "displayName"),
        severity: text(alert, "severity"),
        query: text(below(properties, "queryCondition"), "queryText"),
        ..Analytic::default()
    };
    let lists = alert.and_then(|alert| alert.get("tactics")).and_then(|entry| entry.value.sequence());
    for tactic in lists.into_iter().flat_map(|list| &list.items).filter_map(Node::mapping) {
        let techniques = tactic.get("techniques").and_then(|entry| entry.value.sequence());
        for technique in techniques.into_iter().flat_map(|list| &list.items).filter_map(Node::mapping) {
            techniques_in(&text(Some(technique), "technique"), &mut found.techniques);
        }
    }
    (!found.query.is_empty()).then_some(found)
}

/// The text of a scalar that is not null.
fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) if scalar.ty != Type::Null => Some(scalar.text.trim()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// The texts of a list, or the one that stands in its place.
fn texts(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Sequence(list) => list.items.iter().filter_map(scalar).collect(),
        _ => scalar(node).into_iter().collect(),
    }
}

/// `metadata: { author: { name: … } }`, or `author` alone.
fn author(map: &Mapping) -> String {
    let metadata = map.get("metadata").and_then(|entry| entry.value.mapping());
    let entry = metadata.and_then(|metadata| metadata.get("author")).or_else(|| map.get("author"));
    let Some(entry) = entry else { return String::new() };
    match entry.value.mapping().and_then(|author| author.get("name")) {
        Some(name) => scalar(&name.value).unwrap_or_default().to_owned(),
        None => texts(&entry.value).join(", "),
    }
}

/// Ids in `relevantTechniques`, and in the `tags` of older rules.
fn techniques(map: &Mapping) -> Vec<String> {
    let mut techniques = Vec::new();
    for key in ["relevantTechniques", "relevantSubTechniques", "techniques", "subTechniques", "tags"] {
        let Some(entry) = map.get(key) else { continue };
        texts(&entry.value).iter().for_each(|text| techniques_in(text, &mut techniques));
    }
    techniques
}

fn tables(map: &Mapping) -> Vec<String> {
    let connectors = map.get("requiredDataConnectors").and_then(|entry| entry.value.sequence());
    let connectors = connectors.into_iter().flat_map(|list| &list.items).filter_map(Node::mapping);
    connectors
        .filter_map(|connector| connector.get("dataTypes"))
        .flat_map(|types| texts(&types.value))
        // `SecurityEvents (Windows)` is a name for people, but its first word is the table's.
        .filter_map(|name| name.split_ascii_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Analytic {
        let (mut rules, unread) = read(text.as_bytes().to_vec());
        assert!(unread.is_empty());
        assert_eq!(rules.len(), 1);
        rules.pop().unwrap_or_default()
    }

    #[test]
    fn an_analytics_rule() {
        let rule = only(
            "id: 1-2-3\nname: A name\nseverity: Medium\nstatus: Available\nrequiredDataConnectors:\n  - connectorId: A\n    \
             dataTypes:\n      - SigninLogs\n      - AuditLogs (new)\ntactics:\n  - Persistence\nrelevantTechniques:\n  \
             - T1078\n  - T1078.004\nquery: |\n  SigninLogs\n  | where a == \"b\"\nmetadata:\n  author:\n    name: Me\n",
        );
        assert_eq!((rule.id.as_str(), rule.name.as_str(), rule.severity.as_str()), ("1-2-3", "A name", "Medium"));
        assert_eq!(rule.techniques, ["T1078", "T1078.004"]);
        assert_eq!(rule.tables, ["SigninLogs", "AuditLogs"]);
        assert_eq!((rule.author.as_str(), rule.query.as_str()), ("Me", "SigninLogs\n| where a == \"b\""));
    }

    #[test]
    fn an_older_one() {
        let rule = only("name: x\ntags:\n- T1003\n- Other\nquery: T | where a == 1\n");
        assert_eq!(rule.techniques, ["T1003"]);
    }

    #[test]
    fn a_custom_detection() {
        let rule = only(
            "properties:\n  displayName: x\n  queryCondition:\n    queryText: T | where a == 1\n  detectionAction:\n    \
             alertTemplate:\n      severity: low\n      tactics:\n      - tactic: y\n        techniques:\n        - technique: \
             T1555\n",
        );
        assert_eq!(
            (rule.name.as_str(), rule.severity.as_str(), rule.techniques.as_slice()),
            ("x", "low", &["T1555".to_owned()][..])
        );
        assert_eq!(rule.query, "T | where a == 1");
    }

    #[test]
    fn lists_of_queries() {
        let text = "queries:\n- name: a\n  query: T | where a == 1\n- name: b\n  query: T | where b == 1\n";
        let other =
            "sources:\n  a:\n    description: x\n    args:\n      query: T | where a == 1\n  b:\n    query: U\n";
        for text in [text, other] {
            let found: Vec<_> =
                read(text.as_bytes().to_vec()).0.into_iter().map(|rule| (rule.name, rule.listed)).collect();
            assert_eq!(found, [("a".to_owned(), true), ("b".to_owned(), true)]);
        }
    }

    #[test]
    fn something_else() {
        for text in ["a: b\n", "title: x\ndetection:\n  a: b\nquery: x\nname: y\n", "- query: x\n", "", "name: x\n"] {
            assert!(read(text.as_bytes().to_vec()).0.is_empty(), "{text}");
        }
    }
}
