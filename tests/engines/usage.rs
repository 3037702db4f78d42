//! What containers use, as each of the two sources tells it, against what the kernel's
//! files and the engine's own command say.
//!
//! A machine is never quiet: counters and averages over the same time are compared, not
//! what was so at one moment.

use std::{fs, os::unix::fs::MetadataExt, pin::pin, sync::Arc, time::Instant};

use futures_util::StreamExt;
use midwatch::{
    engines::{Engine, EngineStream, LogRequest},
    model::{Instance, InstanceId, Sample, SampleSource},
};

use crate::{
    containers::{Containers, unique_name},
    contract::{Harness, PATIENCE, described_when, live, soon},
    truth::Truth,
};

/// How far two numbers of the same thing may be apart.
const TOLERANCE: f64 = 0.05;

/// The same of CPU by the engine's command. It divides by the host's own time, which the
/// kernel counts in ticks: beside the other tests it says up to a tenth less than a container
/// with a limit uses for certain.
const COMMANDS_TOLERANCE: f64 = 0.2;

const MIB: f64 = 1024.0 * 1024.0;

/// Makes a test of every promise for both sources.
macro_rules! usage {
    ($harness:expr) => {
        mod from_the_kernel {
            use super::*;
            $crate::usage::usage!(Kernel, $harness);
        }
        mod from_the_engine {
            use super::*;
            $crate::usage::usage!(Engine, $harness);
        }
    };
    ($source:ident, $harness:expr) => {
        $crate::usage::usage!($source, $harness;
            a_busy_loop_uses_what_it_may,
            a_memory_hog_is_at_its_limit,
            a_kill_for_memory_is_counted,
            a_sender_sends_what_its_network_carried,
            a_writer_writes_what_its_disk_took,
        );
    };
    ($source:ident, $harness:expr; $($promise:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let source = midwatch::model::SampleSource::$source;
                $crate::usage::$promise(&$harness, source).await;
            }
        )+
    };
}
pub(crate) use usage;

/// A container that is looked at.
struct Watched {
    id: InstanceId,
    truth: Truth,
    samples: EngineStream<Sample>,
    source: SampleSource,
}

impl Watched {
    /// Runs a script, waits until it says `ready`, and reads what it uses.
    async fn run(
        containers: &Containers,
        source: SampleSource,
        options: &[&str],
        script: &str,
    ) -> Self {
        let id = containers.run(&unique_name(), options, script).await;
        let engine: Arc<dyn Engine> = match source {
            SampleSource::Kernel => containers.engine(),
            SampleSource::Engine => containers.engine_without_kernel(),
        };
        let request = LogRequest { tail: None, since: None, until: None, follow: true };
        let mut lines = engine.logs(&id, request).await.unwrap();
        soon("it to be ready", async {
            while lines.next().await.expect("it goes on").unwrap().as_str() != "ready" {}
        })
        .await;
        let instance = described_when(containers, &id, Instance::is_up).await;
        let truth = Truth::of(instance.detail.unwrap().pid.expect("it is up"), &id);
        let samples = engine.stats(&id, live()).await.unwrap();
        Self { id, truth, samples, source }
    }

    async fn next(&mut self) -> Sample {
        let sample = soon("a sample", self.samples.next()).await.expect("it is up").unwrap();
        assert_eq!(sample.source, self.source);
        sample
    }

    /// A counter, with what the kernel said before it was read and after.
    async fn counted(
        &mut self,
        of: impl Fn(&Sample) -> Option<u64>,
        truth: impl Fn(&Truth) -> f64,
    ) -> (f64, [f64; 2]) {
        let before = truth(&self.truth);
        let counted = soon("a reading of now", async {
            loop {
                let sample = self.next().await;
                let counted = of(&sample).unwrap_or_else(|| panic!("it is told: {sample:?}"));
                // Those that come first may have been read already.
                if counted as f64 >= before {
                    return counted as f64;
                }
            }
        })
        .await;
        (counted, [before, truth(&self.truth)])
    }
}

fn assert_close(what: &str, told: f64, expected: f64) {
    assert_within(TOLERANCE, what, told, expected);
}

fn assert_within(tolerance: f64, what: &str, told: f64, expected: f64) {
    let apart = (told - expected).abs() / expected;
    assert!(apart <= tolerance, "{what}: {told} is told, and {expected} expected");
}

/// A number as engines print it for people, such as `45.27MiB` or `24.93%`.
fn printed(text: &str) -> f64 {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = match &text[end..] {
        "%" => 0.01,
        "MiB" => MIB,
        "MB" => 1e6,
        other => panic!("{other} in {text}"),
    };
    text[..end].parse::<f64>().unwrap() * unit
}

/// What a column of the engine's own `stats` says.
async fn engines_stats(containers: &Containers, id: &InstanceId, column: &str) -> f64 {
    let format = format!("--format={{{{.{column}}}}}");
    let told = containers.asked(&["stats", "--no-stream", &format, id.as_str()]).await;
    printed(told.split('/').next().unwrap())
}

pub(crate) async fn a_busy_loop_uses_what_it_may(containers: &Containers, source: SampleSource) {
    let is_limited = !containers.lacks().controllers;
    // A quarter of a core, in short periods: less is in doubt at both ends of a second.
    let quarter = ["--cpu-period=20000", "--cpu-quota=5000"];
    let limit: &[&str] = if is_limited { &quarter } else { &[] };
    let script = "echo ready; while :; do :; done";
    let mut busy = Watched::run(containers, source, limit, script).await;
    let id = busy.id.clone();
    let command = async {
        let mut said = [0.0; 5];
        for each in &mut said {
            *each = engines_stats(containers, &id, "CPUPerc").await;
        }
        said.sort_by(f64::total_cmp);
        said[said.len() / 2]
    };
    let mut command = pin!(command);
    let mut last = busy.next().await;
    let (began, cpu_before) = (Instant::now(), busy.truth.cpu_nanos());
    let (mut seconds, mut used, mut said) = (0.0, 0.0, None);
    while seconds < 6.0 || (is_limited && said.is_none()) {
        assert!(began.elapsed() < PATIENCE, "{said:?} {last:?}");
        last = tokio::select! {
            sample = busy.next() => sample,
            it = &mut command, if is_limited && said.is_none() => {
                said = Some(it);
                continue;
            }
        };
        if let (Some(cores), Some(interval)) = (last.cpu_cores, last.interval) {
            seconds += interval.as_secs_f64();
            used += cores * interval.as_secs_f64();
        }
    }
    let expected = (busy.truth.cpu_nanos() - cpu_before) / began.elapsed().as_nanos() as f64;
    let told = used / seconds;
    assert_close("cores on average", told, expected);
    if let Some(said) = said {
        assert_close("cores of those that it may use", told, 0.25);
        assert_within(COMMANDS_TOLERANCE, "cores by the engine's command", told, said);
        assert_eq!(last.cpu_limit_cores, Some(0.25));
        assert!(last.throttled_share.is_some_and(|share| share > 0.5), "{last:?}");
    }
}

pub(crate) async fn a_memory_hog_is_at_its_limit(containers: &Containers, source: SampleSource) {
    if containers.lacks().controllers {
        return has_no_controllers(containers, source).await;
    }
    // More than it may have, of which the file is dropped first.
    let script = "dd if=/dev/zero of=/dev/shm/held bs=1M count=40 2>/dev/null
        dd if=/dev/zero of=/file bs=1M count=48 conv=fsync 2>/dev/null
        echo ready; exec sleep 600";
    let options = ["--memory=64m", "--memory-swap=64m"];
    let mut hog = Watched::run(containers, source, &options, script).await;
    let sample = hog.next().await;
    assert_eq!(sample.memory_limit_bytes, Some(64 << 20));
    let told = sample.memory_bytes.expect("it is told") as f64;
    assert!((40.0 * MIB..=64.0 * MIB).contains(&told), "{sample:?}");
    assert_close("memory by the kernel's files", told, hog.truth.memory_bytes());
    let said = engines_stats(containers, &hog.id, "MemUsage").await;
    assert_close("memory by the engine's command", told, said);
    assert_eq!(sample.processes, Some(1));
}

pub(crate) async fn a_kill_for_memory_is_counted(containers: &Containers, source: SampleSource) {
    if containers.lacks().controllers {
        return has_no_controllers(containers, source).await;
    }
    let script = "tail /dev/zero; tail /dev/zero; echo ready; exec sleep 600";
    let options = ["--memory=16m", "--memory-swap=16m"];
    let mut killed = Watched::run(containers, source, &options, script).await;
    let kills = killed.next().await.oom_kills;
    assert!(killed.truth.oom_kills() >= 2.0);
    match source {
        SampleSource::Kernel => {
            assert_eq!(kills.map(|kills| kills as f64), Some(killed.truth.oom_kills()));
        }
        // Its API has no number for it.
        SampleSource::Engine => assert_eq!(kills, None),
    }
}

pub(crate) async fn a_sender_sends_what_its_network_carried(
    containers: &Containers,
    source: SampleSource,
) {
    let network = containers.network().await;
    let network = format!("--network={network}");
    let name = unique_name();
    let script = "exec nc -ll -p 9000 -e md5sum";
    let listener = containers.run(&name, &[&network], script).await;
    let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = containers.asked(&["inspect", format, listener.as_str()]).await;
    let script = format!(
        "send() {{ while :; do head -c 100000 /dev/zero; echo ready >&2; sleep 0.1; done; }}
         while :; do send | nc {address} 9000 >/dev/null; sleep 0.1; done"
    );
    let mut sender = Watched::run(containers, source, &[&network], &script).await;

    let (sent, [before, after]) = sender.counted(|it| it.sent_bytes, Truth::sent_bytes).await;
    assert!(before <= sent && sent <= after, "{before} {sent} {after}");
    assert!(sent > 100_000.0, "{sent}");

    let first = sender.next().await;
    let mut by_rates = 0.0;
    let mut last = first;
    for _ in 0..2 {
        last = sender.next().await;
        by_rates += last.sent_per_second.unwrap() * last.interval.unwrap().as_secs_f64();
    }
    let counted = (last.sent_bytes.unwrap() - first.sent_bytes.unwrap()) as f64;
    assert!(counted > 0.0);
    assert_close("what the rates make", by_rates, counted);
}

pub(crate) async fn a_writer_writes_what_its_disk_took(
    containers: &Containers,
    source: SampleSource,
) {
    if containers.lacks().controllers {
        return has_no_controllers(containers, source).await;
    }
    // Recent kernels with control groups v1 count only where a disk is throttled.
    let folder = containers.asked(&["info", "--format={{.DockerRootDir}}"]).await;
    let throttle = format!("--device-write-bps={}:1gb", disk_of(&folder));
    let script = "dd if=/dev/zero of=/direct bs=1M count=16 oflag=direct 2>/dev/null
        dd if=/dev/zero of=/synced bs=1M count=16 conv=fsync 2>/dev/null
        echo ready; exec sleep 600";
    let mut writer = Watched::run(containers, source, &[&throttle], script).await;
    let (told, [before, after]) =
        writer.counted(|it| it.disk_written_bytes, Truth::written_bytes).await;
    assert!(before <= told && told <= after, "{before} {told} {after}");
    assert!(told >= 16.0 * MIB, "{told}");
}

/// Without controllers neither memory nor disks are told, rather than 0.
async fn has_no_controllers(containers: &Containers, source: SampleSource) {
    let script = "echo ready; exec sleep 600";
    let sample = Watched::run(containers, source, &[], script).await.next().await;
    let told = [
        sample.memory_bytes,
        sample.memory_limit_bytes,
        sample.oom_kills,
        sample.disk_written_bytes,
    ];
    assert_eq!(told, [None; 4]);
}

/// The disk that holds a folder, as `/dev/sda`.
fn disk_of(folder: &str) -> String {
    let device = fs::metadata(folder).unwrap().dev();
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let entry = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}")).unwrap();
    let whole = if entry.join("partition").exists() { entry.parent().unwrap() } else { &entry };
    format!("/dev/{}", whole.file_name().unwrap().to_str().unwrap())
}
