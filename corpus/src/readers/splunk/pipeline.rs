//! A search from its first command to its last: what filters it, and what the names in it mean at each point.

use rustc_hash::FxHashSet;

use super::super::logic::Logic;
use super::super::query::{Comparison, Query};
use super::commands::{
    aggregate, convert, fillnull, first_name, lookup, option, outputs, regex, rename, rex, spath, table,
};
use super::lexer::{self, Kind, closing, tokens, unescaped};
use super::scope::Scope;
use super::{Macros, condition, eval, search};

/// What filters events.
pub(super) type Tree = Logic<Comparison>;

/// Searches within searches deeper than this are not followed.
const MAX_DEPTH: usize = 8;

/// Names that `iplocation` adds.
const PLACES: [&str; 7] = ["City", "Continent", "Country", "Region", "Timezone", "lat", "lon"];

/// Fields of the event that Splunk's macros put together where a log has them in pieces: auditd's command line.
const PUT_TOGETHER: [&str; 1] = ["process_exec"];

/// Commands that neither filter events nor make fields that a later one could compare.
const OTHERS: [&str; 44] = [
    "abstract",
    "addcoltotals",
    "addinfo",
    "addtotals",
    "appendpipe",
    "bin",
    "bucket",
    "collect",
    "dedup",
    "delta",
    "eventcount",
    "expand",
    "extract",
    "fieldformat",
    "fields",
    "filldown",
    "flatten",
    "foreach",
    "format",
    "fromjson",
    "gauge",
    "head",
    "highlight",
    "kv",
    "localop",
    "makemv",
    "makeresults",
    "metadata",
    "multikv",
    "mvcombine",
    "mvexpand",
    "nomv",
    "outlier",
    "outputlookup",
    "reltime",
    "replace",
    "rest",
    "return",
    "reverse",
    "sendalert",
    "sort",
    "table",
    "tail",
    "xmlkv",
];

/// Reads searches into a query.
pub(super) struct Reader<'m> {
    macros: &'m Macros,
    /// What was read.
    pub(super) query: Query,
    /// Macros that say where events are kept, in order.
    pub(super) sources: Vec<String>,
    /// Data models that events come from, such as `Endpoint.Processes`, in order.
    pub(super) models: Vec<String>,
    depth: usize,
    problems: FxHashSet<String>,
}

/// A search in brackets.
#[derive(Default)]
pub(super) struct Subsearch {
    /// The list that it reads, if it does nothing but that.
    pub(super) table: Option<String>,
    /// What its results are called: fields of the search around it.
    pub(super) fields: Vec<String>,
}

/// A search on its way through its commands.
#[derive(Default)]
struct Pipeline {
    scope: Scope,
    filter: Option<Tree>,
    /// The list that its first command reads.
    table: Option<String>,
    /// Names in the last list of fields.
    fields: Vec<String>,
}

impl Pipeline {
    fn require(&mut self, condition: Option<Tree>) {
        let Some(condition) = condition else { return };
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
    }
}

impl<'m> Reader<'m> {
    /// A reader for searches that use these macros.
    pub(super) fn new(macros: &'m Macros) -> Self {
        Self {
            macros,
            query: Query::default(),
            sources: Vec::new(),
            models: Vec::new(),
            depth: 0,
            problems: FxHashSet::default(),
        }
    }

    /// Notes something that could not be read, once.
    pub(super) fn problem(&mut self, reason: &str) {
        if self.problems.insert(reason.to_owned()) {
            self.query.unread.push(reason.to_owned());
        }
    }

    /// Reads a search and all that stands in it.
    pub(super) fn search(&mut self, text: &str) {
        let text = self.expanded(text);
        self.pipeline(&text);
    }

    fn expanded(&mut self, text: &str) -> String {
        let expanded = self.macros.expand(text, super::source::is_macro);
        self.sources.extend(expanded.sources);
        expanded.unread.iter().for_each(|reason| self.problem(reason));
        expanded.text
    }

    /// Reads a search in brackets: its conditions are a part of the query with a top level of their own, unless what it
    /// finds is left out.
    pub(super) fn subsearch(&mut self, text: &str, negated: bool) -> Subsearch {
        let before = self.query.parts.len();
        let pipeline = self.nested(text);
        if negated && self.query.parts.len() > before {
            self.query.parts.truncate(before);
            self.problem("a search whose results are left out");
        }
        // Where conditions narrow the list down, it is not the list that is looked for.
        Subsearch { table: pipeline.table.filter(|_| pipeline.filter.is_none()), fields: pipeline.fields }
    }

    fn nested(&mut self, text: &str) -> Pipeline {
        if self.depth == MAX_DEPTH {
            self.problem("nested too deeply");
            return Pipeline::default();
        }
        self.depth += 1;
        let pipeline = self.pipeline(text);
        self.depth -= 1;
        pipeline
    }

    fn pipeline(&mut self, text: &str) -> Pipeline {
        let at = self.query.parts.len();
        let mut pipeline = Pipeline::default();
        // A search that begins with a pipe begins with a command.
        let mut implicit = !text.trim_start().starts_with('|');
        let (commands, closed) = lexer::commands(text);
        if !closed {
            self.problem("a quote that is never closed");
        }
        for command in commands {
            let length = command.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(command.len());
            let (name, arguments) = command.split_at(length);
            let name = name.to_ascii_lowercase();
            let generates = matches!(
                name.as_str(),
                "search" | "tstats" | "mstats" | "inputlookup" | "from" | "datamodel" | "summary"
            );
            if implicit && !(generates && arguments.starts_with([' ', '\t', '\n', '\r'])) {
                self.filter(&mut pipeline, command);
            } else {
                self.command(&mut pipeline, &name, arguments.trim());
            }
            implicit = false;
        }
        if let Some(filter) = pipeline.filter.clone() {
            // Before those of the searches in it, which have been read by now.
            self.query.parts.insert(at, (String::new(), filter));
        }
        pipeline
    }

    fn filter(&mut self, pipeline: &mut Pipeline, text: &str) {
        let (condition, _) = search::parse(text, false, &pipeline.scope, self);
        pipeline.require(condition);
    }

    fn command(&mut self, pipeline: &mut Pipeline, name: &str, text: &str) {
        let scope = &mut pipeline.scope;
        match name {
            "search" => self.filter(pipeline, text),
            "where" => {
                let condition = condition::condition(text, scope, self);
                pipeline.require(condition);
            }
            "regex" => pipeline.require(regex(text, &pipeline.scope)),
            "tstats" | "mstats" => self.tstats(pipeline, text),
            "from" | "datamodel" => self.datamodel(text),
            "inputlookup" => pipeline.table = pipeline.table.take().or(first_name(text).map(table)),
            "eval" => self.eval(scope, text),
            "rename" => {
                if let Some(filter) = pipeline.filter.as_ref().filter(|_| text.contains('*')) {
                    filter.each(|comparison, _| scope.note(&comparison.field));
                }
                rename(scope, &mut pipeline.fields, text);
            }
            "stats" | "eventstats" | "streamstats" | "sistats" | "chart" | "timechart" | "top" | "rare"
            | "geostats" => {
                aggregate(scope, text);
            }
            "rex" => rex(scope, text),
            "spath" => spath(scope, text),
            "lookup" => lookup(scope, text),
            "fillnull" => fillnull(scope, text),
            "iplocation" => {
                let prefix = option(&tokens(text), "prefix").unwrap_or_default();
                PLACES.iter().for_each(|place| scope.derive(&format!("{prefix}{place}")));
            }
            "transaction" => ["duration", "eventcount"].iter().for_each(|name| scope.derive(name)),
            "anomalydetection" => ["probable_cause", "log_event_prob"].iter().for_each(|name| scope.derive(name)),
            "convert" => convert(scope, text),
            "apply" | "fit" | "predict" => scope.derive_all("pred"),
            "summary" => ["cardinality", "BoundaryRanges"].iter().for_each(|name| scope.derive(name)),
            "addtotals" => scope.derive(option(&tokens(text), "fieldname").unwrap_or("Total")),
            "join" | "append" | "appendcols" | "multisearch" | "union" | "set" => self.joined(pipeline, text),
            "map" => self.map(text),
            "" => self.filter(pipeline, text),
            _ if OTHERS.contains(&name) => {}
            _ => self.problem(&format!("unknown command `{name}`")),
        }
        if matches!(name, "fields" | "table" | "return") {
            let names = tokens(text).into_iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
            pipeline.fields = names.map(|token| token.bare().to_owned()).filter(|name| name != "+").collect();
        }
        if name == "appendpipe" {
            self.joined(pipeline, text);
        }
    }

    /// `tstats FUNCTIONS from datamodel=MODEL where CONDITION by FIELDS`
    fn tstats(&mut self, pipeline: &mut Pipeline, text: &str) {
        let tokens = tokens(text);
        let word = |word: &str| tokens.iter().position(|token| token.is(word));
        let (from, filter) = (word("from"), word("where"));
        let functions = [from, filter, word("by")].into_iter().flatten().min().unwrap_or(tokens.len());
        if let Some(model) = option(&tokens, "datamodel").or_else(|| {
            let after =
                |at: usize| tokens.get(at + 2).filter(|_| tokens.get(at + 1).is_some_and(|t| t.is("datamodel")));
            from.and_then(after).map(|token| token.bare())
        }) {
            self.models.push(model.to_owned());
        }
        if let Some(filter) = filter.and_then(|at| tokens.get(at)) {
            let condition = text.get(filter.end()..).unwrap_or_default();
            let (condition, _) = search::parse(condition, true, &pipeline.scope, self);
            pipeline.require(condition);
        }
        outputs(&mut pipeline.scope, tokens.get(..functions).unwrap_or_default());
    }

    /// `from datamodel:"MODEL"`, `datamodel MODEL OBJECT search`
    fn datamodel(&mut self, text: &str) {
        let mut names = text.split([' ', ':', '=', '"', '\t', '\n']).filter(|word| !word.is_empty());
        let Some(first) = names.find(|word| !word.eq_ignore_ascii_case("datamodel")) else { return };
        match names.next().filter(|second| !second.eq_ignore_ascii_case("search")) {
            Some(object) if !first.contains('.') => self.models.push(format!("{first}.{object}")),
            _ => self.models.push(first.to_owned()),
        }
    }

    fn eval(&mut self, scope: &mut Scope, text: &str) {
        for (name, expr) in eval::assignments(text, self) {
            // In another case it is the same field still.
            if expr.as_ref().and_then(eval::Expr::same_field) != Some(name) && !PUT_TOGETHER.contains(&name) {
                scope.derive(name);
            }
        }
    }

    /// Searches in brackets whose results come to those of this one.
    fn joined(&mut self, pipeline: &mut Pipeline, text: &str) {
        let tokens = tokens(text);
        let mut at = 0;
        while let Some(open) = tokens.get(at) {
            let close = if open.kind == Kind::Begin { closing(&tokens, at) } else { at };
            if close > at {
                let end = tokens.get(close).map_or(text.len(), |token| token.start);
                let nested = self.nested(text.get(open.end()..end).unwrap_or_default());
                pipeline.scope.join(nested.scope);
            }
            at = close + 1;
        }
    }

    /// `map search="…"`: a search per result, in which `$name$` is a value of the result.
    fn map(&mut self, text: &str) {
        let tokens = tokens(text);
        if let Some(inner) = option(&tokens, "search") {
            let inner = self.expanded(&unescaped(inner));
            self.nested(&inner);
        } else {
            let mut pipeline = Pipeline::default();
            self.joined(&mut pipeline, text);
        }
    }
}
