//! The two sources, and how a stream goes from one to the other.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    time::{interval, timeout},
};

use super::*;
use crate::model::{Beat, SampleSource};

/// How often an engine is asked here now and then.
const QUICK: Pace = Pace {
    first: Duration::ZERO,
    every: Duration::from_millis(150),
    kernel_again: Duration::from_millis(300),
};

const PID: u32 = 7;

/// An engine with one container, which is up until it is stopped.
struct Fake {
    folder: TempDir,
    asked: Mutex<Vec<&'static str>>,
    /// How many read the stream now.
    open: watch::Sender<usize>,
    is_up: watch::Sender<bool>,
    began: Instant,
}

fn id() -> String {
    "0123456789abcdef".repeat(4)
}

impl Fake {
    fn start() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("engine.sock")).unwrap();
        let fake = Arc::new(Self {
            folder,
            asked: Mutex::default(),
            open: watch::channel(0).0,
            is_up: watch::channel(true).0,
            began: Instant::now(),
        });
        let server = Arc::clone(&fake);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&server);
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        fake
    }

    /// Answers one question after another; a connection ends with the stream on it.
    async fn serve(&self, stream: UnixStream) {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while stream.read_line(&mut head).await.is_ok_and(|read| read > 0) {
            if !head.ends_with("\r\n\r\n") {
                continue;
            }
            let asked = std::mem::take(&mut head);
            let answer = if asked.contains("/_ping") {
                "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n".to_owned()
            } else if asked.contains("/stats?stream=true") {
                self.note("live");
                return self.stream(stream).await;
            } else if asked.contains("/stats?stream=false&one-shot=true ") {
                self.note("once");
                whole(&self.reading())
            } else if asked.contains("/info") {
                whole(r#"{"MemTotal":1000}"#)
            } else {
                self.note("inspect");
                whole(&self.described())
            };
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn stream(&self, mut stream: BufReader<UnixStream>) {
        self.open.send_modify(|open| *open += 1);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
        let mut beat = interval(Duration::from_millis(150));
        let mut written = stream.write_all(head.as_bytes()).await;
        let mut up = self.is_up.subscribe();
        beat.reset();
        while written.is_ok() && *self.is_up.borrow() {
            written = stream.write_all(format!("{}\n", self.reading()).as_bytes()).await;
            tokio::select! {
                _ = beat.tick() => {}
                _ = up.wait_for(|up| !up) => {}
            }
        }
        self.open.send_modify(|open| *open -= 1);
    }

    fn note(&self, asked: &'static str) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    fn asked(&self, what: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| **asked == what).count()
    }

    /// It keeps half a core busy.
    fn reading(&self) -> String {
        if !*self.is_up.borrow() {
            return r#"{"read":"0001-01-01T00:00:00Z"}"#.into();
        }
        let cpu = self.began.elapsed().as_nanos() / 2;
        format!(
            r#"{{"read":"{}","cpu_stats":{{"cpu_usage":{{"total_usage":{cpu}}}}}}}"#,
            Timestamp::now()
        )
    }

    fn described(&self) -> String {
        let status = if *self.is_up.borrow() { "running" } else { "exited" };
        let id = id();
        format!(r#"{{"Id":"{id}","State":{{"Status":"{status}","Pid":{PID}}}}}"#)
    }

    /// Where the kernel tells of its container.
    fn kernel(&self) {
        let id = id();
        self.write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        self.write(&format!("proc/{PID}/cgroup"), &format!("0::/docker/{id}\n"));
        self.write(&format!("sys/fs/cgroup/docker/{id}/cpu.stat"), "usage_usec 500\n");
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn remove(&self, name: &str) {
        std::fs::remove_dir_all(self.folder.path().join(name)).unwrap();
    }

    async fn samples(&self, beat: &watch::Sender<Beat>) -> EngineStream<Sample> {
        let endpoint = Endpoint::Unix(self.folder.path().join("engine.sock"));
        let client = Arc::new(Client::new(endpoint, false, false));
        let stats = Stats::new(client, Root::new(self.folder.path()));
        let stats = Arc::new(Stats { pace: QUICK, ..stats });
        stats.samples(InstanceId::new(&id()), beat.subscribe()).await.unwrap()
    }
}

fn whole(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.unwrap_or_else(|_| panic!("{what}"))
}

async fn next(samples: &mut EngineStream<Sample>) -> Sample {
    soon("a sample", samples.next()).await.expect("it is up").unwrap()
}

#[tokio::test]
async fn an_engine_is_asked_now_and_then_until_somebody_looks() {
    let fake = Fake::start();
    let beat = watch::channel(Beat::Seldom).0;
    let mut samples = fake.samples(&beat).await;
    assert_eq!(next(&mut samples).await.cpu_cores, None, "one reading makes no rate");
    while next(&mut samples).await.cpu_cores.is_none() {}
    assert_eq!(fake.asked("live"), 0);

    beat.send_replace(Beat::Live);
    let live = next(&mut samples).await;
    let known = live.cpu_cores.filter(|cores| (0.3..0.7).contains(cores));
    // Two readings that are too close to each other have no rate either.
    assert!(known.is_some() || next(&mut samples).await.cpu_cores.is_some(), "{live:?}");
    assert_eq!((fake.asked("live"), *fake.open.borrow()), (1, 1));

    let asked = fake.asked("once");
    beat.send_replace(Beat::Seldom);
    let mut open = fake.open.subscribe();
    // It is read no more once it is polled.
    let closed = async { open.wait_for(|open| *open == 0).await.map(drop) };
    let (_, closed) =
        soon("the end of the stream", async { tokio::join!(next(&mut samples), closed) }).await;
    closed.unwrap();
    assert!(fake.asked("once") > asked);
    assert_eq!(fake.asked("live"), 1);
}

#[tokio::test]
async fn both_ways_of_asking_end_with_the_instance() {
    for told in [Beat::Live, Beat::Seldom] {
        let fake = Fake::start();
        let beat = watch::channel(told).0;
        let mut samples = fake.samples(&beat).await;
        next(&mut samples).await;
        fake.is_up.send_replace(false);
        let rest: Vec<_> = soon("the end", samples.collect::<Vec<_>>()).await;
        assert!(rest.iter().all(Result::is_ok), "{rest:?}");
    }
}

#[tokio::test]
async fn where_the_kernel_tells_the_engine_is_not_asked_for_a_reading() {
    let fake = Fake::start();
    fake.kernel();
    let beat = watch::channel(Beat::Live).0;
    let mut samples = fake.samples(&beat).await;
    for _ in 0..2 {
        assert_eq!(next(&mut samples).await.source, SampleSource::Kernel);
    }
    assert_eq!([fake.asked("live"), fake.asked("once"), fake.asked("inspect")], [0, 0, 1]);
}

#[tokio::test]
async fn a_run_whose_groups_are_gone_is_over_when_the_engine_says_so() {
    let fake = Fake::start();
    fake.kernel();
    let beat = watch::channel(Beat::Live).0;
    let mut samples = fake.samples(&beat).await;
    next(&mut samples).await;
    fake.is_up.send_replace(false);
    fake.remove("sys");
    // One more reading may have been taken before.
    soon("the end", async { while samples.next().await.is_some() {} }).await;
    assert_eq!([fake.asked("live"), fake.asked("inspect")], [0, 2]);
}

#[tokio::test]
async fn a_run_that_the_kernel_no_longer_tells_of_goes_on_at_the_engine() {
    let fake = Fake::start();
    fake.kernel();
    let beat = watch::channel(Beat::Live).0;
    let mut samples = fake.samples(&beat).await;
    assert_eq!(next(&mut samples).await.source, SampleSource::Kernel);
    fake.remove("sys");
    come_from(&mut samples, SampleSource::Engine).await;
    fake.kernel();
    come_from(&mut samples, SampleSource::Kernel).await;
}

/// Waits for a sample of this source.
async fn come_from(samples: &mut EngineStream<Sample>, source: SampleSource) {
    let come = async { while next(samples).await.source != source {} };
    soon("another source", come).await;
}

#[tokio::test]
async fn another_containers_process_is_not_read() {
    let fake = Fake::start();
    fake.kernel();
    let other = "f".repeat(64);
    fake.write(&format!("proc/{PID}/cgroup"), &format!("0::/docker/{other}\n"));
    let beat = watch::channel(Beat::Live).0;
    let mut samples = fake.samples(&beat).await;
    assert_eq!(next(&mut samples).await.source, SampleSource::Engine);
}
