//! Use of the host, from the stream of readings.

use std::sync::{Arc, atomic::Ordering};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::{
    engines::{
        EngineError, EngineStream,
        docker::{
            failure,
            link::Link,
            reading::{MemoryStats, Reading},
            records::Records,
            words::moment,
        },
    },
    model::{InstanceId, Sample},
};

/// Reads an instance's use of its host, until it ends.
pub(super) fn stats(link: Arc<Link>, id: InstanceId) -> EngineStream<Sample> {
    let opened = stream::once(async move {
        let body = link.stream(&format!("/containers/{id}/stats?stream=1"), Some(&id)).await?;
        Ok::<_, EngineError>(samples(Arc::clone(&link), Records::new(body)))
    });
    opened
        .flat_map(|opened| match opened {
            Ok(samples) => samples,
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .boxed()
}

fn samples(link: Arc<Link>, records: Records) -> EngineStream<Sample> {
    let state = (link, records, None::<Usage>);
    stream::unfold(state, |(link, mut records, before)| async move {
        let record = match records.next().await? {
            Ok(record) => record,
            Err(error) => return Some((Err(error), (link, records, before))),
        };
        let reading = match serde_json::from_slice::<Reading<'_>>(&record) {
            Ok(reading) => reading,
            Err(error) => {
                let error = failure::answer(link.endpoint(), format!("no reading ({error})"));
                return Some((Err(error), (link, records, before)));
            }
        };
        // A reading without a time is what Docker sends once it has ended.
        let at = moment(&reading.read)?;
        let usage = reading.cpu_stats.cpu_usage.total_usage.0.map(|busy| Usage { at, busy });
        let sample = sample(&reading, at, before.as_ref(), &link);
        Some((Ok(sample), (link, records, usage)))
    })
    .boxed()
}

/// The processor time that had been used by a moment, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Usage {
    at: Timestamp,
    busy: u64,
}

fn sample(reading: &Reading<'_>, at: Timestamp, before: Option<&Usage>, link: &Link) -> Sample {
    let busy = reading.cpu_stats.cpu_usage.total_usage.0;
    let cores = before.zip(busy).and_then(|(before, busy)| cores(*before, Usage { at, busy }));
    let memory = &reading.memory_stats;
    let (received, sent) = reading.networks.0.unzip();
    Sample {
        at,
        cpu_cores: cores,
        memory_bytes: used(memory),
        memory_limit_bytes: limit(memory, link.host_memory.load(Ordering::Relaxed)),
        received_bytes: received,
        sent_bytes: sent,
        processes: reading.pids_stats.current.0,
    }
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
fn used(memory: &MemoryStats) -> Option<u64> {
    let usage = memory.usage.0.filter(|usage| *usage > 0)?;
    let cache = memory.stats.total_inactive_file.0.or(memory.stats.inactive_file.0).unwrap_or(0);
    // Both are read one after the other: the cache can be the larger for a moment.
    Some(if cache < usage { usage - cache } else { usage })
}

/// The limit, where it is one: without one, engines tell the host's memory, or nothing,
/// or the largest number there is.
fn limit(memory: &MemoryStats, host_memory: u64) -> Option<u64> {
    memory.limit.0.filter(|limit| *limit > 0 && *limit < host_memory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::docker::Endpoint;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(json: &str, before: Option<&Usage>) -> Sample {
        let link = Link::new(Endpoint::Unix("/x".into()), false);
        link.host_memory.store(1000, Ordering::Relaxed);
        let reading: Reading<'_> = serde_json::from_str(json).unwrap();
        sample(&reading, moment(&reading.read).unwrap(), before, &link)
    }

    #[test]
    fn a_reading_becomes_a_sample_of_what_is_known() {
        let before = Usage { at: at("2026-11-20T09:43:19Z"), busy: 500_000_000 };
        let sample = read(
            r#"{"read":"2026-11-20T09:43:21Z","cpu_stats":{"cpu_usage":{"total_usage":3500000000}},
                "memory_stats":{"usage":900,"limit":999,"stats":{"total_inactive_file":400,"inactive_file":1}},
                "pids_stats":{"current":7},"networks":{"a":{"rx_bytes":1,"tx_bytes":2}}}"#,
            Some(&before),
        );
        let expected = Sample {
            cpu_cores: Some(1.5),
            memory_bytes: Some(500),
            memory_limit_bytes: Some(999),
            received_bytes: Some(1),
            sent_bytes: Some(2),
            processes: Some(7),
            ..Sample::empty(at("2026-11-20T09:43:21Z"))
        };
        assert_eq!(sample, expected);
    }

    #[test]
    fn what_podman_leaves_out_is_unknown_and_not_nothing() {
        let sample = read(
            r#"{"read":"2026-11-20T09:43:21Z","cpu_stats":null,"memory_stats":{},"pids_stats":{}}"#,
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
            serde_json::from_str::<MemoryStats>(&format!(r#"{{"limit":{limit}}}"#)).unwrap()
        };
        assert_eq!(limit(&memory("999"), 1000), Some(999));
        assert_eq!(limit(&memory("1000"), 1000), None);
        assert_eq!(limit(&memory("18446744073709551615"), 1000), None);
        assert_eq!(limit(&memory("0"), 1000), None);
    }
}
