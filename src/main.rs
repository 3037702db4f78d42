//! The program: reads the command line, runs it, and tells the shell how it went.

use std::{
    env,
    io::{self, BufWriter, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use clap::Parser as _;
use color_eyre::eyre::{Result, WrapErr as _};
use midwatch::{
    cli::{
        self, Args, CliError, Command, Context, Exit, Printer, args::AlertsOptions,
        printer::wants_colours,
    },
    config::{Paths, Variables},
    demo,
    guarded::{EXEC_CHILD, exec_child_main},
    history, kernel, terminal,
    text::Clean,
    wire,
};
use tokio::runtime::{Builder, Runtime};

/// Work here waits far more than it computes.
const WORKER_THREADS: usize = 2;

/// How long a file that is being read may hold up the end: a broken disk may never answer.
const LAST_READS: Duration = Duration::from_secs(5);

fn main() -> Result<ExitCode> {
    if let Some(code) = run_hidden() {
        return Ok(code);
    }
    // Without the environment section: its values can be secrets (threat T5).
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    terminal::guard::install_panic_hook();
    let args = Args::parse();
    let context = Context {
        paths: Paths::of_user().unwrap_or_else(Paths::nowhere),
        variables: Variables::of_process(),
        folder: env::current_dir().wrap_err("the current folder is gone")?,
    };
    let (mut out, mut err) = (BufWriter::new(io::stdout()), io::stderr());
    let colours = wants_colours(io::stdout().is_terminal(), &context.variables);
    let mut printer = Printer::new(&mut out, &mut err).with_colours(colours);
    let result = run(&args, &context, &mut printer);
    Ok(ExitCode::from(printer.finish(result).code()))
}

/// Runs what midwatch starts itself for. First of all: it must not carry threads and
/// terminals of its own.
fn run_hidden() -> Option<ExitCode> {
    let mut args = env::args_os().skip(1);
    let first = args.next()?;
    if first == EXEC_CHILD {
        return Some(exec_child_main(args));
    }
    if first == demo::SUBCOMMAND {
        let name = args.next().unwrap_or_default();
        return Some(demo::service_main(&name.to_string_lossy()));
    }
    None
}

fn run(args: &Args, context: &Context, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let global = &args.global;
    if let Some(file) = &global.log_file {
        // Set once, here; a second subscriber would be an error of this function's own.
        let _ = tracing::subscriber::set_global_default(wire::write_own_log(file)?);
    }
    let alone = args.command.as_ref().and_then(|it| cli::run_alone(it, global, context, printer));
    if let Some(result) = alone {
        return result;
    }
    kernel::allow_open_files();
    let runtime = runtime().map_err(CliError::system("start"))?;
    let result = runtime.block_on(run_with_engines(args, context, printer));
    runtime.shutdown_timeout(LAST_READS);
    result
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(WORKER_THREADS).enable_all().build()
}

async fn run_with_engines(
    args: &Args,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let global = &args.global;
    let session = || wire::Session::open(global, context);
    match &args.command {
        None => Box::pin(wire::console::open(global, context)).await.map(|()| Exit::Well),
        Some(Command::Demo(options)) => {
            Box::pin(wire::demo::open(global, context, options)).await.map(|()| Exit::Well)
        }
        Some(Command::Status(options)) => {
            let session = session()?;
            cli::status::run(&session.looked_at(printer)?, options, printer).await
        }
        Some(Command::Probes(options)) => {
            let session = session()?;
            cli::probes::run(&session.looked_at(printer)?, options, printer).await
        }
        Some(Command::Check(options)) => {
            let session = session()?;
            cli::probes::check(&session.looked_at(printer)?, options, printer).await
        }
        Some(Command::Alerts(AlertsOptions { notify_test: Some(name), .. })) => {
            let (session, name) = (session()?, Clean::new(name));
            let secrets = &*session.secrets;
            let notifier = wire::notifiers::named(&session.stack, &name, secrets).await?;
            let sender = wire::notifiers::sender(&session.stack);
            cli::alerts::notify_test(&notifier, &name, &sender, printer).await
        }
        Some(Command::Alerts(options)) => {
            let session = session()?;
            let stack = session.stack.name.as_ref().map(Clean::as_str);
            let history = history::file(&context.paths.state_dir, stack);
            cli::alerts::run(&session.looked_at(printer)?, &history, options, printer).await
        }
        Some(Command::Logs(options)) => {
            let session = session()?;
            let places = session.places(printer)?;
            let options = options.with_saved(&session.stack);
            cli::logs::run(places, &options, &session.redactor(), printer).await
        }
        Some(Command::Stats(options)) => {
            let session = session()?;
            let thresholds = session.settings.thresholds.values();
            let engines = session.standing_engines(printer)?;
            cli::stats::run(engines, options, &thresholds, printer).await
        }
        Some(Command::Init(options)) => {
            cli::init::check(options, context)?;
            let session = session()?;
            let engines = session.standing_engines(printer)?;
            cli::init::run(engines, session.project.as_ref(), options, context, printer).await
        }
        Some(Command::Doctor { json }) => {
            let findings = wire::session::findings(global, context).await?;
            cli::doctor::run(&findings, *json, printer)
        }
        // These need no engine, and have run.
        Some(
            Command::Config { .. }
            | Command::Trust { .. }
            | Command::Completions { .. }
            | Command::Man { .. },
        ) => Ok(Exit::Well),
    }
}
