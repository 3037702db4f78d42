//! [`Schedule`]: when an engine is asked now and then, so that not all is asked at once.

use std::time::Duration;

use tokio::time::Instant;

/// How often is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Within this the first question is put.
    pub(super) first: Duration,
    /// The time from one question to the next, from the second on.
    pub(super) every: Duration,
    /// How long the engine is asked before the kernel is tried again.
    pub(super) kernel_again: Duration,
}

impl Pace {
    /// What is not looked at is asked for as seldom as a coarse point of its series needs.
    pub(super) const SELDOM: Self = Self {
        first: Duration::from_secs(2),
        every: Duration::from_secs(10),
        kernel_again: Duration::from_mins(1),
    };
}

/// The moments at which one instance is asked about.
///
/// Each has its place among the others by chance. The first two are closer to each other
/// than those that follow, since only two readings make a rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pace: Pace,
    /// When the second question is due; all later ones are so many paces after it.
    second: Instant,
    due: Instant,
}

impl Schedule {
    /// Begins now, with a place among all others from 0 to 1.
    pub(super) fn new(pace: Pace, among: f64) -> Self {
        let (now, among) = (Instant::now(), among.clamp(0.0, 1.0));
        let second = now + pace.first + pace.every.mul_f64(among);
        Self { pace, second, due: now + pace.first.mul_f64(among) }
    }

    /// When to ask next.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Notes that there is a reading now: the next one keeps its place among the others,
    /// and is not due at once.
    pub(super) fn heard(&mut self) {
        let soonest = Instant::now() + self.pace.every / 10;
        let passed = soonest.saturating_duration_since(self.second).as_secs_f64();
        let paces = (passed / self.pace.every.as_secs_f64()).ceil();
        self.due = self.second + self.pace.every.mul_f64(paces);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// When questions are put in the first half minute, in seconds.
    async fn asked(place: f64) -> Vec<f64> {
        let start = Instant::now();
        let mut schedule = Schedule::new(Pace::SELDOM, place);
        let mut asked = Vec::new();
        while schedule.due() - start <= Duration::from_secs(30) {
            advance(schedule.due() - Instant::now()).await;
            asked.push(start.elapsed().as_secs_f64());
            schedule.heard();
        }
        asked
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_question_follows_soon_and_the_others_at_the_pace() {
        assert_eq!(asked(0.0).await, [0.0, 2.0, 12.0, 22.0]);
        assert_eq!(asked(0.5).await, [1.0, 7.0, 17.0, 27.0]);
        assert_eq!(asked(1.0).await, [2.0, 12.0, 22.0]);
    }

    #[tokio::test(start_paused = true)]
    async fn after_readings_in_between_the_place_among_the_others_is_kept() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Pace::SELDOM, 0.3);
        let mut due_after = async |seconds: f64| {
            advance(start + Duration::from_secs_f64(seconds) - Instant::now()).await;
            schedule.heard();
            (schedule.due() - start).as_millis()
        };
        assert_eq!(due_after(3.0).await, 5_000);
        assert_eq!(due_after(4.5).await, 15_000, "too soon after a reading");
        assert_eq!(due_after(100.0).await, 105_000);
    }
}
