//! What leaves the screen: a stopped job, a shell, plain lines, the clipboard.

use std::{collections::BTreeMap, io};

use jiff::Timestamp;
use ratatui::layout::Size;

use super::{Flow, Running};
use crate::{
    app::{Export, Job, Msg},
    logs::{Masker, Redactor},
    model::InstanceKey,
    terminal::{
        self,
        dump::{self, Left},
        handover::{self, Ended},
    },
    text::Clean,
    ui::TakenLine,
};

impl Running {
    /// Stops the job; the terminal is the shell's until [`Signal::Continue`].
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        if !terminal::signals::is_job() {
            let why = "not stopped: there is no shell to go back to";
            return self.tell(Msg::Notice(why.into())).map(|_| ());
        }
        self.stop_reading();
        self.screen.release();
        terminal::signals::stop_job()
    }

    /// Takes the terminal back and draws all of it.
    pub(super) fn come_back(&mut self) -> io::Result<()> {
        // The old reader goes first: the new one needs its lock, and waits for it.
        self.reader = None;
        let reader = self.next_reader.take().or_else(super::new_reader);
        let gone = || io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal is gone");
        self.reader = Some(reader.ok_or_else(gone)?);
        self.screen.resume()?;
        let (width, height) = crossterm::terminal::size()?;
        self.tell(Msg::Resize(Size { width, height })).map(|_| ())
    }

    /// Gives the terminal to a shell until it ends. The reader is dropped, not paused:
    /// two readers of one keyboard would share its keys. Facts are taken in meanwhile.
    pub(super) async fn hand_over(&mut self) -> io::Result<Flow> {
        let Some(shell) = self.shell.take() else { return Ok(Flow::On) };
        self.stop_reading();
        self.screen.release();
        let mut effects = Vec::new();
        let ended = {
            let (app, inbox) = (&mut self.app, &mut self.watchers.inbox);
            let shell = handover::run(shell, &mut self.signals);
            tokio::pin!(shell);
            loop {
                let event = tokio::select! {
                    ended = &mut shell => break ended,
                    Some(event) = inbox.next() => event,
                };
                effects.extend(app.update(Msg::Event(event), Timestamp::now()).effects);
            }
        };
        let Ended::Shell(words) = ended else {
            self.screen.give_up();
            return Ok(Flow::End);
        };
        self.come_back()?;
        self.perform_all(effects)?;
        self.tell(Msg::Notice(words))
    }

    /// Shows lines on the plain terminal until Enter. Facts are taken in meanwhile.
    pub(super) async fn dump(&mut self, lines: &[TakenLine]) -> io::Result<Flow> {
        let lines = masked(lines, &self.redactor);
        self.stop_reading();
        self.screen.release();
        let mut effects = Vec::new();
        let left = {
            let (app, inbox) = (&mut self.app, &mut self.watchers.inbox);
            let dump = dump::run(&lines, &mut self.signals);
            tokio::pin!(dump);
            loop {
                let event = tokio::select! {
                    left = &mut dump => break left?,
                    Some(event) = inbox.next() => event,
                };
                effects.extend(app.update(Msg::Event(event), Timestamp::now()).effects);
            }
        };
        if left == Left::Told {
            return Ok(Flow::End);
        }
        self.come_back()?;
        self.perform_all(effects)
    }

    /// Puts lines on the clipboard, and says what became of it.
    pub(super) fn copy(&mut self, lines: &[TakenLine]) -> io::Result<Flow> {
        let lines = masked(lines, &self.redactor);
        let text: Vec<&str> = lines.iter().map(Clean::as_str).collect();
        let copied = self.screen.copy(&text.join("\n"))?;
        self.tell(Msg::Notice(copied.to_string()))
    }

    /// Writes lines to a file.
    pub(super) fn export(&self, export: Job<Export>) {
        self.spawner.export(export, self.exports.clone(), self.redactor.clone());
    }
}

/// Lines as they leave midwatch: clean, and without secrets. Each log has a masker of its
/// own, since a private key in one hides nothing in another, and ends with its own end.
fn masked(lines: &[TakenLine], redactor: &Redactor) -> Vec<Clean> {
    let mut maskers: BTreeMap<&InstanceKey, Masker> = BTreeMap::new();
    let mut out = Vec::with_capacity(lines.len());
    for TakenLine { key, text } in lines {
        let masker = maskers.entry(key).or_insert_with(|| Masker::new(redactor.clone()));
        out.push(Clean::new(&masker.line("", text)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EngineId, InstanceId};

    #[test]
    fn a_private_key_in_one_log_hides_itself_and_nothing_of_another() {
        let said = [
            ("a", "-----BEGIN PRIVATE KEY-----", "••••••"),
            ("b", "fine", "fine"),
            ("a", "MIIEvQIBADANBgkqhkiG", "••••••"),
            ("b", "-----END of the day-----", "-----END of the day-----"),
            ("a", "AAAAB3NzaC1yc2E", "••••••"),
            ("a", "-----END PRIVATE KEY-----", "••••••"),
            ("a", "fine again", "fine again"),
        ];
        let key = |id: &str| InstanceKey::new(&EngineId::new("fake"), &InstanceId::new(id));
        let taken =
            |(id, text, _): &(&str, &str, _)| TakenLine { key: key(id), text: (*text).into() };
        let lines: Vec<_> = said.iter().map(taken).collect();
        let masked = masked(&lines, &Redactor::default());
        let expected: Vec<_> = said.iter().map(|(.., masked)| Clean::new(masked)).collect();
        assert_eq!(masked, expected);
    }
}
