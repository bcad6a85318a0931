//! The logic of a rule, and what in it is an exclusion: one reading for all vendors.
//!
//! What is an exclusion, negation decides and never a name. Negations are pushed inwards (`not (a or b)` is `not a` and
//! `not b`, `not not a` is `a`); what is left of them is an exclusion clause. In a clause that cannot be split further,
//! `not (a and not b)`, every leaf under an odd number of negations is an exclusion and every other one a guard.
//!
//! What is left out by `not (a and (b or c))` is `a and b`, and `a and c`: two clauses, each of which holds as a whole.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::rule::{Role, Scope};

/// An exclusion that would become more clauses than this stays one, in which *or* and *and* are not told apart.
const MAX_CLAUSES: usize = 32;

/// Conditions over leaves, which are comparisons or whatever a language has in their place.
///
/// Trees are walked by recursion: who builds one bounds its depth. Chains of one operator are one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Logic<L> {
    /// All of them.
    And(Vec<Self>),
    /// One of them, each on its own terms.
    Or(Vec<Self>),
    /// One of them, where all are one thing to look for: the values of a list, the maps of a selection.
    Alternatives(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// What is compared.
    Leaf(L),
}

/// Where a leaf stands, and so what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What it is for.
    pub(super) role: Role,
    /// Where in the logic it stands.
    pub(super) scope: Scope,
    /// Which clause it belongs to, counted from 0 through the tree: what must hold together to be excluded, one list of
    /// alternatives, one conjunct of what is looked for, or one branch of an *or*.
    pub(super) clause: u16,
    /// All of its clause must hold, but that of one field's values one is enough where [`Place::all`] does not say otherwise.
    pub(super) together: bool,
    /// It must hold, whatever other values of its field do in its clause.
    pub(super) all: bool,
}

/// What is compared, as far as it decides what goes together.
pub(super) trait Compared {
    /// The field.
    fn field(&self) -> &str;

    /// Whether it is compared with one value only.
    fn is_single(&self) -> bool {
        true
    }
}

impl<L> Logic<L> {
    /// The opposite.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// `self` and `other`, as one chain.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut nodes), Self::And(more)) => {
                nodes.extend(more);
                Self::And(nodes)
            }
            (Self::And(mut nodes), node) => {
                nodes.push(node);
                Self::And(nodes)
            }
            (a, b) => Self::And(vec![a, b]),
        }
    }

    /// `self` or `other`, as one chain.
    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut nodes) => {
                nodes.push(other);
                Self::Or(nodes)
            }
            node => Self::Or(vec![node, other]),
        }
    }

    /// Tells `leaf` every leaf and its place, in the order of the tree; one that belongs to several exclusion clauses once
    /// for each.
    pub(super) fn each<'a>(&'a self, leaf: impl FnMut(&'a L, Place))
    where
        L: Compared,
    {
        Walk { leaf, clauses: 0 }.conjunct(self, true, Scope::Top, Scope::Top, None);
    }
}

struct Walk<F> {
    leaf: F,
    clauses: u16,
}

impl<F> Walk<F> {
    fn clause(&mut self) -> u16 {
        let clause = self.clauses;
        self.clauses = clause.saturating_add(1);
        clause
    }

    /// A part of a conjunction, or (below an *or*) of one of its branches. `scope` is the one of an exclusion found here,
    /// `indicators` the one of an indicator; `clause` the one that the part belongs to, if it has none of its own.
    fn conjunct<'a, L: Compared>(
        &mut self,
        node: &'a Logic<L>,
        positive: bool,
        scope: Scope,
        indicators: Scope,
        clause: Option<u16>,
    ) where
        F: FnMut(&'a L, Place),
    {
        match (node, positive) {
            (Logic::Not(inner), _) => self.conjunct(inner, !positive, scope, indicators, clause),
            (Logic::And(nodes) | Logic::Or(nodes) | Logic::Alternatives(nodes), _) if nodes.len() == 1 => {
                nodes.iter().for_each(|n| self.conjunct(n, positive, scope, indicators, clause));
            }
            (Logic::And(nodes), true) => {
                nodes.iter().for_each(|n| self.conjunct(n, true, scope, indicators, clause));
            }
            (Logic::Or(nodes), false) => {
                nodes.iter().for_each(|n| self.conjunct(n, false, scope, indicators, None));
            }
            (Logic::Alternatives(nodes), false) => {
                let clause = Some(self.clause());
                nodes.iter().for_each(|n| self.conjunct(n, false, scope, indicators, clause));
            }
            (Logic::Or(nodes), true) => {
                for node in nodes {
                    let clause = Some(self.clause());
                    self.conjunct(node, true, Scope::Branch, Scope::Branch, clause);
                }
            }
            (Logic::Alternatives(nodes), true) => {
                let clause = Some(clause.unwrap_or_else(|| self.clause()));
                nodes.iter().for_each(|n| self.conjunct(n, true, Scope::Branch, indicators, clause));
            }
            (Logic::And(_), false) => match clauses(node, true) {
                Some(clauses) => clauses.into_iter().for_each(|clause| self.excluded(clause, scope)),
                None => {
                    let clause = self.clause();
                    self.flat(node, true, scope, clause);
                }
            },
            (Logic::Leaf(leaf), positive) => {
                let clause = clause.unwrap_or_else(|| self.clause());
                let (role, scope) = if positive { (Role::Indicator, indicators) } else { (Role::Exclusion, scope) };
                (self.leaf)(leaf, Place { role, scope, clause, together: false, all: false });
            }
        }
    }

    /// Everything in an exclusion clause.
    fn excluded<'a, L: Compared>(&mut self, parts: Vec<Part<'a, L>>, scope: Scope)
    where
        F: FnMut(&'a L, Place),
    {
        let clause = self.clause();
        let mut fields: FxHashMap<&str, usize> = FxHashMap::default();
        parts.iter().filter(|part| part.odd).for_each(|part| *fields.entry(part.field()).or_default() += 1);
        for part in &parts {
            let apart = part.odd && fields.get(part.field()).is_some_and(|count| *count > 1);
            let all = apart && matches!(part.leaves.as_slice(), [leaf] if leaf.is_single());
            for leaf in &part.leaves {
                (self.leaf)(leaf, place(part.odd, scope, clause, all));
            }
        }
    }

    /// Everything below an exclusion that has too many clauses, as one.
    fn flat<'a, L>(&mut self, node: &'a Logic<L>, odd: bool, scope: Scope, clause: u16)
    where
        F: FnMut(&'a L, Place),
    {
        match node {
            Logic::Not(inner) => self.flat(inner, !odd, scope, clause),
            Logic::And(nodes) | Logic::Or(nodes) | Logic::Alternatives(nodes) => {
                nodes.iter().for_each(|n| self.flat(n, odd, scope, clause));
            }
            Logic::Leaf(leaf) => (self.leaf)(leaf, place(odd, scope, clause, false)),
        }
    }
}

/// The place of a leaf in an exclusion clause, below an odd number of negations or not.
fn place(odd: bool, scope: Scope, clause: u16, all: bool) -> Place {
    let (role, scope) = if odd { (Role::Exclusion, scope) } else { (Role::Indicator, Scope::Guard) };
    Place { role, scope, clause, together: true, all }
}

/// A conjunct of an exclusion clause: one of these must hold, or (if not `odd`) must not; all are of one field.
struct Part<'a, L> {
    odd: bool,
    leaves: Vec<&'a L>,
}

impl<L> Clone for Part<'_, L> {
    fn clone(&self) -> Self {
        Self { odd: self.odd, leaves: self.leaves.clone() }
    }
}

impl<'a, L: Compared> Part<'a, L> {
    fn field(&self) -> &'a str {
        self.leaves.first().map_or("", |leaf| leaf.field())
    }
}

/// The clauses any of which makes `node` (or its opposite) hold; `None` if they are too many.
fn clauses<L: Compared>(node: &Logic<L>, positive: bool) -> Option<Vec<Vec<Part<'_, L>>>> {
    match (node, positive) {
        (Logic::Not(inner), _) => clauses(inner, !positive),
        (Logic::Leaf(leaf), odd) => Some(vec![vec![Part { odd, leaves: vec![leaf] }]]),
        (Logic::And(nodes), true) | (Logic::Or(nodes) | Logic::Alternatives(nodes), false) => {
            let mut found = vec![Vec::new()];
            for node in nodes {
                let more = clauses(node, positive)?;
                if let [one] = more.as_slice() {
                    found.iter_mut().for_each(|clause| clause.extend(one.iter().cloned()));
                } else if found.len() * more.len() <= MAX_CLAUSES {
                    let with = |clause: &Vec<_>| {
                        let clause = clause.clone();
                        more.iter().map(move |more| [clause.as_slice(), more.as_slice()].concat())
                    };
                    found = found.iter().flat_map(with).collect();
                } else {
                    return None;
                }
            }
            let found: Option<Vec<_>> = found.into_iter().map(without_two_lists).collect();
            found.map(|found| found.concat()).filter(|found| found.len() <= MAX_CLAUSES)
        }
        (Logic::Or(nodes) | Logic::Alternatives(nodes), true) | (Logic::And(nodes), false) => {
            let mut found: Vec<Vec<Part<'_, L>>> = Vec::new();
            for node in nodes {
                for clause in clauses(node, positive)? {
                    let full = found.len() == MAX_CLAUSES;
                    // Values of one field are one list.
                    let list = match clause.as_slice() {
                        [part] if part.odd => found.iter().position(|known| match known.as_slice() {
                            [known] => known.odd && known.field() == part.field(),
                            _ => false,
                        }),
                        _ => None,
                    };
                    match list.and_then(|at| found.get_mut(at)?.first_mut()) {
                        Some(list) => list.leaves.extend(clause.into_iter().flat_map(|part| part.leaves)),
                        None if full => return None,
                        None => found.push(clause),
                    }
                }
            }
            Some(found)
        }
    }
}

/// A clause as those in which a field has at most one list of alternatives, since the values of two would be read as one
/// list; `None` if they are too many.
fn without_two_lists<'a, L: Compared>(clause: Vec<Part<'a, L>>) -> Option<Vec<Vec<Part<'a, L>>>> {
    let mut found = vec![Vec::new()];
    let mut lists: FxHashSet<&str> = FxHashSet::default();
    for part in clause {
        let field = part.field();
        if !part.odd || part.leaves.len() < 2 || lists.insert(field) {
            found.iter_mut().for_each(|clause| clause.push(part.clone()));
            continue;
        }
        if found.len() * part.leaves.len() > MAX_CLAUSES {
            return None;
        }
        let with = |clause: &Vec<Part<'a, L>>| {
            let one = |leaf| Part { odd: true, leaves: vec![leaf] };
            part.leaves.iter().map(|leaf| [clause.as_slice(), &[one(*leaf)]].concat()).collect::<Vec<_>>()
        };
        found = found.iter().flat_map(with).collect();
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a1`, `a2`: two values of the field `a`.
    impl Compared for &str {
        fn field(&self) -> &str {
            self.get(..1).unwrap_or_default()
        }
    }

    fn leaf(name: &str) -> Logic<&str> {
        Logic::Leaf(name)
    }

    fn show(tree: &Logic<&str>) -> Vec<String> {
        let mut out = Vec::new();
        tree.each(|name, place| {
            let role = if place.role == Role::Indicator { "+" } else { "-" };
            let all = if place.all { " all" } else { "" };
            out.push(format!("{role}{name} {} {}{all}", place.scope.word(), place.clause));
        });
        out
    }

    #[test]
    fn clauses_keep_together_what_is_excluded_together() {
        let both = leaf("b").and(leaf("c")).negated();
        assert_eq!(show(&leaf("a").and(both)), ["+a top 0", "-b top 1", "-c top 1"]);
        let either = leaf("b").or(leaf("c")).negated();
        assert_eq!(show(&leaf("a").and(either)), ["+a top 0", "-b top 1", "-c top 2"]);
        let list = Logic::Alternatives(vec![leaf("b"), leaf("c")]).negated();
        assert_eq!(show(&leaf("a").and(list)), ["+a top 0", "-b top 1", "-c top 1"]);
    }

    #[test]
    fn branches_are_clauses() {
        let tree = leaf("a").and(leaf("b").negated()).or(leaf("c").and(leaf("d")));
        assert_eq!(show(&tree), ["+a branch 0", "-b branch 0", "+c branch 1", "+d branch 1"]);
    }

    #[test]
    fn an_even_number_of_negations_below_an_exclusion_is_a_guard() {
        let tree = leaf("a").and(leaf("b").and(leaf("c").negated()).negated());
        assert_eq!(show(&tree), ["+a top 0", "-b top 1", "+c guard 1"]);
    }

    /// A field, whether all of its values are asked for, and how that reads.
    type Part = (String, bool, String);

    /// What is left out, a clause each: `a b1|b2 !c` for a and one of two values of b, unless c.
    fn left_out(tree: &Logic<&str>) -> Vec<String> {
        let mut out: Vec<(u16, Vec<Part>)> = Vec::new();
        tree.each(|name, place| {
            if out.last().is_none_or(|(clause, _)| *clause != place.clause) {
                out.push((place.clause, Vec::new()));
            }
            let parts = &mut out.last_mut().unwrap().1;
            match parts.last_mut().filter(|(field, all, _)| *field == name.field() && !all && !place.all) {
                Some((_, _, text)) => text.push_str(&format!("|{name}")),
                None => {
                    let sign = if place.scope == Scope::Guard { "!" } else { "" };
                    parts.push((name.field().to_owned(), place.all, format!("{sign}{name}")));
                }
            }
        });
        out.into_iter().map(|(_, parts)| parts.into_iter().map(|part| part.2).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn exclusions_keep_their_logic() {
        let list = |a, b| leaf(a).or(leaf(b));
        let check = |tree: Logic<&str>, expected: &[&str]| assert_eq!(left_out(&tree.negated()), expected);
        check(leaf("a").and(list("b", "c")), &["a b", "a c"]);
        check(leaf("a").and(list("b1", "b2")), &["a b1|b2"]);
        check(leaf("a").and(leaf("b").and(leaf("c")).or(leaf("d"))), &["a b c", "a d"]);
        check(leaf("a1").and(leaf("a2")).and(leaf("b")), &["a1 a2 b"]);
        check(list("a1", "a2").and(list("a3", "a4")), &["a1|a2 a3", "a1|a2 a4"]);
        check(leaf("a").and(list("b", "c").negated()), &["a !b !c"]);
        check(leaf("a").and(leaf("b").and(leaf("c")).negated()), &["a !b", "a !c"]);
        check(Logic::Alternatives(vec![leaf("a"), leaf("b").and(leaf("c"))]), &["a", "b c"]);
        let many = (0..6).fold(leaf("x"), |tree, _| tree.and(list("y", "z")));
        check(many, &["x y z y z y z y z y z y z"]);
    }

    #[test]
    fn hostile_exclusions_end() {
        let names: Vec<String> = ('a'..='z').cycle().take(100_000).map(|c| format!("{c}x")).collect();
        let leaves = || names.iter().map(|name| Logic::Leaf(name.as_str())).collect::<Vec<_>>();
        let start = std::time::Instant::now();
        for tree in [Logic::And(leaves()), Logic::And(vec![leaf("a"), Logic::Or(leaves())])] {
            let mut count = 0;
            tree.negated().each(|_, _| count += 1);
            assert!(count >= names.len());
        }
        assert!(start.elapsed().as_secs() < 10);
    }
}
