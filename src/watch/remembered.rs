//! [`Remembered`]: the places in logs that nobody reads at the moment.

use std::collections::VecDeque;

use super::Resume;
use crate::model::InstanceKey;

/// How many instances' places are remembered. The one that was left longest ago goes
/// first; its log is then opened like one that was never read.
const KEPT: usize = 1024;

/// Where to go on in logs that were left, the one that was left last at the end.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    places: VecDeque<(InstanceKey, Resume)>,
}

impl Remembered {
    /// Takes the place in a log that is read again; a new one for a log that is not known.
    pub(super) fn take(&mut self, key: &InstanceKey) -> Resume {
        let index = self.places.iter().position(|(known, _)| known == key);
        index
            .and_then(|index| self.places.remove(index))
            .map_or_else(Resume::default, |(_, resume)| resume)
    }

    /// Keeps the place in a log that is left, unless there is none to go back to.
    pub(super) fn keep(&mut self, key: InstanceKey, resume: Resume) {
        if resume.since().is_none() {
            return;
        }
        if self.places.len() == KEPT {
            self.places.pop_front();
        }
        self.places.push_back((key, resume));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        model::{EngineId, InstanceId, LogLine, Stream},
        text::Clean,
    };

    fn key(id: &str) -> InstanceKey {
        InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id))
    }

    fn read() -> Resume {
        let mut resume = Resume::default();
        let text = Clean::new("x");
        let at = Some(Timestamp::UNIX_EPOCH);
        assert!(resume.is_new(&LogLine::new(at, Stream::Stdout, text)));
        resume
    }

    #[test]
    fn the_place_that_was_left_longest_ago_goes_first_whatever_its_name() {
        let mut remembered = Remembered::default();
        remembered.keep(key("zoo"), read());
        remembered.keep(key("ant"), read());
        let zoo = remembered.take(&key("zoo"));
        remembered.keep(key("zoo"), zoo);
        for n in 0..KEPT - 1 {
            remembered.keep(key(&n.to_string()), read());
        }
        assert_eq!(remembered.places.len(), KEPT);
        assert!(remembered.take(&key("ant")).since().is_none());
        assert!(remembered.take(&key("zoo")).since().is_some());
    }

    #[test]
    fn a_log_of_which_nothing_was_read_takes_no_room() {
        let mut remembered = Remembered::default();
        remembered.keep(key("a"), Resume::default());
        assert!(remembered.places.is_empty());
    }
}
