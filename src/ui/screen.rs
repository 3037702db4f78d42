//! [`Screen`]: the panes, the dialogs over them, and who has the focus.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect, Size},
    text::Line,
    widgets::{Block, Clear, Widget},
};

use crate::{
    input::{Command, Context},
    model::Demand,
    model::ServiceId,
    store::{
        Topics,
        logs::{Found, Scan},
    },
    ui::{
        Cx, Overlay, Pane, PaneId, Place, Reaction, Wanted, Wish, dialogs,
        layout::{Form, Places, centred, inside},
        panes::{
            logs::{Logs, Purpose, Upkeep},
            services::Services,
            stats::Stats,
        },
        theme::Role,
        widgets::{cells, footer, status_line, toast::Toasts},
    },
};

/// What works whatever has the focus, the most useful first.
const EVERYWHERE: [Command; 14] = [
    Command::Palette,
    Command::Help,
    Command::NextPane,
    Command::Zoom,
    Command::Close,
    Command::Themes,
    Command::PreviousPane,
    Command::Overview,
    Command::ShowServices,
    Command::ShowLogs,
    Command::ShowStats,
    Command::Mouse,
    Command::Suspend,
    Command::Quit,
];

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

    /// Gives a command to the dialog on top, or else to the focused pane.
    pub fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        self.touched = true;
        let cx = cx.sized(self.top_size(cx));
        match self.top_mut().on(command, &cx) {
            Reaction::Ignored => self.move_focus(command),
            done @ Reaction::Done(_) => done,
        }
    }

    /// The same of a command with an argument.
    pub fn on_with(&mut self, command: Command, argument: &str, cx: &Cx<'_>) -> Reaction {
        self.touched = true;
        let cx = cx.sized(self.top_size(cx));
        self.top_mut().on_with(command, argument, &cx)
    }

    /// Gives a key to the text field that is typed in.
    pub fn type_key(&mut self, key: &KeyEvent, cx: &Cx<'_>) -> Option<Reaction> {
        let cx = cx.sized(self.top_size(cx));
        self.top_mut().type_key(key, &cx)
    }

    /// Gives pasted text to the text field that is typed in; elsewhere it is nothing,
    /// never keys (threat T20).
    pub fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Reaction {
        if !self.is_typing() {
            return Reaction::Ignored;
        }
        let cx = cx.sized(self.top_size(cx));
        self.top_mut().paste(text, &cx)
    }

    /// Answers what moves between panes.
    fn move_focus(&mut self, command: Command) -> Reaction {
        if command == Command::Help {
            return Reaction::wish(Wish::Open(Overlay::Help));
        }
        if !self.dialogs.is_empty() {
            return Reaction::Ignored;
        }
        match command {
            Command::ShowServices => self.focus = PaneId::Services,
            Command::ShowLogs => self.focus = PaneId::Logs,
            Command::ShowStats => self.focus = PaneId::Stats,
            Command::NextPane => self.focus = self.focus.next(),
            Command::PreviousPane => self.focus = self.focus.previous(),
            Command::Zoom => self.zoomed = !self.zoomed,
            Command::Overview => {
                self.zoomed = false;
                self.focus = PaneId::Services;
            }
            Command::Back if self.zoomed => self.zoomed = false,
            Command::Back if self.focus != PaneId::Services => self.focus = PaneId::Services,
            Command::Palette => return Reaction::wish(Wish::Open(Overlay::Palette)),
            Command::Themes => return Reaction::wish(Wish::Open(Overlay::Themes)),
            _ => return Reaction::Ignored,
        }
        Reaction::done()
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
    pub fn settle(&mut self, cx: &Cx<'_>) -> Option<crate::model::ServiceKey> {
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

    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame<'_>, cx: &Cx<'_>) {
        let area = frame.area();
        let buffer = frame.buffer_mut();
        buffer.set_style(area, cx.theme.style(Role::Text));
        let places = Places::new(area, self.zoomed);
        match &places.form {
            Form::Words(area) => return draw_words(*area, buffer, cx),
            Form::One { tabs, pane } => {
                if let Some(tabs) = tabs {
                    self.draw_tabs(*tabs, buffer, cx);
                }
                self.draw_pane(self.focus, *pane, buffer, cx);
            }
            Form::All(panes) => {
                for (id, area) in panes {
                    self.draw_pane(*id, *area, buffer, cx);
                }
            }
        }
        status_line::draw(places.status, buffer, cx);
        for dialog in &self.dialogs {
            let area = self.dialog_area(&**dialog, cx);
            cells::cover(buffer, area);
            Clear.render(area, buffer);
            draw_framed(&**dialog, Line::default(), area, true, Role::Dialog, buffer, cx);
        }
        let top = places.status.bottom();
        let body = Rect { y: top, height: places.footer.y.saturating_sub(top), ..area };
        self.toasts.draw(body, buffer, cx);
        footer::draw(places.footer, buffer, cx, &self.offered(cx));
    }

    fn draw_pane(&self, id: PaneId, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let focused = self.focus == id && self.dialogs.is_empty();
        let name = format!("{} {} ", id.number(), id.name());
        let name = cx.span(Role::Title, name).into();
        draw_framed(self.pane(id), name, area, focused, Role::Text, buffer, cx);
    }

    fn draw_tabs(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let mut rest = area;
        for id in PaneId::ALL {
            let role = if id == self.focus { Role::Selection } else { Role::Muted };
            let words = format!(" {} {} ", id.number(), id.name());
            let used = cells::put(buffer, rest, &words, cx.theme.style(role), "");
            rest = cells::skip(rest, used + 1);
        }
    }

    /// The commands that do something now: those of what has the focus, then those
    /// that work everywhere. Footer, help and palette are made from it.
    fn offered(&self, cx: &Cx<'_>) -> Vec<Command> {
        let cx = cx.sized(self.top_size(cx));
        let mut commands = self.top().commands(&cx);
        commands.retain(|command| !(cx.read_only && command.may_change()));
        if !self.dialogs.is_empty() || self.is_typing() {
            return commands;
        }
        if cx.store.engines().iter().any(|engine| !engine.is_up()) {
            commands.insert(0, Command::Retry);
        }
        if !cx.faults.is_empty() {
            commands.push(Command::DemoFaults);
        }
        if self.zoomed || self.focus != PaneId::Services {
            commands.push(Command::Back);
        }
        commands.extend(EVERYWHERE);
        commands
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
        }
    }
}

fn draw_framed(
    pane: &dyn Pane,
    name: Line<'_>,
    area: Rect,
    focused: bool,
    ground: Role,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
) {
    let cx = &Cx { size: inside(area).as_size(), focused, ..*cx };
    let (border, set) = if focused {
        (Role::BorderFocused, cx.glyphs.border_focused)
    } else {
        (Role::Border, cx.glyphs.border)
    };
    let mut title = name;
    title.spans.insert(0, cx.span(border, " "));
    title.extend(pane.title(cx));
    title.push_span(" ");
    let mut block = Block::bordered()
        .border_set(set)
        .border_style(cx.theme.style(border))
        .style(cx.theme.style(ground))
        .title_top(title);
    if let Some(footnote) = pane.footnote(cx) {
        block = block.title_bottom(footnote.right_aligned());
    }
    block.render(area, buffer);
    pane.draw(inside(area), buffer, cx);
}

/// On a screen too small for panes: what is wrong, in words.
fn draw_words(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let lost = cx.store.engines().iter().filter(|engine| !engine.is_up());
    lines.extend(lost.map(|engine| status_line::engine_words(engine, cx).into()));
    let services = cx.store.services();
    if !services.is_empty() {
        lines.push(status_line::counts(cx.store, cx).into());
    }
    let worst = services.iter().max_by_key(|service| service.condition.level);
    if let Some(worst) = worst.filter(|worst| worst.condition.level.is_wrong()) {
        let now = cx.standing(&worst.key.engine, &worst.condition);
        let words = format!("{}: {}", worst.key.service.name, now.words);
        lines.push(cx.span(now.role, words).into());
    }
    lines.push(cx.span(Role::Muted, "Enlarge the terminal to 60x16 or more.").into());
    for (number, line) in lines.iter().enumerate() {
        line.render(cells::row(area, number as u16), buffer);
    }
}
