//! `midwatch status`: how each service does, once or whenever it changes.

mod report;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{self, Instant, Interval, MissedTickBehavior};

pub use report::{EngineReport, InstanceReport, PortReport, ServiceReport, StatusReport};

use crate::{
    cli::{CliError, Exit, Printer, args::StatusOptions, lookout::Lookout},
    engines::Engine,
    store::{Store, Topics},
    text::Clean,
};

/// Changes that come within this time are one: a restart alone is five of them.
const SETTLE: Duration = Duration::from_millis(200);

/// How often is asked what time alone changes: a crash loop is over once it is.
const TICK: Duration = Duration::from_secs(1);

/// Prints how each service does. With `stack`, the only one that is shown, nothing of
/// it being there is wrong.
///
/// # Errors
/// When there is no engine at all, or the output cannot be written. An engine that
/// cannot be reached is part of the answer.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    stack: Option<&Clean>,
    options: &StatusOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_described).await;
    if options.watch {
        return watch(lookout, stack, options.json, printer).await;
    }
    let report = StatusReport::new(&lookout.store, stack, Timestamp::now());
    report.exit().after(report.print(options.json, printer))
}

/// Prints a report whenever it says something new, until the output is closed.
async fn watch(
    mut lookout: Lookout,
    stack: Option<&Clean>,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut tick = time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown: Option<StatusReport> = None;
    loop {
        let report = StatusReport::new(&lookout.store, stack, Timestamp::now());
        let timeless = report.timeless();
        if shown.as_ref() != Some(&timeless) {
            if !json {
                printer.line(format_args!("— {} —", report.time))?;
            }
            report.print(json, printer)?;
            printer.flush()?;
            shown = Some(timeless);
        }
        changed(&mut lookout, &mut tick).await;
    }
}

/// Waits for a change and what comes right after it, until all of it is described.
async fn changed(lookout: &mut Lookout, tick: &mut Interval) {
    let mut topics = Topics::empty();
    while !topics.intersects(Topics::ENGINES | Topics::SERVICES) {
        topics = tokio::select! {
            topics = lookout.hear() => topics,
            _ = tick.tick() => lookout.store.tick(Timestamp::now()),
        };
    }
    let settled = Instant::now() + SETTLE;
    while time::timeout_at(settled, lookout.hear()).await.is_ok() {}
    lookout.until(Store::is_described).await;
}
