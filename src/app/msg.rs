//! [`Msg`]: what the console is told.

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Size;

use super::{ScanId, opening::Request};
use crate::{model::Event, store::logs::Found, ui::theme::Library};

/// What the console is told.
#[derive(Debug)]
pub enum Msg {
    /// Something happened outside.
    Event(Event),
    /// Much happened outside, in this order. What follows from it follows once.
    Events(Vec<Event>),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used, while it is on.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// A second has passed.
    Tick,
    /// A task has something to say to the person.
    Notice(String),
    /// There is a shell that was asked for, or why there is none.
    Shell(Request, Result<(), String>),
    /// Lines that were looked for were found.
    Found(ScanId, Found),
    /// All was looked through.
    Scanned(ScanId),
    /// The theme files have changed.
    Themes(Library),
}
