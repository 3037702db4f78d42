//! [`Console`]: the whole application below the terminal, driven by keys and facts.
//!
//! The clock stands still unless a test moves it, and everything goes through
//! `App::update`, as in the loop.

pub(crate) mod facts;
pub(crate) mod world;

use std::{fmt::Write as _, sync::Arc};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use midwatch::{
    app::{App, Effect, Job, Msg, Outcome, Start},
    input::Keymap,
    logs::Pattern,
    model::{Demand, Environment, Event, Stack, Thresholds, TimeStyle},
    store::{LogBounds, Store},
    text::Clean,
    ui::{
        cx::DemoFault,
        glyphs::Glyphs,
        theme::{Depth, Library, Role},
    },
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    layout::Size,
    style::Style,
};

/// The moment at which every test begins: 2026-11-20T03:12:41Z.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T03:12:41Z".parse().unwrap()
}

/// So many seconds before that.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// What a console is made of where a test wants other than the usual.
pub(crate) struct Setup {
    pub(crate) size: (u16, u16),
    pub(crate) depth: Depth,
    pub(crate) ascii: bool,
    pub(crate) bounds: LogBounds,
    /// What the stack file says of logs.
    pub(crate) stack: Stack,
    pub(crate) faults: bool,
    pub(crate) keymap: &'static str,
    pub(crate) read_only: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            size: (120, 36),
            depth: Depth::TrueColor,
            ascii: false,
            bounds: LogBounds::default(),
            faults: false,
            keymap: "default",
            read_only: false,
            stack: Stack::default(),
        }
    }
}

/// The console, its clock and its size.
pub(crate) struct Console {
    pub(crate) app: App,
    pub(crate) now: Timestamp,
    pub(crate) size: (u16, u16),
}

impl Console {
    /// A console that has heard nothing.
    pub(crate) fn start(setup: &Setup) -> Self {
        let library = Library::default();
        let faults = if setup.faults {
            let fault = |name, description| DemoFault { name, description, on: false };
            vec![
                fault("api-errors", "A third of the answers of the api are errors"),
                fault("crash-loop", "The worker ends as soon as it has begun"),
            ]
        } else {
            vec![]
        };
        let stack = Arc::new(Stack {
            name: None,
            title: Some(Clean::new("The shop")),
            environment: Some(Environment::Production),
            ..setup.stack.clone()
        });
        let start = Start {
            store: Store::new([(world::docker(), Clean::new(world::ENDPOINT))], setup.bounds)
                .with_log_sources(setup.stack.log_sources().map(|source| source.name.clone()))
                .with_patterns(
                    setup.stack.patterns.iter().map(|spec| Pattern::of(spec).unwrap()).collect(),
                )
                .with_stack(stack.clone(), None),
            stack,
            thresholds: Thresholds::default(),
            who: Clean::new("ann"),
            faults,
            keymap: Keymap::builtin(setup.keymap).unwrap(),
            theme: library.load("midwatch", setup.depth).unwrap(),
            library,
            depth: setup.depth,
            glyphs: Glyphs::of(setup.ascii),
            time: TimeStyle::Local,
            zone: TimeZone::UTC,
            mouse: false,
            size: Size { width: setup.size.0, height: setup.size.1 },
            notices: vec![],
            read_only: setup.read_only,
        };
        let app = App::new(start, now());
        Self { app, now: now(), size: setup.size }
    }

    /// A console that has heard all of these facts.
    pub(crate) fn of(setup: &Setup, events: Vec<Event>) -> Self {
        let mut console = Self::start(setup);
        console.hear(events);
        console
    }

    /// The shop, as its engine tells of it now.
    pub(crate) fn fresh(size: (u16, u16)) -> Self {
        Self::of(&Setup { size, ..Setup::default() }, world::fresh())
    }

    /// Loses the engine, 39 s after the last reading and just before the next try.
    pub(crate) fn lose_engine(&mut self) {
        self.now += SignedDuration::from_secs(39);
        let retry_at = self.now + SignedDuration::from_millis(3200);
        self.hear([facts::lost(self.now, 7, retry_at)]);
    }

    /// Tells the console something, as the loop does.
    pub(crate) fn tell(&mut self, msg: Msg) -> Outcome {
        let mut outcome = self.app.update(msg, self.now);
        let mut rest = Vec::new();
        // Scans are run here and now, and what follows from them.
        while !outcome.effects.is_empty() {
            for effect in std::mem::take(&mut outcome.effects) {
                let Effect::Scan(id, Job(scan)) = effect else {
                    rest.push(effect);
                    continue;
                };
                let mut told = Vec::new();
                scan.run(|found| {
                    told.push(Msg::Found(id, found));
                    true
                });
                told.push(Msg::Scanned(id));
                for msg in told {
                    outcome.effects.extend(self.app.update(msg, self.now).effects);
                }
            }
        }
        Outcome { effects: rest, ..outcome }
    }

    /// Tells it facts.
    pub(crate) fn hear(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.tell(Msg::Event(event));
        }
    }

    /// Presses keys, written as in keymaps with a space between; gives what follows.
    pub(crate) fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys.split_whitespace() {
            effects.extend(self.tell(Msg::Key(key_event(key))).effects);
        }
        effects
    }

    /// Types text, a key a character.
    pub(crate) fn type_text(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in text.chars() {
            effects.extend(self.tell(Msg::Key(KeyEvent::from(KeyCode::Char(c)))).effects);
        }
        effects
    }

    pub(crate) fn paste(&mut self, text: &str) -> Outcome {
        self.tell(Msg::Paste(text.into()))
    }

    /// Clicks at a cell.
    pub(crate) fn click(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    }

    /// Turns the wheel down over a cell.
    pub(crate) fn wheel_down(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::ScrollDown, column, row);
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let modifiers = KeyModifiers::NONE;
        self.tell(Msg::Mouse(MouseEvent { kind, column, row, modifiers }));
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.tell(Msg::Resize(Size { width, height }));
    }

    /// Lets seconds pass, with a tick for each.
    pub(crate) fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += SignedDuration::from_secs(1);
            self.tell(Msg::Tick);
        }
    }

    pub(crate) fn demand(&self) -> Demand {
        self.app.demand(self.now)
    }

    /// The name of the selected service, with its stack.
    pub(crate) fn selected(&self) -> String {
        let service = &self.app.selection().service;
        service.as_ref().map(|key| key.service.to_string()).unwrap_or_default()
    }

    /// What was drawn. Not what the backend holds: that leaves out what lies behind a
    /// wide character, and with it the faults.
    pub(crate) fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| self.app.draw(frame, self.now)).unwrap().buffer.clone()
    }

    /// What is on the screen, as text, without spaces at the ends of lines.
    pub(crate) fn draw(&self) -> String {
        text_of(&self.buffer())
    }

    /// The lines of the screen that hold `text`.
    pub(crate) fn lines_with(&self, text: &str) -> Vec<String> {
        self.draw().lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }

    /// The looks on the screen: for each line, its pieces with their colours.
    pub(crate) fn styles(&self) -> String {
        let buffer = self.buffer();
        let mut out = String::new();
        for row in rows(&buffer) {
            for run in row.chunk_by(|a, b| a.style() == b.style()) {
                let text: String = run.iter().map(Cell::symbol).collect();
                if !text.trim().is_empty() {
                    let look = look(run[0].style());
                    write!(out, "[{}]{look} ", text.trim_end()).unwrap();
                }
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }

    /// How a role looks in the theme that the console starts with.
    pub(crate) fn style_of(role: Role) -> Style {
        Library::default().load("midwatch", Depth::TrueColor).unwrap().style(role)
    }
}

/// The cells, a slice a row.
pub(crate) fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

fn text_of(buffer: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(buffer) {
        let mut hidden = 0;
        for cell in row {
            if hidden == 0 {
                out.push_str(cell.symbol());
                hidden = midwatch::text::width::width(cell.symbol()).max(1);
            }
            hidden -= 1;
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

fn look(style: Style) -> String {
    let mut words = Vec::new();
    for (name, colour) in [("", style.fg), ("on ", style.bg)] {
        if let Some(colour) = colour.filter(|colour| *colour != ratatui::style::Color::Reset) {
            words.push(format!("{name}{colour}"));
        }
    }
    if !style.add_modifier.is_empty() {
        words.push(format!("{:?}", style.add_modifier));
    }
    if words.is_empty() { String::new() } else { format!("{{{}}}", words.join(" ")) }
}

/// A key as a terminal sends it, from its name in keymaps.
pub(crate) fn key_event(name: &str) -> KeyEvent {
    let (modifiers, rest) = match name.split_once('-') {
        Some(("C", rest)) if !rest.is_empty() => (KeyModifiers::CONTROL, rest),
        Some(("M", rest)) if !rest.is_empty() => (KeyModifiers::ALT, rest),
        Some(("S", rest)) if !rest.is_empty() => (KeyModifiers::SHIFT, rest),
        _ => (KeyModifiers::NONE, name),
    };
    let mut chars = rest.chars();
    let code = match (chars.next(), chars.next()) {
        (Some(c), None) => KeyCode::Char(c),
        _ => match rest {
            "Enter" => KeyCode::Enter,
            "Esc" => KeyCode::Esc,
            "Tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
            "Tab" => KeyCode::Tab,
            "Space" => KeyCode::Char(' '),
            "Backspace" => KeyCode::Backspace,
            "Up" => KeyCode::Up,
            "Down" => KeyCode::Down,
            "Left" => KeyCode::Left,
            "Right" => KeyCode::Right,
            "Home" => KeyCode::Home,
            "End" => KeyCode::End,
            "PgUp" => KeyCode::PageUp,
            "PgDn" => KeyCode::PageDown,
            "F1" => KeyCode::F(1),
            other => panic!("no key {other}"),
        },
    };
    KeyEvent::new(code, modifiers)
}
