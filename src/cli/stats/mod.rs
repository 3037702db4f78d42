//! `midwatch stats`: what each instance uses of its host, once or every second.

mod host;
mod report;
mod words;

use std::{sync::Arc, time::Duration};

use tokio::time::{self, MissedTickBehavior};

pub use host::{DiskReport, HostReport};
pub use report::{StatsReport, UseReport};

use crate::{
    cli::{CliError, Exit, Printer, args::StatsOptions, lookout::Lookout, select::Selection},
    engines::Engine,
    model::{SampleSource, Thresholds},
    store::{InstanceView, Store},
};

/// Rates are known from the second reading on. Engines read about once a second.
const READINGS: usize = 3;

/// An instance that gives no reading for so long is shown without one.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often is printed with `--watch`.
const TICK: Duration = Duration::from_secs(1);

/// Prints what each instance uses of its host, and what of it is past these thresholds. Past
/// a critical one, or where something was killed for memory, something is wrong.
///
/// # Errors
/// When a name makes no sense, there is no engine, or the output cannot be written.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    options: &StatsOptions,
    thresholds: &Thresholds,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let selection = Selection::new(&options.services);
    let mut lookout = Lookout::new(engines)?;
    lookout.until(Store::is_described).await;
    lookout.complain_of_lost(printer);
    lookout.check(&selection)?;
    lookout.demand_stats(&selection);
    if options.watch {
        return watch(lookout, &selection, options.json, thresholds, printer).await;
    }
    let read = |store: &Store| {
        store.instances().all(|(_, view)| is_read(view, &selection)) && is_host_read(store)
    };
    // Without an answer in time, what is not known is null.
    let _ = time::timeout(PATIENCE, lookout.until(read)).await;
    let report = StatsReport::new(&lookout, &selection, thresholds);
    // What could not be reached outweighs what is wrong with the rest.
    lookout.exit().max(report.exit()).after(report.print(options.json, printer))
}

/// Whether nothing more is to be learned of an instance by waiting a little.
fn is_read(view: &InstanceView, selection: &Selection) -> bool {
    let has_rates = view.series.latest().is_some_and(|sample| sample.interval.is_some());
    let wanted = view.instance.is_up() && selection.includes(&view.instance);
    !wanted || has_rates || view.series.readings() >= READINGS
}

/// Whether the host is read, where it is of interest: where an instance runs on it.
fn is_host_read(store: &Store) -> bool {
    let of_kernel = |view: &InstanceView| {
        view.series.latest().is_some_and(|sample| sample.source == SampleSource::Kernel)
    };
    let runs_here = store.instances().any(|(_, view)| of_kernel(view));
    !runs_here || store.host().is_some_and(|host| host.sample.interval.is_some())
}

/// Prints the last readings every second, until the output is closed.
async fn watch(
    mut lookout: Lookout,
    selection: &Selection,
    json: bool,
    thresholds: &Thresholds,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut tick = time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, when nothing is known yet.
    tick.tick().await;
    loop {
        tokio::select! {
            _ = lookout.hear() => {}
            _ = tick.tick() => {
                // What has started or ended since is read, or no longer.
                lookout.demand_stats(selection);
                lookout.complain_of_lost(printer);
                StatsReport::new(&lookout, selection, thresholds).print(json, printer)?;
                printer.flush()?;
            }
        }
    }
}
