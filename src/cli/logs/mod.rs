//! `midwatch logs`: what services say, merged by time, or as it comes.

mod follow;
mod line;
mod merge;
pub mod options;
mod read;
mod sieve;
mod wanted;

use std::{
    borrow::{Borrow, Cow},
    sync::Arc,
};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::{Timestamp, Zoned};

pub use crate::logs::LogReport;
use crate::{
    cli::{
        CliError, Exit, Printer,
        args::{LogsOptions, Tail},
        logs::{
            follow::{Follow, Told, is_final},
            line::Style,
            merge::Merge,
            read::understood,
            sieve::Sieve,
            wanted::Wanted,
        },
        lookout::Lookout,
        select::Selection,
    },
    engines::{Engine, EngineError, LogRequest},
    logs::{Masker, Redactor, when},
    model::{FaultKind, Instance, LogLine},
    store::Store,
    text::Clean,
};

/// How many of the last lines of each instance are shown when nothing else is said.
const TAIL: usize = 500;

/// How many logs are opened at once: enough to be quick, few enough that an engine
/// with hundreds of containers hardly notices.
const AT_ONCE: usize = 8;

/// Prints what services say.
///
/// Secrets are masked by `redactor` unless the options say otherwise: what a command
/// prints ends up in files, tickets and other people's terminals (threats T4, T23).
///
/// # Errors
/// When a name, a time or a filter makes no sense, no engine can be reached, one is lost
/// while it is followed, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    options: &LogsOptions,
    redactor: &Redactor,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let now = Zoned::now();
    let wanted = Wanted::new(options, &now)?;
    let request = request(options, &wanted, &now)?;
    let selection = Selection::new(&options.services);
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_listed).await;
    lookout.complain_of_lost(printer);
    lookout.check(&selection)?;
    let redactor = (!options.secrets.no_redact).then_some(redactor);
    let instances = lookout.selected(&selection).map(|(_, instance)| instance);
    let style = Style::new(options, printer.has_colours(), redactor.cloned(), instances);
    let masker = redactor.cloned().map(Masker::new);
    if options.follow {
        let out = Output { masker, sieve: Sieve::new(wanted, options.around), style, printer };
        return follow(Follow::new(lookout, selection, request), out).await;
    }
    let mut exit = lookout.exit();
    let placed = placed(&lookout, &selection);
    let out = Output { masker, sieve: Sieve::new(wanted, options.around), style, printer };
    let told = history(&placed, request, out, &mut exit).await;
    exit.after(told)
}

/// What a line passes on its way out.
struct Output<'a, 'p, I> {
    masker: Option<Masker>,
    sieve: Sieve<I>,
    style: Style,
    printer: &'a mut Printer<'p>,
}

impl<I: Borrow<Instance>> Output<'_, '_, I> {
    /// Masks a line, also one that is not wanted: a private key may begin in it. What is
    /// looked for is looked for in what is shown.
    fn print(&mut self, instance: I, mut line: LogLine) -> Result<(), CliError> {
        if let Some(masker) = &mut self.masker
            && let Cow::Owned(masked) = masker.line(instance.borrow().name.as_str(), line.as_str())
        {
            line.text = Clean::new(&masked).into();
        }
        let Self { sieve, style, printer, .. } = self;
        sieve.pass(instance, line, |passed| style.print(passed, printer))
    }
}

/// What is meant, each with the engine that runs it.
fn placed<'a>(lookout: &'a Lookout, selection: &Selection) -> Vec<Placed<'a>> {
    let selected = lookout.selected(selection);
    selected
        .filter_map(|(key, instance)| {
            Some(Placed { engine: lookout.engine(&key.engine)?.as_ref(), instance })
        })
        .collect()
}

/// An instance together with the engine that runs it.
struct Placed<'a> {
    engine: &'a dyn Engine,
    instance: &'a Instance,
}

fn request(options: &LogsOptions, wanted: &Wanted, now: &Zoned) -> Result<LogRequest, CliError> {
    let time = |text: &Option<String>| -> Result<Option<Timestamp>, CliError> {
        let read = |text: &str| {
            when::parse(text, now).map_err(|error| CliError::usage(&error.to_string(), when::HINT))
        };
        text.as_deref().map(read).transpose()
    };
    let (since, until) = (time(&options.since)?, time(&options.until)?);
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(CliError::usage("--since is not before --until", ""));
    }
    let tail = match options.tail {
        Some(Tail::All) => None,
        Some(Tail::Lines(lines)) => Some(lines),
        None if since.is_some() || until.is_some() => None,
        // What is looked for may be long ago. What is followed is about now.
        None if !wanted.is_everything() && !options.follow => None,
        None => Some(TAIL),
    };
    Ok(LogRequest { tail, since, until, follow: options.follow })
}

/// Prints what was said, by time. A log that was complained about is not well, also for
/// a reader that does not wait for the end.
async fn history(
    placed: &[Placed<'_>],
    request: LogRequest,
    mut out: Output<'_, '_, &Instance>,
    exit: &mut Exit,
) -> Result<(), CliError> {
    let opened: Vec<_> = stream::iter(placed)
        .map(async |each| (each, each.engine.logs(&each.instance.id, request).await))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut streams = Vec::new();
    for (each, lines) in opened {
        match lines {
            Ok(lines) => streams.push((each, understood(lines))),
            Err(error) => *exit = (*exit).max(give_up_or_go_on(each.engine, &error, out.printer)?),
        }
    }
    let (placed, streams): (Vec<_>, Vec<_>) = streams.into_iter().unzip();
    let mut merge = Merge::new(streams);
    while let Some((at, line)) = merge.next().await {
        match line {
            Ok(line) => out.print(placed[at].instance, line)?,
            Err(error) => {
                *exit = (*exit).max(give_up_or_go_on(placed[at].engine, &error, out.printer)?);
            }
        }
    }
    Ok(())
}

/// An instance without a readable log is complained about, unless it is gone; a lost
/// engine ends it.
fn give_up_or_go_on(
    engine: &dyn Engine,
    error: &EngineError,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let complaint = CliError::engine(engine.id(), error);
    if !is_final(error) {
        return Err(complaint);
    }
    if error.kind() == FaultKind::NotFound {
        return Ok(Exit::Well);
    }
    printer.complain(&complaint);
    Ok(Exit::Wrong)
}

/// Prints what is said, as it comes, until an engine is lost or the output is closed.
async fn follow(
    mut follow: Follow,
    mut out: Output<'_, '_, Arc<Instance>>,
) -> Result<Exit, CliError> {
    loop {
        let told = if let Some(told) = follow.next().now_or_never() {
            told
        } else {
            // Nothing is ready: what was written must not wait for more.
            out.printer.flush()?;
            follow.next().await
        };
        match told? {
            Told::Line(instance, line) => out.print(instance, line)?,
            Told::Failed(error) => out.printer.complain(&error),
        }
    }
}
