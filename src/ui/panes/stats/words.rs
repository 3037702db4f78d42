//! What the pane says of itself: in its title, which no news covers, and at its foot.

use ratatui::text::{Line, Span};

use super::{Stats, View, clock::ago, host, legend::meanings, plan, service};
use crate::{
    text::{format, width::truncate},
    ui::{Cx, theme::Role},
};

/// The columns of the pane's name, and around its title.
const FRAME: usize = "3 Stats ".len() + 2;

impl Stats {
    /// What it is about, whether the numbers can still be true, whether it stands still, and
    /// how much of the past is shown.
    pub(super) fn title_words<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let service = || cx.selected().map_or("", |service| service.key.service.name.as_str());
        let about = match self.view {
            View::Service => service().to_owned(),
            View::Host => "this host".to_owned(),
            View::Limits => format!("rightsizing, {}", self.limits.order.words()),
        };
        let mut rest = Line::default();
        let stale = match self.view {
            View::Host => host::stale_words(cx),
            View::Service | View::Limits => service::stale_words(cx),
        };
        rest.extend(stale.map(|words| cx.span(Role::Stale, format!("  {words}"))));
        if let Some(still) = &self.still {
            let words = format!("  {} paused {} ago", cx.glyphs.paused, ago(still.since, cx.now));
            rest.push_span(cx.span(Role::Warn, words));
        }
        rest.push_span(self.window_words(cx));
        // Whoever looks knows what was selected, but not whether it is of now.
        let room = usize::from(cx.size.width).saturating_sub(FRAME);
        let about_room = room.saturating_sub(rest.width()).max(room / 4);
        let about = truncate(&about, about_room, cx.glyphs.ellipsis).into_owned();
        rest.spans.insert(0, cx.span(Role::Text, about));
        rest
    }

    fn window_words<'a>(&self, cx: &Cx<'a>) -> Span<'a> {
        let last = if self.still.is_some() { "" } else { "last " };
        let thinned = if self.timeline(cx).is_thinned() { " by 10s" } else { "" };
        cx.span(Role::Muted, format!("  {last}{}{thinned}", self.window().words()))
    }

    /// What else there is to know of the time that is shown.
    pub(super) fn foot_words<'a>(&self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let mut line = Line::default();
        let lost = self.still.map(|still| still.lost(&self.timeline(cx), cx.now));
        if let Some(lost) = lost.filter(|lost| lost.as_secs() > 0) {
            let lost = format::age(lost.unsigned_abs());
            let words = format!(" kept is 1 h: the first {lost} may be gone ");
            line.push_span(cx.span(Role::Warn, words));
        }
        if self.window() != self.window {
            let words = format!(" limits are judged by {} at least ", self.window().words());
            line.push_span(cx.span(Role::Muted, words));
        }
        if self.view == View::Service && plan::has_axis(cx.size) {
            let service = cx.selected();
            line.extend(service.into_iter().flat_map(|it| meanings(it, &self.timeline(cx), cx)));
        }
        (!line.spans.is_empty()).then_some(line)
    }
}
