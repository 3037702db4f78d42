//! [`Pacer`]: when the next frame may be drawn. Pure.

use std::time::{Duration, Instant};

/// Frames after a key are at least this far apart.
const KEY_GAP: Duration = Duration::from_millis(16);

/// Frames for new data are at least this far apart (architecture.md, The loop).
const DATA_GAP: Duration = Duration::from_millis(100);

/// How long the first frame waits for something to show: most engines answer sooner, and
/// a frame that says that nothing is known yet would only cost time.
const FIRST_WAIT: Duration = Duration::from_millis(30);

/// Why a frame is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// The first data of all: nothing was shown that could flicker.
    First,
    /// Somebody pressed a key and waits.
    Key,
    /// Something visible changed.
    Data,
}

/// Turns any number of wishes for a frame into one, not too soon after the last.
#[derive(Debug, Default)]
pub struct Pacer {
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Pacer {
    /// Asks for the first frame: with the first data, or a little later without any.
    pub fn begin(&mut self, now: Instant) {
        self.due = Some(now + FIRST_WAIT);
    }

    /// Asks for a frame; the earliest of several wishes counts.
    pub fn ask(&mut self, urgency: Urgency, now: Instant) {
        let gap = match urgency {
            Urgency::First => Duration::ZERO,
            Urgency::Key => KEY_GAP,
            Urgency::Data => DATA_GAP,
        };
        let at = match (self.last, self.due) {
            (None, Some(first)) if urgency == Urgency::Data => first,
            (last, _) => last.map_or(now, |last| (last + gap).max(now)),
        };
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When the next frame is due, if one was asked for.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Notes that a frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.last = Some(now);
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_wishes_are_one_frame_and_keys_go_first() {
        let mut pacer = Pacer::default();
        let start = Instant::now();
        pacer.ask(Urgency::Data, start);
        assert_eq!(pacer.due(), Some(start));
        pacer.drawn(start);
        assert_eq!(pacer.due(), None);

        let later = start + Duration::from_millis(1);
        pacer.ask(Urgency::Data, later);
        assert_eq!(pacer.due(), Some(start + DATA_GAP));
        pacer.ask(Urgency::Key, later);
        pacer.ask(Urgency::Data, later);
        assert_eq!(pacer.due(), Some(start + KEY_GAP));
    }

    #[test]
    fn the_first_frame_comes_with_the_first_data_or_a_little_later_without_any() {
        let mut pacer = Pacer::default();
        let start = Instant::now();
        pacer.begin(start);
        pacer.ask(Urgency::Data, start);
        assert_eq!(pacer.due(), Some(start + FIRST_WAIT), "that an engine is asked is no data");
        let later = start + Duration::from_millis(5);
        pacer.ask(Urgency::First, later);
        assert_eq!(pacer.due(), Some(later));
    }

    #[test]
    fn after_a_pause_a_frame_is_due_at_once() {
        let mut pacer = Pacer::default();
        let start = Instant::now();
        pacer.drawn(start);
        let later = start + Duration::from_secs(5);
        pacer.ask(Urgency::Key, later);
        assert_eq!(pacer.due(), Some(later));
    }
}
