//! Kibana's query language, KQL.
