//! [`Chunk`]: lines that stand together in memory, and [`LineRef`], one of them.

use std::{fmt, ops::Range};

use jiff::{SignedDuration, Timestamp};

use super::Tally;
use crate::{
    model::{Format, LogLine, Severity, Stream, Told},
    text::{Run, StyledStr},
};

/// How much text a chunk takes before the next one begins. Small against any bound in
/// use, since chunks go as a whole; large against what a chunk costs.
const TEXT_BYTES: usize = 64 * 1024;

/// How many lines, so that short ones do not make large chunks either.
const LINES: usize = 1024;

/// How much further a chunk grows so that a stack trace stays in one piece.
const TRACE: usize = 2;

/// How far lines may stand before each other and still be in order: two pipes of one
/// program, or a clock that tells milliseconds, are no reason to warn.
const IN_ORDER: SignedDuration = SignedDuration::from_millis(250);

/// How far a program's clock may be ahead of its engine's.
const AHEAD: SignedDuration = SignedDuration::from_mins(2);

/// What stands for a time that nobody told.
const NO_TIME: i64 = i64::MIN;

/// Lines that stand together in memory. Text is in one piece with a line feed behind
/// every line, so that it can be searched at once; a line itself never holds one.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// The number of its first line.
    first: u64,
    text: String,
    lines: Vec<Entry>,
    runs: Vec<Run>,
    /// How bad the worst of its lines is.
    worst: Option<Severity>,
    tally: Tally,
}

/// A line in a chunk. A million of them are 40 MB.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// When, in nanoseconds, never before the line in front.
    at: i64,
    /// The engine's time of it.
    engine: i64,
    /// Its own time.
    told: i64,
    /// Where its line feed is.
    end: u32,
    /// How many runs there are up to its end.
    runs_end: u32,
    cut_bytes: u32,
    format: Format,
    level: Option<Severity>,
    flags: Flags,
}

bitflags::bitflags! {
    #[derive(Clone, Copy, Debug)]
    struct Flags: u8 {
        const STDERR = 1;
        const GUESS = 1 << 1;
        const CONTINUES = 1 << 2;
        const LATE = 1 << 3;
    }
}

/// A line of a log, where it is kept.
#[derive(Clone, Copy)]
pub struct LineRef<'a> {
    chunk: &'a Chunk,
    index: usize,
}

impl Chunk {
    /// An empty one, whose first line will have this number.
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            text: String::new(),
            lines: Vec::new(),
            runs: Vec::new(),
            worst: None,
            tally: Tally::default(),
        }
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number behind its last line.
    pub(super) fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// Whether the next line belongs into another chunk. `continues` says that it
    /// belongs to the line before it.
    pub(super) fn is_full(&self, continues: bool) -> bool {
        let stretch = if continues { TRACE } else { 1 };
        self.text.len() >= TEXT_BYTES * stretch || self.lines.len() >= LINES * stretch
    }

    /// What it costs in memory, in bytes.
    pub(super) fn cost(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + self.lines.capacity() * size_of::<Entry>()
            + self.runs.capacity() * size_of::<Run>()
    }

    /// Gives back the room that nothing will be put into.
    pub(super) fn seal(&mut self) {
        self.text.shrink_to_fit();
        self.lines.shrink_to_fit();
        self.runs.shrink_to_fit();
    }

    /// Puts a line behind the others. `before` is the time of the line in front.
    pub(super) fn push(&mut self, line: &LogLine, before: Timestamp) {
        let when = when(line, before);
        let mut flags = Flags::empty();
        flags.set(Flags::STDERR, line.stream == Stream::Stderr);
        flags.set(Flags::GUESS, line.told.is_guess);
        flags.set(Flags::CONTINUES, line.told.continues);
        flags.set(Flags::LATE, before.duration_since(when) > IN_ORDER);
        let styled = line.text.as_styled_str();
        self.text.push_str(styled.text());
        let end = self.text.len();
        self.text.push('\n');
        self.runs.extend_from_slice(styled.runs());
        self.worst = self.worst.max(line.told.level);
        self.tally.count(&line.told);
        // A chunk's text and runs are far below four gigabytes.
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.lines.push(Entry {
            at: nanoseconds(when.max(before)),
            engine: line.at.map_or(NO_TIME, nanoseconds),
            told: line.told.at.map_or(NO_TIME, nanoseconds),
            end: small(end),
            runs_end: small(self.runs.len()),
            cut_bytes: u32::try_from(line.cut_bytes).unwrap_or(u32::MAX),
            format: line.told.format,
            level: line.told.level,
            flags,
        });
    }

    /// One line, by its number.
    pub(super) fn get(&self, number: u64) -> Option<LineRef<'_>> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        (index < self.lines.len()).then_some(LineRef { chunk: self, index })
    }

    /// The time of the last line.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        Some(timestamp(self.lines.last()?.at))
    }

    /// How bad the worst of its lines is.
    pub(super) fn worst(&self) -> Option<Severity> {
        self.worst
    }

    /// Counts some of its lines.
    pub(super) fn tally(&self, numbers: Range<u64>) -> Tally {
        if numbers.start <= self.first && self.end() <= numbers.end {
            return self.tally;
        }
        let mut tally = Tally::default();
        let numbers = numbers.start.max(self.first)..numbers.end.min(self.end());
        numbers.filter_map(|number| self.get(number)).for_each(|line| tally.count(&line.told()));
        tally
    }

    /// The number behind the last line that is not after this moment.
    pub(super) fn end_of(&self, at: Timestamp) -> u64 {
        let at = nanoseconds(at);
        self.first + self.lines.partition_point(|line| line.at <= at) as u64
    }

    /// All text, a line feed behind every line.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The number of the line that this byte of the text is in.
    pub(super) fn line_at(&self, byte: usize) -> u64 {
        self.first + self.lines.partition_point(|line| (line.end as usize) < byte) as u64
    }

    /// The lines that begin at a number and belong together: a line and what continues
    /// it. Gives the number behind them.
    pub(super) fn record_end(&self, from: u64) -> u64 {
        let begin = usize::try_from(from - self.first).unwrap_or(usize::MAX).saturating_add(1);
        let rest = self.lines.get(begin..).unwrap_or_default();
        let more = rest.iter().take_while(|line| line.flags.contains(Flags::CONTINUES)).count();
        from + 1 + more as u64
    }

    /// The text of some lines, with line feeds between them.
    pub(super) fn text_of(&self, numbers: Range<u64>) -> &str {
        let index = |number: u64| usize::try_from(number - self.first).unwrap_or(usize::MAX);
        let last = index(numbers.end).saturating_sub(1);
        &self.text[self.start_of(index(numbers.start))..self.lines[last].end as usize]
    }

    fn start_of(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.lines[before].end as usize + 1)
    }
}

impl<'a> LineRef<'a> {
    /// Counts the lines of this log, also those that are gone.
    #[must_use]
    pub fn number(self) -> u64 {
        self.chunk.first + self.index as u64
    }

    /// When, never before the line in front of it, so that lines can be found by time.
    #[must_use]
    pub fn at(self) -> Timestamp {
        timestamp(self.entry().at)
    }

    /// When it was said: by its own account, or else with the line that it continues, or
    /// by the engine's account; `None` when nothing tells.
    #[must_use]
    pub fn when(self) -> Option<Timestamp> {
        let Told { at, continues, .. } = self.told();
        let with_record = Some(self.at()).filter(|at| continues && is_known(*at));
        at.or(with_record).or(self.engine_time())
    }

    /// When the engine took it, where it says.
    #[must_use]
    pub fn engine_time(self) -> Option<Timestamp> {
        time(self.entry().engine)
    }

    /// Whether it came behind a line that was said later.
    #[must_use]
    pub fn is_late(self) -> bool {
        self.entry().flags.contains(Flags::LATE)
    }

    /// Which pipe it came from.
    #[must_use]
    pub fn stream(self) -> Stream {
        if self.entry().flags.contains(Flags::STDERR) { Stream::Stderr } else { Stream::Stdout }
    }

    /// How many bytes were cut from its end.
    #[must_use]
    pub fn cut_bytes(self) -> u64 {
        self.entry().cut_bytes.into()
    }

    /// What it says of itself.
    #[must_use]
    pub fn told(self) -> Told {
        let Entry { told, format, level, flags, .. } = *self.entry();
        Told {
            format,
            at: time(told),
            level,
            is_guess: flags.contains(Flags::GUESS),
            continues: flags.contains(Flags::CONTINUES),
        }
    }

    /// The line with its looks.
    #[must_use]
    pub fn styled(self) -> StyledStr<'a> {
        let before = self.index.checked_sub(1).map(|index| &self.chunk.lines[index]);
        let runs = before.map_or(0, |entry| entry.runs_end as usize);
        StyledStr::of_parts(self.text(), &self.chunk.runs[runs..self.entry().runs_end as usize])
    }

    /// The line without its looks.
    #[must_use]
    pub fn text(self) -> &'a str {
        let start = self.chunk.start_of(self.index);
        &self.chunk.text[start..self.entry().end as usize]
    }

    fn entry(self) -> &'a Entry {
        &self.chunk.lines[self.index]
    }
}

impl fmt::Debug for LineRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LineRef").field(&self.number()).field(&self.text()).finish()
    }
}

/// When a line was said. One that continues the line before was said with it, whenever
/// the engine came to read it.
fn when(line: &LogLine, before: Timestamp) -> Timestamp {
    let with_record = Some(before).filter(|at| line.told.continues && is_known(*at));
    own_time(line).or(with_record).or(line.at).unwrap_or(before)
}

/// Its own account of it, unless that is of the future, seen from the engine: one such
/// line would stand below all that follow.
fn own_time(line: &LogLine) -> Option<Timestamp> {
    let is_possible =
        |own: &Timestamp| line.at.is_none_or(|engine| own.duration_since(engine) <= AHEAD);
    line.told.at.filter(is_possible)
}

/// Whether a line that is kept with this time, or one in front of it, told any.
fn is_known(at: Timestamp) -> bool {
    nanoseconds(at) > NO_TIME + 1
}

/// A moment as it is kept. One that is centuries away is as far away as can be kept.
fn nanoseconds(at: Timestamp) -> i64 {
    let nanoseconds = at.as_nanosecond().clamp(i128::from(NO_TIME) + 1, i128::from(i64::MAX));
    i64::try_from(nanoseconds).unwrap_or_default()
}

fn timestamp(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(nanoseconds.into()).unwrap_or_default()
}

fn time(nanoseconds: i64) -> Option<Timestamp> {
    (nanoseconds != NO_TIME).then(|| timestamp(nanoseconds))
}
