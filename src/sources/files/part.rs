//! [`Part`]: one file of a log, followed through its rotations.
//!
//! Where it goes on is known by what was read, not by names: the file that is open, how
//! it begins, and how the one before it began. A rotation by renaming shows as another
//! file under the name; one by copying and truncating as a file that is shorter, or that
//! begins otherwise. In both cases the rotated files that are newer than what was read
//! are read first, in order; the old file stays open for a while, because its writer
//! keeps it open until it is told.

mod begin;
mod unseen;
mod voice;

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use self::{
    unseen::{Present, Unseen},
    voice::{Voice, at},
};
use super::{
    generation::{Generation, Looks},
    open::{Identity, refusal},
    rotated::{Rotated, Segment, Start},
    rotation::siblings,
};
use crate::{
    engines::{EngineError, LogRequest, lines::LineSplitter},
    model::Stream,
    sources::{Said, Teller},
    text::Clean,
};

/// For so long a file that was rotated or removed is still read.
const GRACE: Duration = Duration::from_secs(10);

/// So many rotated files are kept open for their writers.
const MOST_RETIRED: usize = 4;

/// One file of a log.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    voice: Voice,
    /// The file that has the name, as far as we know.
    live: Option<Generation>,
    /// How the generation before the live one began; empty when there was none.
    before: Vec<u8>,
    /// Rotated files that their writers may still write to, and until when they are read.
    retired: VecDeque<(Generation, Instant)>,
    /// What comes before the live file, oldest first.
    segments: VecDeque<Segment>,
    absent_since: Option<Instant>,
    /// What is asked for of a file that could not be read yet.
    asked: Option<LogRequest>,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more.
    Moved,
    /// There is nothing new.
    Idle,
}

impl Part {
    pub(super) fn new(path: PathBuf, name: Option<Clean>, teller: Teller) -> Self {
        Self {
            path,
            voice: Voice::new(name, teller),
            live: None,
            before: Vec::new(),
            retired: VecDeque::new(),
            segments: VecDeque::new(),
            absent_since: None,
            asked: None,
        }
    }

    /// Whether this is one of its files.
    pub(super) fn has(&self, identity: Identity) -> bool {
        let retired = self.retired.iter().map(|(generation, _)| generation);
        retired.chain(&self.live).any(|generation| generation.identity == identity)
    }

    /// Its name, where the log has several parts.
    pub(super) fn name(&self) -> Option<&Clean> {
        self.voice.name.as_ref()
    }

    /// How far its live file was read, in bytes.
    #[cfg(test)]
    pub(super) fn place(&self) -> u64 {
        self.live.as_ref().map_or(0, |live| live.offset)
    }

    /// Whether there has been no file of that name for a while.
    pub(super) fn is_gone(&self, now: Instant) -> bool {
        self.absent_since.is_some_and(|since| now.duration_since(since) >= GRACE)
    }

    /// Reads on by one block, or looks whether something changed.
    pub(super) fn step(
        &mut self,
        now: Instant,
        block: &mut [u8],
        said: &mut VecDeque<Said>,
    ) -> Step {
        match self.try_step(now, block, said) {
            Ok(step) => step,
            Err(error) => {
                self.voice.complain(error, said);
                Step::Idle
            }
        }
    }

    /// Gives the lines that have no line break yet: nobody waits for it.
    pub(super) fn finish(&mut self, said: &mut VecDeque<Said>) {
        let retired = self.retired.iter_mut().map(|(generation, _)| generation);
        for generation in retired.chain(&mut self.live) {
            let at = at(generation);
            self.voice.say(generation.splitter.finish(), at, said);
        }
    }

    fn try_step(
        &mut self,
        now: Instant,
        block: &mut [u8],
        said: &mut VecDeque<Said>,
    ) -> Result<Step, EngineError> {
        if self.read_retired(now, block, said) || self.read_segment(block, said)? {
            return Ok(Step::Moved);
        }
        if let Some(live) = self.live.as_mut().filter(|live| !live.is_doubtful()) {
            let length = live.read(block).map_err(|error| refusal(&self.path, &error))?;
            if length > 0 {
                self.voice.hear(live, &block[..length], said);
                return Ok(Step::Moved);
            }
        }
        self.look(now, said)
    }

    /// Reads what is still written to rotated files; lets go of those that had their time.
    fn read_retired(&mut self, now: Instant, block: &mut [u8], said: &mut VecDeque<Said>) -> bool {
        for (generation, _) in &mut self.retired {
            // What cannot be read of it any more is over.
            let length = generation.read(block).unwrap_or(0);
            if length > 0 {
                self.voice.hear(generation, &block[..length], said);
                return true;
            }
        }
        while self.retired.len() > MOST_RETIRED
            || self.retired.front().is_some_and(|(_, until)| *until <= now)
        {
            let Some((mut generation, _)) = self.retired.pop_front() else { break };
            let at = at(&generation);
            self.voice.say(generation.splitter.finish(), at, said);
        }
        false
    }

    fn read_segment(
        &mut self,
        block: &mut [u8],
        said: &mut VecDeque<Said>,
    ) -> Result<bool, EngineError> {
        let Some(segment) = self.segments.front_mut() else { return Ok(false) };
        let read = segment.read(block);
        if let Ok(Some(piece)) = read {
            let (voice, at) = (&mut self.voice, segment.at);
            segment.splitter.push(piece, |line| voice.say(Some(line), at, said));
            return Ok(true);
        }
        let last = segment.splitter.finish();
        self.voice.say(last, segment.at, said);
        self.segments.pop_front();
        read.map(|_| true)
    }

    /// Looks whether the name means another file, or the file has another content.
    fn look(&mut self, now: Instant, said: &mut VecDeque<Said>) -> Result<Step, EngineError> {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.absent_since.get_or_insert(now);
                return Ok(Step::Idle);
            }
            Err(error) => return Err(refusal(&self.path, &error)),
        };
        self.absent_since = None;
        let Some(live) = &self.live else { return self.appear(said) };
        let is_renamed = live.identity != Identity::of(&metadata);
        // Whatever it is called by now: it may have been truncated before.
        let own = live.file.metadata().map_err(|error| refusal(&self.path, &error))?;
        let step = self.look_inside(Looks::of(&own), said)?;
        if step == Step::Moved || !is_renamed {
            return Ok(step);
        }
        self.turn_over(now, said)
    }

    /// A file that could not be read before, or that was not there.
    fn appear(&mut self, said: &mut VecDeque<Said>) -> Result<Step, EngineError> {
        if let Some(request) = self.asked {
            self.try_begin(&request, said)?;
            self.asked = None;
        } else {
            self.live = Some(Generation::open(&self.path)?);
            let newest = siblings(&self.path).unwrap_or_default().into_iter().next();
            let newest = newest.and_then(|sibling| Rotated::open(sibling).ok());
            self.before = newest.map_or_else(Vec::new, |rotated| rotated.head);
        }
        self.voice.complaint = None;
        Ok(Step::Moved)
    }

    /// The name means another file: the one that was read was renamed or removed.
    fn turn_over(&mut self, now: Instant, said: &mut VecDeque<Said>) -> Result<Step, EngineError> {
        let new = Generation::open(&self.path)?;
        let present = Present::of(&new).map_err(|error| refusal(&self.path, &error))?;
        let Some(old) = self.live.replace(new) else { return Ok(Step::Moved) };
        let unseen = self.unseen(&old, &present, said);
        // Its rest is read through the handle that is open.
        self.note_before(&old.head, &unseen);
        self.retired.push_back((old, now + GRACE));
        self.queue(unseen.after);
        Ok(Step::Moved)
    }

    /// The name means the same file, which looks like this now.
    fn look_inside(
        &mut self,
        looks: Looks,
        said: &mut VecDeque<Said>,
    ) -> Result<Step, EngineError> {
        let Some(mut live) = self.live.take() else { return Ok(Step::Idle) };
        let was = std::mem::replace(&mut live.looks, looks);
        let step = if was == looks && looks.are_telling(SystemTime::now()) {
            Ok(Step::Idle)
        } else {
            self.look_closely(&mut live, was, said)
        };
        self.live = Some(live);
        step
    }

    fn look_closely(
        &mut self,
        live: &mut Generation,
        was: Looks,
        said: &mut VecDeque<Said>,
    ) -> Result<Step, EngineError> {
        let begins = live.begins_as_before().map_err(|error| refusal(&self.path, &error))?;
        let now = live.looks;
        let is_truncated = now.size < live.offset || !begins;
        // A file that was empty may have been filled and truncated meanwhile.
        let is_doubtful = live.is_doubtful() && now != was;
        if !is_truncated && !is_doubtful {
            return Ok(if now.size > live.offset { Step::Moved } else { Step::Idle });
        }
        let present = Present::of(live).map_err(|error| refusal(&self.path, &error))?;
        live.looks = was;
        let unseen = self.unseen(live, &present, said);
        live.looks = now;
        if is_truncated {
            self.note_before(&live.head, &unseen);
            let mut old = std::mem::replace(&mut live.splitter, splitter());
            let offset = std::mem::take(&mut live.offset);
            match unseen.rest {
                Some(rest) => {
                    self.segments.push_back(rest.into_segment(Start::Offset(offset), old));
                }
                None => self.voice.say(old.finish(), at(live), said),
            }
        } else {
            self.note_before(&[], &unseen);
        }
        live.head = present.head;
        self.queue(unseen.after);
        Ok(Step::Moved)
    }

    /// Remembers how the last generation before the live one began.
    fn note_before(&mut self, old: &[u8], unseen: &Unseen) {
        let newest = unseen.after.last().or(unseen.rest.as_ref());
        let head = newest.map_or(old, |rotated| rotated.head.as_slice());
        if !head.is_empty() {
            self.before = head.to_vec();
        }
    }

    fn queue(&mut self, unseen: Vec<Rotated>) {
        let whole = |rotated: Rotated| rotated.into_segment(Start::Offset(0), splitter());
        self.segments.extend(unseen.into_iter().map(whole));
    }
}

fn splitter() -> LineSplitter {
    LineSplitter::new(Stream::Stdout)
}

/// The name of a part on the screen.
pub(super) fn name_of(path: &Path) -> Clean {
    Clean::new(&path.to_string_lossy())
}
