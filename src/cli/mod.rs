//! The command line: everything on the screen is also a command.
//!
//! Commands take what they need (engines, paths, variables) and write to a
//! [`Printer`], so that they run in tests as they run in a shell. Machine output
//! is JSON with stable names, one object, or one a line with `--watch` and `-f`.

pub mod alerts;
pub mod args;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod exit;
pub mod init;
pub mod logs;
mod looked;
mod lookout;
pub mod own_files;
pub mod printer;
pub mod probes;
mod select;
pub mod stats;
pub mod status;
mod table;
pub mod trust;
mod words;

use std::path::PathBuf;

pub use args::{Args, Command, DemoOptions, Global};
pub use exit::{CliError, Exit};
pub use looked::LookedAt;
pub use printer::Printer;

use crate::config::{Paths, Variables};

/// Where a command runs.
#[derive(Clone, Debug)]
pub struct Context {
    /// The user's own files.
    pub paths: Paths,
    /// The environment.
    pub variables: Variables,
    /// The current folder.
    pub folder: PathBuf,
}

/// Runs a command that needs no engine; `None` when it does need one.
///
/// The result's error is why the command could not do its work.
pub fn run_alone(
    command: &Command,
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Option<Result<Exit, CliError>> {
    match command {
        Command::Config { command } => Some(config::run(command, global, context, printer)),
        Command::Trust { file, yes } => {
            Some(trust::run(file.as_deref(), *yes, global, context, printer))
        }
        Command::Completions { shell } => Some(completions::completions(*shell, printer)),
        Command::Man { command } => Some(completions::man(command.as_deref(), printer)),
        Command::Demo(_)
        | Command::Status(_)
        | Command::Logs(_)
        | Command::Stats(_)
        | Command::Probes(_)
        | Command::Check(_)
        | Command::Init(_)
        | Command::Alerts(_)
        | Command::Doctor { .. } => None,
    }
}
