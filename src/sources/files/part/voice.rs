//! [`Voice`]: how a part speaks.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::{
    engines::EngineError,
    model::LogLine,
    sources::{
        Said, Teller, What,
        files::{generation::Generation, window::Window},
    },
    text::Clean,
};

/// Gives what a part has to say.
#[derive(Debug)]
pub(super) struct Voice {
    pub(super) name: Option<Clean>,
    pub(super) teller: Teller,
    pub(super) window: Window,
    /// What was said last of why it cannot be read.
    pub(super) complaint: Option<String>,
}

impl Voice {
    pub(super) fn new(name: Option<Clean>, teller: Teller) -> Self {
        Self { name, teller, window: Window::default(), complaint: None }
    }

    /// Splits what came of a file, and gives its lines.
    pub(super) fn hear(&mut self, from: &mut Generation, piece: &[u8], said: &mut VecDeque<Said>) {
        let at = at(from);
        from.splitter.push(piece, |line| self.say(Some(line), at, said));
        self.complaint = None;
    }

    /// Gives a line. `at` is when its file was written to last: the line is not younger.
    pub(super) fn say(
        &mut self,
        line: Option<LogLine>,
        at: Option<Timestamp>,
        said: &mut VecDeque<Said>,
    ) {
        let Some(mut line) = line else { return };
        line.at = at;
        self.teller.tell(&mut line);
        if self.window.lets(&line) {
            said.push_back(Said { part: self.name.clone(), what: What::Line(line) });
        }
    }

    /// Says why it cannot be read, once.
    pub(super) fn complain(&mut self, error: EngineError, said: &mut VecDeque<Said>) {
        let words = error.to_string();
        if self.complaint.as_ref() != Some(&words) {
            self.complaint = Some(words);
            said.push_back(Said { part: self.name.clone(), what: What::Unreadable(error) });
        }
    }
}

/// When a file was written to last, by its own host's clock, which may be ahead of ours.
pub(super) fn at(generation: &Generation) -> Option<Timestamp> {
    let changed = generation.file.metadata().and_then(|metadata| metadata.modified());
    let changed = changed.unwrap_or(generation.looks.changed);
    Timestamp::try_from(changed).ok().map(|changed| changed.min(Timestamp::now()))
}
