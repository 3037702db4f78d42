//! What needs servers that not every machine has.

mod alertmanager;
mod prometheus;

use std::time::{Duration, Instant};

/// Nothing takes longer, also on a machine that is busy.
const DEADLINE: Duration = Duration::from_mins(1);

/// Looks again and again until there is what is looked for.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begin.elapsed() < DEADLINE, "never {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
