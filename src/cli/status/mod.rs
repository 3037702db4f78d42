//! `midwatch status`: how each service does, once or whenever it changes.

mod report;
mod restarts;
mod watch;

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;

pub use report::{EngineReport, InstanceReport, PortReport, ServiceReport, StatusReport};

use crate::{
    cli::{
        CliError, Exit, Printer,
        args::StatusOptions,
        gather::{self, AT_ONCE, View},
        status::restarts::Restarts,
    },
    engines::Engine,
};

/// Prints how each service does. `project` leaves out every other one.
///
/// # Errors
/// When there is no engine at all, or the output cannot be written. An engine that
/// cannot be reached is part of the answer.
pub async fn run(
    engines: &[Arc<dyn Engine>],
    project: Option<&str>,
    options: &StatusOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    if engines.is_empty() {
        return Err(CliError::NoEngine);
    }
    if options.watch {
        return watch::run(engines, project, options.json, printer).await;
    }
    let views: Vec<View> = stream::iter(engines)
        .map(async |engine| gather::look(engine.as_ref(), project).await)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let report = StatusReport::new(&views, &Restarts::default(), project, Timestamp::now());
    report.print(options.json, printer)?;
    Ok(report.exit())
}
