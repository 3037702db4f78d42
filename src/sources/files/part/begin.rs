//! Where the reading of a part begins.

use std::{collections::VecDeque, io};

use jiff::Timestamp;

use super::{Part, splitter};
use crate::{
    engines::{EngineError, LogRequest},
    sources::{
        Said,
        files::{
            generation::Generation,
            open::refusal,
            rotated::{Rotated, Start},
            rotation::siblings,
            seek,
            window::Window,
        },
    },
};

impl Part {
    /// Finds where to begin, for lines that are asked for.
    pub(in crate::sources::files) fn begin(
        &mut self,
        request: &LogRequest,
        said: &mut VecDeque<Said>,
    ) {
        self.voice.window = Window::of(request);
        if let Err(error) = self.try_begin(request, said) {
            self.asked = Some(*request);
            self.voice.complain(error, said);
        }
    }

    pub(super) fn try_begin(
        &mut self,
        request: &LogRequest,
        said: &mut VecDeque<Said>,
    ) -> Result<(), EngineError> {
        let mut live = Generation::open(&self.path)?;
        let path = self.path.clone();
        let failed = |error: io::Error| refusal(&path, &error);
        let size = live.looks.size;
        let mut missing = usize::MAX;
        if let Some(tail) = request.tail {
            let end = seek::last_lines(&live.file, size, tail).map_err(failed)?;
            live.offset = end.start;
            missing = tail - end.lines;
        }
        self.live = Some(live);
        self.begin_before(request, missing, said);
        if let (Some(since), None, true, Some(live)) =
            (request.since, request.tail, self.segments.is_empty(), &mut self.live)
        {
            let time_of = self.voice.teller.time_of();
            live.offset = seek::before_time(&live.file, size, since, time_of).map_err(failed)?;
        }
        Ok(())
    }

    /// Takes what is missing from the files that were rotated before.
    fn begin_before(
        &mut self,
        request: &LogRequest,
        mut missing: usize,
        said: &mut VecDeque<Said>,
    ) {
        for sibling in siblings(&self.path).unwrap_or_default() {
            let is_first = self.before.is_empty();
            let changed = Timestamp::try_from(sibling.changed).ok();
            let is_old = request.since.is_some() && changed < request.since;
            let is_wanted = missing > 0 && !is_old;
            if !is_first && !is_wanted {
                return;
            }
            let taken = Rotated::open(sibling).and_then(|rotated| {
                if is_first {
                    self.before.clone_from(&rotated.head);
                }
                if !is_wanted {
                    return Ok(());
                }
                let (start, lines) =
                    start_of(&rotated, missing).map_err(|error| refusal(rotated.path(), &error))?;
                missing -= lines.min(missing);
                self.segments.push_front(rotated.into_segment(start, splitter()));
                Ok(())
            });
            if let Err(error) = taken {
                // Lines before a gap would look as if there were none.
                self.voice.complain(error, said);
                return;
            }
        }
    }
}

/// Where the last `wanted` lines of a rotated file begin, and how many there are.
fn start_of(rotated: &Rotated, wanted: usize) -> io::Result<(Start, usize)> {
    if wanted == usize::MAX {
        return Ok((Start::Offset(0), 0));
    }
    if let Some(file) = rotated.plain() {
        let end = seek::last_lines(file, rotated.looks.size, wanted)?;
        return Ok((Start::Offset(end.start), end.lines));
    }
    let lines = rotated.count_lines()?;
    Ok((Start::Line(lines.saturating_sub(wanted)), lines))
}
