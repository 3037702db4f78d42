//! Use of the host: from the kernel where the engine is on this one, or else from the
//! engine's API.
//!
//! Whether it is on this host, the kernel says: an instance is read where its container's
//! id stands in the control groups of its process, and nowhere else.

mod api;
mod clock;
mod look;
mod rates;
mod schedule;
mod sweeper;
mod told;

use std::{net::IpAddr, sync::Arc};

use bollard::models::{ContainerInspectResponse, HostConfig};
use futures_util::{StreamExt, stream};
use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};

use crate::{
    engines::{
        BeatReceiver, EngineError, EngineStream,
        docker::{
            client::Client,
            convert,
            endpoint::Endpoint,
            stats::{
                api::{Api, Asker},
                schedule::Pace,
                sweeper::{Run, Sweeper, Swept},
            },
            words::text,
        },
    },
    kernel::{Limits, Meter, Root},
    model::{InstanceId, Sample},
};

/// How many questions about the use of the host an engine is asked at once.
const AT_ONCE: usize = 4;

/// The length of a container's id, of hexadecimal digits.
const ID_LENGTH: usize = 64;

/// Reads what the instances of one engine use of its host.
#[derive(Debug)]
pub(super) struct Stats {
    client: Arc<Client>,
    /// Reads the kernel; none where the engine cannot be on this host.
    sweeper: Option<Sweeper>,
    places: Arc<Semaphore>,
    pace: Pace,
}

/// What is known of an instance before it is read.
#[derive(Debug, Default)]
struct Known {
    /// By what the kernel knows it, where it does.
    run: Option<Run>,
    limits: Limits,
}

impl Stats {
    /// Prepares for an engine; asks and reads nothing yet. The kernel's files are those
    /// below a root.
    pub(super) fn new(client: Arc<Client>, root: Root) -> Self {
        let sweeper = may_be_here(client.endpoint()).then(|| Sweeper::new(root));
        Self { client, sweeper, places: Arc::new(Semaphore::new(AT_ONCE)), pace: Pace::SELDOM }
    }

    /// Reads an instance's use of its host, until its run ends.
    pub(super) async fn samples(
        self: Arc<Self>,
        id: InstanceId,
        beat: BeatReceiver,
    ) -> Result<EngineStream<Sample>, EngineError> {
        let known = match self.inspected(&id).await {
            Ok(inspected) => match known(&inspected, self.client.is_podman()) {
                Some(known) => known,
                None => return Ok(stream::empty().boxed()),
            },
            // What guards the engine may allow a look at the numbers.
            Err(EngineError::Denied { .. }) => Known::default(),
            Err(error) => return Err(error),
        };
        let source = match (&self.sweeper, &known.run) {
            (Some(sweeper), Some(run)) => Source::kernel(sweeper.listen(run.clone()).await),
            _ => self.api(&id, &known, beat.clone()).await,
        };
        let reader = Reader { stats: self, id, run: known.run, beat };
        let samples = stream::unfold((reader, source), |(reader, mut source)| async move {
            let sample = reader.next(&mut source).await.transpose()?;
            if sample.is_err() {
                source = Source::None;
            }
            Some((sample, (reader, source)))
        });
        Ok(samples.boxed())
    }

    async fn inspected(&self, id: &InstanceId) -> Result<ContainerInspectResponse, EngineError> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        self.client.inspect(id).await
    }

    async fn api(&self, id: &InstanceId, known: &Known, beat: BeatReceiver) -> Source {
        let client = Arc::clone(&self.client);
        let asker = Asker { client, places: Arc::clone(&self.places), id: id.clone() };
        let api = Box::new(Api::new(asker, known.limits, self.pace, beat).await);
        Source::Api { api, since: Instant::now() }
    }
}

/// Who reads one run of an instance.
struct Reader {
    stats: Arc<Stats>,
    id: InstanceId,
    run: Option<Run>,
    beat: BeatReceiver,
}

/// Where its samples come from.
enum Source {
    Kernel { heard: watch::Receiver<Swept>, meter: Meter },
    Api { api: Box<Api>, since: Instant },
    None,
}

impl Source {
    fn kernel(heard: watch::Receiver<Swept>) -> Self {
        Self::Kernel { heard, meter: Meter::default() }
    }
}

impl Reader {
    /// The next sample; nothing once the run has ended.
    async fn next(&self, source: &mut Source) -> Result<Option<Sample>, EngineError> {
        self.try_kernel_again(source).await;
        if let Source::Kernel { heard, meter } = source {
            if let Some(sample) = of_kernel(heard, meter).await {
                return Ok(Some(sample));
            }
            *source = self.beyond_kernel().await?;
        }
        match source {
            Source::Api { api, .. } => api.next().await,
            Source::Kernel { .. } | Source::None => Ok(None),
        }
    }

    /// Goes back to the kernel once it tells of the run (again). What it could not for a
    /// moment, such as open one more file, must not cost the engine anything for long.
    async fn try_kernel_again(&self, source: &mut Source) {
        let Source::Api { since, .. } = source else { return };
        let Stats { sweeper: Some(sweeper), pace, .. } = &*self.stats else { return };
        let Some(run) = self.run.as_ref().filter(|_| since.elapsed() >= pace.kernel_again) else {
            return;
        };
        *since = Instant::now();
        let mut heard = sweeper.listen(run.clone()).await;
        if heard.wait_for(Option::is_some).await.is_ok_and(|told| matches!(*told, Some(Ok(_)))) {
            heard.mark_changed();
            *source = Source::kernel(heard);
        }
    }

    /// Where to go on once the kernel tells nothing of the run: at the engine, unless it
    /// says that the run is over.
    async fn beyond_kernel(&self) -> Result<Source, EngineError> {
        let now = match self.stats.inspected(&self.id).await {
            Ok(inspected) => known(&inspected, self.stats.client.is_podman()),
            Err(EngineError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        match now.filter(|now| now.run == self.run) {
            Some(now) => Ok(self.stats.api(&self.id, &now, self.beat.clone()).await),
            None => Ok(Source::None),
        }
    }
}

/// The next sample that the kernel tells; nothing when it cannot be read.
async fn of_kernel(heard: &mut watch::Receiver<Swept>, meter: &mut Meter) -> Option<Sample> {
    heard.changed().await.ok()?;
    let reading = heard.borrow_and_update().clone()?.ok()?;
    Some(meter.sample(&reading))
}

/// Whether an engine may be on this host. A network address can lead here through a
/// forwarded port, which the kernel finds out; another host's cannot.
fn may_be_here(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Unix(_) => true,
        Endpoint::Tcp { host, .. } => {
            host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        Endpoint::Ssh(_) => false,
    }
}

/// What a description says of a run that lasts; nothing when there is none.
fn known(inspected: &ContainerInspectResponse, is_podman: bool) -> Option<Known> {
    let instance = convert::described(inspected, is_podman);
    let pid = instance.detail.as_ref().and_then(|detail| detail.pid);
    let name = text(&inspected.id);
    // Anything shorter could stand in the path of groups that are not its own.
    let is_whole = name.len() == ID_LENGTH && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let run = pid.filter(|_| is_whole).map(|pid| Run { pid, name: name.to_owned() });
    let limits = inspected.host_config.as_ref().map(limits).unwrap_or_default();
    instance.is_up().then_some(Known { run, limits })
}

fn limits(config: &HostConfig) -> Limits {
    let memory_bytes = config.memory.and_then(|bytes| u64::try_from(bytes).ok());
    Limits { cpu_cores: cpu_limit(config), memory_bytes: memory_bytes.filter(|bytes| *bytes > 0) }
}

/// The limit on CPU in cores, which is told as one or as the part of a period.
fn cpu_limit(config: &HostConfig) -> Option<f64> {
    /// What counts where no other is set (`cpu.cfs_period_us`).
    const PERIOD_MICROS: i64 = 100_000;
    let set = |number: Option<i64>| number.filter(|number| *number > 0);
    let whole = set(config.nano_cpus).map(|nanos| nanos as f64 / 1e9);
    let period = set(config.cpu_period).unwrap_or(PERIOD_MICROS);
    whole.or_else(|| set(config.cpu_quota).map(|quota| quota as f64 / period as f64))
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod stream_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_host_may_be_here() {
        let may = |address: &str| may_be_here(&Endpoint::parse(address, None).unwrap());
        for here in ["unix:///run/docker.sock", "tcp://localhost", "tcp://127.0.0.2", "tcp://[::1]"]
        {
            assert!(may(here), "{here}");
        }
        for elsewhere in ["ssh://localhost", "tcp://docker", "tcp://10.0.0.1", "tcp://localhost.x"]
        {
            assert!(!may(elsewhere), "{elsewhere}");
        }
    }

    fn of(json: &str) -> Option<Known> {
        known(&serde_json::from_str(json).unwrap(), false)
    }

    #[test]
    fn a_run_is_known_by_its_process_and_its_whole_id() {
        let id = "0123456789abcdef".repeat(4);
        let run = |id: &str, pid| {
            let state = format!(r#"{{"Status":"running","Pid":{pid}}}"#);
            of(&format!(r#"{{"Id":"{id}","State":{state}}}"#)).unwrap().run
        };
        assert_eq!(run(&id, 7), Some(Run { pid: 7, name: id.clone() }));
        assert_eq!(run(&id, 0), None);
        assert_eq!(run(&id[1..], 7), None, "it could be a part of another name");
        assert_eq!(run(&"slice".repeat(13)[..64], 7), None);
    }

    #[test]
    fn what_has_ended_is_not_read() {
        let id = "0123456789abcdef".repeat(4);
        let ended = format!(r#"{{"Id":"{id}","State":{{"Status":"exited","Pid":7}}}}"#);
        assert!(of(&ended).is_none());
    }

    #[test]
    fn the_limit_on_cpu_is_told_in_either_way() {
        let limit = |json| cpu_limit(&serde_json::from_str(json).unwrap());
        assert_eq!(limit(r#"{"NanoCpus":1500000000,"CpuQuota":0}"#), Some(1.5));
        assert_eq!(limit(r#"{"CpuQuota":50000,"CpuPeriod":0}"#), Some(0.5));
        assert_eq!(limit(r#"{"CpuQuota":50000,"CpuPeriod":25000}"#), Some(2.0));
        assert_eq!(limit(r#"{"CpuQuota":-1,"CpuPeriod":100000}"#), None);
    }

    #[test]
    fn the_limit_on_memory_is_told_where_one_is_set() {
        let limit = |json| limits(&serde_json::from_str(json).unwrap()).memory_bytes;
        assert_eq!(limit(r#"{"Memory":67108864}"#), Some(64 << 20));
        assert_eq!(limit(r#"{"Memory":0}"#), None);
        assert_eq!(limit(r#"{"Memory":-1}"#), None);
    }
}
