//! [`Tally`]: how many lines there are, and how bad they are.

use std::ops::AddAssign;

use crate::model::{Severity, Told};

/// Lines, counted. A record that goes over several lines is bad once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub lines: u32,
    /// Those that begin a warning.
    pub warnings: u32,
    /// Those that begin an error, or what is worse.
    pub errors: u32,
}

impl Tally {
    pub(super) fn count(&mut self, told: &Told) {
        self.lines += 1;
        match told.level.filter(|_| !told.continues) {
            Some(Severity::Error | Severity::Fatal) => self.errors += 1,
            Some(Severity::Warn) => self.warnings += 1,
            _ => {}
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.lines += other.lines;
        self.warnings += other.warnings;
        self.errors += other.errors;
    }
}
