//! `midwatch logs`: what services and log sources say, merged by time, or as it comes.

mod follow;
mod hear;
mod history;
mod line;
mod merge;
pub mod options;
mod places;
mod sieve;
mod source;
mod speaker;
mod wanted;

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use futures_util::FutureExt as _;
use jiff::{Timestamp, Zoned};

pub use self::places::Places;
pub use crate::logs::LogReport;
use crate::{
    cli::{
        CliError, Exit, Printer,
        args::{LogsOptions, Tail},
        logs::{
            follow::{Follow, Told},
            history::{Asked, History},
            line::Style,
            sieve::Sieve,
            speaker::Speaker,
            wanted::Wanted,
        },
        lookout::Lookout,
        select::Selection,
    },
    engines::LogRequest,
    logs::{Masker, Redactor, when},
    model::LogLine,
    store::Store,
    text::Clean,
};

/// How many of the last lines of each instance are shown when nothing else is said.
const TAIL: usize = 500;

/// Prints what services and log sources say.
///
/// Secrets are masked by `redactor` unless the options say otherwise: what a command
/// prints ends up in files, tickets and other people's terminals (threats T4, T23).
///
/// # Errors
/// When a name, a time or a filter makes no sense, no engine can be reached, one is lost
/// while it is followed, or the output cannot be written.
pub async fn run(
    places: Places<'_>,
    options: &LogsOptions,
    redactor: &Redactor,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let now = Zoned::now();
    let wanted = Wanted::new(options, &now)?;
    let request = request(options, &wanted, &now)?;
    let selection = Selection::new(&options.services);
    if places.engines.is_empty() && places.sources.is_empty() {
        return Err(CliError::NoEngine);
    }
    let mut lookout = Lookout::on(places.engines);
    lookout.until(Store::is_listed).await;
    lookout.complain_of_lost(printer);
    lookout.check_beside(&selection, &places.specs(), places.stack)?;
    if options.previous {
        lookout.check_runs(&selection)?;
    }
    let redactor = (!options.secrets.no_redact).then_some(redactor);
    let masker = redactor.cloned().map(Masker::new);
    let sieve = Sieve::new(wanted, options.around);
    let style = |names, has_colours| Style::new(options, has_colours, redactor.cloned(), names);
    if options.follow {
        let style = style(known_names(&lookout, &selection, places), printer.has_colours());
        let out = Output { masker, sieve, style, printer };
        return follow(Follow::new(lookout, places, selection, request), out).await;
    }
    if options.previous {
        // A list does not tell when an instance was started.
        lookout.until(Store::is_described).await;
    }
    let asked = Asked { request, previous: options.previous };
    let history = History::open(&lookout, places, &selection, asked, printer).await?;
    let mut exit = lookout.exit();
    let instances = lookout.selected(&selection).map(|(_, instance)| instance.name.to_string());
    let names = instances.chain(history.names()).collect();
    let style = style(names, printer.has_colours());
    let out = Output { masker, sieve, style, printer };
    let told = history.print(out, &mut exit).await;
    exit.after(told)
}

/// What a line passes on its way out.
struct Output<'a, 'p> {
    masker: Option<Masker>,
    sieve: Sieve,
    style: Style,
    printer: &'a mut Printer<'p>,
}

impl Output<'_, '_> {
    /// Masks a line, also one that is not wanted: a private key may begin in it. What is
    /// looked for is looked for in what is shown.
    fn print(&mut self, speaker: Arc<Speaker>, mut line: LogLine) -> Result<(), CliError> {
        if let Some(masker) = &mut self.masker
            && let Cow::Owned(masked) = masker.line(speaker.key.id.as_str(), line.as_str())
        {
            line.text = Clean::new(&masked).into();
        }
        let Self { sieve, style, printer, .. } = self;
        sieve.pass(speaker, line, |passed| style.print(passed, printer))
    }
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

/// The names of those whose lines are meant, as far as they are known.
fn known_names(lookout: &Lookout, selection: &Selection, places: Places<'_>) -> BTreeSet<String> {
    let instances = lookout.selected(selection).map(|(_, instance)| &instance.name);
    let sources = places.selected(selection).map(|source| &source.spec().name);
    instances.chain(sources).map(ToString::to_string).collect()
}

/// Prints what is said, as it comes, until an engine is lost or the output is closed.
async fn follow(mut follow: Follow, mut out: Output<'_, '_>) -> Result<Exit, CliError> {
    loop {
        let told = if let Some(told) = follow.next().now_or_never() {
            told
        } else {
            // Nothing is ready: what was written must not wait for more.
            out.printer.flush()?;
            follow.next().await
        };
        match told? {
            Told::Line(speaker, line) => out.print(speaker, line)?,
            Told::Failed(error) => out.printer.complain(&error),
            // What was complained about is all that there was.
            Told::Over => return Ok(Exit::Wrong),
        }
    }
}
