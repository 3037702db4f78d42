//! The program: reads the command line, runs it, and tells the shell how it went.

use std::{
    io::{self, BufWriter},
    process::ExitCode,
};

use clap::Parser as _;
use color_eyre::eyre::{Result, WrapErr as _};
use midwatch::{
    cli::{self, Args, CliError, Command, Context, Exit, Printer},
    config::{Paths, Variables},
};

fn main() -> Result<ExitCode> {
    // Without the environment section: its values can be secrets (threat T5).
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    let args = Args::parse();
    let context = Context {
        paths: Paths::of_user().unwrap_or_else(Paths::nowhere),
        variables: Variables::of_process(),
        folder: std::env::current_dir().wrap_err("the current folder is gone")?,
    };
    let (mut out, mut err) = (BufWriter::new(io::stdout().lock()), io::stderr().lock());
    let mut printer = Printer::new(&mut out, &mut err);
    let result = run(&args, &context, &mut printer);
    Ok(ExitCode::from(printer.finish(result).code()))
}

fn run(args: &Args, context: &Context, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let alone =
        args.command.as_ref().and_then(|it| cli::run_alone(it, &args.global, context, printer));
    if let Some(result) = alone {
        return result;
    }
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::system("start"))?;
    // No engine is built yet, so every look ends with "no engine was found".
    let (engines, project) = ([], args.global.project.as_deref());
    match &args.command {
        Some(Command::Status(options)) => {
            runtime.block_on(cli::status::run(&engines, project, options, printer))
        }
        Some(Command::Logs(options)) => {
            runtime.block_on(cli::logs::run(&engines, project, options, printer))
        }
        Some(Command::Stats(options)) => {
            runtime.block_on(cli::stats::run(&engines, project, options, printer))
        }
        _ => Err(CliError::NoEngine),
    }
}
