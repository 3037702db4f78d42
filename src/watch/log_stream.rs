//! Follows the lines of one instance or log source for as long as somebody looks at them.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior},
};

use super::{Heard, Tail, backlog, batches::Batches};
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
pub(super) const DEEP: LogRequest = LogRequest { tail: Some(backlog::MOST), ..FIRST };

/// A batch is sent when it is this old, whatever is in it.
const BATCH_AGE: Duration = Duration::from_millis(50);

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
    let mut batches = Batches::new(key, events.clone());
    let mut tick = tokio::time::interval(BATCH_AGE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // How long was listened so far: not while the screen had no room.
    let mut now = Duration::ZERO;
    loop {
        let began = Instant::now();
        let heard = tokio::select! {
            heard = tail.next() => heard,
            _ = tick.tick(), if batches.have_news() || batches.are_behind() => {
                now += began.elapsed();
                batches.flush();
                batches.catch_up(now).await;
                continue;
            }
            () = &mut stop => return batches.close().await,
            () = events.closed() => return,
        };
        now += began.elapsed();
        match heard {
            Heard::Opened => batches.open(tail.asked(), now).await,
            Heard::Line(line) => batches.push(None, line, now).await,
            Heard::Part(part, what) => hear_part(&mut batches, part.as_ref(), what, now).await,
            Heard::Broken(error) if is_final(&error) => {
                batches.close().await;
                return batches.say(StreamState::Unreadable { fault: error.to_fault() }).await;
            }
            Heard::Broken(error) => {
                batches.close().await;
                batches.say(StreamState::Broken { fault: error.to_fault() }).await;
            }
            Heard::Ended => {
                batches.close().await;
                return batches.say(StreamState::Ended).await;
            }
        }
    }
}

async fn hear_part(batches: &mut Batches, part: Option<&Clean>, what: What, now: Duration) {
    match what {
        What::Line(line) => batches.push(part, line, now).await,
        What::Unreadable(error) => {
            batches.leave(part, StreamState::Broken { fault: error.to_fault() }).await;
        }
        What::Gone => batches.leave(part, StreamState::Ended).await,
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
