//! [`Deadline`]: the moment by which a check has to be over.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

use super::fault::fault;
use crate::{
    model::{ProbeFault, ProbeFaultKind},
    text::units::duration_words,
};

/// No moment later than this can be waited for everywhere.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// When a check has to be over, and how long it was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    at: Instant,
    given: Duration,
}

impl Deadline {
    /// This long from now.
    pub(super) fn within(given: Duration) -> Self {
        Self { at: Instant::now() + given.min(LONGEST), given }
    }

    /// Waits for one step of a check, and says which one took too long: that nobody is
    /// there and that somebody hangs are mended in different places.
    pub(super) async fn wait<T>(
        self,
        awaited: &str,
        step: impl Future<Output = Result<T, ProbeFault>>,
    ) -> Result<T, ProbeFault> {
        timeout_at(self.at, step).await.unwrap_or_else(|_| {
            let words = format!("no {awaited} within {}", duration_words(self.given));
            Err(fault(ProbeFaultKind::Timeout, words))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_steps_of_a_check_share_its_time_and_the_late_one_is_named() {
        let deadline = Deadline::within(Duration::from_secs(5));
        let step = async {
            tokio::time::advance(Duration::from_secs(4)).await;
            Ok(())
        };
        assert_eq!(deadline.wait("connection", step).await, Ok(()));
        let hang = std::future::pending::<Result<(), _>>();
        let begin = Instant::now();
        let late = deadline.wait("answer", hang).await.unwrap_err();
        assert_eq!(late.words.as_str(), "no answer within 5s");
        assert_eq!(begin.elapsed().as_secs(), 1);
    }
}
