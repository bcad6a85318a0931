//! The engine: checks, diagnostics, fixes, suppressions, configuration, project index.
