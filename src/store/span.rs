//! [`Span`]: a stretch of time in slots, and the [`Amount`] in one.

use jiff::{SignedDuration, Timestamp};

/// How finely the past is kept, and for how long (architecture.md, Bounds). Of very many
/// instances less is kept of each, see [`Store`](super::Store).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Every second, for a quarter of an hour.
    Fine,
    /// Every ten seconds, for an hour.
    Coarse,
}

impl Resolution {
    /// The finest one that reaches back so far.
    #[must_use]
    pub fn reaching(length: SignedDuration) -> Self {
        let fine = SignedDuration::from_secs(Self::Fine.step() * i64::from(Self::Fine.kept()));
        if length <= fine { Self::Fine } else { Self::Coarse }
    }

    /// The length of a slot, in seconds.
    #[must_use]
    pub const fn step(self) -> i64 {
        match self {
            Self::Fine => 1,
            Self::Coarse => 10,
        }
    }

    /// How many points are kept.
    #[must_use]
    pub const fn kept(self) -> u16 {
        match self {
            Self::Fine => 15 * 60,
            Self::Coarse => 6 * 60,
        }
    }
}

/// A stretch of time, in slots of equal length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The number of its first slot, counted from the epoch.
    pub(super) first: i64,
    /// How many slots it has.
    slots: u16,
    pub(super) resolution: Resolution,
}

impl Span {
    /// The slots up to the one that a moment is in, as far back as a length reaches. They
    /// begin at whole seconds, so that each reading stays in its slot as time goes on.
    #[must_use]
    pub fn until(end: Timestamp, length: SignedDuration) -> Self {
        let resolution = Resolution::reaching(length);
        let step = resolution.step();
        let most = resolution.kept();
        let slots = u16::try_from(length.as_secs() / step).unwrap_or(most).clamp(1, most);
        let last = end.as_second().div_euclid(step);
        Self { first: last - i64::from(slots) + 1, slots, resolution }
    }

    /// How many slots it has.
    #[must_use]
    pub fn slots(&self) -> usize {
        usize::from(self.slots)
    }

    /// The length of a slot, in seconds.
    #[must_use]
    pub fn step(&self) -> i64 {
        self.resolution.step()
    }

    /// When a slot begins.
    #[must_use]
    pub fn start_of(&self, slot: usize) -> Timestamp {
        let slot = i64::try_from(slot).unwrap_or(i64::MAX);
        let second = self.first.saturating_add(slot).saturating_mul(self.step());
        Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
    }

    /// The slot that a moment is in; `None` outside.
    #[must_use]
    pub fn slot_of(&self, at: Timestamp) -> Option<usize> {
        let slot = at.as_second().div_euclid(self.step()) - self.first;
        usize::try_from(slot).ok().filter(|slot| *slot < self.slots())
    }
}

/// What was used in one slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// On average.
    pub mean: f64,
    /// At most.
    pub most: f64,
}

impl Amount {
    /// Of one reading.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { mean: value, most: value }
    }

    /// Of two instances together. They need not have had their most at the same time: it
    /// was no more than this.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, most: self.most + other.most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn slots_stay_where_they_are_while_time_goes_on() {
        let hour = SignedDuration::from_hours(1);
        let (one, two) = (Span::until(at(5003), hour), Span::until(at(5009), hour));
        assert_eq!(one, two);
        assert_eq!(one.start_of(one.slots() - 1), at(5000));
        assert_eq!(one.slot_of(at(5009)), Some(359));
        assert_eq!(one.slot_of(at(5010)), None);
        assert_eq!(one.slot_of(at(1409)), None, "before the first");
        assert_eq!(one.slot_of(at(1410)), Some(0));
    }
}
