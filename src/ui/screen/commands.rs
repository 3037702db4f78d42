//! What is answered on the screen, and by whom.

use crossterm::event::KeyEvent;

use super::Screen;
use crate::{
    input::Command,
    ui::{Cx, Overlay, PaneId, Reaction, Wish},
};

/// What works whatever has the focus, the most useful first.
const EVERYWHERE: [Command; 15] = [
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
    Command::ShowAlerts,
    Command::Mouse,
    Command::Suspend,
    Command::Quit,
];

impl Screen {
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
            Command::ShowAlerts => self.focus = PaneId::Alerts,
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

    /// The commands that do something now: those of what has the focus, then those
    /// that work everywhere. Footer, help and palette are made from it.
    pub(super) fn offered(&self, cx: &Cx<'_>) -> Vec<Command> {
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
}
