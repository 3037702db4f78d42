//! [`Kept`]: how much of the past is kept of each instance, so that all have room.

use super::{series, span::Resolution};

/// What the readings of all instances take together, at most, in bytes. About 760 instances
/// have room for all that is kept of one.
pub(super) const ROOM: usize = 64 << 20;

/// How many points are kept of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// One by one.
    pub(super) fine: usize,
    /// Put together.
    pub(super) coarse: usize,
}

impl Kept {
    /// All that is kept of one.
    pub(super) const ALL: Self =
        Self { fine: Resolution::Fine.kept() as usize, coarse: Resolution::Coarse.kept() as usize };

    /// What each of so many may keep: an equal part of the room. The seconds give way first,
    /// down to a quarter of it: what they told is known by ten seconds still.
    pub(super) fn each_of(instances: usize) -> Self {
        let part = ROOM / instances.max(1);
        let coarse = (part / 4 * 3 / series::COARSE_BYTES).clamp(1, Self::ALL.coarse);
        let left = part.saturating_sub(coarse * series::COARSE_BYTES);
        Self { fine: (left / series::FINE_BYTES).clamp(1, Self::ALL.fine), coarse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_together_take_no_more_than_there_is_room_for() {
        for instances in [1, 50, 300, 700, 763, 800, 1000, 3000, 10_000, 100_000] {
            let Kept { fine, coarse } = Kept::each_of(instances);
            let bytes = fine * series::FINE_BYTES + coarse * series::COARSE_BYTES;
            assert!(instances * bytes <= ROOM, "{instances} × {bytes}");
        }
    }

    #[test]
    fn as_many_as_there_are_on_most_hosts_keep_all() {
        assert_eq!(Kept::each_of(0), Kept::ALL);
        assert_eq!(Kept::each_of(700), Kept::ALL);
    }

    #[test]
    fn the_seconds_give_way_before_the_hour_does() {
        let many = Kept::each_of(1000);
        assert_eq!(many.coarse, Kept::ALL.coarse);
        assert!((60..900).contains(&many.fine), "{many:?}");
        let very_many = Kept::each_of(5000);
        assert!(very_many.fine >= 55 && very_many.coarse >= 90, "{very_many:?}");
    }
}
