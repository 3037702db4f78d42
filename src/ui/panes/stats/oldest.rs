//! The oldest reading that is kept of what is shown: of the CPU, which the first of a run does
//! not tell, or else of anything.

use jiff::{SignedDuration, Timestamp};

use super::{host, service, still::KEPT, view::View};
use crate::{
    store::{Amount, Metric, Resolution, Span},
    ui::Cx,
};

/// When the oldest reading was that is kept of the selected service, or of the host; `None`
/// when there is none.
pub(super) fn oldest(view: View, cx: &Cx<'_>) -> Option<Timestamp> {
    let first = |span: &Span| {
        let slot = match view {
            View::Host => first_of_host(span, cx),
            View::Service | View::Limits => first_of_service(span, cx),
        };
        slot.map(|slot| span.start_of(slot))
    };
    // Every ten seconds for as long as anything is kept, every second of the last part of it.
    let seconds = Resolution::Fine;
    let fine = SignedDuration::from_secs(seconds.step() * i64::from(seconds.kept()));
    let [fine, coarse] = [fine, KEPT].map(|length| Span::until(cx.now, length));
    let before = first(&coarse).filter(|at| *at < fine.start_of(0));
    before.or_else(|| first(&fine))
}

fn first_of_host(span: &Span, cx: &Cx<'_>) -> Option<usize> {
    let host = cx.store.host()?;
    host::METRICS.iter().find_map(|metric| first(&host.series.amounts(*metric, span)))
}

fn first_of_service(span: &Span, cx: &Cx<'_>) -> Option<usize> {
    let selected = cx.selected()?;
    let first_of = |metric: &Metric| first(&cx.store.total(selected, *metric, span));
    service::METRICS.iter().find_map(first_of)
}

fn first(amounts: &[Option<Amount>]) -> Option<usize> {
    amounts.iter().position(Option::is_some)
}
