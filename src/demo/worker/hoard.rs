//! [`Hoard`]: memory that a leaking worker does not give back.

use std::collections::TryReserveError;

/// It never grows beyond this.
pub(crate) const MAX_BYTES: usize = 256 * 1024 * 1024;

/// It grows by this much at a time.
pub(crate) const STEP_BYTES: usize = 2 * 1024 * 1024;

/// Memory that is held and touched, so that it counts as resident.
///
/// All the address space is reserved at once: a single large mapping goes back to
/// the kernel as a whole when it is dropped, which a heap of small pieces may not.
#[derive(Debug, Default)]
pub(crate) struct Hoard(Vec<u8>);

impl Hoard {
    /// Holds one step more, up to the bound.
    pub(crate) fn grow(&mut self) -> Result<(), TryReserveError> {
        self.0.try_reserve_exact(MAX_BYTES - self.0.len())?;
        // A zero could be shared with every other page that has never been written.
        self.0.resize((self.0.len() + STEP_BYTES).min(MAX_BYTES), 0xa5);
        Ok(())
    }

    /// Gives everything back.
    pub(crate) fn release(&mut self) {
        self.0 = Vec::new();
    }

    /// How many bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_by_steps_and_gives_back() {
        let mut hoard = Hoard::default();
        hoard.grow().unwrap();
        hoard.grow().unwrap();
        assert_eq!(hoard.bytes(), 2 * STEP_BYTES);
        hoard.release();
        assert_eq!(hoard.bytes(), 0);
    }

    #[test]
    fn stops_at_the_bound() {
        let mut hoard = Hoard(vec![0; MAX_BYTES - 1]);
        hoard.grow().unwrap();
        hoard.grow().unwrap();
        assert_eq!(hoard.bytes(), MAX_BYTES);
    }
}
