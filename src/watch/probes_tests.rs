//! Who is asked, how often, and how many at once; on tokio's paused clock.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::model::{
    EngineId, ProbeOrders, ServiceId, ServiceKey,
    probe::{ProbeOrigin, ProbeRole},
};

/// Answers after a time, unless told otherwise by the target's address.
#[derive(Default)]
struct Fake {
    takes: Duration,
    busy: AtomicUsize,
    most_busy: AtomicUsize,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Prober for Fake {
    async fn ask(&self, target: &ProbeTarget, _: Duration) -> Result<ProbeAnswer, ProbeFault> {
        let busy = self.busy.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_busy.fetch_max(busy, Ordering::SeqCst);
        self.asked.lock().unwrap().push(target.to_string());
        match target.to_string().as_str() {
            "tcp:crash:1" => panic!("a probe may crash"),
            "tcp:hang:1" => std::future::pending().await,
            _ => sleep(self.takes).await,
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
        match target.to_string().as_str() {
            "tcp:bad:1" => Err(fault(ProbeFaultKind::Refused, "refused")),
            _ => Ok(ProbeAnswer::default()),
        }
    }
}

fn key(name: &str) -> ProbeKey {
    let service = ServiceKey { engine: EngineId::new("docker"), service: ServiceId::alone("api") };
    ProbeKey { service, instance: None, name: Clean::new(name) }
}

fn order(address: &str, way: impl Fn(ProbeTarget) -> Way) -> ProbeOrder {
    let target = ProbeTarget::Tcp { address: format!("{address}:1") };
    let spec = ProbeSpec {
        name: Clean::new(address),
        target: target.clone(),
        every: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        fail_after: 3,
        ok_after: 2,
        grace: None,
        role: ProbeRole::Liveness,
        from: ProbeOrigin::StackFile,
    };
    ProbeOrder { spec: Arc::new(spec), way: way(target), grace_until: None }
}

struct Watched {
    fake: Arc<Fake>,
    demand: watch::Sender<Demand>,
    events: mpsc::Receiver<Event>,
    tasks: JoinSet<()>,
}

impl Watched {
    fn with(fake: Fake) -> Self {
        let fake = Arc::new(fake);
        let (demand, demanded) = watch::channel(Demand::default());
        let (sender, events) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(keep(fake.clone(), Root::new("/nowhere"), demanded, sender));
        Self { fake, demand, events, tasks }
    }

    fn ask(&self, orders: impl IntoIterator<Item = ProbeOrder>) {
        let named = |order: ProbeOrder| (key(order.spec.name.as_str()), order);
        let probes = ProbeOrders::new(orders.into_iter().map(named).collect());
        self.demand.send_replace(Demand { probes, ..Demand::default() });
    }

    async fn report(&mut self) -> ProbeReport {
        match self.events.recv().await {
            Some(Event::Probed { report, .. }) => *report,
            other => panic!("no report: {other:?}"),
        }
    }

    fn asked(&self) -> usize {
        self.fake.asked.lock().unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_at_its_interval_and_what_fails_soon_again() {
    let mut watched = Watched::with(Fake::default());
    watched.ask([order("good", Way::Ask)]);
    let begin = tokio::time::Instant::now();
    assert!(watched.report().await.answer.is_ok());
    assert!(begin.elapsed() <= SPREAD);
    watched.report().await;
    let wait = begin.elapsed();
    assert!(wait >= Duration::from_secs(27) && wait <= Duration::from_millis(33_500), "{wait:?}");
    watched.ask([order("bad", Way::Ask)]);
    let begin = tokio::time::Instant::now();
    for _ in 0..3 {
        assert!(watched.report().await.answer.is_err());
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "three failures make it known");
    watched.report().await;
    assert!(begin.elapsed() > Duration::from_secs(27), "and then it is asked as usual");
}

#[tokio::test(start_paused = true)]
async fn no_more_than_sixteen_are_asked_at_once_and_all_are_asked() {
    let mut watched = Watched::with(Fake { takes: Duration::from_secs(1), ..Fake::default() });
    watched.ask((0..40).map(|at| order(&format!("h{at}"), Way::Ask)));
    for _ in 0..40 {
        watched.report().await;
    }
    assert_eq!(watched.fake.most_busy.load(Ordering::SeqCst), AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_or_crashes_is_a_failure_of_its_own() {
    let mut watched = Watched::with(Fake::default());
    watched.ask([order("hang", Way::Ask)]);
    let fault = watched.report().await.answer.unwrap_err();
    assert_eq!(fault.kind, ProbeFaultKind::Timeout);
    watched.ask([order("crash", Way::Ask)]);
    let fault = watched.report().await.answer.unwrap_err();
    assert_eq!(fault.kind, ProbeFaultKind::Invalid);
    watched.ask([order("good", Way::Ask)]);
    assert!(watched.report().await.answer.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_on_a_network_of_others_is_not_asked() {
    let mut watched = Watched::with(Fake::default());
    let far = "192.0.2.7".parse().unwrap();
    watched.ask([order("far", |target| Way::Over(far, target))]);
    let fault = watched.report().await.answer.unwrap_err();
    assert_eq!(fault.kind, ProbeFaultKind::Invalid);
    assert_eq!(watched.asked(), 0);
    let near = "127.0.0.1".parse().unwrap();
    watched.ask([order("near", |target| Way::Over(near, target))]);
    assert!(watched.report().await.answer.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_wanted_any_more_is_not_asked_any_more() {
    let mut watched = Watched::with(Fake::default());
    watched.ask([
        order("a", Way::Ask),
        order("b", |_| Way::Engine),
        order("c", |_| Way::None(Clean::new("no port"))),
    ]);
    watched.report().await;
    watched.ask([]);
    let long = Duration::from_mins(5);
    assert!(timeout(long, watched.events.recv()).await.is_err());
    assert_eq!(watched.asked(), 1);
    drop(watched.demand);
    watched.tasks.join_next().await.unwrap().unwrap();
}
