//! ES|QL: a pipe of commands, of which `where` says what is looked for.
