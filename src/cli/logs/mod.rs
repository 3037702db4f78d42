//! `midwatch logs`: what services say, merged by time, or as it comes.

mod follow;
mod line;
mod merge;

use std::sync::Arc;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::{Timestamp, Zoned};

pub use line::LogReport;

use crate::{
    cli::{
        CliError, Exit, Printer,
        args::{LogsOptions, Tail},
        logs::{
            follow::{Follow, Told, is_final},
            line::Style,
            merge::Merge,
        },
        lookout::Lookout,
        select::Selection,
    },
    engines::{Engine, EngineError, LogRequest},
    logs::when,
    model::{FaultKind, Instance},
    store::Store,
};

/// How many of the last lines of each instance are shown when nothing else is said.
const TAIL: usize = 500;

/// How many logs are opened at once: enough to be quick, few enough that an engine
/// with hundreds of containers hardly notices.
const AT_ONCE: usize = 8;

/// Prints what services say.
///
/// # Errors
/// When a name or a time makes no sense, no engine can be reached, one is lost while
/// it is followed, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    options: &LogsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let request = request(options, &Zoned::now())?;
    let selection = Selection::new(&options.services);
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_listed).await;
    lookout.complain_of_lost(printer);
    lookout.check(&selection)?;
    let style = Style::new(options, lookout.selected(&selection).map(|(_, instance)| instance));
    if options.follow {
        return follow(Follow::new(lookout, selection, request), &style, printer).await;
    }
    let mut exit = lookout.exit();
    let told = history(&placed(&lookout, &selection), request, &style, printer, &mut exit).await;
    exit.after(told)
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

fn request(options: &LogsOptions, now: &Zoned) -> Result<LogRequest, CliError> {
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
        None => Some(TAIL),
    };
    Ok(LogRequest { tail, since, until, follow: options.follow })
}

/// Prints what was said, by time. A log that was complained about is not well, also for
/// a reader that does not wait for the end.
async fn history(
    placed: &[Placed<'_>],
    request: LogRequest,
    style: &Style,
    printer: &mut Printer<'_>,
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
            Ok(lines) => streams.push((each, lines)),
            Err(error) => *exit = (*exit).max(give_up_or_go_on(each.engine, &error, printer)?),
        }
    }
    let (placed, streams): (Vec<_>, Vec<_>) = streams.into_iter().unzip();
    let mut merge = Merge::new(streams);
    while let Some((at, line)) = merge.next().await {
        match line {
            Ok(line) => style.print(placed[at].instance, &line, printer)?,
            Err(error) => {
                *exit = (*exit).max(give_up_or_go_on(placed[at].engine, &error, printer)?);
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
    style: &Style,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    loop {
        let told = if let Some(told) = follow.next().now_or_never() {
            told
        } else {
            // Nothing is ready: what was written must not wait for more.
            printer.flush()?;
            follow.next().await
        };
        match told? {
            Told::Line(instance, line) => style.print(&instance, &line, printer)?,
            Told::Failed(error) => printer.complain(&error),
        }
    }
}
