//! The shop: one engine with everything on it that a night can bring.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use midwatch::model::{
    EngineFact, EngineId, EngineInfo, Event, Health, Inspection, Instance, LogLine, Port, Protocol,
    Sample, ServiceId, Stream, inspect::Row,
};
use midwatch::text::Clean;

use super::{
    ago,
    facts::{
        checked, described, ended, fact, key, line, listed, live, lost, restarted, running, said,
        sampled,
    },
    now,
};

pub(crate) const ENDPOINT: &str = "unix:///run/docker.sock";

/// A value that must never be seen unless a person asks for it.
pub(crate) const CANARY: &str = "correct-horse-canary";

/// The one engine.
pub(crate) fn docker() -> EngineId {
    EngineId::new("docker")
}

fn shop(name: &str) -> ServiceId {
    ServiceId::in_stack("shop", name)
}

/// Everything that runs, and what has ended.
pub(crate) fn instances() -> Vec<Instance> {
    let passes = ["HTTP/1.1 200 OK"];
    let fails = ["HTTP/1.1 503 Service Unavailable", "redis: i/o timeout after 5001 ms"];
    let mut api: Vec<Instance> =
        (1..=3).map(|n| running(&format!("api-{n}"), shop("api"), Some(n))).collect();
    api[0] = checked(api[0].clone(), Health::Healthy, &passes);
    api[1] = checked(api[1].clone(), Health::Unhealthy, &fails);
    api[2] = checked(api[2].clone(), Health::Healthy, &passes);
    for (n, instance) in api.iter_mut().enumerate() {
        instance.ports = vec![Port {
            inside: 8080,
            host: Some(8081 + n as u16),
            address: Some(Clean::new("127.0.0.1")),
            protocol: Protocol::Tcp,
        }];
        instance.labels.insert(Clean::new("DB_PASSWORD"), Clean::new(CANARY));
        instance.labels.insert(Clean::new("team"), Clean::new("checkout"));
    }
    let mut all = api;
    all.extend((1..=2).map(worker));
    all.push(ended(running("db-1", shop("db"), Some(1)), 137, true));
    all.push(checked(running("cache-1", shop("cache"), Some(1)), Health::Healthy, &passes));
    all.push(ended(running("migrate-1", shop("migrate"), Some(1)), 0, false));
    all.push(running("lonely", ServiceId::alone("registry-mirror"), None));
    all
}

/// A worker that was started again just now.
fn worker(n: u32) -> Instance {
    let worker = running(&format!("worker-{n}"), shop("worker"), Some(n));
    restarted(worker, 9, ago(4))
}

/// Services whose names were made to do harm.
pub(crate) fn hostile_instances() -> Vec<Instance> {
    let stack = "\u{9b}2J\u{1b}[2Jevil";
    let names = [
        "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}",
        "gpj.\u{202e}exe.txt\u{200b}",
        "数据库-サービス-😀👨\u{200d}👩\u{200d}👧",
        "z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}algo",
        "\r\noverwritten",
    ];
    let mut all: Vec<Instance> = names
        .iter()
        .enumerate()
        .map(|(n, name)| running(&format!("evil-{n}"), ServiceId::in_stack(stack, name), Some(1)))
        .collect();
    all.push(running("long", ServiceId::alone(&"long-name-".repeat(20)), None));
    all.push(running("wide", ServiceId::alone(&"界".repeat(90)), None));
    for instance in &mut all {
        instance.command = Clean::new("sh -c 'printf \u{1b}[8m'");
        instance.labels.insert(Clean::new("\u{1b}]52;c;aGk=\u{7}"), Clean::new("界\u{202e}\r\n"));
    }
    all
}

/// What the engine says when it is reached.
fn connected() -> [Event; 2] {
    let info = EngineInfo {
        product: Clean::new("Docker Engine"),
        version: Clean::new("29.1.0"),
        api: Some(Clean::new("1.48")),
    };
    let host = EngineFact::Host { name: Clean::new("node-7") };
    [fact(ago(300), EngineFact::Connected { info }), fact(ago(300), host)]
}

/// The engine was reached just now, and all that it told since.
pub(crate) fn fresh() -> Vec<Event> {
    of(&instances())
}

/// The same, without a past: what is used was never told.
pub(crate) fn quiet() -> Vec<Event> {
    let mut events = Vec::from(connected());
    events.extend(told(&instances()));
    events.extend(talk("api-1"));
    events
}

/// The same, with names that were made to do harm.
pub(crate) fn hostile() -> Vec<Event> {
    let mut all = instances();
    all.extend(hostile_instances());
    let mut events = of(&all);
    for n in 0..5 {
        events.extend(talk(&format!("evil-{n}")));
    }
    for id in ["long", "wide"] {
        events.extend(talk(id));
        events.push(sampled(id, &wild_sample(ago(2))));
        events.push(sampled(id, &wild_sample(ago(1))));
    }
    // One service with two copies, for sums.
    let soon = now() + SignedDuration::from_secs(1);
    events.push(sampled("api-1", &wild_sample(soon)));
    events.push(sampled("api-2", &wild_sample(soon)));
    events
}

fn of(instances: &[Instance]) -> Vec<Event> {
    let mut events = vec![fact(ago(301), EngineFact::Connecting)];
    events.extend(connected());
    events.extend(told(instances));
    for id in ["api-1", "api-2", "api-3", "worker-1", "cache-1", "lonely"] {
        events.extend(five_minutes(id));
    }
    for id in ["api-1", "api-2", "api-3"] {
        events.extend(talk(id));
    }
    events.push(live("worker-1"));
    let crash = line(ago(5), "panic: cannot reach ledger: connection refused");
    events.push(said("worker-1", vec![LogLine { stream: Stream::Stderr, ..crash }]));
    events
}

/// What the engine tells of its instances, those in a crash loop twice.
fn told(instances: &[Instance]) -> Vec<Event> {
    let mut events = vec![listed(ago(300), instances)];
    for instance in instances {
        let looping = instance.detail.as_ref().is_some_and(|detail| detail.restarts > 0);
        if looping {
            events.push(described(ago(55), &restarted(instance.clone(), 2, ago(100))));
        }
        events.push(described(ago(3), instance));
    }
    events
}

/// The engine was never reached, two times.
pub(crate) fn failed() -> Vec<Event> {
    vec![
        fact(ago(2), EngineFact::Connecting),
        lost(ago(1), 2, now() + SignedDuration::from_secs(1)),
    ]
}

/// Five minutes of use, with half a minute in which nobody looked.
fn five_minutes(id: &str) -> Vec<Event> {
    let seed = id.bytes().map(u64::from).sum::<u64>() % 7;
    (0..=300_u32)
        .filter(|second| !(150..180).contains(second))
        .map(|second| {
            let at = ago(300 - i64::from(second));
            let second = u64::from(second);
            let wave = (second / 10 + seed) % 9;
            let sample = Sample {
                interval: Some(Duration::from_secs(1)),
                cpu_cores: Some(0.1 + 0.05 * wave as f64),
                memory_bytes: Some((180 + second / 3 + seed * 4) << 20),
                memory_limit_bytes: Some(512 << 20),
                received_bytes: Some(second * 4096 * (1 + wave)),
                sent_bytes: Some(second * 1024 * (1 + wave)),
                received_per_second: Some(4096.0 * (1 + wave) as f64),
                sent_per_second: Some(1024.0 * (1 + wave) as f64),
                disk_written_bytes: Some(second * 512 * wave),
                disk_read_per_second: Some(0.0),
                disk_written_per_second: Some(512.0 * wave as f64),
                processes: Some(12),
                ..Sample::empty(at)
            };
            sampled(id, &sample)
        })
        .collect()
}

/// A reading that no host gives.
fn wild_sample(at: Timestamp) -> Sample {
    Sample {
        cpu_cores: Some(f64::MAX),
        memory_bytes: Some(u64::MAX),
        memory_limit_bytes: Some(u64::MAX),
        received_bytes: Some(if at == ago(1) { u64::MAX } else { 0 }),
        sent_bytes: Some(u64::MAX),
        processes: Some(u64::MAX),
        cpu_limit_cores: Some(f64::MAX),
        throttled_share: Some(f64::MAX),
        swap_bytes: Some(u64::MAX),
        disk_read_bytes: Some(if at == ago(1) { u64::MAX } else { 0 }),
        disk_written_bytes: Some(u64::MAX),
        oom_kills: Some(u64::MAX),
        interval: Some(Duration::MAX),
        received_per_second: Some(f64::MAX),
        sent_per_second: Some(f64::INFINITY),
        disk_read_per_second: Some(f64::NAN),
        disk_written_per_second: Some(-1.0),
        ..Sample::empty(at)
    }
}

/// Lines of every kind.
fn talk(id: &str) -> Vec<Event> {
    let said_at = |seconds: i64, raw: &str| line(ago(seconds), raw);
    let mut lines: Vec<LogLine> = (0..40)
        .map(|n| said_at(100 - n, &format!("GET /items/{n} 200 {} ms", 3 + n % 5)))
        .collect();
    lines.push(said_at(40, r#"{"level":"error","msg":"redis timed out","took_ms":5001}"#));
    lines.push(said_at(35, "\u{1b}[31mERROR\u{1b}[0m payment \u{1b}[1;33mdeclined\u{1b}[0m"));
    lines.push(said_at(30, "\u{1b}]52;c;cm0gLXJmIC8=\u{7}clipboard\u{1b}[2J\u{1b}[1;1Hhome"));
    lines.push(said_at(25, "progress 10 %\rprogress 20 %\u{8}\u{0}"));
    lines.push(said_at(20, "wide 数据库は遅い 😀😀 e\u{301}te\u{301} \u{202e}dnib"));
    lines.push(LogLine { cut_bytes: 3616, ..said_at(15, &"0123456789abcdef".repeat(1024)) });
    lines.push(said_at(12, &"界".repeat(10_000)));
    lines.push(LogLine {
        stream: Stream::Stderr,
        ..said_at(10, "Error: ECONNRESET at TCP.onStreamRead")
    });
    for shift in 0..6 {
        let lead = " ".repeat(shift % 2);
        lines.push(said_at(9, &format!("{lead}{}", "界".repeat(120))));
    }
    lines.push(said_at(5, ""));
    lines.push(said_at(2, "tab\tseparated\tvalues"));
    vec![live(id), said(id, lines)]
}

/// The answer to an inspection of an instance.
pub(crate) fn inspected(id: &str) -> Event {
    let mut inspection = Inspection::default();
    inspection.push(
        "Container",
        vec![
            Row::text("Id", "4f06b3c1d2e3"),
            Row::text("Command", "/usr/bin/server --port 8080"),
            Row::text("Hostile", "\u{1b}[31mred\r\n\u{202e}"),
            Row::text("Wide", &"数据库".repeat(60)),
        ],
    );
    inspection.push(
        "Environment",
        vec![
            Row::secret("DATABASE_URL", &format!("postgres://shop:{CANARY}@db/shop")),
            Row::secret("LANG", "C.UTF-8"),
        ],
    );
    Event::Inspected { key: key(id), at: now(), result: Ok(inspection) }
}
