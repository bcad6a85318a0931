//! The names that a query uses anywhere.

use rustc_hash::FxHashSet;

use super::syntax::{Assign, Definition, Expr, Pipeline, Script, Source, Stage, Statement};

/// Every name in the conditions and columns of a query.
pub(super) fn names(script: &Script) -> FxHashSet<&str> {
    let mut walk = Names { found: FxHashSet::default() };
    walk.statements(&script.statements);
    walk.found
}

struct Names<'q> {
    found: FxHashSet<&'q str>,
}

impl<'q> Names<'q> {
    fn statements(&mut self, statements: &'q [Statement]) {
        for statement in statements {
            match statement {
                Statement::Let(_, Definition::Value(pipeline)) | Statement::Query(pipeline) => self.pipeline(pipeline),
                Statement::Let(_, Definition::Function(function)) => self.statements(&function.body),
            }
        }
    }

    fn pipeline(&mut self, pipeline: &'q Pipeline) {
        match &pipeline.source {
            Source::Expr(expr) | Source::Search(_, expr) => self.expr(expr),
            Source::Union(operands) => operands.iter().for_each(|operand| self.pipeline(operand)),
            _ => {}
        }
        self.stages(&pipeline.stages);
    }

    fn stages(&mut self, stages: &'q [Stage]) {
        for stage in stages {
            match stage {
                Stage::Where(expr) | Stage::Invoke(expr) => self.expr(expr),
                Stage::Extend(assigns) | Stage::Project(assigns) => self.assigns(assigns),
                Stage::Summarize(aggregates, by) => {
                    self.assigns(aggregates);
                    self.assigns(by);
                }
                Stage::Join(_, right) => self.pipeline(right),
                Stage::Union(operands) => operands.iter().for_each(|operand| self.pipeline(operand)),
                Stage::Within(stages) => self.stages(stages),
                Stage::Parse(_) | Stage::Other => {}
            }
        }
    }

    fn assigns(&mut self, assigns: &'q [Assign]) {
        for Assign { name, value } in assigns {
            self.found.extend(name.as_deref());
            self.expr(value);
        }
    }

    fn expr(&mut self, expr: &'q Expr) {
        match expr {
            Expr::Name(name) => {
                self.found.insert(name);
            }
            Expr::List(inner) | Expr::And(inner) | Expr::Or(inner) => inner.iter().for_each(|expr| self.expr(expr)),
            Expr::Path(base, _) => self.expr(base),
            Expr::Call(_, arguments) => self.assigns(arguments),
            Expr::Not(inner) | Expr::Minus(inner) => self.expr(inner),
            Expr::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            Expr::Between(value, from, to) => [value, from, to].into_iter().for_each(|expr| self.expr(expr)),
            Expr::Query(pipeline) => self.pipeline(pipeline),
            _ => {}
        }
    }
}
