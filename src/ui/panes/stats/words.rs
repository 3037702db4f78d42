//! What the pane says of itself, at its foot.

use ratatui::text::Line;

use super::{Stats, clock::ago, service::is_fresh};
use crate::{
    text::format,
    ui::{Cx, theme::Role},
};

impl Stats {
    /// Whether it stands still, whether the numbers can still be true, and how much of the
    /// past is shown.
    pub(super) fn foot_words<'a>(&self, cx: &Cx<'a>) -> Line<'a> {
        let mut line = Line::default();
        let timeline = self.timeline(cx);
        if let Some(still) = &self.still {
            let words = format!(" {} paused {} ago ", cx.glyphs.paused, ago(still.since, cx.now));
            line.push_span(cx.span(Role::Warn, words));
            let lost = still.lost(&timeline, cx.now);
            if lost.as_secs() > 0 {
                let lost = format::age(lost.unsigned_abs());
                line.push_span(cx.span(Role::Warn, format!(" the first {lost} no longer kept ")));
            }
        }
        if cx.selected().is_some_and(|service| !is_fresh(service, cx)) {
            let words = format!(" {} stale: the engine is lost ", cx.glyphs.stale);
            line.push_span(cx.span(Role::Stale, words));
        }
        let last = if self.still.is_some() { "" } else { "last " };
        let thinned = if timeline.is_thinned() { " by 10s" } else { "" };
        let words = format!(" {last}{}{thinned} ", self.window.words());
        line.push_span(cx.span(Role::Muted, words));
        line
    }
}
