//! [`Effect`]: what follows from a message, for others to do.

use std::sync::Arc;

use super::{export::Export, opening::Request};
use crate::{
    model::InstanceKey,
    store::logs::Scan,
    terminal::Urgency,
    ui::{TakenLine, panes::logs::Purpose},
};

/// Which scan: only the newest of its purpose is of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanId {
    /// What is to be found out.
    pub purpose: Purpose,
    /// Counts the questions.
    pub serial: u64,
}

/// Work for another thread; equal to itself alone.
#[derive(Clone, Debug)]
pub struct Job<T>(pub Arc<T>);

impl<T> Job<T> {
    pub(super) fn new(work: T) -> Self {
        Self(Arc::new(work))
    }
}

impl<T> PartialEq for Job<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Something to be done outside of the state.
#[derive(Clone, Debug, PartialEq)]
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
    /// Look through logs in the background; the answers are [`Msg::Found`] and, at the
    /// end, [`Msg::Scanned`].
    ///
    /// [`Msg::Found`]: super::Msg::Found
    /// [`Msg::Scanned`]: super::Msg::Scanned
    Scan(ScanId, Job<Scan>),
    /// Put lines into the terminal's clipboard.
    Copy(Vec<TakenLine>),
    /// Show lines on the plain terminal until a key is pressed.
    Dump(Vec<TakenLine>),
    /// Write lines to a file.
    Export(Job<Export>),
    /// Make these the demo's faults, by name.
    Faults(Vec<&'static str>),
}

/// What follows from a message.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether something visible changed, and how soon it should show.
    pub frame: Option<Urgency>,
}
