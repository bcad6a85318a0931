//! What a Kusto query is made of.

/// A sequence of statements, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) statements: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    /// `let name = value`
    Let(String, Definition),
    /// What gives the result.
    Query(Pipeline),
}

#[derive(Clone, Debug)]
pub(super) enum Definition {
    Value(Pipeline),
    Function(Function),
}

/// `(parameters) { statements }`
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Vec<Statement>,
}

/// `name:type = default`
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) default: Option<Expr>,
}

/// `source | stage | stage`
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub(super) source: Source,
    pub(super) stages: Vec<Stage>,
}

impl Pipeline {
    /// The expression that it is, if it has no stages.
    pub(super) fn expression(&self) -> Option<&Expr> {
        match (&self.source, self.stages.is_empty()) {
            (Source::Expr(expr), true) => Some(expr),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A table, a call that gives one, or any other expression.
    Expr(Expr),
    Union(Vec<Pipeline>),
    /// Names of the columns, values of all rows.
    Datatable(Vec<String>, Vec<Expr>),
    /// `externaldata (…) ["address"]`: names of the columns
    External(Vec<String>),
    /// `search in (tables) condition`, `find in (tables) where condition`
    Search(Vec<Pipeline>, Expr),
    /// `print`, `range`: rows that come from no table.
    Made,
    /// Nothing: the query begins with a stage, as those for the input of a function do.
    Missing,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// `where condition`, `search "term"`
    Where(Expr),
    /// Adds columns.
    Extend(Vec<Assign>),
    /// Columns with other names for old ones.
    Project(Vec<Assign>),
    /// Aggregates, and what they are grouped by.
    Summarize(Vec<Assign>, Vec<Assign>),
    /// Its kind, in lower case, and its right side.
    Join(String, Pipeline),
    Union(Vec<Pipeline>),
    /// Names of the columns that it takes out of others.
    Parse(Vec<String>),
    /// Stages over parts of the table or of a value: `mv-apply`, `partition`.
    Within(Vec<Stage>),
    /// `invoke function(…)`, which gets the table.
    Invoke(Expr),
    /// Changes no column and asks for nothing.
    Other,
}

/// `name = value`, or a value that gives its column a name.
#[derive(Clone, Debug)]
pub(super) struct Assign {
    pub(super) name: Option<String>,
    pub(super) value: Expr,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Name(String),
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    /// A point in time or a length of it.
    Time,
    /// `*`
    Star,
    /// Property bags, which nobody compares.
    Bag,
    /// What could not be read.
    Hole,
    List(Vec<Expr>),
    /// A value and the properties below it; an index that is no text is a hole.
    Path(Box<Expr>, Vec<Expr>),
    Call(String, Vec<Assign>),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `value between (from .. to)`
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A query in brackets.
    Query(Box<Pipeline>),
}

/// Operators between two operands, without their negation and without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    /// `has`, `contains` and their kin: somewhere within.
    Contains,
    StartsWith,
    EndsWith,
    Regex,
    HasAny,
    HasAll,
    /// With its sign.
    Arithmetic(char),
}
