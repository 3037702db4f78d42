//! The health of an instance: its probe, asked again and again, and the rule that judges it.

use std::{convert::Infallible, future::pending, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::{
    engines::process::live::{Cell, Live},
    model::{Health, HealthRecord, spec::HealthCheck},
    probes::Probe,
};

/// How often a probe is asked at most while nothing has passed yet, so that a service that
/// is quick to start is soon known to work (Docker's start interval).
const START_INTERVAL: Duration = Duration::from_millis(500);

/// Asks an instance's probe for as long as a run lasts. Never ends, also without a probe.
pub(super) async fn watch(cell: &Cell) -> Infallible {
    let (Some(spec), Some(probe)) = (&cell.plan.spec.health_check, &cell.plan.probe) else {
        return pending().await;
    };
    let begin = Instant::now();
    let mut rule = Rule::new(spec);
    loop {
        sleep(rule.wait(begin.elapsed())).await;
        let record = ask(probe.as_ref()).await;
        let health = rule.judge(record.exit_code == 0, begin.elapsed());
        let streak = rule.failing_streak;
        let before = cell.live();
        let apply = |live: &mut Live| {
            live.note(record);
            live.health = health;
            live.failing_streak = streak;
        };
        if (before.health, before.failing_streak) == (health, streak) {
            cell.update_quietly(apply);
        } else {
            cell.update(apply);
        }
    }
}

async fn ask(probe: &dyn Probe) -> HealthRecord {
    let at = Some(Timestamp::now());
    match probe.check().await {
        Ok(answer) => HealthRecord { at, exit_code: 0, output: vec![answer.words] },
        Err(fault) => {
            let output = [fault.words].into_iter().chain(fault.output).collect();
            HealthRecord { at, exit_code: 1, output }
        }
    }
}

/// Judges the results of one run: within the grace failures do not count, and one pass
/// ends the grace.
#[derive(Debug)]
struct Rule {
    every: Duration,
    grace: Duration,
    fail_after: u32,
    health: Health,
    failing_streak: u32,
}

impl Rule {
    fn new(spec: &HealthCheck) -> Self {
        Self {
            every: spec.every,
            grace: spec.grace,
            fail_after: spec.fail_after.max(1),
            health: Health::Starting,
            failing_streak: 0,
        }
    }

    /// How long to wait before the next check, this long after the start.
    fn wait(&self, age: Duration) -> Duration {
        let in_grace = self.health == Health::Starting && age < self.grace;
        if in_grace { self.every.min(START_INTERVAL) } else { self.every }
    }

    /// The health after a check that ended this long after the start.
    fn judge(&mut self, passed: bool, age: Duration) -> Health {
        if passed {
            self.failing_streak = 0;
            self.health = Health::Healthy;
        } else if self.health != Health::Starting || age >= self.grace {
            self.failing_streak = self.failing_streak.saturating_add(1);
            if self.failing_streak >= self.fail_after {
                self.health = Health::Unhealthy;
            }
        }
        self.health
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::CheckTarget;

    fn rule(grace: u64, fail_after: u32) -> Rule {
        Rule::new(&HealthCheck {
            target: CheckTarget::Tcp("x:1".into()),
            every: Duration::from_secs(5),
            timeout: Duration::from_secs(1),
            fail_after,
            grace: Duration::from_secs(grace),
        })
    }

    /// Results as `(second, passed)`, and the health after each.
    fn judge(rule: &mut Rule, results: &[(u64, bool)]) -> Vec<Health> {
        let judge =
            |(second, passed): &(u64, bool)| rule.judge(*passed, Duration::from_secs(*second));
        results.iter().map(judge).collect()
    }

    #[test]
    fn failures_in_a_row_make_it_unhealthy_and_one_pass_heals() {
        use Health::{Healthy, Unhealthy};
        let mut rule = rule(0, 2);
        let results = [(1, true), (2, false), (3, true), (4, false), (5, false), (6, true)];
        assert_eq!(
            judge(&mut rule, &results),
            [Healthy, Healthy, Healthy, Healthy, Unhealthy, Healthy]
        );
    }

    #[test]
    fn failures_within_the_grace_do_not_count() {
        use Health::{Starting, Unhealthy};
        let mut rule = rule(10, 1);
        assert_eq!(judge(&mut rule, &[(1, false), (9, false)]), [Starting, Starting]);
        assert_eq!(rule.failing_streak, 0);
        assert_eq!(judge(&mut rule, &[(10, false)]), [Unhealthy]);
    }

    #[test]
    fn a_pass_ends_the_grace() {
        let mut rule = rule(10, 1);
        assert_eq!(
            judge(&mut rule, &[(1, true), (2, false)]),
            [Health::Healthy, Health::Unhealthy]
        );
    }

    #[test]
    fn a_start_is_watched_closely_and_only_within_the_grace() {
        let mut rule = rule(10, 1);
        assert_eq!(rule.wait(Duration::ZERO), START_INTERVAL);
        assert_eq!(rule.wait(Duration::from_secs(10)), rule.every);
        rule.judge(true, Duration::ZERO);
        assert_eq!(rule.wait(Duration::from_secs(1)), rule.every);
    }
}
