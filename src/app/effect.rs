//! [`Effect`]: what follows from a message, for others to do.

use super::opening::Request;
use crate::{model::InstanceKey, terminal::Urgency};

/// Something to be done outside of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End the program.
    Quit,
    /// Stop the job, as Ctrl-Z does.
    Suspend,
    /// Draw everything, whatever the terminal shows now.
    Redraw,
    /// Switch the mouse.
    Mouse(bool),
    /// Try lost engines now.
    Retry,
    /// Ask an engine for everything it tells of an instance.
    Inspect(InstanceKey),
    /// Ask an engine how these instances are now: no event tells of a health check
    /// that says the same again.
    Describe(Vec<InstanceKey>),
    /// Ask an engine for a shell in an instance; the answer is [`Msg::Shell`].
    ///
    /// [`Msg::Shell`]: super::Msg::Shell
    Shell(InstanceKey, Request),
    /// Hand the terminal to the shell that was just answered with.
    HandOver,
    /// Make these the demo's faults, by name.
    Faults(Vec<&'static str>),
}

/// What follows from a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether something visible changed, and how soon it should show.
    pub frame: Option<Urgency>,
}
