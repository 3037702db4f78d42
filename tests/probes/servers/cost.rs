//! What a check costs: fifty services every thirty seconds may take a hundredth of a core.

use std::time::{Duration, Instant};

use midwatch::{
    model::{
        ProbeTarget,
        probe::{PostgresTarget, RedisTarget},
    },
    probes,
};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    asking::{PATIENCE, expecting, means, secret},
    real::{
        certificates::Authority,
        nginx::{Nginx, Site},
        postgres::{OWNER, PASSWORD, Postgres},
        redis::Redis,
    },
};

/// How often each is asked.
const CHECKS: u32 = 50;

/// Fifty services, every thirty seconds, within a hundredth of a core. A release takes a
/// fraction of what this build takes.
const BOUND: Duration = Duration::from_millis(6);

/// The processor time of this thread so far, which does all that a check asks for.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

#[tokio::test]
async fn a_check_costs_little() {
    let folder = Nginx::folder();
    let authority = Authority::new();
    let pair = authority.issue(folder.path(), "good", &["127.0.0.1"], 90);
    let encrypted = Site::encrypted(&pair, "TLSv1.3");
    let plain = Site::plain("location / { return 200 ready; }");
    let _nginx = Nginx::start(folder, &[&plain, &encrypted]);
    let postgres = Postgres::start(&[]);
    let redis = Redis::start(&[]);
    let means = authority.trusted_by(means());
    let targets = [
        expecting(&format!("http://127.0.0.1:{}/", plain.port), vec![]),
        expecting(&format!("https://127.0.0.1:{}/", encrypted.port), vec![]),
        ProbeTarget::Tcp { address: redis.address() },
        ProbeTarget::Postgres(PostgresTarget {
            address: postgres.address(),
            user: OWNER.into(),
            database: "postgres".into(),
            password: Some(secret(PASSWORD)),
            answers_are_enough: false,
        }),
        ProbeTarget::Redis(RedisTarget {
            address: redis.address(),
            user: None,
            password: None,
            answers_are_enough: false,
        }),
    ];
    for target in targets {
        let probe = probes::of(&target, PATIENCE, &means).unwrap();
        probe.check().await.unwrap();
        let (before, begin) = (used(), Instant::now());
        for _ in 0..CHECKS {
            probe.check().await.unwrap();
        }
        let (each, took) = (used().saturating_sub(before) / CHECKS, begin.elapsed() / CHECKS);
        assert!(each < BOUND, "{target}: {each:?} of the processor, in {took:?}");
    }
}
