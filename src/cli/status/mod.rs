//! `midwatch status`: how each service does, once or whenever it changes.

mod report;

use jiff::Timestamp;

pub use report::{EngineReport, InstanceReport, PortReport, ServiceReport, StatusReport};

use crate::{
    cli::{CliError, Exit, LookedAt, Printer, args::StatusOptions, lookout::Lookout},
    store::{Store, Topics},
    text::Clean,
};

/// Prints how each service does. Of a project that is shown alone, nothing being there is
/// wrong.
///
/// # Errors
/// When there is no engine at all, or the output cannot be written. An engine that
/// cannot be reached is part of the answer.
pub async fn run(
    looked_at: &LookedAt,
    options: &StatusOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let prober = looked_at.prober.clone().filter(|_| !options.no_probes);
    let mut lookout = Lookout::looking_at(&LookedAt { prober, ..looked_at.clone() })?;
    lookout.until(Store::is_described).await;
    lookout.judge_alerts().await;
    let project = looked_at.project.as_ref();
    if options.watch {
        return watch(lookout, project, options.json, printer).await;
    }
    let report = StatusReport::new(&lookout.store, project, Timestamp::now());
    report.exit().after(report.print(options.json, printer))
}

/// Prints a report whenever it says something new, until the output is closed.
async fn watch(
    mut lookout: Lookout,
    project: Option<&Clean>,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut shown: Option<StatusReport> = None;
    loop {
        let report = StatusReport::new(&lookout.store, project, Timestamp::now());
        let timeless = report.timeless();
        if shown.as_ref() != Some(&timeless) {
            if !json {
                printer.line(format_args!("— {} —", report.time))?;
            }
            report.print(json, printer)?;
            printer.flush()?;
            shown = Some(timeless);
        }
        lookout.next_change(Topics::ENGINES | Topics::SERVICES).await;
    }
}
