//! What the pane says of itself, at its foot.

use ratatui::text::Line;

use super::{Stats, View, clock::ago, host, service::is_fresh};
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
                let words = format!(" kept is 1 h: the first {lost} may be gone ");
                line.push_span(cx.span(Role::Warn, words));
            }
        }
        let is_lost = || cx.selected().is_some_and(|service| !is_fresh(service, cx));
        let stale = match self.view {
            View::Host => host::foot_words(cx),
            _ => is_lost().then(|| format!(" {} stale: the engine is lost ", cx.glyphs.stale)),
        };
        if let Some(words) = stale {
            line.push_span(cx.span(Role::Stale, words));
        }
        let last = if self.still.is_some() { "" } else { "last " };
        let thinned = if timeline.is_thinned() { " by 10s" } else { "" };
        let why =
            if self.window() == self.window { "" } else { ", the least that limits are judged by" };
        let words = format!(" {last}{}{thinned}{why} ", self.window().words());
        line.push_span(cx.span(Role::Muted, words));
        line
    }
}
