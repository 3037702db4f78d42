//! [`SourceEar`]: what a log source says, as it comes.

use std::{collections::HashMap, sync::Arc};

use crate::{
    cli::{
        CliError,
        logs::{follow::is_final, source::Clock, speaker::Speaker},
    },
    engines::{EngineError, LogRequest},
    model::LogLine,
    sources::{LogSource, What},
    text::Clean,
    watch::{Heard, Tail},
};

/// Follows a log source. A failure that goes on is told once.
pub(super) struct SourceEar {
    source: Arc<dyn LogSource>,
    stack: Option<Clean>,
    request: LogRequest,
    /// `None` when it cannot be read however often it is tried.
    tail: Option<Tail>,
    /// As many as the source has at once: what is gone is forgotten.
    parts: HashMap<Option<Clean>, (Arc<Speaker>, Clock)>,
    /// What was told last of why the whole source cannot be read.
    complaint: Option<String>,
}

impl SourceEar {
    pub(super) fn new(
        source: Arc<dyn LogSource>,
        stack: Option<&Clean>,
        request: LogRequest,
    ) -> Self {
        let tail = Some(Tail::of_source(Arc::clone(&source), request));
        let stack = stack.cloned();
        Self { source, stack, request, tail, parts: HashMap::new(), complaint: None }
    }

    /// The next line, or why there is none (now); nothing when that stays so. May be
    /// dropped while it waits: nothing is lost by that.
    pub(super) async fn next(&mut self) -> Option<Result<(Arc<Speaker>, LogLine), CliError>> {
        loop {
            match self.tail.as_mut()?.next().await {
                Heard::Opened => {}
                Heard::Line(line) => return Some(Ok(self.line(None, line))),
                Heard::Part(part, What::Line(line)) => return Some(Ok(self.line(part, line))),
                Heard::Part(_, What::Unreadable(error)) => return Some(Err(self.failed(&error))),
                Heard::Part(part, What::Gone) => {
                    self.parts.remove(&part);
                }
                Heard::Broken(error) => {
                    if is_final(&error) {
                        self.tail = None;
                    }
                    let words = error.to_string();
                    if self.complaint.as_ref() != Some(&words) {
                        self.complaint = Some(words);
                        return Some(Err(self.failed(&error)));
                    }
                }
                Heard::Ended => self.tail = None,
            }
        }
    }

    fn line(&mut self, part: Option<Clean>, mut line: LogLine) -> (Arc<Speaker>, LogLine) {
        self.complaint = None;
        let Self { source, stack, request, parts, .. } = self;
        let (speaker, clock) = parts.entry(part).or_insert_with_key(|part| {
            let speaker = Speaker::source(source.spec(), stack.as_ref(), part.as_ref());
            (Arc::new(speaker), Clock::new(&source.spec().origin, *request))
        });
        clock.set(&mut line);
        (Arc::clone(speaker), line)
    }

    fn failed(&self, error: &EngineError) -> CliError {
        CliError::source(&self.source.spec().name, error)
    }
}
