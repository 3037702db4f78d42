//! [`Sweeper`]: reads the kernel for everybody who looks at an instance of one engine.

use std::{sync::OnceLock, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};

use crate::kernel::{Kernel, Layout, NotReadable, Reading, Root, Sweep, Target};

/// How often everything is read.
const BEAT: Duration = Duration::from_secs(1);

/// How many may wait to be read for the first time; more wait to be let in.
const MAX_WAITING: usize = 64;

/// What the kernel tells of an instance; nothing before the first reading.
pub(super) type Swept = Option<Result<Reading, NotReadable>>;

/// A run of an instance, as the kernel knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its first process.
    pub(super) pid: u32,
    /// Its container's id, in full.
    pub(super) name: String,
}

impl Run {
    fn target(&self) -> Target<'_> {
        Target { pid: self.pid, name: &self.name }
    }
}

/// Reads all instances that somebody looks at in one sweep a second, and none while
/// nobody does.
#[derive(Debug)]
pub(super) struct Sweeper {
    root: Root,
    /// Leads to the task that reads, once there is one. It ends with this.
    listeners: OnceLock<mpsc::Sender<Listener>>,
}

impl Sweeper {
    /// Reads nothing yet.
    pub(super) fn new(root: Root) -> Self {
        Self { root, listeners: OnceLock::new() }
    }

    /// What the kernel tells of a run from now on, once a second, until it cannot be read.
    /// Whoever is slow hears the newest only.
    pub(super) async fn listen(&self, run: Run) -> watch::Receiver<Swept> {
        let listeners = self.listeners.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(MAX_WAITING);
            tokio::spawn(serve(self.root.clone(), receiver));
            sender
        });
        let (told, heard) = watch::channel(None);
        // Without a task that reads, the listener sees that nobody will tell it anything.
        let _ = listeners.send(Listener { run, told }).await;
        heard
    }
}

/// What one look at some runs finds.
pub(super) struct Look {
    pub(super) layout: Layout,
    pub(super) readings: Vec<Result<Reading, NotReadable>>,
}

impl Sweeper {
    /// Reads these runs once, beside those that are listened to.
    pub(super) async fn look(&self, runs: Vec<Run>) -> Option<Look> {
        let root = self.root.clone();
        let look = move || {
            let mut sweep = Sweep::new(Kernel::new(root));
            let layout = sweep.kernel().layout();
            let readings = sweep.read(runs.iter().map(|run| (run.pid, run.target())));
            Look { layout, readings: readings.into_iter().map(|(_, reading)| reading).collect() }
        };
        spawn_blocking(look).await.ok()
    }
}

/// Somebody who looks at a run.
#[derive(Debug)]
struct Listener {
    run: Run,
    told: watch::Sender<Swept>,
}

/// Reads until there is no sweeper any more.
async fn serve(root: Root, mut listeners: mpsc::Receiver<Listener>) {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut round: Option<Round> = None;
    loop {
        let mut new = Vec::new();
        tokio::select! {
            count = listeners.recv_many(&mut new, MAX_WAITING) => if count == 0 { return },
            _ = beat.tick(), if round.is_some() => {}
        }
        if round.is_none() {
            beat.reset();
        }
        let (root, before) = (root.clone(), round.take());
        // Hundreds of small reads: not on a thread that others wait for.
        let swept = spawn_blocking(move || {
            let mut round = before.unwrap_or_else(|| Round::begin(root));
            round.go(new);
            round
        });
        // After a crash all listeners see that nobody tells them anything, and come again.
        round = swept.await.ok().filter(|round| !round.listeners.is_empty());
    }
}

/// Everybody who looks, and what is known of where to read.
#[derive(Debug)]
struct Round {
    sweep: Sweep<u32>,
    listeners: Vec<Listener>,
}

impl Round {
    /// Looks at what is mounted: that may have changed since somebody looked last.
    fn begin(root: Root) -> Self {
        Self { sweep: Sweep::new(Kernel::new(root)), listeners: Vec::new() }
    }

    /// Tells those who are new at once what the kernel says, or else everybody.
    fn go(&mut self, new: Vec<Listener>) {
        self.listeners.retain(|listener| !listener.told.is_closed());
        if new.is_empty() {
            let targets = self.listeners.iter().map(|it| (it.run.pid, it.run.target()));
            let readings = self.sweep.read(targets);
            for (listener, (_, reading)) in self.listeners.iter().zip(readings) {
                listener.told.send_replace(Some(reading));
            }
        }
        for listener in new {
            let reading = self.sweep.read_new(&listener.run.pid, listener.run.target());
            listener.told.send_replace(Some(reading));
            self.listeners.push(listener);
        }
    }
}
