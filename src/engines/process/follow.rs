//! An instance's output as a stream: what is kept of it, and what comes.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::{
    engines::{EngineStream, LogRequest, process::live::Cell},
    model::{LogLine, Stream},
    text::Clean,
};

/// How many lines are taken from the buffer at once.
const BATCH: usize = 256;

/// The lines that were asked for.
///
/// A reader that is so slow that lines it never saw were let go is told so by a line in
/// their place, and goes on with the oldest that is kept.
pub(super) fn lines(cell: Arc<Cell>, request: LogRequest) -> EngineStream<LogLine> {
    let LogRequest { tail, since, until, follow } = request;
    let next = cell.logs.start(tail, since, until);
    let last = if follow { None } else { Some(cell.logs.end()) };
    let reader = Reader { cell, next, last, until, taken: VecDeque::new() };
    let lines = stream::unfold(reader, |mut reader| async move {
        let line = reader.next_line().await?;
        Some((Ok(line), reader))
    });
    match until {
        // Nothing after that moment is wanted, so nobody need wait beyond it.
        Some(until) if follow => lines.take_until(tokio::time::sleep(time_to(until))).boxed(),
        _ => lines.boxed(),
    }
}

fn time_to(moment: Timestamp) -> Duration {
    Duration::try_from(moment.duration_since(Timestamp::now())).unwrap_or_default()
}

/// Somebody who reads the output of one instance.
struct Reader {
    cell: Arc<Cell>,
    /// The number of the line to go on with.
    next: u64,
    /// The number of the line to end before; `None` to follow.
    last: Option<u64>,
    until: Option<Timestamp>,
    taken: VecDeque<LogLine>,
}

impl Reader {
    async fn next_line(&mut self) -> Option<LogLine> {
        let mut news = self.cell.logs.news();
        let mut live = self.cell.follow();
        loop {
            if let Some(line) = self.taken.pop_front() {
                let wanted = self.until.is_none_or(|until| line.at < Some(until));
                return wanted.then_some(line);
            }
            // Asked before the buffer: all output is in it when an instance has ended.
            let has_ended = live.borrow_and_update().has_ended();
            news.mark_unchanged();
            self.take();
            if !self.taken.is_empty() {
                continue;
            }
            if has_ended || self.last.is_some() {
                return None;
            }
            // Neither sender goes away before `self.cell` does.
            tokio::select! {
                _ = news.changed() => {}
                _ = live.changed() => {}
            }
        }
    }

    fn take(&mut self) {
        let wanted = self.last.map_or(BATCH, |last| {
            usize::try_from(last.saturating_sub(self.next)).unwrap_or(BATCH).min(BATCH)
        });
        let batch = self.cell.logs.after(self.next, wanted);
        self.next = batch.next;
        if batch.missed > 0 && wanted > 0 {
            let at = batch.lines.first().and_then(|line| line.at);
            self.taken.push_back(missed(batch.missed, at));
        }
        self.taken.extend(batch.lines);
    }
}

fn missed(count: u64, at: Option<Timestamp>) -> LogLine {
    let text = Clean::new(&format!("⋯ {count} lines came too fast to be read and are not kept"));
    LogLine { at, stream: Stream::Stderr, text, cut_bytes: 0 }
}
