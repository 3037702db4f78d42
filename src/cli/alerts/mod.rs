//! `midwatch alerts`: what is not as it should be, once or whenever it changes.

mod report;

use std::path::Path;

use jiff::Timestamp;

pub use report::{AlertReportLine, AlertsReport};

use crate::{
    cli::{CliError, Exit, LookedAt, Printer, args::AlertsOptions, lookout::Lookout},
    history::{Database, HistoryError},
    notify::{Message, Notifier, Sender},
    store::{Store, Topics},
    text::Clean,
};

/// Prints all alerts, the worst first. What earlier runs knew of them is read from the
/// history in this file, where there is one; nothing is written to it.
///
/// # Errors
/// When there is no engine at all, or the output cannot be written.
pub async fn run(
    looked_at: &LookedAt,
    history: &Path,
    options: &AlertsOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut lookout = Lookout::looking_at(looked_at)?;
    match remembered(history) {
        Ok(saved) => lookout.store.restore_alerts(saved),
        Err(error) => printer.note(&error.to_string()),
    }
    lookout.until(Store::is_described).await;
    lookout.complain_of_lost(printer);
    lookout.judge_alerts().await;
    let mut shown: Option<AlertsReport> = None;
    loop {
        let report = AlertsReport::new(&lookout.store, Timestamp::now());
        if !options.watch {
            let exit = if lookout.has_lost() { Exit::Unreachable } else { report.exit() };
            return exit.after(report.print(options.json, printer));
        }
        let timeless = report.timeless();
        if shown.as_ref() != Some(&timeless) {
            if !options.json {
                printer.line(format_args!("— {} —", report.time))?;
            }
            report.print(options.json, printer)?;
            printer.flush()?;
            shown = Some(timeless);
        }
        lookout.next_change(Topics::ALERTS | Topics::ENGINES).await;
        lookout.complain_of_lost(printer);
    }
}

/// What earlier runs knew of alerts.
fn remembered(history: &Path) -> Result<Vec<crate::store::SavedAlert>, HistoryError> {
    if !history.exists() {
        return Ok(Vec::new());
    }
    Database::open(history)?.alerts()
}

/// Tells somebody that this is a test, and says whether it arrived.
///
/// # Errors
/// When it did not, or the output cannot be written.
pub async fn notify_test(
    notifier: &dyn Notifier,
    name: &Clean,
    sender: &Sender,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let message = Message::test(sender, Timestamp::now());
    match notifier.notify(&message).await {
        Ok(()) => {
            printer.line(format_args!("{name}: told"))?;
            Ok(Exit::Well)
        }
        Err(error) => Err(CliError::Notifier { name: name.clone(), error }),
    }
}
