//! [`Cell`]: one instance as it is right now, and who is told when that changes.

use std::collections::VecDeque;

use jiff::Timestamp;
use tokio::sync::{broadcast, watch};

use crate::{
    engines::{
        Change,
        process::{log_buffer::LogBuffer, plan::InstancePlan},
    },
    model::{Exit, Health, HealthRecord, State},
};

/// How many results of the health check are kept, as Docker does.
const HEALTH_RECORDS: usize = 5;

/// What changes about an instance.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// What it is doing.
    pub state: State,
    /// What its probe says.
    pub health: Health,
    /// The last results of its probe, oldest first.
    pub health_log: VecDeque<HealthRecord>,
    /// How many checks have failed in a row.
    pub failing_streak: u32,
    /// The start of the present or last run.
    pub started_at: Option<Timestamp>,
    /// The end of the last run.
    pub finished_at: Option<Timestamp>,
    /// How the last run ended.
    pub exit: Option<Exit>,
    /// How often it was started again.
    pub restarts: u32,
    /// The processes of the present run.
    pub processes: Option<Processes>,
}

/// The two processes that we know of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Processes {
    /// The guardian.
    pub guardian: u32,
    /// The program.
    pub program: u32,
}

impl Live {
    /// Before the first run; that of a service with dependencies has to wait for them.
    fn new(waits: bool) -> Self {
        Self {
            state: if waits { State::Waiting } else { State::Created },
            health: Health::None,
            health_log: VecDeque::new(),
            failing_streak: 0,
            started_at: None,
            finished_at: None,
            exit: None,
            restarts: 0,
            processes: None,
        }
    }

    /// Whether no further run comes by itself, nor can be asked for once it is forgotten.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Exited | State::Dead | State::Removing)
    }

    /// Whether what depends on it may start: it is up, and healthy where it has a probe, or
    /// it has done its work.
    pub(super) fn is_ready(&self) -> bool {
        match self.state {
            State::Running => matches!(self.health, Health::None | Health::Healthy),
            State::Exited => self.exit.as_ref().is_some_and(|exit| exit.code == 0),
            _ => false,
        }
    }

    /// Notes a result of the probe.
    pub(super) fn note(&mut self, record: HealthRecord) {
        if self.health_log.len() == HEALTH_RECORDS {
            self.health_log.pop_front();
        }
        self.health_log.push_back(record);
    }
}

/// One instance: its plan, its present state, its output.
#[derive(Debug)]
pub(super) struct Cell {
    /// What was decided before it first ran.
    pub plan: InstancePlan,
    /// When it was planned.
    pub created_at: Timestamp,
    /// Its last lines.
    pub logs: LogBuffer,
    live: watch::Sender<Live>,
    changes: broadcast::Sender<Change>,
}

impl Cell {
    /// An instance that has never run.
    pub(super) fn new(plan: InstancePlan, changes: broadcast::Sender<Change>) -> Self {
        let live = Live::new(!plan.spec.depends_on.is_empty());
        Self {
            created_at: Timestamp::now(),
            logs: LogBuffer::new(plan.spec.kept_bytes),
            plan,
            live: watch::Sender::new(live),
            changes,
        }
    }

    /// What it is right now.
    pub(super) fn live(&self) -> Live {
        self.live.borrow().clone()
    }

    /// Its state from now on.
    pub(super) fn follow(&self) -> watch::Receiver<Live> {
        self.live.subscribe()
    }

    /// Changes it and tells everybody who watches.
    pub(super) fn update(&self, change: impl FnOnce(&mut Live)) {
        self.live.send_modify(change);
        self.announce(Change::Touched(self.plan.id.clone()));
    }

    /// Changes what nobody needs to be told of at once.
    pub(super) fn update_quietly(&self, change: impl FnOnce(&mut Live)) {
        self.live.send_modify(change);
    }

    /// Tells everybody who watches.
    pub(super) fn announce(&self, change: Change) {
        // Nobody may be watching.
        let _ = self.changes.send(change);
    }

    /// Waits until what depends on this one may start.
    pub(super) async fn ready(&self) {
        // The sender lives as long as `self`.
        let _ = self.follow().wait_for(Live::is_ready).await;
    }

    /// Begins a run: all that the last one said of itself is over.
    pub(super) fn began(&self, processes: Processes) {
        let has_probe = self.plan.probe.is_some();
        self.update(|live| {
            live.state = State::Running;
            live.health = if has_probe { Health::Starting } else { Health::None };
            live.failing_streak = 0;
            live.started_at = Some(Timestamp::now());
            live.processes = Some(processes);
        });
    }

    /// Ends a run, with the state that follows it.
    pub(super) fn ended(&self, exit: Exit, state: State) {
        let has_probe = self.plan.probe.is_some();
        self.update(|live| {
            live.state = state;
            live.health = if has_probe { Health::Unknown } else { Health::None };
            live.finished_at = Some(Timestamp::now());
            live.exit = Some(exit);
            live.processes = None;
        });
    }
}
