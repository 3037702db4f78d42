//! The console: one owner of all state, told of everything by messages.
//!
//! [`App::update`] is synchronous, does no I/O and takes the time as an argument;
//! [`run()`] is the loop around it, which turns its effects into tasks.

mod effect;
mod export;
mod msg;
mod opening;
pub mod run;
mod spawn;
mod update;
mod wishes;

pub use effect::{Effect, Job, Outcome, ScanId};
pub use export::Export;
pub use msg::Msg;
pub use opening::Request;
pub use run::{Console, SwitchFaults, run};

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Frame, layout::Size};

use self::opening::Opening;
use crate::{
    alerts::Saved,
    input::{Context, Keymap, resolve::Resolver},
    model::{Beat, Demand, EngineId, Stack, StatsWanted, Thresholds, TimeStyle},
    store::{AlertNews, Store},
    terminal::Urgency,
    text::Clean,
    ui::{
        Cx, Screen, Selection,
        cx::DemoFault,
        glyphs::{Glyphs, reduce_to_ascii},
        panes::logs::Purpose,
        theme::{Depth, Library, Theme},
    },
};

/// What a console is started with.
pub struct Start {
    /// What is known, which is nothing but the engines.
    pub store: Store,
    /// What the stack file says.
    pub stack: Arc<Stack>,
    /// From where on a number is past what it should be.
    pub thresholds: Thresholds,
    /// Who sits here, as overlays of alerts name them.
    pub who: Clean,
    /// Whether nothing is offered that could change what runs.
    pub read_only: bool,
    /// The faults of the demo; empty outside of it.
    pub faults: Vec<DemoFault>,
    /// The keys.
    pub keymap: Keymap,
    /// The themes there are.
    pub library: Library,
    /// The theme to begin with.
    pub theme: Theme,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// The signs.
    pub glyphs: &'static Glyphs,
    /// How times are shown.
    pub time: TimeStyle,
    /// The zone of this session.
    pub zone: TimeZone,
    /// Whether the mouse is on.
    pub mouse: bool,
    /// The size of the terminal.
    pub size: Size,
    /// What the person should be told at the start.
    pub notices: Vec<String>,
}

/// The console's state.
pub struct App {
    store: Store,
    screen: Screen,
    selection: Selection,
    stack: Arc<Stack>,
    thresholds: Thresholds,
    /// Who sits here, as overlays of alerts name them.
    who: Clean,
    read_only: bool,
    faults: Vec<DemoFault>,
    keymap: Keymap,
    resolver: Resolver,
    library: Library,
    theme_names: Vec<String>,
    theme: Theme,
    depth: Depth,
    glyphs: &'static Glyphs,
    time: TimeStyle,
    zone: TimeZone,
    mouse: bool,
    /// The last request for a shell.
    asked: Request,
    opening: Option<Opening>,
}

impl App {
    /// A console that has heard nothing yet.
    #[must_use]
    pub fn new(start: Start, now: Timestamp) -> Self {
        let mut screen = Screen::new(start.size);
        start.notices.iter().for_each(|notice| screen.toasts.push(notice, now));
        Self {
            store: start.store,
            screen,
            selection: Selection::default(),
            stack: start.stack,
            thresholds: start.thresholds,
            who: start.who,
            read_only: start.read_only,
            faults: start.faults,
            keymap: start.keymap,
            resolver: Resolver::default(),
            theme_names: names(&start.library),
            library: start.library,
            theme: start.theme,
            depth: start.depth,
            glyphs: start.glyphs,
            time: start.time,
            zone: start.zone,
            mouse: start.mouse,
            asked: Request::default(),
            opening: None,
        }
    }

    /// Which streams are needed: what is visible live, and now and then what all the
    /// others use, so that there is a past to look at.
    #[must_use]
    pub fn demand(&self, now: Timestamp) -> Demand {
        let mut demand = self.look(now, Screen::demand);
        demand.host = true;
        demand.probes = self.store.probe_orders().clone();
        self.store.demand_for_alerts(&mut demand);
        let engines = self.store.engines().iter().filter(|engine| engine.is_up());
        let up: Vec<&EngineId> = engines.map(|engine| &engine.id).collect();
        for (key, view) in self.store.instances() {
            if view.instance.is_up() && up.contains(&&key.engine) {
                let run = view.instance.detail.as_ref().and_then(|detail| detail.started_at);
                let seldom = StatsWanted { run, beat: Beat::Seldom };
                demand.stats.entry(key.clone()).or_insert(seldom);
            }
        }
        demand
    }

    /// Knows of alerts what an earlier run knew.
    pub fn restore_alerts(&mut self, saved: Vec<Saved>) {
        self.store.restore_alerts(saved);
    }

    /// What happened to alerts since somebody asked last.
    pub fn take_alert_news(&mut self, now: Timestamp) -> AlertNews {
        self.store.take_alert_news(now)
    }

    /// The newest question of a kind to logs that somebody wants to know the answer to:
    /// the others need not be looked into any further.
    #[must_use]
    pub fn wanted_scan(&self, purpose: Purpose) -> Option<u64> {
        self.screen.wanted_scan(purpose)
    }

    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame<'_>, now: Timestamp) {
        self.look(now, |screen, cx| screen.draw(frame, cx));
        if self.glyphs.are_ascii() {
            reduce_to_ascii(frame.buffer_mut());
        }
    }

    /// What is known.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is selected.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    fn look<T>(&self, now: Timestamp, with: impl FnOnce(&Screen, &Cx<'_>) -> T) -> T {
        let contexts = self.screen.contexts();
        with(&self.screen, &self.cx(&contexts, self.screen.is_typing(), now))
    }

    /// Lets the screen answer, with everything else of the console to look at.
    fn ask<T>(&mut self, now: Timestamp, with: impl FnOnce(&mut Screen, &Cx<'_>) -> T) -> T {
        let (contexts, typing) = (self.screen.contexts(), self.screen.is_typing());
        // The screen is taken out, so that it can change while it looks at the rest.
        let size = Size::ZERO;
        let mut screen = std::mem::replace(&mut self.screen, Screen::new(size));
        let answer = with(&mut screen, &self.cx(&contexts, typing, now));
        self.screen = screen;
        answer
    }

    fn cx<'a>(&'a self, contexts: &'a [Context], typing: bool, now: Timestamp) -> Cx<'a> {
        Cx {
            store: &self.store,
            selection: &self.selection,
            stack: &self.stack,
            thresholds: &self.thresholds,
            read_only: self.read_only,
            faults: &self.faults,
            themes: &self.theme_names,
            keymap: &self.keymap,
            contexts,
            typing,
            theme: &self.theme,
            glyphs: self.glyphs,
            time: self.time,
            zone: &self.zone,
            now,
            size: Size::ZERO,
            focused: true,
        }
    }
}

fn names(library: &Library) -> Vec<String> {
    library.names().into_iter().map(str::to_owned).collect()
}

/// A frame for a key press.
const AT_ONCE: Option<Urgency> = Some(Urgency::Key);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::{
        model::{EngineFact, Event, Health, Instance, InstanceId, ServiceId, State},
        store::LogBounds,
    };

    /// One service that runs, as a console of 120 columns shows it.
    fn screen(read_only: bool) -> String {
        let (engine, size) = (EngineId::new("docker"), Size { width: 120, height: 30 });
        let library = Library::default();
        let mut app = App::new(
            Start {
                store: Store::new([(engine.clone(), Clean::new("fake://"))], LogBounds::default()),
                stack: Arc::default(),
                thresholds: Thresholds::default(),
                who: Clean::new("ann"),
                read_only,
                faults: vec![],
                keymap: Keymap::builtin("default").unwrap(),
                theme: library.load("midwatch", Depth::None).unwrap(),
                library,
                depth: Depth::None,
                glyphs: Glyphs::of(true),
                time: TimeStyle::Utc,
                zone: TimeZone::UTC,
                mouse: false,
                size,
                notices: vec![],
            },
            Timestamp::UNIX_EPOCH,
        );
        let instance = Instance {
            id: InstanceId::new("api1"),
            name: Clean::new("api-1"),
            service: ServiceId::alone("api"),
            replica: None,
            state: State::Running,
            health: Health::None,
            image: None,
            command: Clean::new(""),
            created_at: None,
            ports: vec![],
            labels: BTreeMap::new(),
            detail: None,
        };
        let fact = EngineFact::Listed { instances: vec![instance] };
        let event = Event::Engine { engine, at: Timestamp::UNIX_EPOCH, fact };
        app.update(Msg::Event(event), Timestamp::UNIX_EPOCH);
        let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        terminal.draw(|frame| app.draw(frame, Timestamp::UNIX_EPOCH)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn a_read_only_console_says_so_and_offers_no_shell() {
        let (free, read_only) = (screen(false), screen(true));
        assert!(free.contains("x shell") && !free.contains("READ-ONLY"), "{free}");
        assert!(!read_only.contains("x shell") && read_only.contains("READ-ONLY"), "{read_only}");
    }
}
