//! Pane 3: what the selected service uses, now and lately; what the host does; whether
//! limits fit what is used.
//!
//! A `Board` of `Chart`s shares a `Timeline`; a `Plan` says what has room where; a `Still`
//! holds the charts while they are read.

mod advice;
mod against;
mod area;
mod board;
mod chart;
mod clock;
mod host;
mod layers;
mod legend;
mod limits;
mod limits_table;
mod maker;
mod oldest;
mod plan;
mod scale;
mod service;
mod still;
mod timeline;
mod title;
mod untold;
mod view;
mod window;
mod words;

use jiff::{SignedDuration, Timestamp};
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use limits::{Asked, Limits};
use still::Still;
use timeline::{Scope, Timeline};
use view::View;
use window::Window;

use crate::{
    input::{Command, Context},
    model::Demand,
    store::{ServiceView, Topics},
    ui::{
        Cx, Pane, PaneId, Reaction, Wish,
        panes::services::{Purpose, demand_stats, one_instance},
        theme::Role,
        widgets::message,
    },
};

/// A reading that is no older than this is of now: those of the second that has just begun
/// are still on their way.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(3);

/// Pane 3.
#[derive(Debug, Default)]
pub struct Stats {
    view: View,
    window: Window,
    /// Where it stands still; `None` while it goes on.
    still: Option<Still>,
    limits: Limits,
}

impl Stats {
    /// Does what a view needs that is too much for every frame.
    pub fn keep_up(&mut self, cx: &Cx<'_>) {
        if self.view == View::Limits {
            let timeline = self.timeline(cx);
            let still = self.still.as_ref().map(Still::end);
            self.limits.keep_up(Asked { window: self.window(), still }, &timeline, cx);
        }
    }

    /// How much of the past is shown, or judged.
    fn window(&self) -> Window {
        if self.view == View::Limits { self.window.max(Window::JUDGED) } else { self.window }
    }

    /// The next shorter one; `None` when this is the shortest.
    fn shorter_window(&self) -> Option<Window> {
        let shorter = self.window().shorter();
        shorter.filter(|window| self.view != View::Limits || *window >= Window::JUDGED)
    }

    fn scope(&self, cx: &Cx<'_>) -> Scope {
        let (dots, _) = area::dots(cx.glyphs);
        Scope { window: self.window(), cells: plan::cells(cx.size), dots, now: cx.now }
    }

    fn timeline(&self, cx: &Cx<'_>) -> Timeline {
        let end = self.still.as_ref().map_or_else(|| self.newest(cx), Still::end);
        self.scope(cx).until(end)
    }

    /// The newest moment of which all that still tell have told: where some have not, the
    /// curve would sag at its end.
    fn newest(&self, cx: &Cx<'_>) -> Timestamp {
        let is_now = |at: &Timestamp| *at <= cx.now && cx.now.duration_since(*at) <= ON_ITS_WAY;
        let heard = if self.view == View::Host {
            cx.store.host().map(|host| host.heard_at).filter(is_now)
        } else {
            let instances = cx.selected().into_iter().flat_map(|service| &service.instances);
            let views = instances.filter_map(|key| cx.store.instance(key));
            let up = views.filter(|view| view.instance.is_up());
            up.filter_map(|view| view.series.heard_at()).filter(is_now).min()
        };
        heard.unwrap_or(cx.now)
    }

    /// Reads what is some cells further on, or back, and stands still there.
    fn step(&mut self, cells: i64, cx: &Cx<'_>) {
        let scope = self.scope(cx);
        let mut still = self.stopped(cx);
        self.still = still.step(cells, scope).then_some(still);
    }

    /// Where it stands still, or would if it did so now.
    fn stopped(&self, cx: &Cx<'_>) -> Still {
        self.still.unwrap_or_else(|| Still::new(cx.now, self.newest(cx)))
    }

    /// Shows another view. Its window may be a shorter one: what is read stays in sight.
    fn show(&mut self, view: View, cx: &Cx<'_>) {
        self.view = view;
        let scope = self.scope(cx);
        if let Some(still) = &mut self.still {
            still.go_to(still.cursor(), scope);
        }
    }

    fn zoom(&mut self, window: Option<Window>, cx: &Cx<'_>) {
        self.window = window.unwrap_or(self.window);
        let scope = self.scope(cx);
        if let Some(still) = &mut self.still {
            still.zoom(scope);
        }
    }

    /// Answers a command that moves in time; `None` for any other.
    fn go(&mut self, command: Command, cx: &Cx<'_>) -> Option<Reaction> {
        let page = i64::from(self.scope(cx).cells.max(1));
        match command {
            Command::Left => self.step(-1, cx),
            Command::Right if self.still.is_some() => self.step(1, cx),
            Command::HalfPageUp => self.step(-page / 2, cx),
            Command::HalfPageDown if self.still.is_some() => self.step(page / 2, cx),
            Command::PageUp => self.step(-page, cx),
            Command::PageDown if self.still.is_some() => self.step(page, cx),
            Command::Top => {
                let mut still = self.stopped(cx);
                let oldest = oldest::oldest(self.view, cx);
                still.go_to(oldest.unwrap_or(still.cursor()), self.scope(cx));
                self.still = Some(still);
            }
            Command::Bottom | Command::Back | Command::Pause if self.still.is_some() => {
                self.still = None;
            }
            Command::Pause => self.still = Some(self.stopped(cx)),
            Command::NextMark => return Some(self.seek_mark(true, cx)),
            Command::PreviousMark => return Some(self.seek_mark(false, cx)),
            Command::ShorterWindow => self.zoom(self.shorter_window(), cx),
            Command::LongerWindow => self.zoom(self.window().longer(), cx),
            Command::NextView => self.show(self.view.next(), cx),
            _ => return None,
        }
        Some(Reaction::done())
    }

    /// Reads the next moment at which something happened, or the one before.
    fn seek_mark(&mut self, on: bool, cx: &Cx<'_>) -> Reaction {
        let Some(service) = cx.selected() else { return Reaction::done() };
        let (scope, mut still) = (self.scope(cx), self.stopped(cx));
        let timeline = scope.until(still.end());
        // Marks of the cell that is read are read already.
        let here = timeline.cell_of(still.cursor());
        let is_beyond = |at: &Timestamp| {
            let is_ahead = if on { *at > still.cursor() } else { *at < still.cursor() };
            is_ahead && (here.is_none() || timeline.cell_of(*at) != here)
        };
        let mut found = cx.store.marks(&service.key).map(|mark| mark.at).filter(is_beyond);
        let found = if on { found.next() } else { found.last() };
        let Some(at) = found else {
            let words = if on { "nothing happened after this" } else { "nothing happened before" };
            return Reaction::wish(Wish::Notice(words.into()));
        };
        still.go_to(at, scope);
        self.still = Some(still);
        Reaction::done()
    }
}

/// Whether something happened to a service lately.
fn has_marks(service: &ServiceView, cx: &Cx<'_>) -> bool {
    cx.store.marks(&service.key).next().is_some()
}

impl Pane for Stats {
    fn context(&self) -> Context {
        Context::Stats
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        self.title_words(cx)
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        self.foot_words(cx)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::NextView, Command::Pause];
        if self.view == View::Limits {
            commands.extend([Command::Sort, Command::Open]);
        } else {
            commands.push(Command::Left);
            if self.still.is_some() {
                commands.extend([Command::Right, Command::Bottom]);
            }
        }
        if self.shorter_window().is_some() {
            commands.push(Command::ShorterWindow);
        }
        if self.window().longer().is_some() {
            commands.push(Command::LongerWindow);
        }
        if let Some(service) = cx.selected() {
            if self.view == View::Service && has_marks(service, cx) {
                commands.extend([Command::PreviousMark, Command::NextMark]);
            }
            if self.view != View::Host {
                commands.extend([Command::Logs, Command::Shell, Command::Inspect]);
            }
        }
        commands
    }

    fn interest(&self) -> Topics {
        let topics = Topics::SERVICES | Topics::ENGINES;
        match self.view {
            _ if self.still.is_some() => topics,
            View::Host => topics | Topics::HOST,
            View::Service | View::Limits => topics | Topics::SAMPLES,
        }
    }

    fn demand(&self, cx: &Cx<'_>, demand: &mut Demand) {
        if let Some(service) = cx.selected() {
            demand_stats(service, cx.store, demand);
        }
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.view == View::Limits {
            if command == Command::Open {
                self.show(View::Service, cx);
                return Reaction::done();
            }
            if let Some(reaction) = self.limits.on(command, cx) {
                return reaction;
            }
        }
        if let Some(reaction) = self.go(command, cx) {
            return reaction;
        }
        // What would be opened there is no part of the host.
        if self.view == View::Host {
            return Reaction::Ignored;
        }
        let purpose = match command {
            Command::Logs => return Reaction::wish(Wish::Focus(PaneId::Logs)),
            Command::Shell => Purpose::Shell,
            Command::Inspect => Purpose::Inspect,
            _ => return Reaction::Ignored,
        };
        let wish = cx.selected().map(|service| one_instance(service, cx.store, purpose));
        wish.map_or(Reaction::Ignored, Reaction::wish)
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let (still, timeline) = (self.still.as_ref(), self.timeline(cx));
        match (self.view, cx.selected()) {
            (View::Service, Some(service)) => {
                service::board(service, still, timeline, cx).draw(area, buffer, cx);
            }
            (View::Service, None) => {
                let words = "Select a service to see what it uses.".to_string();
                message::draw(area, buffer, cx, &[(Role::Muted, words)]);
            }
            (View::Host, _) => host::draw(area, buffer, cx, still, timeline),
            (View::Limits, _) => self.limits.draw(area, buffer, cx),
        }
    }
}
