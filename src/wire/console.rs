//! Shows a session on the screen.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::layout::Size;
use rustix::process::getuid;

use super::{Session, themes};
use crate::{
    app::{App, Console, Start, SwitchFaults, run},
    cli::{
        CliError, Context, Global,
        own_files::{self, OwnThemes},
    },
    config::{Settings, Variables, settings::Ascii},
    engines::Engine,
    input::Keymap,
    logs::Pattern,
    metrics,
    model::{Notifier, Stack, people::NotifierKind},
    store::{LogBounds, Store},
    terminal::{self, handover::is_interactive},
    text::Clean,
    ui::{
        cx::DemoFault,
        glyphs::Glyphs,
        theme::{Depth, EnvVars, Library, Theme},
    },
};

/// The switches of the demo: what there is to switch, and who does it.
pub(super) struct Faults {
    pub(super) known: Vec<DemoFault>,
    pub(super) switch: SwitchFaults,
}

/// Opens the console and stays until the person or a signal ends it.
///
/// # Errors
///
/// When the configuration is wrong, or there is no terminal to show it on.
pub async fn open(global: &Global, context: &Context) -> Result<(), CliError> {
    let session = Session::open(global, context)?;
    let engines = openable(&session)?;
    let looks = Looks::new(&session.settings, context)?;
    if let Some(processes) = session.own.ready() {
        processes.start();
    }
    let shown = Box::pin(show(&session, engines, looks, context, None)).await;
    if let Some(processes) = session.own.ready() {
        processes.shutdown().await;
    }
    shown
}

/// The engines to open a console on.
fn openable(session: &Session) -> Result<Vec<Arc<dyn Engine>>, CliError> {
    if session.read_only && session.own.ready().is_some() {
        let message = "--read-only: a console on this stack would start its processes";
        let hint = "leave --read-only out, or look at containers alone with --engine docker";
        return Err(CliError::usage(message, hint));
    }
    let engines = session.all_engines();
    let is_empty = engines.is_empty() && session.sources.is_empty();
    match session.notices.first() {
        // There is something to open, once it is allowed.
        Some(notice) if is_empty => Err(CliError::usage(notice, "")),
        None if is_empty => Err(CliError::NoEngine),
        _ => Ok(engines),
    }
}

/// How the console looks and which keys it takes.
pub(super) struct Looks {
    keymap: Keymap,
    library: Library,
    theme: Theme,
    depth: Depth,
    glyphs: &'static Glyphs,
}

impl Looks {
    /// Loads keymap and theme before the terminal is taken, so that what is wrong with
    /// them is read where it was asked for.
    pub(super) fn new(settings: &Settings, context: &Context) -> Result<Self, CliError> {
        if !is_interactive() {
            let message = "the screen needs a terminal on standard input and output";
            let hint = "`midwatch status` says the same to scripts";
            return Err(CliError::usage(message, hint));
        }
        let keymap = own_files::keymap(settings, &context.paths)?;
        let themes = OwnThemes::read(&context.paths.themes_dir);
        let depth = depth(&context.variables);
        let theme = themes.theme(settings, depth, &context.paths)?;
        let library = themes.library();
        let ascii = match settings.ascii.value {
            Ascii::Yes => true,
            Ascii::No => false,
            Ascii::Auto => !is_utf8(&context.variables),
        };
        Ok(Self { keymap, library, theme, depth, glyphs: Glyphs::of(ascii) })
    }
}

pub(super) async fn show(
    session: &Session,
    engines: Vec<Arc<dyn Engine>>,
    looks: Looks,
    context: &Context,
    faults: Option<Faults>,
) -> Result<(), CliError> {
    let settings = &session.settings;
    let (width, height) =
        crossterm::terminal::size().map_err(CliError::system("read the size of the terminal"))?;
    let (known, switch) = match faults {
        Some(faults) => (faults.known, Some(faults.switch)),
        None => (Vec::new(), None),
    };
    let stack = Arc::new(session.stack.clone());
    let places = engines.iter().map(|engine| (engine.id().clone(), engine.endpoint()));
    let start = Start {
        store: Store::new(places, bounds(settings))
            .with_log_sources(session.stack.log_sources().map(|source| source.name.clone()))
            .with_patterns(patterns(&session.stack))
            .with_stack(stack.clone(), session.project.clone()),
        stack,
        thresholds: settings.thresholds.values(),
        who: who(context),
        read_only: session.read_only,
        faults: known,
        keymap: looks.keymap,
        library: looks.library,
        theme: looks.theme,
        depth: looks.depth,
        glyphs: looks.glyphs,
        time: settings.time.value,
        zone: TimeZone::system(),
        mouse: settings.mouse.value,
        size: Size { width, height },
        notices: session.notices.clone(),
    };
    let app = App::new(start, Timestamp::now());
    let (themes, _watcher) = themes::watch(&context.paths.themes_dir);
    let console = Console {
        app,
        engines,
        sources: session.sources.clone(),
        prober: session.prober.clone(),
        meters: metrics::of_stack(&session.stack, &session.secrets),
        history: session.history.clone(),
        bells: bells(&session.stack),
        mouse: settings.mouse.value,
        themes,
        faults: switch,
        exports: context.paths.exports_dir.clone(),
        redactor: session.redactor(),
    };
    match run(console).await {
        // It ends like this too, by whoever finds out first: a frame, the keyboard, the clock.
        Err(_) if terminal::is_gone() => Ok(()),
        ended => ended.map_err(CliError::system("use the terminal")),
    }
}

/// What is counted in the logs. The stack file was read, so each is a pattern.
fn patterns(stack: &Stack) -> Vec<Pattern> {
    stack.patterns.iter().filter_map(|spec| Pattern::of(spec).ok()).collect()
}

fn bounds(settings: &Settings) -> LogBounds {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    LogBounds {
        bytes: size(settings.log_bytes.value),
        total_bytes: size(settings.log_bytes_total.value),
    }
}

fn depth(variables: &Variables) -> Depth {
    let value = |name| variables.value(name).and_then(|value| value.to_str());
    Depth::detect(&EnvVars {
        no_color: value("NO_COLOR"),
        colorterm: value("COLORTERM"),
        term: value("TERM"),
        tmux: value("TMUX"),
    })
}

/// Whether the locale is UTF-8, by the first of its variables that is set.
fn is_utf8(variables: &Variables) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| variables.value(name));
    let locale = locale.map(|value| value.to_string_lossy().to_lowercase()).unwrap_or_default();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Which alerts the stack file has the terminal tell of.
fn bells(stack: &Stack) -> Vec<Notifier> {
    let is_bell = |notifier: &&Notifier| notifier.kind == NotifierKind::Bell;
    stack.notifiers.iter().filter(is_bell).cloned().collect()
}

/// Who sits here: for words on a screen, and no proof of anything (threat T12).
fn who(context: &Context) -> Clean {
    let name = context.variables.value("USER").map(|name| name.to_string_lossy().into_owned());
    Clean::new(&name.unwrap_or_else(|| format!("uid {}", getuid().as_raw())))
}
