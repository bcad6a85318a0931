//! Completions and manual pages.

use clap::CommandFactory as _;
use sigwise_lint::nearest::nearest;

use crate::args::Cli;
use crate::error::{Error, Exit};
use crate::terminal::to_stdout;

/// Prints the completions of a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, Error> {
    // The generator takes a write error for a reason to panic: let it write to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sigwise", &mut script);
    print(&script)
}

/// Prints a page in the format of `man`.
pub(crate) fn manual(subcommand: Option<&str>) -> Result<Exit, Error> {
    let mut command = Cli::command();
    command.build();
    let command = match subcommand {
        None => command,
        Some(name) => find(&command, name)?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(Error::Output)?;
    print(&page)
}

fn find(command: &clap::Command, name: &str) -> Result<clap::Command, Error> {
    command.find_subcommand(name).cloned().ok_or_else(|| {
        let near = nearest(name, command.get_subcommands().map(clap::Command::get_name));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Error::Usage(format!("there is no subcommand `{name}`{hint}"))
    })
}

fn print(bytes: &[u8]) -> Result<Exit, Error> {
    to_stdout(|out| out.write_all(bytes)).map_err(Error::Output)?;
    Ok(Exit::Clean)
}
