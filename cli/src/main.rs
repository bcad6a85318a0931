//! The `sigwise` command.

fn main() {}
