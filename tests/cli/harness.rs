//! Runs commands against fakes, and reads what they print as it comes.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use midwatch::{
    cli::{CliError, Exit, Printer},
    engines::Engine,
    model::{Detail, Instance, LogLine, ServiceId, Stack, Stream},
    sources::Understood,
    text::Clean,
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::support::fake::{self, FakeEngine};

/// What a command printed and told its shell.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The answer as one JSON object.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Runs a command to its end.
pub(crate) async fn ran(
    command: impl AsyncFnOnce(&mut Printer<'_>) -> Result<Exit, CliError>,
) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut printer = Printer::new(&mut out, &mut err);
    let result = command(&mut printer).await;
    let exit = printer.finish(result);
    Ran { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

/// The reader of a command that goes on until nobody reads.
pub(crate) struct Reader {
    lines: mpsc::UnboundedReceiver<String>,
    closed: Arc<AtomicBool>,
}

impl Reader {
    /// The next line.
    pub(crate) async fn line(&mut self) -> String {
        self.lines.recv().await.unwrap()
    }

    /// The next line as a JSON object.
    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Stops reading: the next write fails as one to a closed pipe does.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}

struct Pipe {
    lines: mpsc::UnboundedSender<String>,
    closed: Arc<AtomicBool>,
    part: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.part.extend_from_slice(bytes);
        while let Some(end) = self.part.iter().position(|byte| *byte == b'\n') {
            let line = self.part.drain(..=end).collect();
            let line = String::from_utf8(line).unwrap();
            self.lines.send(line.trim_end().into()).unwrap();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command that goes on, beside a script that reads it and closes its output.
pub(crate) async fn ran_beside(
    command: impl AsyncFnOnce(&mut Printer<'_>) -> Result<Exit, CliError>,
    script: impl AsyncFnOnce(Reader),
) -> (Exit, String) {
    let (sender, lines) = mpsc::unbounded_channel();
    let closed = Arc::new(AtomicBool::new(false));
    let reader = Reader { lines, closed: Arc::clone(&closed) };
    let (mut pipe, mut err) = (Pipe { lines: sender, closed, part: Vec::new() }, Vec::new());
    let mut printer = Printer::new(&mut pipe, &mut err);
    let (result, ()) = tokio::join!(command(&mut printer), script(reader));
    let exit = printer.finish(result);
    (exit, String::from_utf8(err).unwrap())
}

/// Fakes as the commands take them: their lines say what they are.
pub(crate) fn engines(fakes: &[&FakeEngine]) -> Vec<Arc<dyn Engine>> {
    let understood = |fake: &&FakeEngine| -> Arc<dyn Engine> {
        Arc::new(Understood::new(Arc::new((*fake).clone()), &Stack::default()))
    };
    fakes.iter().map(understood).collect()
}

/// An instance of the stack `shop`, running since `started` seconds after the epoch.
pub(crate) fn instance(service: &str, replica: u32, started: i64) -> Instance {
    let id = format!("{service}{replica}");
    let instance = fake::instance(&id, ServiceId::in_stack("shop", service));
    Instance {
        name: Clean::new(&format!("shop-{service}-{replica}")),
        replica: Some(replica),
        detail: Some(Detail { started_at: Some(at(started)), ..instance.detail.unwrap() }),
        ..instance
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn line(second: i64, text: &str) -> LogLine {
    LogLine::new(Some(at(second)), Stream::Stdout, Clean::new(text))
}
