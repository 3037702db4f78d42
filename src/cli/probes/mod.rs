//! `midwatch probes`: what each probe says, once or whenever it changes.

mod report;

use jiff::Timestamp;

pub use report::{ProbeReportLine, ProbesReport};

use crate::{
    cli::{
        CliError, Exit, LookedAt, Printer,
        args::{CheckOptions, Checked, ProbesOptions},
        lookout::Lookout,
        select::Selection,
    },
    store::{Store, Topics},
};

/// Prints what each probe says.
///
/// # Errors
/// When there is no engine at all, a name means nothing, or the output cannot be written.
pub async fn run(
    looked_at: &LookedAt,
    options: &ProbesOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let selection = Selection::new(&options.services);
    let mut lookout = Lookout::looking_at(looked_at)?;
    lookout.until(Store::is_described).await;
    lookout.check(&selection)?;
    lookout.complain_of_lost(printer);
    lookout.probe().await;
    let report =
        |lookout: &Lookout| ProbesReport::new(&lookout.store, &selection, Timestamp::now());
    if !options.watch {
        let report = report(&lookout);
        let exit = if lookout.has_lost() { Exit::Unreachable } else { report.exit() };
        return exit.after(report.print(options.json, printer));
    }
    let mut shown: Option<ProbesReport> = None;
    loop {
        let report = report(&lookout);
        let timeless = report.timeless();
        if shown.as_ref() != Some(&timeless) {
            if !options.json {
                printer.line(format_args!("— {} —", report.time))?;
            }
            report.print(options.json, printer)?;
            printer.flush()?;
            shown = Some(timeless);
        }
        lookout.next_change(Topics::PROBES | Topics::SERVICES | Topics::ENGINES).await;
        lookout.complain_of_lost(printer);
    }
}

/// Prints what the probes of one kind say, once.
///
/// # Errors
/// When there is no engine at all, or the output cannot be written.
pub async fn check(
    looked_at: &LookedAt,
    options: &CheckOptions,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let kind = match options.what {
        Checked::Tls => "tls",
    };
    let mut lookout = Lookout::looking_at(looked_at)?;
    lookout.until(Store::is_described).await;
    lookout.complain_of_lost(printer);
    lookout.probe().await;
    let all = ProbesReport::new(&lookout.store, &Selection::default(), Timestamp::now());
    let report = all.of_kind(kind);
    let exit = if lookout.has_lost() { Exit::Unreachable } else { report.exit() };
    exit.after(report.print(options.json, printer))
}
