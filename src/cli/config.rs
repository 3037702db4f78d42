//! `midwatch config`: the settings as they count, and what is wrong in files.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        CliError, Context, Exit, Global, Printer,
        args::ConfigCommand,
        own_files::{self, OwnThemes},
        table::Table,
    },
    config::{
        ConfigError, ConfigErrors, Paths, Settings, Source, StackFile, TrustStore, discover,
        settings::Row, stack_file,
    },
    text::Clean,
    ui::theme::Depth,
};

/// Runs `config show`, `config check` and `config schema`.
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
        ConfigCommand::Check { files } => {
            let mut exit = Exit::Well;
            let checked = if files.is_empty() {
                check_all(global, context, printer, &mut exit)
            } else {
                check_each(files, context, printer, &mut exit)
            };
            exit.after(checked)
        }
        ConfigCommand::Schema => {
            printer.line(format_args!("{:#}", stack_file::schema()))?;
            Ok(Exit::Well)
        }
    }
}

fn check_each(
    files: &[PathBuf],
    context: &Context,
    printer: &mut Printer<'_>,
    exit: &mut Exit,
) -> Result<(), CliError> {
    for file in files {
        *exit = (*exit).max(check(file, context, printer)?);
    }
    Ok(())
}

/// Prints the settings as a file that could be used as one.
fn show(
    origin: bool,
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let look = own_files::look(global, context);
    let flags = global.settings();
    let settings = Settings::load_over(&look, &context.paths, &context.variables, &flags)?;
    print_rows(settings.rows(), origin, printer)?;
    printer.line("\n[thresholds]")?;
    print_rows(settings.threshold_rows(), origin, printer)?;
    if !settings.filters.is_empty() {
        printer.line("\n[filters]")?;
        print_rows(settings.filter_rows(), origin, printer)?;
    }
    if origin {
        printer.line("")?;
        printer.line(format_args!("# settings:   {}", shown(&context.paths.settings_file)))?;
        printer.line(format_args!("# own keys:   {}", shown(&context.paths.keymap_file)))?;
        printer.line(format_args!("# own themes: {}", shown(&context.paths.themes_dir)))?;
        printer.line(format_args!("# stack file: {}", stack_words(global, context)))?;
    }
    Ok(Exit::Well)
}

fn print_rows(rows: Vec<Row<'_>>, origin: bool, printer: &mut Printer<'_>) -> Result<(), CliError> {
    let mut table = Table::default();
    for row in rows {
        let setting = format!("{} = {}", row.key, row.value);
        let note = if origin { format!("# {}", row.origin) } else { String::new() };
        table.row([setting, note]);
    }
    table.print(printer)
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

/// Checks the settings, the user's own keys and themes, and the stack file that would
/// be used.
fn check_all(
    global: &Global,
    context: &Context,
    printer: &mut Printer<'_>,
    exit: &mut Exit,
) -> Result<(), CliError> {
    let paths = &context.paths;
    let look = own_files::look(global, context);
    let loaded = Settings::load_over(&look, paths, &context.variables, &global.settings());
    let settings = match loaded {
        Ok(settings) => {
            let file = &paths.settings_file;
            let note = if file.exists() { "ok" } else { "not there; the defaults count" };
            printer.line(format_args!("{}: {note}", shown(file)))?;
            settings
        }
        Err(errors) => {
            *exit = refuse(errors, printer);
            Settings::default()
        }
    };
    *exit = (*exit).max(check_keys(&settings, context, printer)?);
    *exit = (*exit).max(check_themes(&settings, context, printer)?);
    let found = discover::stack_file(global.stack.as_deref(), &context.variables, &context.folder);
    if let Some(found) = found {
        *exit = (*exit).max(check(&found.file, context, printer)?);
        return Ok(());
    }
    printer.line("no stack file in this folder; the engine's labels tell the stacks")
}

/// Checks the keymap that the settings name, with the user's own keys over it.
fn check_keys(
    settings: &Settings,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let file = &context.paths.keymap_file;
    match own_files::keymap(settings, &context.paths) {
        Ok(_) if file.exists() => {
            printer.line(format_args!("{}: ok (keys)", shown(file)))?;
            Ok(Exit::Well)
        }
        Ok(_) => Ok(Exit::Well),
        Err(errors) => Ok(refuse(errors, printer)),
    }
}

/// Checks every theme of the user's, and the one that the settings name.
fn check_themes(
    settings: &Settings,
    context: &Context,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let themes = OwnThemes::read(&context.paths.themes_dir);
    let mut errors = themes.errors.clone();
    for (source, verdict) in themes.check() {
        match verdict {
            Ok(()) => printer.line(format_args!("{}: ok (theme)", shown(&source.file)))?,
            Err(wrong) => errors.extend(wrong.0),
        }
    }
    if let Err(wrong) = themes.theme(settings, Depth::TrueColor, &context.paths) {
        errors.extend(wrong.0);
    }
    // A fault is found again by each theme that inherits it.
    let mut told: Vec<ConfigError> = Vec::new();
    for error in errors {
        if !told.contains(&error) {
            told.push(error);
        }
    }
    Ok(if told.is_empty() { Exit::Well } else { refuse(ConfigErrors(told), printer) })
}

/// What a named file is, by its place.
enum Kind {
    Settings,
    Keys,
    Theme,
    Stack,
}

impl Kind {
    fn of(file: &Path, paths: &Paths) -> Self {
        let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        };
        if same(file, &paths.settings_file) {
            Self::Settings
        } else if same(file, &paths.keymap_file) {
            Self::Keys
        } else if file.parent().is_some_and(|folder| same(folder, &paths.themes_dir)) {
            Self::Theme
        } else {
            Self::Stack
        }
    }
}

fn check(file: &Path, context: &Context, printer: &mut Printer<'_>) -> Result<Exit, CliError> {
    let words = |words: &str| words.to_owned();
    let verdict = match Kind::of(file, &context.paths) {
        Kind::Settings => settings_of(file).map(|_| words("ok (settings)")),
        Kind::Keys => {
            // Keys lie over the keymap of the settings, whose own faults are told elsewhere.
            let settings = settings_of(&context.paths.settings_file).unwrap_or_default();
            own_files::keymap(&settings, &context.paths).map(|_| words("ok (keys)"))
        }
        Kind::Theme => {
            let themes = OwnThemes::read(&context.paths.themes_dir);
            themes.check_file(file).map(|()| words("ok (theme)"))
        }
        Kind::Stack => StackFile::load(file).map(|stack| stack_verdict(&stack)),
    };
    match verdict {
        Ok(words) => {
            printer.line(format_args!("{}: {words}", shown(file)))?;
            Ok(Exit::Well)
        }
        Err(errors) => Ok(refuse(errors, printer)),
    }
}

fn settings_of(file: &Path) -> Result<Settings, ConfigErrors> {
    Settings::default().overlaid(&Source::read(file)?)
}

fn stack_verdict(stack: &StackFile) -> String {
    let services = &stack.stack.services;
    let probes: usize = services.iter().map(|service| service.probes.len()).sum();
    let counted = [
        (services.len(), "service", "services"),
        (stack.own_services.len(), "of them to run", "of them to run"),
        (probes, "probe", "probes"),
        (stack.stack.metrics.len(), "metric", "metrics"),
    ];
    let counted = counted.map(|(count, one, many)| match count {
        0 => String::new(),
        1 => format!(", 1 {one}"),
        count => format!(", {count} {many}"),
    });
    let environment = stack.stack.environment.unwrap_or_default();
    format!("ok (stack {}, {}{})", stack.name(), environment.word(), counted.concat())
}

fn refuse(errors: ConfigErrors, printer: &mut Printer<'_>) -> Exit {
    let error = CliError::Config(errors);
    printer.complain(&error);
    error.exit()
}

fn shown(path: &Path) -> Clean {
    Clean::new(&path.to_string_lossy())
}
