//! Sigma rules → predicates: the condition with its selections in place, read by [`super::logic`].

use rustc_hash::{FxHashMap, FxHashSet};
use sigwise_sigma::condition::{Expr, Quantifier, selects};
use sigwise_sigma::detection::{Detection, Group, Item, Join, Member, Value};
use sigwise_sigma::scalar::Type;
use sigwise_sigma::yaml::{Node as YamlNode, Value as YamlValue};
use sigwise_sigma::{Body, Document, File, Source};

use super::Reading;
use super::logic::{Compared, Logic, Place};
use crate::logsource::{self, LogSource};
use crate::normal::sigma::{self as normal, Modifiers, Normal};
use crate::op::{Base, Op};
use crate::rule::{Predicate, Role, Rule, Scope};
use crate::vendor::Vendor;

/// Deeper nesting of selections than any rule has is not followed.
const MAX_DEPTH: usize = 100;

/// So many selections are taken in by name and pattern, each as often as it is named; only a hostile condition names more.
const MAX_NAMED: usize = 50_000;

/// Reads a file; see [`super::read`]. Rules of status `deprecated` or `unsupported` are inactive.
pub fn read(path: &str, bytes: Vec<u8>) -> Reading {
    let file = sigwise_sigma::parse(Source::from_bytes(bytes));
    let mut reading = Reading::default();
    if !file.is_sigma {
        return reading;
    }
    for document in &file.documents {
        let Some(rule) = rule(document, path) else { continue };
        if matches!(rule.status.as_deref(), Some("deprecated" | "unsupported")) {
            reading.inactive.push(rule);
        } else {
            reading.rules.push(rule);
        }
    }
    reading.unread.extend(file.problems.iter().map(|problem| problem.message.clone()));
    reading
}

/// The rules of a parsed file, whatever their status.
pub fn rules(file: &File, path: &str) -> Vec<Rule> {
    file.documents.iter().filter_map(|document| rule(document, path)).collect()
}

/// One document as a rule; `None` if it is no detection rule.
pub fn rule(document: &Document, path: &str) -> Option<Rule> {
    let Body::Detection { logsource, detection } = &document.body else { return None };
    let text = |key: &str| document.get(key).and_then(|entry| scalar(&entry.value));
    let lower = |key: &str| text(key).map(|s| s.to_lowercase().into_boxed_str());
    let day = |key: &str| text(key).map(|s| s.replace('/', "-").into_boxed_str());
    let (category, product, service) = logsource.as_ref().map_or((None, None, None), |l| l.triple());
    let mut techniques: Vec<Box<str>> = Vec::new();
    for (_, id) in document.techniques() {
        if !techniques.iter().any(|known| **known == *id) {
            techniques.push(id.into());
        }
    }
    let mut rule = Rule {
        vendor: Vendor::Sigma,
        id: text("id").map(Into::into),
        title: text("title").unwrap_or_default().into(),
        author: author(document).into(),
        path: path.into(),
        document: document.index,
        level: lower("level"),
        status: lower("status"),
        licence: text("license").map(Into::into),
        date: day("date"),
        modified: day("modified"),
        related: related(document),
        techniques,
        logsource: LogSource::new(product, category, service),
        events: Vec::new(),
        groups: Vec::new(),
        has_query: detection.is_some(),
        predicates: Vec::new(),
        unread: Vec::new(),
    };
    if let Some(detection) = detection {
        Reader::new(&mut rule, detection).read();
    }
    let ids = rule.predicates.iter().filter(|p| {
        &*p.field == "EventID" && p.role == Role::Indicator && p.scope != Scope::Guard && p.op == Base::Eq.into()
    });
    rule.events = logsource::events(rule.logsource.as_ref(), ids.map(|p| &*p.value));
    Some(rule)
}

/// The text of a scalar that is not null.
fn scalar(node: &YamlNode) -> Option<&str> {
    match &node.value {
        YamlValue::Scalar(scalar) if scalar.ty != Type::Null => Some(scalar.text.trim()).filter(|s| !s.is_empty()),
        _ => None,
    }
}

/// Authors in one text, whether they are written as a text or as a list.
fn author(document: &Document) -> String {
    match document.get("author").map(|entry| &entry.value) {
        Some(node) => match &node.value {
            YamlValue::Sequence(list) => list.items.iter().filter_map(scalar).collect::<Vec<_>>().join(", "),
            _ => scalar(node).unwrap_or_default().to_owned(),
        },
        None => String::new(),
    }
}

/// Ids in `related`.
fn related(document: &Document) -> Vec<Box<str>> {
    let Some(YamlValue::Sequence(list)) = document.get("related").map(|entry| &entry.value.value) else {
        return Vec::new();
    };
    let id = |node: &YamlNode| match &node.value {
        YamlValue::Mapping(map) => {
            map.entries.iter().find(|e| scalar(&e.key) == Some("id")).and_then(|e| scalar(&e.value)).map(Into::into)
        }
        _ => None,
    };
    list.items.iter().filter_map(id).collect()
}

/// An item of a selection.
struct Leaf<'a> {
    item: &'a Item,
    modifiers: Modifiers,
    /// Each of its values must hold, whatever others of the field do.
    all: bool,
    /// What it stands in: a selection, or one of the maps of its list.
    group: String,
}

impl Compared for Leaf<'_> {
    fn field(&self) -> &str {
        self.item.field()
    }

    fn is_single(&self) -> bool {
        self.all || self.item.values.len() == 1
    }
}

type Node<'a> = Logic<Leaf<'a>>;

/// What tells the predicates of a rule apart.
type Key = (u16, Role, Scope, Op, Box<str>, Box<str>);

struct Reader<'a, 'r> {
    rule: &'r mut Rule,
    detection: &'a Detection,
    /// The selection of a name; of several the last.
    by_name: FxHashMap<&'a str, usize>,
    /// The number of a group by its name.
    groups: FxHashMap<Box<str>, u16>,
    /// The selections that have been named so far, and how often in all.
    named: FxHashSet<usize>,
    names: usize,
    /// What there is already, from when a selection was named again.
    seen: Option<FxHashSet<Key>>,
}

impl<'a, 'r> Reader<'a, 'r> {
    fn new(rule: &'r mut Rule, detection: &'a Detection) -> Self {
        let by_name = detection.selections.iter().zip(0..).map(|(selection, at)| (&*selection.name.text, at)).collect();
        let (groups, named) = (FxHashMap::default(), FxHashSet::default());
        Self { rule, detection, by_name, groups, named, names: 0, seen: None }
    }

    fn read(&mut self) {
        let detection = self.detection;
        let trees: Vec<&Expr> = detection.conditions.iter().filter_map(|c| c.expr.as_ref()).collect();
        if trees.is_empty() {
            // A rule that is still being written: everything it looks for is worth knowing.
            self.rule.unread.push("no condition: every selection is read as an indicator".into());
            let all = (0..detection.selections.len()).filter_map(|i| self.selection(i)).collect();
            self.predicates(&Node::And(all));
        }
        for tree in trees {
            if let Some(node) = self.node(tree) {
                self.predicates(&node);
            }
        }
    }

    fn node(&mut self, expr: &'a Expr) -> Option<Node<'a>> {
        match expr {
            Expr::And(operands) => Some(Node::And(operands.iter().filter_map(|e| self.node(e)).collect())),
            Expr::Or(operands) => Some(Node::Or(operands.iter().filter_map(|e| self.node(e)).collect())),
            Expr::Not(_, inner) => self.node(inner).map(|node| Node::Not(Box::new(node))),
            Expr::Name(name) => {
                let index = self.by_name.get(&*name.text).copied();
                if index.is_none() {
                    self.rule.unread.push(format!("no selection `{}`", name.text).into());
                }
                self.selection(index?)
            }
            Expr::Of { quantifier, pattern, .. } => {
                // Of two with one name, the first is lost.
                let is_last = |&(at, name): &(usize, &str)| self.by_name.get(name) == Some(&at);
                let names = self.detection.selections.iter().map(|selection| &*selection.name.text).enumerate();
                let named = names.filter(|(_, name)| selects(&pattern.text, name)).filter(is_last);
                let named: Vec<usize> = named.map(|(at, _)| at).take(MAX_NAMED).collect();
                let nodes: Vec<_> = named.into_iter().filter_map(|i| self.selection(i)).collect();
                Some(match quantifier {
                    Quantifier::All => Node::And(nodes),
                    Quantifier::Any | Quantifier::Count(_) => Node::Or(nodes),
                })
            }
        }
    }

    fn selection(&mut self, index: usize) -> Option<Node<'a>> {
        let selection = self.detection.selections.get(index)?;
        self.names += 1;
        if self.names > MAX_NAMED {
            if self.names == MAX_NAMED + 1 {
                self.rule.unread.push("the condition names too many selections".into());
            }
            return None;
        }
        if !self.named.insert(index) && self.seen.is_none() {
            self.seen = Some(self.rule.predicates.iter().map(key).collect());
        }
        self.group(&selection.group, &selection.name.text, 0)
    }

    fn group(&mut self, group: &'a Group, name: &str, depth: usize) -> Option<Node<'a>> {
        if depth > MAX_DEPTH {
            self.rule.unread.push(format!("`{name}` is nested too deeply").into());
            return None;
        }
        let alternatives = group.join == Join::Any && group.members.len() > 1;
        let mut items: FxHashMap<&str, usize> = FxHashMap::default();
        for member in group.members.iter().filter(|_| group.join == Join::All) {
            if let Member::Item(item) = member {
                *items.entry(item.field()).or_default() += 1;
            }
        }
        let mut nodes = Vec::with_capacity(group.members.len());
        for (i, member) in group.members.iter().enumerate() {
            let node = match member {
                Member::Item(item) => {
                    // `Image|startswith` and `Image|endswith` of one map are no alternatives.
                    let apart = items.get(item.field()).is_some_and(|count| *count > 1);
                    Some(self.item(item, name, apart))
                }
                // What stands in one map belongs together, what stands in two maps of a list does not.
                Member::Group(inner) if alternatives => self.group(inner, &format!("{name}[{}]", i + 1), depth + 1),
                Member::Group(inner) => self.group(inner, name, depth + 1),
            };
            nodes.extend(node);
        }
        Some(match group.join {
            Join::All => Node::And(nodes),
            Join::Any => Node::Alternatives(nodes),
        })
    }

    fn item(&mut self, item: &'a Item, group: &str, apart: bool) -> Node<'a> {
        let modifiers = Modifiers::of(item);
        let negated = modifiers.negated && !is_not_null(item, &modifiers);
        let all = modifiers.all || (apart && item.values.len() == 1);
        let leaf = Node::Leaf(Leaf { item, modifiers, all, group: group.to_owned() });
        if negated { Node::Not(Box::new(leaf)) } else { leaf }
    }

    fn predicates(&mut self, node: &Node<'a>) {
        // What must hold together to be left out is one group, whichever selections it stands in.
        let mut clauses: FxHashMap<u16, Vec<&str>> = FxHashMap::default();
        let mut named: FxHashSet<(u16, &str)> = FxHashSet::default();
        node.each(|leaf, place| {
            if place.together && named.insert((place.clause, &leaf.group)) {
                clauses.entry(place.clause).or_default().push(&leaf.group);
            }
        });
        let mut groups: FxHashMap<u16, u16> = FxHashMap::default();
        node.each(|leaf, place| {
            let group = match clauses.get(&place.clause) {
                Some(names) if place.together && names.len() > 1 => {
                    *groups.entry(place.clause).or_insert_with(|| self.named_group(&names.join(" and ")))
                }
                _ => self.named_group(&leaf.group),
            };
            self.leaf(leaf, group, place);
        });
    }

    /// The number of a group.
    fn named_group(&mut self, name: &str) -> u16 {
        if let Some(&group) = self.groups.get(name) {
            return group;
        }
        let group = u16::try_from(self.rule.groups.len()).unwrap_or(u16::MAX);
        self.rule.groups.push(name.into());
        self.groups.insert(name.into(), group);
        group
    }

    fn leaf(&mut self, leaf: &Leaf<'_>, group: u16, place: Place) {
        let Leaf { item, modifiers, all, .. } = leaf;
        let Place { role, scope, .. } = place;
        let field = normal::field(item.field());
        for used in item.modifiers().iter().filter(|used| used.modifier.is_none()) {
            self.rule.unread.push(format!("unknown modifier `{}`", used.word.text).into());
        }
        for value in &item.values {
            if item.key.is_none() && value.ty() == Some(Type::Null) {
                continue;
            }
            let normals = if is_not_null(item, modifiers) {
                vec![Normal::exists()]
            } else {
                normal::value(field, modifiers, value)
            };
            for normal in normals {
                let predicate = Predicate {
                    field: field.name.into(),
                    op: normal.op,
                    value: normal.value.into(),
                    own: None,
                    field_raw: item.field().into(),
                    value_raw: normal.raw.into(),
                    modifiers: modifiers.spelling.as_str().into(),
                    role,
                    scope,
                    all: *all || place.all,
                    derived: false,
                    scaffold: field.scaffold,
                    has_row: normal.has_row,
                    group,
                    span: Some(value.alias.unwrap_or(value.span)),
                    field_span: item.key.as_ref().map(|key| key.field.span),
                };
                self.push(predicate);
            }
        }
    }

    /// Adds a predicate, unless it is there already because the condition names its selection twice.
    fn push(&mut self, new: Predicate) {
        if self.seen.as_mut().is_none_or(|seen| seen.insert(key(&new))) {
            self.rule.predicates.push(new);
        }
    }
}

fn key(predicate: &Predicate) -> Key {
    let Predicate { group, role, scope, op, value, field, .. } = predicate;
    (*group, *role, *scope, *op, value.clone(), field.clone())
}

/// `field|neq: null`: the field is there, which is something to look for and no exclusion.
fn is_not_null(item: &Item, modifiers: &Modifiers) -> bool {
    let null = |value: &Value| value.ty() == Some(Type::Null);
    modifiers.negated && modifiers.spelling.is_empty() && !item.values.is_empty() && item.values.iter().all(null)
}

#[cfg(test)]
mod tests;
