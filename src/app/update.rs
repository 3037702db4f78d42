//! [`App::update`]: from a message to new state and what follows from it.

use crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::layout::Position;

use super::{AT_ONCE, App, Effect, Job, Msg, Outcome, ScanId, names};
use crate::{
    input::{Command, Key, resolve::Resolution},
    model::{Event, InstanceKey},
    store::Topics,
    terminal::Urgency,
    ui::{
        Overlay, Reaction, Screen, Wish,
        panes::logs::{Upkeep, is_shown_source},
        theme::Library,
    },
};

impl App {
    /// Takes in a message. Pure but for the state: the time comes as an argument, and
    /// everything that touches the world comes back as an effect.
    pub fn update(&mut self, msg: Msg, now: Timestamp) -> Outcome {
        let mut outcome = self.hear(msg, now);
        // Whatever happened, lines may have come, or others be wanted.
        self.keep_up(now, &mut outcome.effects);
        outcome
    }

    fn hear(&mut self, msg: Msg, now: Timestamp) -> Outcome {
        match msg {
            Msg::Event(event) => self.on_events(vec![event], now),
            Msg::Events(events) => self.on_events(events, now),
            Msg::Key(key) => self.on_key(&key, now),
            Msg::Mouse(mouse) => self.on_mouse(mouse, now),
            Msg::Paste(text) => {
                let reaction = self.ask(now, |screen, cx| screen.paste(&text, cx));
                let outcome = self.carry_out(reaction, now);
                self.settle(now);
                outcome
            }
            Msg::Resize(size) => {
                self.screen.resize(size);
                self.settle(now);
                Outcome { effects: Vec::new(), frame: AT_ONCE }
            }
            Msg::Tick => self.on_tick(now),
            Msg::Notice(text) => {
                self.screen.toasts.push(&text, now);
                Outcome { effects: Vec::new(), frame: Some(Urgency::Data) }
            }
            Msg::Shell(request, answer) => self.on_shell(request, answer, now),
            Msg::Themes(library) => self.on_themes(library, now),
            Msg::Found(id, found) => {
                let wanted = self.screen.found(id.purpose, id.serial, found);
                Outcome { effects: Vec::new(), frame: wanted.then_some(Urgency::Key) }
            }
            Msg::Scanned(id) => {
                self.screen.scanned(id.purpose, id.serial);
                Outcome { effects: Vec::new(), frame: Some(Urgency::Data) }
            }
        }
    }

    fn on_events(&mut self, events: Vec<Event>, now: Timestamp) -> Outcome {
        let was_empty = self.store.instances().next().is_none();
        let (mut topics, mut shown) = (Topics::empty(), Topics::empty());
        for event in events {
            let lines_unseen = match &event {
                Event::Logged { key, .. } | Event::LogStream { key, .. } => {
                    !self.shows_lines_of(key)
                }
                _ => false,
            };
            let changed = self.store.apply(event);
            topics |= changed;
            shown |= if lines_unseen { changed - Topics::LOGS } else { changed };
        }
        if topics.contains(Topics::SERVICES) {
            self.settle(now);
        }
        let visible = shown & self.screen.interest();
        let numbers = Topics::SAMPLES | Topics::HOST;
        let frame = if numbers.contains(visible) {
            // Numbers of many instances and of the host come one by one all the time;
            // together they are in the frame that each second brings.
            None
        } else if was_empty && self.store.instances().next().is_some() {
            Some(Urgency::First)
        } else {
            Some(Urgency::Data)
        };
        Outcome { effects: Vec::new(), frame }
    }

    /// Whether an instance's service is among those whose logs are shown.
    fn shows_lines_of(&self, key: &InstanceKey) -> bool {
        if let Some((name, _)) = key.as_source() {
            return is_shown_source(name, &self.stack, &self.selection);
        }
        let service = self.store.instance(key).map(|view| &view.instance.service);
        let shown = self.selection.shown();
        shown.iter().any(|shown| shown.engine == key.engine && Some(&shown.service) == service)
    }

    /// A second has passed: ages, countdowns and the clock move on.
    fn on_tick(&mut self, now: Timestamp) -> Outcome {
        if self.store.tick(now).contains(Topics::SERVICES) {
            self.settle(now);
        }
        self.remind_of_opening(now);
        self.screen.toasts.expire(now);
        Outcome { effects: Vec::new(), frame: Some(Urgency::Data) }
    }

    fn on_themes(&mut self, library: Library, now: Timestamp) -> Outcome {
        self.library = library;
        self.theme_names = names(&self.library);
        let name = self.theme.name().to_owned();
        self.use_theme(&name, now);
        Outcome { effects: Vec::new(), frame: AT_ONCE }
    }

    fn on_key(&mut self, event: &KeyEvent, now: Timestamp) -> Outcome {
        let dismissed = self.screen.toasts.dismiss(now);
        self.remind_of_opening(now);
        let outcome = self.on_pressed(event, now);
        if dismissed { Outcome { frame: AT_ONCE, ..outcome } } else { outcome }
    }

    fn on_pressed(&mut self, event: &KeyEvent, now: Timestamp) -> Outcome {
        if self.screen.is_typing() {
            let typed = self.ask(now, |screen, cx| screen.type_key(event, cx));
            if let Some(reaction) = typed {
                let outcome = self.carry_out(reaction, now);
                self.settle(now);
                return outcome;
            }
        }
        let Some(key) = Key::from_event(*event) else { return Outcome::default() };
        let contexts = self.screen.contexts();
        match self.resolver.press(key, &self.keymap, &contexts) {
            Resolution::Command(command) => self.command(command, now),
            Resolution::Pending(_) | Resolution::Unbound => Outcome::default(),
        }
    }

    /// A click goes to a pane, the wheel moves what is below it.
    fn on_mouse(&mut self, mouse: MouseEvent, now: Timestamp) -> Outcome {
        let at = Position { x: mouse.column, y: mouse.row };
        let command = match mouse.kind {
            MouseEventKind::Down(_) => None,
            MouseEventKind::ScrollUp => Some(Command::Up),
            MouseEventKind::ScrollDown => Some(Command::Down),
            _ => return Outcome::default(),
        };
        self.screen.point_at(at);
        match command {
            Some(command) => self.command(command, now),
            None => Outcome { effects: Vec::new(), frame: AT_ONCE },
        }
    }

    /// Answers a command: the screen first, then the console itself.
    pub(super) fn command(&mut self, command: Command, now: Timestamp) -> Outcome {
        if let Some(refused) = self.refuse(command, now) {
            return refused;
        }
        let asked = if command == Command::Close { Command::Back } else { command };
        // Before any dialog: the one that waits is told that this key cancels.
        if asked == Command::Back
            && let Some(outcome) = self.withdraw_shell()
        {
            return outcome;
        }
        let reaction = self.ask(now, |screen, cx| screen.on(asked, cx));
        if reaction != Reaction::Ignored {
            let outcome = self.carry_out(reaction, now);
            self.settle(now);
            return outcome;
        }
        let effect = match command {
            Command::Quit | Command::Close => Effect::Quit,
            // One Esc too many ends nothing; it says what would.
            Command::Back => {
                self.say_how_to_quit(now);
                return Outcome { effects: Vec::new(), frame: AT_ONCE };
            }
            Command::Suspend => Effect::Suspend,
            Command::Redraw => Effect::Redraw,
            Command::Retry => Effect::Retry,
            Command::Mouse => {
                self.mouse = !self.mouse;
                let words = if self.mouse { "mouse on" } else { "mouse off: text can be selected" };
                self.screen.toasts.push(words, now);
                Effect::Mouse(self.mouse)
            }
            Command::DemoFaults if !self.faults.is_empty() => {
                return self.carry_out(Reaction::wish(Wish::Open(Overlay::Faults)), now);
            }
            _ => return Outcome::default(),
        };
        Outcome { effects: vec![effect], frame: AT_ONCE }
    }

    /// Answers a command that was given with an argument.
    pub(super) fn command_with(
        &mut self,
        command: Command,
        argument: &str,
        now: Timestamp,
    ) -> Outcome {
        if let Some(refused) = self.refuse(command, now) {
            return refused;
        }
        let reaction = self.ask(now, |screen, cx| screen.on_with(command, argument, cx));
        let outcome = self.carry_out(reaction, now);
        self.settle(now);
        outcome
    }

    /// Refuses what could change something where nothing may, and says so.
    fn refuse(&mut self, command: Command, now: Timestamp) -> Option<Outcome> {
        if !(self.read_only && command.may_change()) {
            return None;
        }
        let words = format!("read-only: `{}` could change what runs", command.name());
        self.screen.toasts.push(&words, now);
        Some(Outcome { effects: Vec::new(), frame: AT_ONCE })
    }

    fn say_how_to_quit(&mut self, now: Timestamp) {
        let contexts = self.screen.contexts();
        if let Some(key) = self.keymap.label(Command::Close, &contexts) {
            self.screen.toasts.push(&format!("{key} quits"), now);
        }
    }

    /// Goes on with what the logs that are shown need.
    fn keep_up(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Upkeep { scans, wishes } = self.ask(now, Screen::keep_up);
        for wish in wishes {
            self.grant(wish, now, effects);
        }
        for (purpose, serial, scan) in scans {
            effects.push(Effect::Scan(ScanId { purpose, serial }, Job::new(scan)));
        }
    }

    /// Keeps the selection on something that exists and is shown.
    fn settle(&mut self, now: Timestamp) {
        let store = &self.store;
        self.selection.marks.retain(|service| store.service(service).is_some());
        let settled = self.ask(now, Screen::settle);
        match settled {
            Some(service) => self.select(service),
            None => self.selection.service = None,
        }
    }
}
