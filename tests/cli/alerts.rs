//! `midwatch alerts`, on fakes.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use midwatch::{
    alerts::{Board, Rule},
    cli::{Exit, LookedAt, Printer, alerts, args::AlertsOptions},
    history::Database,
    model::{
        Advice, AlertSeverity, Bound, Dimension, Instance, MetricSource, MetricSpec, MetricUnit,
        NoData, Observation, ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeSpec, ProbeTarget,
        ServiceMatch, Stack, StackService,
        alert::{Evidence, Overlay, OverlayKind},
        metric::UseField,
        probe::{ProbeOrigin, ProbeRole},
    },
    notify::{Message, Notifier, NotifyError, Sender},
    text::Clean,
    watch::Prober,
};

use crate::{
    harness::{Ran, at, engines, instance, ran, ran_beside},
    readme,
    support::fake::FakeEngine,
};

const JSON: AlertsOptions = AlertsOptions { json: true, watch: false, notify_test: None };

/// Answers well until it is broken.
#[derive(Default)]
struct FakeProber {
    is_broken: AtomicBool,
}

#[async_trait]
impl Prober for FakeProber {
    async fn ask(&self, _: &ProbeTarget, _: Duration) -> Result<ProbeAnswer, ProbeFault> {
        if self.is_broken.load(Ordering::SeqCst) {
            let words = Clean::new("500 Internal Server Error");
            return Err(ProbeFault { kind: ProbeFaultKind::Answer, words, output: vec![] });
        }
        Ok(ProbeAnswer { words: Clean::new("200 OK"), warning: None })
    }
}

fn stack() -> Stack {
    let probe = ProbeSpec {
        name: Clean::new("health"),
        target: ProbeTarget::Tcp { address: "192.0.2.7:80".into() },
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        fail_after: 3,
        ok_after: 2,
        grace: None,
        role: ProbeRole::Liveness,
        from: ProbeOrigin::StackFile,
    };
    let api = StackService {
        id: Clean::new("api"),
        matches: ServiceMatch::Service(Clean::new("api")),
        role: None,
        critical: true,
        probes: vec![probe],
        unprobed: false,
    };
    let memory = MetricSpec {
        id: Clean::new("restarts"),
        source: MetricSource::Docker { field: UseField::Restarts },
        unit: MetricUnit {
            dimension: Dimension::Count,
            factor: 1.0,
            suffix: Clean::new("in an hour"),
        },
        target: None,
        warn: Bound::parse("> 3").ok(),
        critical: None,
        hold: Duration::ZERO,
        keep: Duration::ZERO,
        range: None,
        min_events: None,
        nodata: NoData::Alert,
        advice: Advice {
            hint: Some(Clean::new("look at its last lines")),
            action: None,
            runbook: Some(Clean::new("restarts.md")),
        },
        service: Some(Clean::new("api")),
    };
    Stack {
        name: Some(Clean::new("shop")),
        services: vec![api],
        metrics: vec![memory],
        ..Stack::default()
    }
}

struct Case {
    fake: FakeEngine,
    prober: Arc<FakeProber>,
    looked_at: LookedAt,
}

fn case() -> Case {
    let (fake, prober) = (FakeEngine::new("docker"), Arc::new(FakeProber::default()));
    let api: Instance = instance("api", 1, 0);
    fake.set(api);
    let asked: Arc<dyn Prober> = prober.clone();
    let looked_at = LookedAt {
        engines: engines(&[&fake]),
        prober: Some(asked),
        stack: Arc::new(stack()),
        ..LookedAt::default()
    };
    Case { fake, prober, looked_at }
}

async fn alerts_of(case: &Case, history: &Path, options: &AlertsOptions) -> Ran {
    ran(async |printer| alerts::run(&case.looked_at, history, options, printer).await).await
}

#[tokio::test(start_paused = true)]
async fn what_fires_is_wrong_and_says_why() {
    let (case, nowhere) = (case(), Path::new("/nowhere/history.db"));
    let well = alerts_of(&case, nowhere, &JSON).await;
    assert_eq!((well.exit, well.err.as_str()), (Exit::Well, ""));
    readme::assert_documented("alerts", &well.json());
    let phases = |ran: &Ran| {
        let value = ran.json();
        let all = value["alerts"].as_array().unwrap().iter();
        all.map(|it| format!("{} {}", it["alert"], it["phase"])).collect::<Vec<_>>()
    };
    assert_eq!(phases(&well), ["\"metric:restarts\" \"ok\"", "\"probe:api/health\" \"ok\""]);
    case.prober.is_broken.store(true, Ordering::SeqCst);
    let ran = alerts_of(&case, nowhere, &JSON).await;
    assert_eq!(ran.exit, Exit::Wrong);
    let worst = &ran.json()["alerts"][0];
    assert_eq!((&worst["alert"], &worst["phase"]), (&"probe:api/health".into(), &"firing".into()));
    assert_eq!(
        (&worst["severity"], &worst["words"]),
        (&"critical".into(), &"500 Internal Server Error".into())
    );
}

#[tokio::test(start_paused = true)]
async fn the_table_has_the_worst_first() {
    let case = case();
    case.prober.is_broken.store(true, Ordering::SeqCst);
    let ran = alerts_of(&case, Path::new("/nowhere"), &AlertsOptions::default()).await;
    insta::with_settings!({filters => vec![(r"\b\d+s\b", "[time]"), (r"  +", "  ")]}, {
        insta::assert_snapshot!(ran.out);
    });
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_knew_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db");
    let case = case();
    case.prober.is_broken.store(true, Ordering::SeqCst);
    // An earlier run: it fires since the epoch, and somebody is on it.
    let mut board = Board::default();
    let rule = Rule::of_probe("api/health", Some(&Clean::new("api")));
    let evidence = Evidence { value: None, words: Clean::new("500") };
    let breach = Observation::Breach(AlertSeverity::Critical, evidence);
    board.observe(&rule, breach, at(0));
    let (who, why) = (Clean::new("ann"), Clean::new("on it"));
    let kind = OverlayKind::Acknowledged;
    assert!(board.lay(&rule.alert.id, Overlay { kind, who, why, since: at(1), until: None }));
    let saved = board.saved(&rule.alert.id).unwrap();
    Database::open(&file).unwrap().write(&[saved], &[], &[]).unwrap();

    let ran = alerts_of(&case, &file, &JSON).await;
    let alert = &ran.json()["alerts"][0];
    assert_eq!(alert["since"], "1970-01-01T00:00:00Z");
    assert_eq!(alert["overlays"][0]["who"], "ann");
    assert_eq!(ran.exit, Exit::Wrong, "that somebody is on it makes it no better");
    readme::assert_documented("alerts", &ran.json());
}

#[tokio::test(start_paused = true)]
async fn a_history_that_cannot_be_read_is_said_and_nothing_else_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db");
    std::fs::write(&file, "no database, whatever its name says").unwrap();
    let ran = alerts_of(&case(), &file, &JSON).await;
    assert_eq!(ran.exit, Exit::Well);
    assert!(ran.err.contains("history"), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn watching_prints_what_changes() {
    let case = case();
    let options = AlertsOptions { watch: true, ..JSON };
    let command = async |printer: &mut Printer<'_>| {
        alerts::run(&case.looked_at, Path::new("/nowhere"), &options, printer).await
    };
    let (exit, err) = ran_beside(command, async |mut reader| {
        assert_eq!(reader.json().await["alerts"][0]["phase"], "ok");
        case.prober.is_broken.store(true, Ordering::SeqCst);
        while reader.json().await["alerts"][0]["phase"] != "firing" {}
        reader.close();
        case.prober.is_broken.store(false, Ordering::SeqCst);
    })
    .await;
    assert_eq!((exit, err.as_str()), (Exit::Well, ""));
    drop(case.fake);
}

struct FakeNotifier(Result<(), NotifyError>);

#[async_trait]
impl Notifier for FakeNotifier {
    async fn notify(&self, message: &Message) -> Result<(), NotifyError> {
        assert!(message.alerts[0].annotations["description"].as_str().contains("a test"));
        self.0.clone()
    }
}

#[tokio::test]
async fn a_test_says_whether_it_arrived() {
    let (name, sender) = (Clean::new("oncall"), Sender::default());
    let test = async |result| {
        let notifier = FakeNotifier(result);
        ran(async |printer| alerts::notify_test(&notifier, &name, &sender, printer).await).await
    };
    let well = test(Ok(())).await;
    assert_eq!((well.exit, well.out.as_str()), (Exit::Well, "oncall: told\n"));
    let host = Clean::new("hooks.example");
    let refused = test(Err(NotifyError::Refused { host, status: 404 })).await;
    assert_eq!(refused.exit, Exit::Wrong);
    assert!(refused.err.contains("oncall: hooks.example refused it: 404"), "{}", refused.err);
}
