//! [`Screen`]: the panes, the dialogs over them, and who has the focus.

mod commands;
mod draw;

use ratatui::layout::{Position, Rect, Size};

use crate::{
    input::Context,
    model::{Demand, ServiceId, ServiceKey},
    store::{
        Topics,
        logs::{Found, Scan},
    },
    ui::{
        Cx, Overlay, Pane, PaneId, Place, Wanted, dialogs,
        layout::{Places, centred, inside},
        panes::{
            alerts::Alerts,
            logs::{Logs, Purpose, Upkeep},
            services::Services,
            stats::Stats,
        },
        widgets::toast::Toasts,
    },
};

/// The state of the screen. What is known is elsewhere, in the store.
pub struct Screen {
    size: Size,
    focus: PaneId,
    zoomed: bool,
    /// Whether a command was given: from then on nothing is selected by itself.
    touched: bool,
    services: Services,
    logs: Logs,
    stats: Stats,
    alerts: Alerts,
    dialogs: Vec<Box<dyn Pane>>,
    /// News.
    pub toasts: Toasts,
}

impl Screen {
    /// A screen with the focus on the services.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self {
            size,
            focus: PaneId::Services,
            zoomed: false,
            touched: false,
            services: Services::default(),
            logs: Logs::default(),
            stats: Stats::default(),
            alerts: Alerts::default(),
            dialogs: Vec::new(),
            toasts: Toasts::default(),
        }
    }

    /// Takes another size; focus, selection, scroll and typed text stay.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
    }

    /// Where keys are pressed now, innermost first.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        match self.dialogs.last() {
            Some(dialog) => vec![dialog.context(), Context::Dialog],
            None => vec![self.pane(self.focus).context(), Context::Global],
        }
    }

    /// Whether typed characters are text now.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.top().is_typing()
    }

    /// Which pane has the focus.
    #[must_use]
    pub fn focus(&self) -> PaneId {
        self.focus
    }

    /// Goes to a pane.
    pub fn go_to(&mut self, pane: PaneId) {
        self.focus = pane;
    }

    /// Goes to the pane at a place, unless a dialog is open over it.
    pub fn point_at(&mut self, at: Position) {
        if !self.dialogs.is_empty() {
            return;
        }
        let places = self.places();
        let mut visible = places.visible(self.focus).into_iter();
        if let Some(pane) = visible.find(|id| places.pane(*id).contains(at)) {
            self.focus = pane;
        }
    }

    /// Opens a dialog over what is shown.
    pub fn open(&mut self, overlay: Overlay, cx: &Cx<'_>) {
        let offered = self.offered(cx);
        self.dialogs.push(dialogs::open(overlay, &offered, cx));
    }

    /// Closes the dialog on top.
    pub fn close(&mut self) {
        self.dialogs.pop();
    }

    /// Shows the newest lines again: other services are looked at.
    pub fn follow_logs(&mut self) {
        self.logs.follow();
    }

    /// What is to be done now that something has changed.
    pub fn keep_up(&mut self, cx: &Cx<'_>) -> Upkeep {
        let size = self.pane_size(PaneId::Services);
        self.services.keep_up(&cx.sized(size));
        if self.places().visible(self.focus).contains(&PaneId::Stats) {
            self.stats.keep_up(&cx.sized(self.pane_size(PaneId::Stats)));
        }
        let cx = cx.sized(self.pane_size(PaneId::Logs));
        self.logs.keep_up(&cx)
    }

    /// All lines of the logs that are shown, filtered as they are, and their services.
    pub fn all_lines(&mut self, cx: &Cx<'_>) -> (Scan, Vec<ServiceId>) {
        self.logs.all_lines(cx)
    }

    /// The newest question of a kind to logs that somebody wants to know the answer to.
    #[must_use]
    pub fn wanted_scan(&self, purpose: Purpose) -> Option<u64> {
        self.logs.wanted_scan(purpose)
    }

    /// Takes in what was found there; says whether it is still of interest.
    pub fn found(&mut self, purpose: Purpose, serial: u64, found: Found) -> bool {
        self.logs.found(purpose, serial, found)
    }

    /// All of that was looked through.
    pub fn scanned(&mut self, purpose: Purpose, serial: u64) {
        self.logs.scanned_all(purpose, serial);
    }

    /// The service that should be selected, now that services may have come or gone.
    pub fn settle(&mut self, cx: &Cx<'_>) -> Option<ServiceKey> {
        let size = self.pane_size(PaneId::Services);
        self.services.settle(self.touched, &cx.sized(size))
    }

    /// Makes sure that the selected service can be seen, also past a filter.
    pub fn uncover(&mut self, cx: &Cx<'_>) {
        self.services.uncover(cx);
    }

    /// Which streams are needed for what is visible.
    #[must_use]
    pub fn demand(&self, cx: &Cx<'_>) -> Demand {
        let mut demand = Demand::default();
        for id in self.places().visible(self.focus) {
            self.pane(id).demand(&cx.sized(self.pane_size(id)), &mut demand);
        }
        demand
    }

    /// What is shown: a change of anything else costs no frame.
    #[must_use]
    pub fn interest(&self) -> Topics {
        let panes = self.places().visible(self.focus);
        let panes = panes.into_iter().map(|id| self.pane(id).interest());
        let dialogs = self.dialogs.iter().map(|dialog| dialog.interest());
        // The status line shows engines and counts at any size.
        panes.chain(dialogs).fold(Topics::ENGINES | Topics::SERVICES, Topics::union)
    }

    fn places(&self) -> Places {
        Places::new(Rect::from((Position::ORIGIN, self.size)), self.zoomed)
    }

    fn pane_size(&self, id: PaneId) -> Size {
        inside(self.places().pane(id)).as_size()
    }

    fn top_size(&self, cx: &Cx<'_>) -> Size {
        match self.dialogs.last() {
            Some(dialog) => inside(self.dialog_area(&**dialog, cx)).as_size(),
            None => self.pane_size(self.focus),
        }
    }

    fn dialog_area(&self, dialog: &dyn Pane, cx: &Cx<'_>) -> Rect {
        let Wanted { size, place } = dialog.wanted(cx);
        let screen = Rect::from((Position::ORIGIN, self.size));
        let body =
            Rect { y: 1.min(screen.height), height: screen.height.saturating_sub(2), ..screen };
        // Beside a dialog there are panes to be seen, as long as it has room enough.
        let most = body.width.saturating_sub(6).max(body.width.min(58));
        let area = centred(body, size.width.min(most), size.height);
        match place {
            Place::Middle => area,
            Place::Right => Rect { x: body.right() - area.width, ..area },
        }
    }

    fn pane(&self, id: PaneId) -> &dyn Pane {
        match id {
            PaneId::Services => &self.services,
            PaneId::Logs => &self.logs,
            PaneId::Stats => &self.stats,
            PaneId::Alerts => &self.alerts,
        }
    }

    fn top(&self) -> &dyn Pane {
        self.dialogs.last().map_or_else(|| self.pane(self.focus), |dialog| &**dialog)
    }

    fn top_mut(&mut self) -> &mut dyn Pane {
        match (self.dialogs.last_mut(), self.focus) {
            (Some(dialog), _) => &mut **dialog,
            (None, PaneId::Services) => &mut self.services,
            (None, PaneId::Logs) => &mut self.logs,
            (None, PaneId::Stats) => &mut self.stats,
            (None, PaneId::Alerts) => &mut self.alerts,
        }
    }
}
