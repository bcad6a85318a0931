//! The `sigwise` command.

mod args;
mod corpus;
mod error;
mod explain;
#[cfg(test)]
mod generated;
mod lint;
mod output;
mod page;
mod parallel;
mod progress;
mod report;
mod shell;
mod source;
mod terminal;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use error::{Error, Exit};

/// Rules are many small texts: a fifth of a run goes to the system's allocator. This one is quicker; without huge pages, which
/// would double the memory of a run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    anstream::ColorChoice::from(cli.color).write_global();
    match run(&cli.command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.show();
            Exit::Failed.into()
        }
    }
}

fn run(command: &Command) -> Result<Exit, Error> {
    match command {
        Command::Lint(args) => lint::run(args),
        Command::Advise { paths, output } => page::advise::show(paths, output),
        Command::Technique { id: Some(id), output } => page::technique::show(id, output),
        Command::Technique { id: None, output } => page::technique::list(output),
        Command::Rule { name, output } => page::rule::show(name, output),
        Command::Indicator { item, output } => page::indicator::show(item, output),
        Command::Corpus(command) => corpus::run(command),
        Command::Explain { check } => explain::explain(check),
        Command::Checks { format } => explain::list(*format),
        Command::Server => server(),
        Command::Completions { shell } => shell::completions(*shell),
        Command::Man { subcommand } => shell::manual(subcommand.as_deref()),
    }
}

/// `sigwise server`
fn server() -> Result<Exit, Error> {
    let code = sigwise_server::run().map_err(Error::Output)?;
    Ok(if code { Exit::Clean } else { Exit::Findings })
}
