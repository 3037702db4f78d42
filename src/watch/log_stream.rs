//! Follows the lines of one instance or log source for as long as somebody looks at them.

use std::time::Duration;

use tokio::{sync::mpsc, time::MissedTickBehavior};

use super::{
    Heard, Tail,
    batches::{BACKLOG, Batches},
};
use crate::{
    engines::{EngineError, LogRequest},
    model::{Event, InstanceKey, StreamState},
    sources::What,
    text::Clean,
};

/// What is asked for when a log is opened (architecture.md, Bounds).
pub(super) const FIRST: LogRequest =
    LogRequest { tail: Some(500), since: None, until: None, follow: true };

/// What is asked for when somebody wants to read as far back as there is something: as
/// much as a ring holds of lines of the usual length.
pub(super) const DEEP: LogRequest = LogRequest { tail: Some(BACKLOG), ..FIRST };

/// A batch is sent when it is this old, whatever is in it.
const BATCH_AGE: Duration = Duration::from_millis(50);

/// A stream that says nothing for so many times [`BATCH_AGE`] has said what was said
/// before it was opened: a second, which is long for a line to be on its way.
const QUIET: u32 = 20;

/// Follows until the instance ends, its output cannot be read, nobody listens, or `stop`
/// comes. Whatever was taken from the tail was sent then, or is told as dropped: whoever
/// goes on later goes on behind it. The parts of a log source have keys of their own
/// ([`InstanceKey::part`]).
pub(super) async fn follow(
    tail: &mut Tail,
    key: InstanceKey,
    events: mpsc::Sender<Event>,
    stop: impl Future<Output = ()>,
) {
    tokio::pin!(stop);
    let mut batches = Batches::new(key.clone(), events.clone());
    let mut tick = tokio::time::interval(BATCH_AGE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut quiet = 0;
    loop {
        let heard = tokio::select! {
            heard = tail.next() => heard,
            _ = tick.tick(), if batches.have_news() || batches.have_begun() => {
                batches.flush();
                quiet += 1;
                if quiet == QUIET {
                    batches.have_caught_up();
                }
                continue;
            }
            () = &mut stop => return batches.finish().await,
            () = events.closed() => return,
        };
        quiet = 0;
        match heard {
            Heard::Opened => {
                batches.expect_backlog();
                say(&events, &key, StreamState::Live).await;
            }
            Heard::Line(line) => batches.whole.push(line).await,
            Heard::Part(part, what) => hear_part(&mut batches, part.as_ref(), what).await,
            Heard::Broken(error) if is_final(&error) => {
                batches.finish().await;
                let state = StreamState::Unreadable { fault: error.to_fault() };
                return say(&events, &key, state).await;
            }
            Heard::Broken(error) => {
                batches.finish().await;
                say(&events, &key, StreamState::Broken { fault: error.to_fault() }).await;
            }
            Heard::Ended => {
                batches.finish().await;
                return say(&events, &key, StreamState::Ended).await;
            }
        }
    }
}

async fn hear_part(batches: &mut Batches, part: Option<&Clean>, what: What) {
    let events = batches.whole.events.clone();
    match what {
        What::Line(line) => {
            let (batch, is_new) = batches.of(part);
            if is_new {
                say(&events, &batch.key, StreamState::Live).await;
            }
            batch.push(line).await;
        }
        What::Unreadable(error) => {
            let state = StreamState::Broken { fault: error.to_fault() };
            say(&events, &batches.leave(part).await, state).await;
        }
        What::Gone => say(&events, &batches.leave(part).await, StreamState::Ended).await,
    }
}

/// Whether another try would be answered in the same way.
fn is_final(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::NotFound { .. }
            | EngineError::Unsupported { .. }
            | EngineError::Invalid { .. }
    )
}

async fn say(events: &mpsc::Sender<Event>, key: &InstanceKey, state: StreamState) {
    // A closed channel ends the caller at its next wait.
    let _ = events.send(Event::LogStream { key: key.clone(), state }).await;
}
