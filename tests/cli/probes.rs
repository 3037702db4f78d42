//! `midwatch probes`, and what probes say in `midwatch status`, on fakes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use midwatch::{
    cli::{
        Exit, LookedAt,
        args::{CheckOptions, Checked, ProbesOptions, StatusOptions},
        probes, status,
    },
    model::{
        Detail, Instance, NetworkPlace, Pace, Port, ProbeAnswer, ProbeFault, ProbeFaultKind,
        ProbeSpec, ProbeTarget, Protocol, Stack, TlsTarget, probe::ProbeOrigin,
    },
    text::Clean,
    watch::Prober,
};

use crate::{
    harness::{Ran, engines, instance, ran, ran_beside},
    readme,
    support::fake::FakeEngine,
};

const JSON: ProbesOptions = ProbesOptions { services: vec![], json: true, watch: false };

/// Answers well, but for the targets that somebody said are bad.
#[derive(Default)]
struct FakeProber {
    bad: Mutex<BTreeMap<String, ProbeFaultKind>>,
}

impl FakeProber {
    fn break_target(&self, target: &str, kind: ProbeFaultKind) {
        self.bad.lock().unwrap().insert(target.to_owned(), kind);
    }
}

#[async_trait]
impl Prober for FakeProber {
    async fn ask(&self, target: &ProbeTarget, _: Duration) -> Result<ProbeAnswer, ProbeFault> {
        match self.bad.lock().unwrap().get(&target.to_string()) {
            None => Ok(ProbeAnswer { words: Clean::new("connected"), warning: None }),
            Some(kind) => Err(ProbeFault {
                kind: *kind,
                words: Clean::new("connection refused"),
                output: vec![],
            }),
        }
    }
}

/// Two copies of `api`, each on a port of this host; nothing is known of `db`.
fn shop() -> FakeEngine {
    let fake = FakeEngine::new("docker");
    for (replica, port) in [(1, 8001), (2, 8002)] {
        let api = instance("api", replica, 0);
        let network = NetworkPlace::At(vec!["192.0.2.7".parse().unwrap()]);
        fake.set(Instance {
            ports: vec![Port {
                inside: 80,
                host: Some(port),
                address: Some(Clean::new("0.0.0.0")),
                protocol: Protocol::Tcp,
            }],
            detail: Some(Detail { network, ..api.detail.unwrap() }),
            ..instance("api", replica, 0)
        });
    }
    fake.set(instance("db", 1, 0));
    fake
}

fn looked_at(fake: &FakeEngine, prober: &Arc<FakeProber>) -> LookedAt {
    let prober: Arc<dyn Prober> = prober.clone();
    LookedAt { engines: engines(&[fake]), prober: Some(prober), ..LookedAt::default() }
}

async fn asked(looked_at: &LookedAt, options: &ProbesOptions) -> Ran {
    ran(async |printer| probes::run(looked_at, options, printer).await).await
}

#[tokio::test(start_paused = true)]
async fn every_probe_says_what_it_says_and_one_that_fails_is_wrong() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    let looked_at = looked_at(&fake, &prober);
    let well = asked(&looked_at, &JSON).await;
    assert_eq!(well.exit, Exit::Well);
    let value = well.json();
    readme::assert_documented("probes", &value);
    let all = value["probes"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[1]["target"], "tcp:127.0.0.1:8002");
    assert_eq!(all[1]["instance"], "shop-api-2");
    assert_eq!((&all[1]["state"], &all[1]["words"]), (&"passing".into(), &"connected".into()));
    assert!(all[1]["p50_seconds"].is_number());

    prober.break_target("tcp:127.0.0.1:8002", ProbeFaultKind::Refused);
    let ran = asked(&looked_at, &JSON).await;
    assert_eq!(ran.exit, Exit::Wrong);
    let probe = &ran.json()["probes"][1];
    assert_eq!((&probe["state"], &probe["fault"]), (&"failing".into(), &"refused".into()));
    assert_eq!(probe["failures_in_a_row"], 3);
}

#[tokio::test(start_paused = true)]
async fn the_table_has_the_worst_first() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    prober.break_target("tcp:127.0.0.1:8002", ProbeFaultKind::Refused);
    let ran = asked(&looked_at(&fake, &prober), &ProbesOptions::default()).await;
    let times = r"<?\d+(\.\d)?(ms|s)\b";
    insta::with_settings!({filters => vec![(times, "[time]"), (r"  +", "  ")]}, {
        insta::assert_snapshot!(ran.out);
    });
}

#[tokio::test(start_paused = true)]
async fn names_are_of_services_and_instances() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    let looked_at = looked_at(&fake, &prober);
    let of = async |name: &str| {
        asked(&looked_at, &ProbesOptions { services: vec![name.into()], ..JSON }).await
    };
    assert_eq!(of("api").await.json()["probes"].as_array().unwrap().len(), 2);
    assert_eq!(of("shop-api-2").await.json()["probes"].as_array().unwrap().len(), 1);
    assert_eq!(of("db").await.json()["probes"].as_array().unwrap().len(), 0);
    let wrong = of("apo").await;
    assert_eq!(wrong.exit, Exit::Usage);
    assert!(wrong.err.contains("did you mean `api`?"), "{}", wrong.err);
}

#[tokio::test(start_paused = true)]
async fn a_service_is_as_bad_as_its_probes_say_unless_they_are_not_asked() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    prober.break_target("tcp:127.0.0.1:8002", ProbeFaultKind::Refused);
    let looked_at = looked_at(&fake, &prober);
    let status = async |no_probes: bool| {
        let options = StatusOptions { json: true, no_probes, ..StatusOptions::default() };
        ran(async |printer| status::run(&looked_at, &options, printer).await).await
    };
    let api = status(false).await.json()["services"][0].take();
    // That an image names a port is a weak promise: a warning.
    assert_eq!(
        (&api["level"], &api["reason"]),
        (&"warn".into(), &"tcp: connection refused".into())
    );
    assert_eq!(api["probes"][1]["state"], "failing");
    let alone = status(true).await;
    assert_eq!((alone.exit, &alone.json()["services"][0]["level"]), (Exit::Well, &"ok".into()));
}

#[tokio::test(start_paused = true)]
async fn certificates_are_looked_at_by_themselves() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    let target = ProbeTarget::Tls(TlsTarget::at("localhost:443"));
    let spec = ProbeSpec::new(target, Pace::default(), ProbeOrigin::StackFile);
    let stack = Arc::new(Stack { certificates: vec![spec], ..Stack::default() });
    let looked_at = LookedAt { stack, ..looked_at(&fake, &prober) };
    let options = CheckOptions { what: Checked::Tls, json: true };
    let check =
        async || ran(async |printer| probes::check(&looked_at, &options, printer).await).await;
    let well = check().await;
    assert_eq!(well.exit, Exit::Well);
    let value = well.json();
    let all = value["probes"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["target"]), (1, &"tls:localhost:443".into()));
    prober.break_target("tls:localhost:443", ProbeFaultKind::Tls);
    assert_eq!(check().await.exit, Exit::Wrong);
}

#[tokio::test(start_paused = true)]
async fn watching_prints_what_changes() {
    let (fake, prober) = (shop(), Arc::new(FakeProber::default()));
    let looked_at = looked_at(&fake, &prober);
    let options = ProbesOptions { watch: true, ..JSON };
    let command = async |printer: &mut midwatch::cli::Printer<'_>| {
        probes::run(&looked_at, &options, printer).await
    };
    let (exit, err) = ran_beside(command, async |mut reader| {
        let state = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            value["probes"][0]["state"].as_str().unwrap().to_owned()
        };
        assert_eq!(state(&reader.line().await), "passing");
        prober.break_target("tcp:127.0.0.1:8001", ProbeFaultKind::Timeout);
        while state(&reader.line().await) != "failing" {}
        reader.close();
        fake.end(&midwatch::model::InstanceId::new("db1"), 1);
    })
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Well, ""));
}
