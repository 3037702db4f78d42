//! [`Follow`]: every line of what is meant, as it comes, also of what starts later.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream, SelectAll},
};
use jiff::Timestamp;

use crate::{
    cli::{
        CliError,
        logs::{Places, hear::SourceEar, speaker::Speaker},
        lookout::Lookout,
        select::Selection,
    },
    engines::{EngineError, LogRequest},
    model::{EngineId, FaultKind, InstanceKey, LogLine},
    store::EngineView,
    watch::{Heard, Resume, Tail},
};

/// Follows what a selection means. The store says what runs; a stream for each gives
/// its lines, and waits for whoever prints them.
pub(super) struct Follow {
    lookout: Lookout,
    selection: Selection,
    request: LogRequest,
    flows: SelectAll<BoxStream<'static, Flow>>,
    readings: BTreeMap<InstanceKey, Reading>,
    /// The engines that have answered: one of these that is lost ends everything.
    reached: BTreeSet<EngineId>,
}

/// What following told.
pub(super) enum Told {
    /// A line.
    Line(Arc<Speaker>, LogLine),
    /// Some lines cannot be read (now); those of others can.
    Failed(CliError),
    /// There is nothing left that could say more.
    Over,
}

enum Flow {
    Line(Arc<Speaker>, LogLine),
    Failed(CliError),
    Ended(InstanceKey, Resume, Option<EngineError>),
}

/// How far an instance was read.
struct Reading {
    /// The start of the run that was read last. A run that was read to its end has
    /// nothing new to tell, so a stream that ends at once is not opened again and again.
    run: Option<Timestamp>,
    /// Where a later run goes on; `None` while a stream is open.
    resume: Option<Resume>,
}

impl Follow {
    pub(super) fn new(
        lookout: Lookout,
        places: Places<'_>,
        selection: Selection,
        request: LogRequest,
    ) -> Self {
        let sources = places.selected(&selection);
        let flows: Vec<_> = sources
            .map(|source| hear(SourceEar::new(Arc::clone(source), places.stack, request)))
            .collect();
        let mut follow = Self {
            lookout,
            selection,
            request,
            flows: stream::select_all(flows),
            readings: BTreeMap::new(),
            reached: BTreeSet::new(),
        };
        follow.note_reached();
        follow.read_what_is_new();
        follow
    }

    /// What comes next. May be dropped while it waits: nothing is lost by that.
    ///
    /// # Errors
    /// When an engine is lost.
    pub(super) async fn next(&mut self) -> Result<Told, CliError> {
        loop {
            if self.lookout.is_empty() && self.flows.is_empty() {
                return Ok(Told::Over);
            }
            let flow = tokio::select! {
                _ = self.lookout.hear() => None,
                flow = self.flows.next(), if !self.flows.is_empty() => match flow {
                    Some(flow) => Some(flow),
                    None => continue,
                },
            };
            match flow {
                None => self.refuse_lost()?,
                Some(Flow::Line(speaker, line)) => return Ok(Told::Line(speaker, line)),
                Some(Flow::Failed(error)) => return Ok(Told::Failed(error)),
                Some(Flow::Ended(key, resume, why)) => {
                    if let Some(reading) = self.readings.get_mut(&key) {
                        reading.resume = Some(resume);
                    }
                    if let Some(error) = why.filter(|error| error.kind() != FaultKind::NotFound) {
                        self.read_what_is_new();
                        return Ok(Told::Failed(CliError::engine(&key.engine, &error)));
                    }
                }
            }
            self.note_reached();
            self.read_what_is_new();
        }
    }

    fn note_reached(&mut self) {
        let up = self.lookout.store.engines().iter().filter(|engine| engine.is_up());
        self.reached.extend(up.map(|engine| engine.id.clone()));
    }

    fn refuse_lost(&self) -> Result<(), CliError> {
        match self.lookout.lost().find(|(engine, _)| self.reached.contains(engine)) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    /// Opens streams of instances that were not read yet, or have started again.
    fn read_what_is_new(&mut self) {
        let Self { lookout, selection, request, flows, readings, .. } = self;
        let store = &lookout.store;
        // What is still on its way from an instance that is gone is shown; then it is
        // forgotten.
        readings.retain(|key, it| it.resume.is_none() || store.instance(key).is_some());
        for (key, instance) in lookout.selected(selection) {
            let Some(detail) = &instance.detail else { continue };
            let up = store.engine(&key.engine).is_some_and(EngineView::is_up);
            let Some(engine) = lookout.engine(&key.engine).filter(|_| up) else { continue };
            let run = detail.started_at;
            let resume = match readings.get_mut(key) {
                None => Resume::default(),
                Some(reading) if reading.run == run || !instance.is_up() => continue,
                // While the old run is still read, the end of its stream asks again.
                Some(reading) => match reading.resume.take() {
                    None => continue,
                    Some(resume) => resume,
                },
            };
            readings.insert(key.clone(), Reading { run, resume: None });
            let tail = Tail::new(Arc::clone(engine), key.id.clone(), *request, resume);
            flows.push(read(key.clone(), Arc::new(Speaker::instance(key, instance)), tail));
        }
    }
}

/// The lines of one run. A stream that breaks goes on by itself, unless there is no
/// hope in that.
fn read(key: InstanceKey, speaker: Arc<Speaker>, tail: Tail) -> BoxStream<'static, Flow> {
    stream::unfold(Some((key, speaker, tail)), async |reading| {
        let (key, speaker, mut tail) = reading?;
        loop {
            let why = match tail.next().await {
                Heard::Line(line) => {
                    let flow = Flow::Line(Arc::clone(&speaker), line);
                    return Some((flow, Some((key, speaker, tail))));
                }
                // An instance has no parts.
                Heard::Opened | Heard::Part(..) => continue,
                Heard::Broken(error) if !is_final(&error) => continue,
                Heard::Broken(error) => Some(error),
                Heard::Ended => None,
            };
            return Some((Flow::Ended(key, tail.into_resume(), why), None));
        }
    })
    .boxed()
}

/// The lines of a log source, and why it cannot be read. It ends when that is in vain.
fn hear(ear: SourceEar) -> BoxStream<'static, Flow> {
    stream::unfold(ear, async |mut ear| {
        let flow = match ear.next().await? {
            Ok((speaker, line)) => Flow::Line(speaker, line),
            Err(error) => Flow::Failed(error),
        };
        Some((flow, ear))
    })
    .boxed()
}

/// Whether an instance's log cannot be read however often it is tried.
pub(super) fn is_final(error: &EngineError) -> bool {
    matches!(
        error.kind(),
        FaultKind::NotFound | FaultKind::Unsupported | FaultKind::Invalid | FaultKind::Other
    )
}
