//! `midwatch config`: the settings as they count, and what is wrong in files.

use std::{fmt::Write as _, path::Path};

use crate::{
    cli::{CliError, Context, Exit, Global, Printer, args::ConfigCommand, table::Table},
    config::{Settings, Source, StackFile, TrustStore, discover, source::ConfigErrors},
    text::Clean,
};

/// Runs `config show` and `config check`.
///
/// # Errors
/// When the configuration is wrong or the output cannot be written.
pub fn run(
    command: &ConfigCommand,
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    match command {
        ConfigCommand::Show { origin } => show(*origin, global, context, printer),
        ConfigCommand::Check { files } if files.is_empty() => check_all(global, context, printer),
        ConfigCommand::Check { files } => {
            let mut exit = Exit::Well;
            for file in files {
                exit = exit.max(check(file, context, printer)?);
            }
            Ok(exit)
        }
    }
}

/// Prints the settings as a file that could be used as one.
fn show(
    origin: bool,
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let settings = Settings::load(&context.paths, &context.variables, &global.settings())?;
    let mut table = Table::default();
    for row in settings.rows() {
        let setting = format!("{} = {}", row.key, row.value);
        let note = if origin { format!("# {}", row.origin) } else { String::new() };
        table.row([setting, note]);
    }
    table.print(printer)?;
    if origin {
        printer.line("")?;
        printer.line(format_args!("# settings:   {}", shown(&context.paths.settings_file)))?;
        printer.line(format_args!("# own keys:   {}", shown(&context.paths.keymap_file)))?;
        printer.line(format_args!("# own themes: {}", shown(&context.paths.themes_dir)))?;
        printer.line(format_args!("# stack file: {}", stack_words(global, context)))?;
    }
    Ok(Exit::Well)
}

fn stack_words(global: &Global, context: &Context) -> String {
    let found = discover::stack_file(global.stack.as_deref(), &context.variables, &context.folder);
    let Some(found) = found else { return "none".into() };
    let mut words =
        format!("{} (from {})", Clean::new(&found.file.to_string_lossy()), found.by.words());
    let approval = Source::read(&found.file)
        .ok()
        .and_then(|source| TrustStore::new(&context.paths).approval(&found, &source.text).ok());
    let note = match approval {
        Some(approval) if approval.is_given() => "",
        Some(_) => ", not approved: its commands do not run until `midwatch trust`",
        None => ", cannot be read",
    };
    // Writing to a String cannot fail.
    let _ = write!(words, "{note}");
    words
}

/// Checks the settings and the stack file that would be used.
fn check_all(
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut exit = Exit::Well;
    match Settings::load(&context.paths, &context.variables, &global.settings()) {
        Ok(_) => {
            let file = &context.paths.settings_file;
            let note = if file.exists() { "ok" } else { "not there; the defaults count" };
            printer.line(format_args!("{}: {note}", shown(file)))?;
        }
        Err(errors) => exit = refuse(errors, printer),
    }
    let found = discover::stack_file(global.stack.as_deref(), &context.variables, &context.folder);
    if let Some(found) = found {
        return Ok(exit.max(check(&found.file, context, printer)?));
    }
    printer.line("no stack file in this folder; the engine's labels tell the stacks")?;
    Ok(exit)
}

fn check(file: &Path, context: &Context, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let same = |other: &Path| match (file.canonicalize(), other.canonicalize()) {
        (Ok(file), Ok(other)) => file == other,
        _ => false,
    };
    let verdict = if same(&context.paths.settings_file) {
        Source::read(file)
            .map_err(ConfigErrors::from)
            .and_then(|source| Settings::default().overlaid(&source))
            .map(|_| "ok (settings)".to_owned())
    } else {
        StackFile::load(file).map(|stack| stack_verdict(&stack))
    };
    match verdict {
        Ok(words) => {
            printer.line(format_args!("{}: {words}", shown(file)))?;
            Ok(Exit::Well)
        }
        Err(errors) => Ok(refuse(errors, printer)),
    }
}

fn stack_verdict(stack: &StackFile) -> String {
    let services = match stack.services.len() {
        1 => "1 service".into(),
        count => format!("{count} services"),
    };
    format!("ok (stack {}, {}, {services} to run)", stack.name, stack.environment.word())
}

fn refuse(errors: ConfigErrors, printer: &mut Printer<'_>) -> Exit {
    let error = CliError::Config(errors);
    printer.complain(&error);
    error.exit()
}

fn shown(path: &Path) -> Clean {
    Clean::new(&path.to_string_lossy())
}
