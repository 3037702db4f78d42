//! `midwatch completions` and `midwatch man`: written from the command line's definition.

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::{
    cli::{Args, CliError, Exit, Printer},
    text::suggest,
};

/// Prints a completion script.
///
/// # Errors
/// When the output cannot be written.
pub fn completions(shell: Shell, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    // Into memory first: the generator panics when a pipe closes under it.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "midwatch", &mut script);
    printer.raw(&script)?;
    Ok(Exit::Well)
}

/// Prints the manual page of midwatch, or of one of its commands.
///
/// # Errors
/// When there is no such command, or the output cannot be written.
pub fn man(command: Option<&str>, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let mut all = Args::command();
    // Each command's own page has its full name and the flags of all commands only
    // once the tree is complete.
    all.build();
    let page = match command {
        None => all,
        Some(name) => find(&all, name)?,
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text).map_err(CliError::Output)?;
    printer.raw(&text)?;
    Ok(Exit::Well)
}

fn find(all: &clap::Command, name: &str) -> Result<clap::Command, CliError> {
    if let Some(command) = all.find_subcommand(name) {
        return Ok(command.clone());
    }
    let hint = suggest::closest(name, all.get_subcommands().map(clap::Command::get_name))
        .map_or_else(String::new, |meant| format!("did you mean `{meant}`?"));
    Err(CliError::usage(&format!("there is no command `{name}`"), &hint))
}
