//! [`Api`]: what the engine tells of one instance, which it has to look for each time.

use std::{
    future::pending,
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use bollard::{
    errors::Error, models::ContainerStatsResponse, query_parameters::StatsOptionsBuilder,
};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use tokio::{sync::Semaphore, time::sleep_until};

use crate::{
    engines::{
        BeatReceiver, EngineError,
        docker::{
            client::{Client, broken},
            stats::{
                rates::Rates,
                schedule::{Pace, Schedule},
                told::About,
            },
            transport::Opening,
            words::{moment, text},
        },
    },
    kernel::Limits,
    model::{Beat, InstanceId, Sample},
};

/// Asks an engine about one run of an instance, as often as the beat says at the time.
pub(super) struct Api {
    about: About,
    asker: Asker,
    beat: BeatReceiver,
    /// The readings that come by themselves, while the beat is live.
    live: Option<Live>,
    schedule: Schedule,
    /// Stays when the beat changes, so that nothing is missing then.
    rates: Rates,
}

/// An engine, and whom it is asked about.
pub(super) struct Asker {
    pub(super) client: Arc<Client>,
    /// How many questions may be open at once.
    pub(super) places: Arc<Semaphore>,
    pub(super) id: InstanceId,
}

struct Live {
    opening: Opening,
    readings: BoxStream<'static, Result<ContainerStatsResponse, Error>>,
}

/// What the engine says: nothing once it says no more.
type Answer = Result<Option<ContainerStatsResponse>, EngineError>;

impl Api {
    /// Asks nothing yet, but for the host's memory where nobody has before.
    pub(super) async fn new(asker: Asker, limits: Limits, pace: Pace, beat: BeatReceiver) -> Self {
        let host_memory = asker.host_memory().await;
        let about = About { host_memory, limits, is_podman: asker.client.is_podman() };
        let schedule = Schedule::new(pace, fastrand::f64());
        Self { about, asker, beat, live: None, schedule, rates: Rates::default() }
    }

    /// The next sample; nothing once the instance has ended. A reading with a number that
    /// cannot be one is an error.
    pub(super) async fn next(&mut self) -> Result<Option<Sample>, EngineError> {
        let Some(told) = self.answer().await? else { return Ok(None) };
        // A reading without a time is what Docker gives of an instance that has ended.
        let Some(at) = moment(text(&told.read)) else { return Ok(None) };
        self.schedule.heard();
        Ok(Some(self.rates.sample(&told, self.about, at, Instant::now())))
    }

    async fn answer(&mut self) -> Answer {
        loop {
            let beat = *self.beat.borrow_and_update();
            match beat {
                Beat::Live => tokio::select! {
                    answer = self.asker.live(&mut self.live) => return answer,
                    () = changed(&mut self.beat) => {}
                },
                Beat::Seldom => {
                    // The engine would go on with it.
                    self.live = None;
                    tokio::select! {
                        () = sleep_until(self.schedule.due()) => return self.asker.once().await,
                        () = changed(&mut self.beat) => {}
                    }
                }
            }
        }
    }
}

/// Waits for another beat; for ever, once nobody gives one any more.
async fn changed(beat: &mut BeatReceiver) {
    if beat.changed().await.is_err() {
        pending::<()>().await;
    }
}

impl Asker {
    /// The next of the readings that come by themselves, which are opened when they are not.
    async fn live(&self, live: &mut Option<Live>) -> Answer {
        let Live { opening, readings } = match live {
            Some(live) => live,
            None => live.insert(self.open().await?),
        };
        match readings.next().await {
            Some(Ok(told)) => {
                opening.allowance.refill();
                Ok(Some(told))
            }
            Some(Err(error)) => Err(broken(self.client.endpoint(), Some(&self.id), opening, error)),
            None => Ok(None),
        }
    }

    async fn open(&self) -> Result<Live, EngineError> {
        let opening = Opening::new();
        let options = StatsOptionsBuilder::new().stream(true).build();
        let docker = self.client.opening(&opening).await?;
        Ok(Live { readings: docker.stats(self.id.as_str(), Some(options)).boxed(), opening })
    }

    /// One reading. The engine takes it at once: it would wait for a second one, to make a
    /// rate of the two, which is made here.
    async fn once(&self) -> Answer {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let answers = self.client.docker().await?.stats(self.id.as_str(), Some(options));
        // To its end, so that the connection can be used again.
        let last = answers.try_fold(None, async |_, told| Ok(Some(told)));
        self.client.call(last, Some(&self.id)).await
    }

    /// The memory of the engine's host in bytes; 0 when it does not tell.
    async fn host_memory(&self) -> u64 {
        // One asks, and those that waited for it have its answer.
        let _place = self.places.acquire().await;
        let memory = &self.client.host_memory;
        if memory.load(Ordering::Relaxed) == 0 {
            self.client.host().await;
        }
        memory.load(Ordering::Relaxed)
    }
}
