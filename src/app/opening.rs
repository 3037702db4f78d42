//! [`Opening`]: the shell that was asked for and is not there yet.

use jiff::Timestamp;

use super::{AT_ONCE, App, Effect, Outcome};
use crate::{input::Command, model::InstanceKey};

/// Which of the shells that were asked for: an answer may come after nobody wants it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request(u64);

/// A shell that an engine was asked for. There is at most one.
pub(super) struct Opening {
    request: Request,
    /// What the person is told as long as it takes.
    words: String,
}

impl App {
    /// Asks for a shell, unless one is on its way already.
    pub(super) fn open_shell(&mut self, key: InstanceKey, now: Timestamp) -> Option<Effect> {
        if self.opening.is_some() {
            return None;
        }
        self.asked.0 += 1;
        let name =
            self.store.instance(&key).map_or(key.id.short(), |view| view.instance.name.as_str());
        let cancel = self.keymap.label(Command::Back, &self.screen.contexts());
        let words = match cancel {
            Some(key) => format!("opening a shell in {name} … ({key} cancels)"),
            None => format!("opening a shell in {name} …"),
        };
        self.screen.toasts.push(&words, now);
        self.opening = Some(Opening { request: self.asked, words });
        Some(Effect::Shell(key, self.asked))
    }

    /// Does without the shell that is on its way; `None` when none is.
    pub(super) fn withdraw_shell(&mut self) -> Option<Outcome> {
        self.forget_opening()?;
        Some(Outcome { effects: Vec::new(), frame: AT_ONCE })
    }

    /// Takes the answer to a request, if it is still wanted.
    pub(super) fn on_shell(
        &mut self,
        request: Request,
        answer: Result<(), String>,
        now: Timestamp,
    ) -> Outcome {
        if self.opening.as_ref().is_none_or(|opening| opening.request != request) {
            return Outcome::default();
        }
        self.forget_opening();
        match answer {
            Ok(()) => Outcome { effects: vec![Effect::HandOver], frame: AT_ONCE },
            Err(why) => {
                self.screen.toasts.push(&why, now);
                Outcome { effects: Vec::new(), frame: AT_ONCE }
            }
        }
    }

    /// Says again what is on its way: news go by themselves after a while.
    pub(super) fn remind_of_opening(&mut self, now: Timestamp) {
        if let Some(opening) = &self.opening {
            self.screen.toasts.take_back(&opening.words);
            self.screen.toasts.push(&opening.words, now);
        }
    }

    fn forget_opening(&mut self) -> Option<()> {
        let opening = self.opening.take()?;
        self.screen.toasts.take_back(&opening.words);
        Some(())
    }
}
