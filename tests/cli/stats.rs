//! `midwatch stats` on fakes.

use midwatch::{
    cli::{Exit, args::StatsOptions, stats},
    engines::EngineError,
    model::{InstanceId, Sample},
};
use serde_json::{Value, json};

use crate::{
    harness::{at, engines, instance, ran, ran_beside},
    support::fake::{Call, FakeEngine},
};

const JSON: StatsOptions = StatsOptions { services: vec![], json: true, watch: false };

fn sample(cpu_cores: Option<f64>) -> Sample {
    Sample {
        cpu_cores,
        memory_bytes: Some(3 << 20),
        memory_limit_bytes: Some(1 << 30),
        received_bytes: Some(10),
        sent_bytes: Some(20),
        processes: Some(4),
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
    let id = InstanceId::new("api1");
    while !fake.take_calls().contains(&Call::Stats(id.clone())) {
        tokio::task::yield_now().await;
    }
    for sample in samples {
        fake.sample(&id, &sample);
    }
}

#[tokio::test]
async fn readings_go_on_until_the_cpu_is_known_and_have_the_documented_fields() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let (ran, ()) = tokio::join!(
        ran(async |printer| stats::run(&engines, &JSON, printer).await),
        feed(&fake, [sample(None), sample(Some(0.5))]),
    );
    let expected = json!([{
        "engine": "docker", "stack": "shop", "service": "api", "instance": "shop-api-1",
        "sampled_at": "1970-01-01T00:00:09Z", "cpu_cores": 0.5, "memory_bytes": 3_145_728,
        "memory_limit_bytes": 1_073_741_824, "received_bytes": 10, "sent_bytes": 20,
        "processes": 4,
    }]);
    assert_eq!(ran.json()["instances"], expected);
    crate::readme::assert_documented("stats", &ran.json());
    assert_eq!(ran.exit, Exit::Well);
}

#[tokio::test(start_paused = true)]
async fn what_gives_no_reading_is_null_and_never_zero() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let options = StatsOptions { json: false, ..JSON };
    let ran = ran(async |printer| stats::run(&engines, &options, printer).await).await;
    insta::assert_snapshot!(ran.out);
}

#[tokio::test(start_paused = true)]
async fn watching_prints_every_second_what_runs() {
    let fake = fake();
    let engines = engines(&[&fake]);
    let options = StatsOptions { watch: true, ..JSON };
    let (exit, _) = ran_beside(
        async |printer| stats::run(&engines, &options, printer).await,
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
        async |printer| stats::run(&engines, &options, printer).await,
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
    let ran = ran(async |printer| stats::run(&engines, &JSON, printer).await).await;
    assert_eq!(ran.exit, Exit::Unreachable);
    assert!(ran.err.starts_with("error: podman: fake:// refuses connections"), "{}", ran.err);
    assert_eq!(ran.json()["instances"], json!([]));
}
