//! [`History`]: what was said so far, by time.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use crate::{
    cli::{
        CliError, Exit, Printer,
        logs::{
            Output, Places,
            follow::is_final,
            merge::Merge,
            source::{Past, past},
            speaker::Speaker,
        },
        lookout::Lookout,
        select::Selection,
    },
    engines::{EngineError, EngineStream, LogRequest},
    model::{EngineId, FaultKind, Instance, LogLine, LogOrigin},
    sources::LogSource,
    text::Clean,
};

/// How many logs are opened at once: enough to be quick, few enough that an engine
/// with hundreds of containers hardly notices.
const AT_ONCE: usize = 8;

/// Which lines are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) request: LogRequest,
    /// Only those that were said before an instance was last started.
    pub(super) previous: bool,
}

impl Asked {
    /// What an instance is asked for; `None` when nobody knows when it was started.
    fn of(self, instance: &Instance) -> Option<LogRequest> {
        if !self.previous {
            return Some(self.request);
        }
        let until = Some(instance.detail.as_ref()?.earlier_runs_end()?);
        Some(LogRequest { until, ..self.request })
    }
}

/// The logs that are meant, opened.
pub(super) struct History {
    voices: Vec<Voice>,
    streams: Vec<EngineStream<LogLine>>,
    /// What is said of logs that could not be opened.
    exit: Exit,
}

/// Whose lines a stream has, and who is to blame when it breaks.
struct Voice {
    speaker: Arc<Speaker>,
    from: Origin,
}

#[derive(Clone)]
enum Origin {
    Engine(EngineId),
    /// The log source of this name.
    Source(Clean),
}

impl History {
    /// Opens what is meant. A log that cannot be read is complained about; the others are
    /// read all the same.
    ///
    /// # Errors
    /// When an engine is lost.
    pub(super) async fn open(
        lookout: &Lookout,
        places: Places<'_>,
        selection: &Selection,
        asked: Asked,
        printer: &mut Printer<'_>,
    ) -> Result<Self, CliError> {
        let mut history = Self { voices: Vec::new(), streams: Vec::new(), exit: Exit::Well };
        let selected = lookout.selected(selection);
        let running = selected.filter_map(|(key, instance)| {
            let request = asked.of(instance)?;
            Some((lookout.engine(&key.engine)?, Speaker::instance(key, instance), request))
        });
        let mut opened = stream::iter(running)
            .map(async |(engine, speaker, request)| {
                let lines = engine.logs(&speaker.key.id, request).await;
                (Origin::Engine(engine.id().clone()), speaker, lines)
            })
            .buffered(AT_ONCE);
        while let Some((from, speaker, lines)) = opened.next().await {
            match lines {
                Ok(lines) => history.add(from, Past { speaker: Arc::new(speaker), lines }),
                Err(error) => history.exit = history.exit.max(complain(&from, &error, printer)?),
            }
        }
        // Only instances have runs.
        let sources = places.selected(selection).filter(|_| !asked.previous);
        for source in sources {
            let spec = source.spec();
            let from = Origin::Source(spec.name.clone());
            if selection.is_everything() && keeps_nothing(source.as_ref()) {
                let words = spec.origin.words();
                printer.note(&format!("{} keeps no lines, -f follows it: {words}", spec.name));
                continue;
            }
            match past(source.as_ref(), places.stack, asked.request).await {
                Ok(parts) => parts.into_iter().for_each(|part| history.add(from.clone(), part)),
                Err(error) => history.exit = history.exit.max(complain(&from, &error, printer)?),
            }
        }
        Ok(history)
    }

    fn add(&mut self, from: Origin, past: Past) {
        self.voices.push(Voice { speaker: past.speaker, from });
        self.streams.push(past.lines);
    }

    /// The names of all that may have lines.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.voices.iter().map(|voice| voice.speaker.name.to_string())
    }

    /// Prints what was said, by time. A log that was complained about is not well, also
    /// for a reader that does not wait for the end.
    pub(super) async fn print(
        self,
        mut out: Output<'_, '_>,
        exit: &mut Exit,
    ) -> Result<(), CliError> {
        *exit = (*exit).max(self.exit);
        let mut merge = Merge::new(self.streams);
        while let Some((at, line)) = merge.next().await {
            let voice = &self.voices[at];
            match line {
                Ok(line) => out.print(Arc::clone(&voice.speaker), line)?,
                Err(error) => {
                    *exit = (*exit).max(complain(&voice.from, &error, out.printer)?);
                }
            }
        }
        Ok(())
    }
}

/// What a command says is nobody's to keep.
fn keeps_nothing(source: &dyn LogSource) -> bool {
    matches!(source.spec().origin, LogOrigin::Command { .. })
}

/// What has no readable log is complained about, unless it is an instance that is gone; a
/// lost engine ends it.
fn complain(
    from: &Origin,
    error: &EngineError,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let complaint = match from {
        Origin::Source(name) => CliError::source(name, error),
        Origin::Engine(engine) => {
            let complaint = CliError::engine(engine, error);
            if !is_final(error) {
                return Err(complaint);
            }
            if error.kind() == FaultKind::NotFound {
                return Ok(Exit::Well);
            }
            complaint
        }
    };
    printer.complain(&complaint);
    Ok(Exit::Wrong)
}
