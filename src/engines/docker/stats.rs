//! Use of the host, from the stream of readings.

use std::{
    sync::{Arc, atomic::Ordering},
    task::{Poll, ready},
};

use bollard::{
    models::{ContainerMemoryStats, ContainerStatsResponse},
    query_parameters::StatsOptionsBuilder,
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::{
    engines::{
        EngineError, EngineStream,
        docker::{
            client::{Client, broken},
            transport::Opening,
            words::{moment, text},
        },
    },
    model::{InstanceId, Sample},
};

/// Reads an instance's use of its host, until it ends, or until a reading with a number
/// that cannot be one, after which bollard reads no more.
pub(super) async fn stats(
    client: Arc<Client>,
    id: InstanceId,
) -> Result<EngineStream<Sample>, EngineError> {
    let opening = Opening::new();
    let options = StatsOptionsBuilder::new().stream(true).build();
    let mut readings = client.opening(&opening).await?.stats(id.as_str(), Some(options)).boxed();
    let mut before = None;
    let samples = stream::poll_fn(move |cx| {
        let reading = match ready!(readings.poll_next_unpin(cx)) {
            Some(Ok(reading)) => reading,
            Some(Err(error)) => {
                let error = broken(client.endpoint(), Some(&id), &opening, error);
                return Poll::Ready(Some(Err(error)));
            }
            None => return Poll::Ready(None),
        };
        opening.allowance.refill();
        // A reading without a time is what Docker sends once it has ended.
        let Some(at) = moment(text(&reading.read)) else { return Poll::Ready(None) };
        let host_memory = client.host_memory.load(Ordering::Relaxed);
        let sample = sample(&reading, at, before, host_memory);
        before = busy(&reading).map(|busy| Usage { at, busy });
        Poll::Ready(Some(Ok(sample)))
    });
    Ok(samples.boxed())
}

/// The processor time that had been used by a moment, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Usage {
    at: Timestamp,
    busy: u64,
}

/// The processor time since the start, in nanoseconds.
fn busy(reading: &ContainerStatsResponse) -> Option<u64> {
    reading.cpu_stats.as_ref()?.cpu_usage.as_ref()?.total_usage
}

fn sample(
    reading: &ContainerStatsResponse,
    at: Timestamp,
    before: Option<Usage>,
    host_memory: u64,
) -> Sample {
    let now = busy(reading).map(|busy| Usage { at, busy });
    let memory = reading.memory_stats.as_ref();
    let (received, sent) = traffic(reading).unzip();
    Sample {
        cpu_cores: before.zip(now).and_then(|(before, now)| cores(before, now)),
        memory_bytes: memory.and_then(used),
        memory_limit_bytes: memory.and_then(|memory| limit(memory, host_memory)),
        received_bytes: received,
        sent_bytes: sent,
        processes: reading.pids_stats.as_ref().and_then(|pids| pids.current),
        ..Sample::empty(at)
    }
}

/// The traffic of all networks together; `None` when there are none.
fn traffic(reading: &ContainerStatsResponse) -> Option<(u64, u64)> {
    let networks = reading.networks.as_ref()?.values();
    let each = networks.map(|one| (one.rx_bytes.unwrap_or(0), one.tx_bytes.unwrap_or(0)));
    each.reduce(|sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)))
}

/// Cores kept busy between two readings.
///
/// By the clock of the readings: the host's own processor time, which Docker's client
/// divides by, is told in hundredths of a second, and Podman tells another one.
fn cores(before: Usage, now: Usage) -> Option<f64> {
    let passed = now.at.duration_since(before.at).as_nanos();
    // A counter that went back is another run's.
    let used = now.busy.checked_sub(before.busy)?;
    (passed > 0).then(|| used as f64 / passed as f64)
}

/// Memory without the file cache that the kernel can drop at any time.
fn used(memory: &ContainerMemoryStats) -> Option<u64> {
    let usage = memory.usage.filter(|usage| *usage > 0)?;
    // As control groups v1 and v2 name it.
    let told = |name| memory.stats.as_ref().and_then(|stats| stats.get(name).copied());
    let cache = told("total_inactive_file").or_else(|| told("inactive_file")).unwrap_or(0);
    // Both are read one after the other: the cache can be the larger for a moment.
    Some(if cache < usage { usage - cache } else { usage })
}

/// The limit, where it is one: without one, engines tell the host's memory, or nothing,
/// or the largest number there is.
fn limit(memory: &ContainerMemoryStats, host_memory: u64) -> Option<u64> {
    memory.limit.filter(|limit| *limit > 0 && *limit < host_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(json: &str, before: Option<Usage>) -> Sample {
        let reading: ContainerStatsResponse = serde_json::from_str(json).unwrap();
        sample(&reading, moment(text(&reading.read)).unwrap(), before, 1000)
    }

    #[test]
    fn a_reading_becomes_a_sample_of_what_is_known() {
        let before = Usage { at: at("2026-11-20T09:43:19Z"), busy: 500_000_000 };
        let sample = read(
            r#"{"read":"2026-11-20T09:43:21Z","cpu_stats":{"cpu_usage":{"total_usage":3500000000}},
                "memory_stats":{"usage":900,"limit":999,"stats":{"total_inactive_file":400,"inactive_file":1}},
                "pids_stats":{"current":7},"networks":{"a":{"rx_bytes":1,"tx_bytes":2},"b":{"rx_bytes":10}}}"#,
            Some(before),
        );
        let expected = Sample {
            cpu_cores: Some(1.5),
            memory_bytes: Some(500),
            memory_limit_bytes: Some(999),
            received_bytes: Some(11),
            sent_bytes: Some(2),
            processes: Some(7),
            ..Sample::empty(at("2026-11-20T09:43:21Z"))
        };
        assert_eq!(sample, expected);
    }

    #[test]
    fn what_podman_leaves_out_is_unknown_and_not_nothing() {
        let sample = read(
            r#"{"read":"2026-11-20T09:43:21Z","cpu_stats":null,"memory_stats":{},"pids_stats":{},"networks":{}}"#,
            None,
        );
        assert_eq!(sample, Sample::empty(at("2026-11-20T09:43:21Z")));
    }

    #[test]
    fn cores_need_two_readings_of_one_run_in_order() {
        let usage = |text, busy| Usage { at: at(text), busy };
        let (one, two) = ("2026-11-20T09:43:21Z", "2026-11-20T09:43:22Z");
        assert_eq!(cores(usage(one, 0), usage(two, 250_000_000)), Some(0.25));
        assert_eq!(cores(usage(one, 5), usage(two, 4)), None);
        assert_eq!(cores(usage(two, 0), usage(one, 5)), None);
        assert_eq!(cores(usage(one, 0), usage(one, 5)), None);
    }

    #[test]
    fn a_limit_that_does_not_limit_is_none() {
        let memory = |limit: &str| {
            serde_json::from_str::<ContainerMemoryStats>(&format!(r#"{{"limit":{limit}}}"#))
                .unwrap()
        };
        assert_eq!(limit(&memory("999"), 1000), Some(999));
        assert_eq!(limit(&memory("1000"), 1000), None);
        assert_eq!(limit(&memory("18446744073709551615"), 1000), None);
        assert_eq!(limit(&memory("0"), 1000), None);
    }
}
