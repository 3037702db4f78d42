//! [`Merge`]: many streams of lines as one, by time.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use jiff::Timestamp;

use crate::{
    engines::{EngineError, EngineStream},
    model::LogLine,
};

/// Merges streams that are each in order. Holds one line of each, however long they are.
pub(super) struct Merge {
    streams: Vec<EngineStream<LogLine>>,
    heads: Vec<Option<Result<LogLine, EngineError>>>,
    /// The streams by the time of their head.
    order: BTreeSet<(Timestamp, usize)>,
    /// The time of the last head of each stream: a line without a time stays behind it.
    times: Vec<Timestamp>,
    begun: bool,
}

impl Merge {
    pub(super) fn new(streams: Vec<EngineStream<LogLine>>) -> Self {
        let count = streams.len();
        Self {
            streams,
            heads: (0..count).map(|_| None).collect(),
            order: BTreeSet::new(),
            times: vec![Timestamp::MIN; count],
            begun: false,
        }
    }

    /// The next line, and the number of the stream that it is from.
    pub(super) async fn next(&mut self) -> Option<(usize, Result<LogLine, EngineError>)> {
        if !self.begun {
            self.begun = true;
            for at in 0..self.streams.len() {
                self.advance(at).await;
            }
        }
        let (_, at) = self.order.pop_first()?;
        let head = self.heads[at].take()?;
        self.advance(at).await;
        Some((at, head))
    }

    async fn advance(&mut self, at: usize) {
        let head = self.streams[at].next().await;
        if let Some(Ok(LogLine { at: Some(time), .. })) = &head {
            // A clock that went back does not turn lines around.
            self.times[at] = self.times[at].max(*time);
        }
        if head.is_some() {
            self.order.insert((self.times[at], at));
        }
        self.heads[at] = head;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::{model::Stream, text::Clean};

    fn lines(lines: &[(Option<i64>, &str)]) -> EngineStream<LogLine> {
        let lines: Vec<_> = lines
            .iter()
            .map(|(second, text)| {
                Ok(LogLine::new(
                    second.map(|second| Timestamp::from_second(second).unwrap()),
                    Stream::Stdout,
                    Clean::new(text),
                ))
            })
            .collect();
        stream::iter(lines).boxed()
    }

    #[tokio::test]
    async fn lines_come_by_time_and_each_stream_keeps_its_order() {
        let mut merge = Merge::new(vec![
            lines(&[(Some(1), "a1"), (None, "a2"), (Some(5), "a3"), (Some(4), "a4")]),
            lines(&[]),
            lines(&[(None, "b0"), (Some(2), "b1"), (Some(9), "b2")]),
        ]);
        let mut seen = Vec::new();
        while let Some((_, line)) = merge.next().await {
            seen.push(line.unwrap().as_str().to_owned());
        }
        assert_eq!(seen, ["b0", "a1", "a2", "b1", "a3", "a4", "b2"]);
    }
}
