//! [`Pressure`]: how much work waits for something that its host is short of.

use serde::{Deserialize, Serialize};

use crate::model::{
    Level,
    threshold::{PRESSURE_FULL, PRESSURE_SOME},
};

/// Pressure stall information (PSI) of CPU, memory or I/O: shares (0–1) of the last ten
/// seconds, as the kernel averages them, to four digits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// While at least one task waited.
    pub some_share: f32,
    /// While all tasks waited and nothing got done. Kernels before 5.13 do not tell it
    /// of the CPU.
    pub full_share: Option<f32>,
}

impl Pressure {
    /// How it does. The shares are of so few digits that one at its threshold is past it.
    #[must_use]
    pub fn level(self) -> Level {
        if self.full_share.is_some_and(|full| f64::from(full) >= PRESSURE_FULL) {
            Level::Bad
        } else if f64::from(self.some_share) >= PRESSURE_SOME {
            Level::Warn
        } else {
            Level::Ok
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_nothing_gets_done_is_worse_than_that_something_waits() {
        let level = |some_share, full_share| Pressure { some_share, full_share }.level();
        assert_eq!(level(0.19, Some(0.09)), Level::Ok);
        assert_eq!(level(0.9, Some(0.09)), Level::Warn);
        assert_eq!(level(0.25, None), Level::Warn);
        assert_eq!(level(0.15, Some(0.15)), Level::Bad);
    }
}
