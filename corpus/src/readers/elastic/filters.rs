//! Filters in Elasticsearch's query DSL that stand beside a query.
