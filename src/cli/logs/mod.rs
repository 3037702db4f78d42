//! `midwatch logs`: what services say, merged by time, or as it comes.

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
        follow::{Follower, Subject, Told},
        gather::{self, AT_ONCE, Placed, patiently},
        logs::{line::Style, merge::Merge},
        select::Selection,
        when,
    },
    engines::{Engine, EngineError, LogRequest},
    model::{FaultKind, LogLine},
};

/// How many of the last lines of each instance are shown when nothing else is said.
const TAIL: usize = 500;

/// Prints what services say.
///
/// # Errors
/// When a name or a time makes no sense, no engine can be reached, one is lost while
/// it is followed, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    project: Option<&str>,
    options: &LogsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let request = request(options, &Zoned::now())?;
    let selection = Selection::new(project, &options.services);
    let mut listed = gather::list_all(engines, project, printer).await?;
    listed.select(&selection)?;
    let style = Style::new(options, &listed.placed);
    if options.follow {
        follow(&listed.reachable, selection, request, &style, printer).await?;
    } else {
        history(&listed.placed, request, &style, printer).await?;
    }
    Ok(listed.exit)
}

fn request(options: &LogsOptions, now: &Zoned) -> Result<LogRequest, CliError> {
    let time = |text: &Option<String>| -> Result<Option<Timestamp>, CliError> {
        text.as_deref().map(|text| when::parse(text, now)).transpose()
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

/// Prints what was said, by time.
async fn history(
    placed: &[Placed],
    request: LogRequest,
    style: &Style,
    printer: &mut Printer<'_>,
) -> Result<(), CliError> {
    let opened: Vec<_> = stream::iter(placed)
        .map(async |each| {
            let (engine, id) = (each.engine.as_ref(), &each.instance.id);
            (each, patiently(engine, engine.logs(id, request)).await)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut streams = Vec::new();
    for (each, lines) in opened {
        match lines {
            Ok(lines) => streams.push((each, lines)),
            Err(error) => give_up_or_go_on(each.engine.as_ref(), &error, printer)?,
        }
    }
    let (placed, streams): (Vec<_>, Vec<_>) = streams.into_iter().unzip();
    let mut merge = Merge::new(streams);
    while let Some((at, line)) = merge.next().await {
        match line {
            Ok(line) => style.print(&placed[at].instance, &line, printer)?,
            Err(error) => give_up_or_go_on(placed[at].engine.as_ref(), &error, printer)?,
        }
    }
    Ok(())
}

/// An instance without a readable log is complained about; a lost engine ends it.
fn give_up_or_go_on(
    engine: &dyn Engine,
    error: &EngineError,
    printer: &mut Printer<'_>,
) -> Result<(), CliError> {
    let complaint = CliError::engine(engine.id(), error);
    match error.kind() {
        FaultKind::NotFound => {}
        FaultKind::Unsupported | FaultKind::Invalid | FaultKind::Other => {
            printer.complain(&complaint);
        }
        _ => return Err(complaint),
    }
    Ok(())
}

/// Prints what is said, as it comes, until an engine is lost or the output is closed.
async fn follow(
    engines: &[Arc<dyn Engine>],
    selection: Selection,
    request: LogRequest,
    style: &Style,
    printer: &mut Printer<'_>,
) -> Result<(), CliError> {
    let open = move |engine: Arc<dyn Engine>, id, resumed: Option<Timestamp>| {
        let request = match resumed {
            Some(_) => LogRequest { since: resumed, tail: None, ..request },
            None => request,
        };
        async move { engine.logs(&id, request).await }.boxed()
    };
    let subject = Subject { open: Arc::new(open), time: |line: &LogLine| line.at, of_ended: true };
    let failed = |(engine, error): (_, EngineError)| CliError::engine(&engine, &error);
    let mut follower = Follower::new(engines, selection, subject).await.map_err(failed)?;
    loop {
        let told = if let Some(told) = follower.next().now_or_never() {
            told
        } else {
            // Nothing is ready: what was written must not wait for more.
            printer.flush()?;
            follower.next().await
        };
        match told {
            Some(Told::Item(_, instance, line)) => style.print(&instance, &line, printer)?,
            Some(Told::Ended(_)) => {}
            Some(Told::Failed(engine, error)) => printer.complain(&failed((engine, error))),
            Some(Told::Lost(engine, error)) => return Err(failed((engine, error))),
            None => return Ok(()),
        }
    }
}
