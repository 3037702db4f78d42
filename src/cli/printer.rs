//! [`Printer`]: the only way to a command's output.

use std::{
    error::Error as _,
    fmt::Display,
    io::{self, Write},
};

use serde::Serialize;

use crate::{
    cli::{CliError, Exit},
    config::Variables,
    text::{Clean, redact},
};

/// Where a command writes its answer and its complaints.
///
/// A closed pipe (`midwatch logs -f | head`) comes back as [`CliError::Output`] and
/// ends the command quietly, see [`CliError::exit`]; a command whose answer is more than
/// its output takes what it found past that, see [`Exit::after`].
pub struct Printer<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    colours: bool,
}

/// Whether answers are coloured: only where a person looks at them on a terminal that
/// shows colours, and has not said otherwise (`NO_COLOR`).
#[must_use]
pub fn wants_colours(is_terminal: bool, variables: &Variables) -> bool {
    let term = variables.value("TERM");
    is_terminal && variables.value("NO_COLOR").is_none() && term.is_some_and(|term| term != "dumb")
}

impl<'a> Printer<'a> {
    /// Writes answers to one place and complaints to another.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self { out, err, colours: false }
    }

    /// The same, with colours in answers that have some, or without.
    #[must_use]
    pub fn with_colours(self, colours: bool) -> Self {
        Self { colours, ..self }
    }

    /// Whether answers may be coloured.
    #[must_use]
    pub fn has_colours(&self) -> bool {
        self.colours
    }

    /// Writes a line of the answer.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn line(&mut self, line: impl Display) -> Result<(), CliError> {
        writeln!(self.out, "{line}").map_err(CliError::Output)
    }

    /// Writes an object of the answer, on one line.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        serde_json::to_writer(&mut *self.out, value)
            .map_err(|error| CliError::Output(error.into()))?;
        self.line("")
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.out.write_all(bytes).map_err(CliError::Output)
    }

    /// Sends on what was written so far.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> Result<(), CliError> {
        self.out.flush().map_err(CliError::Output)
    }

    /// Writes a question, after what it is about; the answer is typed behind it.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn question(&mut self, question: &str) -> Result<(), CliError> {
        write!(self.out, "{question} ").map_err(CliError::Output)?;
        self.flush()
    }

    /// Writes beside the answer what a person should know about it.
    pub fn note(&mut self, note: &str) {
        // As with a complaint that cannot be written.
        let _ = writeln!(self.err, "note: {}", outside(note));
    }

    /// Writes a complaint that does not end the command.
    pub fn complain(&mut self, error: &CliError) {
        // A complaint that cannot be written has nobody left to read it.
        let _ = self.try_complain(error);
    }

    fn try_complain(&mut self, error: &CliError) -> io::Result<()> {
        if let CliError::Config(errors) = error {
            return writeln!(self.err, "{errors}");
        }
        write!(self.err, "error: {}", outside(&error.to_string()))?;
        let mut source = error.source();
        while let Some(cause) = source {
            write!(self.err, ": {}", outside(&cause.to_string()))?;
            source = cause.source();
        }
        writeln!(self.err)?;
        match error.hint() {
            Some(hint) => writeln!(self.err, " = hint: {}", outside(&hint)),
            None => Ok(()),
        }
    }

    /// Ends a command: sends on what was written, complains where it failed, and says
    /// what the shell is told.
    pub fn finish(&mut self, result: Result<Exit, CliError>) -> Exit {
        let result = result.and_then(|exit| exit.after(self.flush()));
        match result {
            Ok(exit) => exit,
            Err(error) => {
                let exit = error.exit();
                if exit != Exit::Well {
                    // What was answered before the failure still counts.
                    let _ = self.flush();
                    self.complain(&error);
                }
                exit
            }
        }
    }
}

/// An error's text can quote what came from outside.
fn outside(text: &str) -> Clean {
    Clean::new(&redact::mask_urls(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that has gone away.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn only_a_person_at_a_terminal_gets_colours() {
        let wants = |is_terminal, pairs: &[(&str, &str)]| {
            wants_colours(is_terminal, &pairs.iter().copied().collect())
        };
        assert!(wants(true, &[("TERM", "xterm")]));
        assert!(!wants(false, &[("TERM", "xterm")]));
        assert!(!wants(true, &[("TERM", "xterm"), ("NO_COLOR", "1")]));
        assert!(!wants(true, &[("TERM", "dumb")]) && !wants(true, &[]));
    }

    #[test]
    fn a_reader_that_goes_away_ends_quietly_and_changes_nothing_that_was_found() {
        let (mut closed, mut err) = (Closed, Vec::new());
        let mut printer = Printer::new(&mut closed, &mut err);
        let found = Exit::Wrong.after(printer.json(&[1]));
        assert_eq!(printer.finish(found), Exit::Wrong);
        // What is written at the very end.
        assert_eq!(printer.finish(Ok(Exit::Unreachable)), Exit::Unreachable);
        // What would go on has found nothing yet.
        let endless = printer.json(&[1]).map(|()| Exit::Wrong);
        assert_eq!(printer.finish(endless), Exit::Well);
        assert_eq!(String::from_utf8(err).unwrap(), "");
    }

    #[test]
    fn a_complaint_names_the_cause_and_what_to_do_and_no_secret() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut printer = Printer::new(&mut out, &mut err);
        let error = CliError::System {
            what: "ask tcp://bob:canary@host".into(),
            source: io::Error::other("it said \u{1b}[2J"),
        };
        assert_eq!(printer.finish(Err(error)), Exit::Wrong);
        assert_eq!(printer.finish(Err(CliError::usage("no", "yes"))), Exit::Usage);
        assert_eq!(
            String::from_utf8(err).unwrap(),
            "error: cannot ask tcp://••••••@host: it said ␛[2J\nerror: no\n = hint: yes\n"
        );
    }
}
