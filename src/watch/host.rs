//! Reads the host that midwatch runs on, once a second while somebody wants to know.

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};

use crate::{
    kernel::{Host, Root},
    model::{Demand, Event},
};

/// How often the host is read.
const BEAT: Duration = Duration::from_secs(1);

/// Reads while somebody wants to know, until nobody can listen any more.
pub(super) async fn keep(
    root: Root,
    mut demand: watch::Receiver<Demand>,
    events: mpsc::Sender<Event>,
) {
    let mut host = Host::new(root.clone());
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while demand.wait_for(|demand| demand.host).await.is_ok() {
        beat.tick().await;
        // A disk that is broken may hold this thread up for long, and nobody else.
        let read = spawn_blocking(move || {
            let sample = host.read();
            (host, sample)
        });
        let Ok((next, sample)) = read.await else {
            // It crashed, and what it knew is gone with it.
            host = Host::new(root.clone());
            continue;
        };
        host = next;
        // A screen that is behind is waited for: no reading is lost, the next one tells of
        // all the time since.
        let read = Event::Host { at: Timestamp::now(), sample: Box::new(sample) };
        if events.send(read).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_host_is_read_while_that_is_wanted() {
        let (demand, demanded) = watch::channel(Demand::default());
        let (events_in, mut events) = mpsc::channel(1);
        let reader = tokio::spawn(keep(Root::default(), demanded, events_in));
        let long = BEAT * 10;
        assert!(timeout(long, events.recv()).await.is_err(), "nobody wants to know");
        for _ in 0..3 {
            demand.send_modify(|demand| demand.host = true);
            let told = events.recv().await;
            assert!(matches!(told, Some(Event::Host { .. })), "{told:?}");
        }
        demand.send_modify(|demand| demand.host = false);
        // One more may be on its way.
        let _ = timeout(long, events.recv()).await;
        assert!(timeout(long, events.recv()).await.is_err(), "nobody wants to know any more");
        demand.send_modify(|demand| demand.host = true);
        drop(events);
        timeout(long, reader).await.expect("nobody listens any more").unwrap();
    }
}
