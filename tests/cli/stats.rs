//! `midwatch stats` on fakes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use midwatch::{
    cli::{Exit, args::StatsOptions, stats},
    engines::EngineError,
    model::{self, Instance, InstanceId, Pressure, Sample, SampleSource, Thresholds},
};
use serde_json::{Value, json};

use crate::{
    harness::{Ran, at, engines, instance, ran, ran_beside},
    support::fake::{Call, FakeEngine},
};

const JSON: StatsOptions = StatsOptions { services: vec![], json: true, watch: false };

/// A reading as a source gives it that tells everything; without rates the first of a run.
fn sample(cpu_cores: Option<f64>) -> Sample {
    let pressure = |some_share| Some(Pressure { some_share, full_share: Some(0.25) });
    let since = |value: f64| cpu_cores.map(|_| value);
    Sample {
        source: SampleSource::Kernel,
        interval: cpu_cores.map(|_| Duration::from_millis(1500)),
        cpu_cores,
        cpu_limit_cores: Some(2.0),
        host_cores: Some(8),
        throttled_share: since(0.5),
        throttled_seconds: Some(12.5),
        memory_bytes: Some(800 << 20),
        memory_limit_bytes: Some(1 << 30),
        swap_bytes: Some(4096),
        oom_kills: Some(1),
        received_bytes: Some(10),
        sent_bytes: Some(20),
        received_per_second: since(30.5),
        sent_per_second: since(4096.0),
        disk_read_bytes: Some(50),
        disk_written_bytes: Some(60),
        disk_read_per_second: since(70.0),
        disk_written_per_second: since(80.0),
        processes: Some(4),
        cpu_pressure: pressure(0.5),
        memory_pressure: pressure(0.75),
        io_pressure: Some(Pressure { some_share: 1.0, full_share: None }),
        ..Sample::empty(at(9))
    }
}

fn fake() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    fake.set(instance("api", 1, 0));
    fake
}

/// Gives readings once somebody reads.
async fn feed<const N: usize>(fake: &FakeEngine, samples: [Sample; N]) {
    feed_each(fake, samples.map(|sample| ("api1", sample))).await;
}

/// Gives readings of several instances once somebody reads all of them.
async fn feed_each<const N: usize>(fake: &FakeEngine, samples: [(&str, Sample); N]) {
    let mut calls = Vec::new();
    while !samples.iter().all(|(id, _)| calls.contains(&Call::Stats(InstanceId::new(id)))) {
        tokio::task::yield_now().await;
        calls.extend(fake.take_calls());
    }
    for (id, sample) in samples {
        fake.sample(&InstanceId::new(id), &sample);
    }
}

#[tokio::test]
async fn readings_go_on_until_the_rates_are_known_and_have_the_documented_fields() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let (ran, ()) = tokio::join!(
        ran(async |printer| stats::run(&engines, &JSON, &Thresholds::default(), printer).await),
        feed(&fake, [sample(None), sample(Some(1.9))]),
    );
    let expected = json!([{
        "engine": "docker", "stack": "shop", "service": "api", "instance": "shop-api-1",
        "restarts": 0, "sampled_at": "1970-01-01T00:00:09Z", "fault": null, "dropped_readings": 0, "source": "kernel",
        "interval_seconds": 1.5, "cpu_cores": 1.9, "cpu_limit_cores": 2.0, "host_cores": 8, "cpu_level": "bad",
        "throttled_share": 0.5, "throttled_seconds": 12.5, "memory_bytes": 838_860_800, "memory_limit_bytes": 1_073_741_824,
        "memory_level": "warn", "swap_bytes": 4096, "oom_kills": 1, "oom_killed_at": null, "received_bytes": 10,
        "sent_bytes": 20, "received_per_second": 30.5, "sent_per_second": 4096.0,
        "disk_read_bytes": 50, "disk_written_bytes": 60, "disk_read_per_second": 70.0,
        "disk_written_per_second": 80.0, "processes": 4,
        "cpu_pressure": {"some_share": 0.5, "full_share": 0.25},
        "memory_pressure": {"some_share": 0.75, "full_share": 0.25},
        "io_pressure": {"some_share": 1.0, "full_share": null},
    }]);
    assert_eq!(ran.json()["instances"], expected);
    crate::readme::assert_documented("stats", &ran.json());
}

/// What is told of an instance that uses so much, by its engine: of the host that the test
/// runs on, anything may be said.
async fn told_of(instance: Instance, memory_bytes: u64) -> Ran {
    let fake = FakeEngine::new("docker");
    fake.set(instance);
    let engines = engines(&[&fake]);
    let options = StatsOptions { json: false, ..JSON };
    let source = SampleSource::Engine;
    let told = Sample { source, memory_bytes: Some(memory_bytes), ..sample(Some(0.1)) };
    let thresholds = Thresholds::default();
    let run = ran(async |printer| stats::run(&engines, &options, &thresholds, printer).await);
    tokio::join!(run, feed(&fake, [told])).0
}

#[tokio::test]
async fn what_is_past_its_critical_threshold_is_one() {
    for (mib, exit) in [(700, Exit::Well), (800, Exit::Well), (1000, Exit::Wrong)] {
        let ran = told_of(instance("api", 1, 0), mib << 20).await;
        assert_eq!(ran.exit, exit, "{}", ran.out);
        assert_eq!(ran.out.contains(", bad"), exit == Exit::Wrong, "{}", ran.out);
    }
}

#[tokio::test]
async fn what_was_killed_for_memory_lately_is_one() {
    for (minutes, exit) in [(2, Exit::Wrong), (7, Exit::Well)] {
        let mut killed = instance("api", 1, 0);
        let detail = killed.detail.get_or_insert_default();
        detail.finished_at = Some(Timestamp::now() - SignedDuration::from_mins(minutes));
        detail.exit = Some(model::Exit { code: 137, oom_killed: true, error: None });
        let ran = told_of(killed, 1 << 20).await;
        assert_eq!(ran.exit, exit, "{}", ran.out);
        assert_eq!(ran.out.contains(", killed for memory"), exit == Exit::Wrong, "{}", ran.out);
    }
}

#[tokio::test(start_paused = true)]
async fn what_gives_no_reading_is_null_and_never_zero() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let options = StatsOptions { json: false, ..JSON };
    let ran =
        ran(async |printer| stats::run(&engines, &options, &Thresholds::default(), printer).await)
            .await;
    insta::assert_snapshot!(ran.out);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_says_why() {
    let fake = fake();
    fake.deny_stats(&InstanceId::new("api1"), true);
    let engines = engines(&[&fake]);
    let json =
        ran(async |printer| stats::run(&engines, &JSON, &Thresholds::default(), printer).await)
            .await;
    assert_eq!(json.json()["instances"][0]["fault"]["kind"], "denied");
    assert_eq!(json.json()["instances"][0]["cpu_cores"], Value::Null);
    let options = StatsOptions { json: false, ..JSON };
    let table =
        ran(async |printer| stats::run(&engines, &options, &Thresholds::default(), printer).await)
            .await;
    assert!(table.out.contains("shop-api-1: no numbers: "), "{}", table.out);
}

#[tokio::test]
async fn the_table_says_in_words_what_is_past_its_threshold() {
    let fake = fake();
    fake.set(instance("calm", 1, 0));
    let engines = engines(&[&fake]);
    let options = StatsOptions { json: false, ..JSON };
    let free = Sample { cpu_limit_cores: None, memory_limit_bytes: None, ..sample(Some(0.01)) };
    let thresholds = Thresholds::default();
    let (ran, ()) = tokio::join!(
        ran(async |printer| stats::run(&engines, &options, &thresholds, printer).await),
        feed_each(&fake, [("api1", sample(Some(1.9))), ("calm1", free)]),
    );
    // The first line is of the host that the test runs on.
    let (host, table) = ran.out.split_once('\n').unwrap();
    assert!(host.starts_with("host: cpu "), "{host}");
    insta::assert_snapshot!(table);
}

#[tokio::test(start_paused = true)]
async fn what_gives_no_reading_is_null_in_json_too() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let thresholds = Thresholds::default();
    let ran = ran(async |printer| stats::run(&engines, &JSON, &thresholds, printer).await).await;
    let told = ["engine", "stack", "service", "instance", "restarts", "dropped_readings"];
    let instance = ran.json()["instances"][0].as_object().unwrap().clone();
    for (field, value) in instance {
        assert_eq!(value.is_null(), !told.contains(&&*field), "{field}: {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn watching_prints_every_second_what_runs() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let options = StatsOptions { watch: true, ..JSON };
    let (exit, _) = ran_beside(
        async |printer| stats::run(&engines, &options, &Thresholds::default(), printer).await,
        async |mut reader| {
            feed(&fake, [sample(Some(1.0))]).await;
            while reader.json().await["instances"].as_array().unwrap().is_empty() {}
            fake.sample(&InstanceId::new("api1"), &sample(Some(2.0)));
            while reader.json().await["instances"][0]["cpu_cores"] != 2.0 {}
            fake.end(&InstanceId::new("api1"), 0);
            while !reader.json().await["instances"].as_array().unwrap().is_empty() {}
            reader.close();
        },
    )
    .await;
    assert_eq!(exit, Exit::Well);
}

#[tokio::test(start_paused = true)]
async fn watching_outlives_a_lost_engine_and_shows_no_reading_of_before() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let options = StatsOptions { watch: true, ..JSON };
    let (exit, err) = ran_beside(
        async |printer| stats::run(&engines, &options, &Thresholds::default(), printer).await,
        async |mut reader| {
            let cpu = |value: Value| value["instances"][0]["cpu_cores"].clone();
            feed(&fake, [sample(Some(1.0))]).await;
            while cpu(reader.json().await) != 1.0 {}
            fake.fail(|| EngineError::Refused { endpoint: "fake://".into(), reason: None });
            while !cpu(reader.json().await).is_null() {}
            fake.take_calls();
            fake.recover();
            // Time passes between two lines, and with it the wait before the next try.
            while !fake.take_calls().contains(&Call::Stats(InstanceId::new("api1"))) {
                reader.json().await;
            }
            fake.sample(&InstanceId::new("api1"), &sample(Some(2.0)));
            while cpu(reader.json().await) != 2.0 {}
            reader.close();
        },
    )
    .await;
    assert_eq!(exit, Exit::Well);
    assert_eq!(err.matches("error: docker: fake:// refuses connections").count(), 1, "{err}");
}

#[tokio::test]
async fn an_engine_that_cannot_be_reached_is_three_and_the_others_are_told() {
    let (up, down) = (FakeEngine::new("docker"), FakeEngine::new("podman"));
    down.fail(|| EngineError::Refused { endpoint: "fake://".into(), reason: None });
    let engines = engines(&[&up, &down]);
    let ran =
        ran(async |printer| stats::run(&engines, &JSON, &Thresholds::default(), printer).await)
            .await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(ran.err.starts_with("error: podman: fake:// refuses connections"), "{}", ran.err);
    assert_eq!(ran.json()["instances"], json!([]));
}
