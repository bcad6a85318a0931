//! The logic of a rule, and what in it is an exclusion: one reading for all vendors.
//!
//! What is an exclusion, negation decides and never a name. Negations are pushed inwards (`not (a or b)` is `not a` and
//! `not b`, `not not a` is `a`); what is left of them is an exclusion clause. In a clause that cannot be split further,
//! `not (a and not b)`, every leaf under an odd number of negations is an exclusion and every other one a guard.

use crate::rule::{Role, Scope};

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

    /// Tells `leaf` every leaf and its place, in the order of the tree.
    pub(super) fn each<'a>(&'a self, leaf: impl FnMut(&'a L, Place)) {
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
    fn conjunct<'a, L>(
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
            (Logic::And(nodes), false) => {
                let clause = self.clause();
                nodes.iter().for_each(|n| self.excluded(n, true, scope, clause));
            }
            (Logic::Leaf(leaf), true) => {
                let clause = clause.unwrap_or_else(|| self.clause());
                (self.leaf)(leaf, Place { role: Role::Indicator, scope: indicators, clause });
            }
            (Logic::Leaf(leaf), false) => {
                let clause = clause.unwrap_or_else(|| self.clause());
                (self.leaf)(leaf, Place { role: Role::Exclusion, scope, clause });
            }
        }
    }

    /// A part of an exclusion clause that cannot be split.
    fn excluded<'a, L>(&mut self, node: &'a Logic<L>, odd: bool, scope: Scope, clause: u16)
    where
        F: FnMut(&'a L, Place),
    {
        match node {
            Logic::Not(inner) => self.excluded(inner, !odd, scope, clause),
            Logic::And(nodes) | Logic::Or(nodes) | Logic::Alternatives(nodes) => {
                nodes.iter().for_each(|n| self.excluded(n, odd, scope, clause));
            }
            Logic::Leaf(leaf) if odd => (self.leaf)(leaf, Place { role: Role::Exclusion, scope, clause }),
            Logic::Leaf(leaf) => {
                (self.leaf)(leaf, Place { role: Role::Indicator, scope: Scope::Guard, clause });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(name: &str) -> Logic<&str> {
        Logic::Leaf(name)
    }

    fn show(tree: &Logic<&str>) -> Vec<String> {
        let mut out = Vec::new();
        tree.each(|name, place| {
            let role = if place.role == Role::Indicator { "+" } else { "-" };
            out.push(format!("{role}{name} {} {}", place.scope.word(), place.clause));
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
}
