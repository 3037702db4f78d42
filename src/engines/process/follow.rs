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
        if self.taken.is_empty() {
            self.refill().await;
        }
        let line = self.taken.pop_front()?;
        self.until.is_none_or(|until| line.at < Some(until)).then_some(line)
    }

    /// Takes lines from the buffer, once there are some; takes none when no more come.
    async fn refill(&mut self) {
        let mut news = self.cell.logs.news();
        let mut live = self.cell.follow();
        loop {
            // Asked before the buffer: all output is in it when an instance has ended.
            let has_ended = live.borrow_and_update().has_ended();
            self.take();
            if !self.taken.is_empty() || has_ended || self.last.is_some() {
                return;
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
    LogLine::new(at, Stream::Stderr, text)
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;
    use crate::engines::process::plan::{self, tests::service};

    const FOLLOW: LogRequest = LogRequest { tail: None, since: None, until: None, follow: true };

    fn cell() -> Arc<Cell> {
        let plans = plan::instances("suite", &[service("a")], &[]).unwrap();
        let (changes, _) = broadcast::channel(1);
        Arc::new(Cell::new(plans.into_iter().next().unwrap(), changes))
    }

    fn print(cell: &Cell, texts: impl IntoIterator<Item = String>) {
        let line = |text: String| LogLine::new(None, Stream::Stdout, Clean::new(&text));
        cell.logs.push(texts.into_iter().map(line), Timestamp::now());
    }

    async fn next(lines: &mut EngineStream<LogLine>) -> Option<String> {
        Some(lines.next().await?.unwrap().as_str().to_owned())
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_what_it_missed() {
        let cell = cell();
        let mut lines = lines(Arc::clone(&cell), FOLLOW);
        print(&cell, ["first".into()]);
        assert_eq!(next(&mut lines).await.unwrap(), "first");
        print(&cell, (0..50_000).map(|n| n.to_string()));
        let told = next(&mut lines).await.unwrap();
        let missed = 50_000 - cell.logs.after(1, usize::MAX).lines.len();
        assert_eq!(told, format!("⋯ {missed} lines came too fast to be read and are not kept"));
        assert_eq!(next(&mut lines).await.unwrap(), missed.to_string());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_wants_no_more_is_let_go_at_that_moment() {
        let until = Timestamp::now() + Duration::from_mins(1);
        let request = LogRequest { until: Some(until), ..FOLLOW };
        let mut lines = lines(cell(), request);
        assert_eq!(next(&mut lines).await, None);
    }

    #[tokio::test]
    async fn what_is_printed_meanwhile_is_for_those_who_follow() {
        let cell = cell();
        print(&cell, ["first".into()]);
        let mut past = lines(Arc::clone(&cell), LogRequest { follow: false, ..FOLLOW });
        print(&cell, ["second".into()]);
        assert_eq!(next(&mut past).await.unwrap(), "first");
        assert_eq!(next(&mut past).await, None);
    }
}
