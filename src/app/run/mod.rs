//! The loop: receives, tells the state, draws, and lets others do what follows.

mod away;
mod memory;

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use crossterm::event::{Event as Input, EventStream};
use futures_util::StreamExt;
use jiff::Timestamp;
use ratatui::layout::Size;
use strum::IntoEnumIterator as _;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior},
};

use memory::Memory;

use super::{
    App, Effect, Msg, Outcome, Request, ScanId,
    spawn::{self, Spawner},
};
use crate::{
    alerts::Saved,
    engines::{Engine, Shell},
    history::Recorder,
    logs::Redactor,
    metrics::Meter,
    model::Notifier,
    sources::LogSource,
    store::logs::Found,
    terminal::{self, Pacer, Signal, Signals, handover},
    ui::{TakenLine, panes::logs::Purpose, theme::Library},
    watch::{Prober, Watchers},
};

/// How many messages of one kind are taken at once before the others get their turn.
const AT_ONCE: usize = 64;

/// How many samples are taken at once: each costs little, and those of all instances come
/// together.
const SAMPLES_AT_ONCE: usize = 512;

/// How many answers of tasks may wait; each follows from a key press.
const ANSWERS: usize = 16;

/// What a console runs with.
pub struct Console {
    /// Its state.
    pub app: App,
    /// The engines that it watches.
    pub engines: Vec<Arc<dyn Engine>>,
    /// The log sources that it can show.
    pub sources: Vec<Arc<dyn LogSource>>,
    /// Who asks its probes.
    pub prober: Arc<dyn Prober>,
    /// Who measures its metrics.
    pub meters: Vec<Box<dyn Meter>>,
    /// The file that remembers its alerts and probes from run to run; `None`: nothing does.
    pub history: Option<PathBuf>,
    /// Which alerts the terminal tells of by its bell and a notice.
    pub bells: Vec<Notifier>,
    /// Whether the mouse is on at the start.
    pub mouse: bool,
    /// Themes, whenever their files change.
    pub themes: mpsc::Receiver<Library>,
    /// Switches the demo's faults, when there is a demo.
    pub faults: Option<SwitchFaults>,
    /// The folder that exports go to.
    pub exports: PathBuf,
    /// What hides secrets in lines that leave.
    pub redactor: Redactor,
}

/// Makes the demo's faults those of these names.
pub type SwitchFaults = Box<dyn FnMut(&[&'static str]) -> io::Result<()>>;

/// What a task answers that is not a fact to be recorded.
pub(super) enum Answer {
    /// A shell is ready, or why there is none.
    Shell(Request, Result<Shell, String>),
    /// Lines that were looked for were found.
    Found(ScanId, Found),
    /// All was looked through.
    Scanned(ScanId),
    /// A task has something to say to the person.
    Notice(String),
}

/// Runs the console until the person or a signal ends it.
///
/// # Errors
///
/// When the terminal cannot be set up or written to.
pub async fn run(console: Console) -> io::Result<()> {
    let signals = Signals::listen()?;
    let screen = terminal::Screen::take(console.mouse)?;
    let watchers = Watchers::start(&console.engines, &console.sources)
        .probing(console.prober)
        .measuring(console.meters);
    let (recorder, restored) = console.history.map(Recorder::open).unzip();
    let (answers_in, answers) = mpsc::channel(ANSWERS);
    let spawner = Spawner::new(&console.engines, watchers.outbox().control.clone(), answers_in);
    let mut running = Running {
        app: console.app,
        screen,
        signals,
        reader: Some(EventStream::new()),
        next_reader: None,
        watchers,
        answers,
        themes: console.themes,
        faults: console.faults,
        spawner,
        shell: None,
        pacer: Pacer::default(),
        exports: console.exports,
        redactor: console.redactor,
        memory: Memory { recorder, restored, bells: console.bells },
    };
    let ended = running.serve().await;
    running.leave().stop().await;
    ended
}

struct Running {
    app: App,
    screen: terminal::Screen,
    signals: Signals,
    /// The one reader of the keyboard; `None` while a shell has the terminal.
    reader: Option<EventStream>,
    /// The reader for when the terminal is ours again.
    next_reader: Option<EventStream>,
    watchers: Watchers,
    answers: mpsc::Receiver<Answer>,
    themes: mpsc::Receiver<Library>,
    faults: Option<SwitchFaults>,
    spawner: Spawner,
    /// The shell that was just answered with.
    shell: Option<Shell>,
    pacer: Pacer,
    /// The folder that exports go to.
    exports: PathBuf,
    /// What hides secrets in lines that leave.
    redactor: Redactor,
    memory: Memory,
}

/// What the loop received.
enum Received {
    Signal(Signal),
    Frame,
    Input(Option<io::Result<Input>>),
    Answer(Answer),
    Message(Msg),
    Restored(Vec<Saved>),
    Tick,
}

/// Whether the loop goes on.
enum Flow {
    On,
    /// With a shell on the terminal.
    HandOver,
    /// With these lines on the plain terminal.
    Dump(Vec<TakenLine>),
    End,
}

impl Running {
    async fn serve(&mut self) -> io::Result<()> {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.pacer.begin(std::time::Instant::now());
        loop {
            let received = match self.receive(&mut tick).await {
                Received::Signal(Signal::Continue) => {
                    Received::Signal(self.signals.going_on().await)
                }
                received => received,
            };
            let flow = match self.handle(received)? {
                Flow::HandOver => Box::pin(self.hand_over()).await?,
                Flow::Dump(lines) => Box::pin(self.dump(&lines)).await?,
                flow => flow,
            };
            if let Flow::End = flow {
                return Ok(());
            }
        }
    }

    /// Gives the terminal back; what is left to end are the watchers.
    fn leave(mut self) -> Watchers {
        self.stop_reading();
        self.watchers
    }

    /// Ends the reader, and waits until it has let go of the keyboard: what is typed from
    /// now on is not for us.
    fn stop_reading(&mut self) {
        if self.reader.take().is_some() {
            // A new one is made with the lock that the old one holds as long as it reads.
            // It reads nothing until it is asked to, and is kept: its end would be one
            // more thing announced, with which the next key can get lost.
            self.next_reader = new_reader();
        }
    }

    /// Waits for whatever comes first. Frames and input come before data, so that a
    /// flood starves neither; each arm only receives.
    async fn receive(&mut self, tick: &mut tokio::time::Interval) -> Received {
        let due = self.pacer.due().map(Instant::from_std);
        let (mut facts, mut samples, mut logs) = (Vec::new(), Vec::new(), Vec::new());
        let inbox = &mut self.watchers.inbox;
        tokio::select! {
            biased;
            signal = self.signals.next() => Received::Signal(signal),
            () = until(due) => Received::Frame,
            input = next_input(&mut self.reader) => Received::Input(input),
            Some(answer) = self.answers.recv() => Received::Answer(answer),
            saved = self.memory.restored() => Received::Restored(saved),
            Some(library) = self.themes.recv() => Received::Message(Msg::Themes(library)),
            count = inbox.control.recv_many(&mut facts, AT_ONCE), if !inbox.control.is_closed() => {
                debug_assert_eq!(count, facts.len());
                Received::Message(Msg::Events(facts))
            }
            _ = tick.tick() => Received::Tick,
            count = inbox.samples.recv_many(&mut samples, SAMPLES_AT_ONCE),
                if !inbox.samples.is_closed() =>
            {
                debug_assert_eq!(count, samples.len());
                Received::Message(Msg::Events(samples))
            }
            count = inbox.logs.recv_many(&mut logs, AT_ONCE), if !inbox.logs.is_closed() => {
                debug_assert_eq!(count, logs.len());
                Received::Message(Msg::Events(logs))
            }
        }
    }

    fn handle(&mut self, received: Received) -> io::Result<Flow> {
        match received {
            Received::Frame => self.frame().map(|()| Flow::On),
            Received::Signal(signal) => self.on_signal(signal),
            Received::Input(input) => self.on_input(input),
            Received::Answer(Answer::Shell(request, shell)) => self.on_shell(request, shell),
            Received::Answer(Answer::Found(id, found)) => self.tell(Msg::Found(id, found)),
            Received::Answer(Answer::Scanned(id)) => self.tell(Msg::Scanned(id)),
            Received::Answer(Answer::Notice(words)) => self.tell(Msg::Notice(words)),
            // Where no signal tells it, as for whoever leads no session.
            Received::Tick if terminal::is_gone() => Ok(Flow::End),
            Received::Restored(saved) => {
                self.app.restore_alerts(saved);
                Ok(Flow::On)
            }
            Received::Tick => {
                let flow = self.tell(Msg::Tick)?;
                self.remember()?;
                Ok(flow)
            }
            Received::Message(message) => {
                if let Msg::Events(events) = &message {
                    self.memory.note_probes(events);
                }
                self.tell(message)
            }
        }
    }

    /// Keeps what happened to alerts, and tells whoever asked to be told by the terminal.
    fn remember(&mut self) -> io::Result<()> {
        let news = self.app.take_alert_news(Timestamp::now());
        for words in self.memory.keep(news) {
            self.screen.tell(&words)?;
        }
        Ok(())
    }

    /// Keeps a shell as long as it takes the state to say whether it is still wanted.
    fn on_shell(&mut self, request: Request, shell: Result<Shell, String>) -> io::Result<Flow> {
        let (shell, answer) = match shell {
            Ok(shell) => (Some(shell), Ok(())),
            Err(why) => (None, Err(why)),
        };
        self.shell = shell;
        let flow = self.tell(Msg::Shell(request, answer))?;
        if !matches!(flow, Flow::HandOver)
            && let Some(unwanted) = self.shell.take()
        {
            spawn::dismiss(unwanted);
        }
        Ok(flow)
    }

    fn frame(&mut self) -> io::Result<()> {
        let (app, now) = (&self.app, Timestamp::now());
        self.screen.draw(|frame| app.draw(frame, now))?;
        self.pacer.drawn(std::time::Instant::now());
        Ok(())
    }

    fn on_signal(&mut self, signal: Signal) -> io::Result<Flow> {
        match signal {
            Signal::End | Signal::Interrupt => return Ok(Flow::End),
            Signal::Suspend => self.suspend()?,
            // After a stop that nobody could catch, the terminal is as the shell left it.
            Signal::Continue => self.come_back()?,
            // The reader tells the new size itself; this is for when it does not run.
            Signal::Resize => {}
        }
        Ok(Flow::On)
    }

    fn on_input(&mut self, input: Option<io::Result<Input>>) -> io::Result<Flow> {
        let message = match input {
            // The terminal is gone.
            None => return Ok(Flow::End),
            Some(Err(error)) => return Err(error),
            Some(Ok(Input::Key(key))) => Msg::Key(key),
            Some(Ok(Input::Paste(text))) => Msg::Paste(text),
            Some(Ok(Input::Resize(width, height))) => {
                // Smaller and back again between two frames is no change of size, but
                // the terminal has cut off what did not fit.
                self.screen.forget();
                self.screen.insist()?;
                Msg::Resize(Size { width, height })
            }
            Some(Ok(Input::Mouse(mouse))) => Msg::Mouse(mouse),
            Some(Ok(Input::FocusGained | Input::FocusLost)) => return Ok(Flow::On),
        };
        self.tell(message)
    }

    /// Tells the state a message and does what follows.
    fn tell(&mut self, message: Msg) -> io::Result<Flow> {
        let now = Timestamp::now();
        let Outcome { effects, frame } = self.app.update(message, now);
        if let Some(urgency) = frame {
            self.pacer.ask(urgency, std::time::Instant::now());
        }
        let flow = self.perform_all(effects)?;
        self.watchers.demand(self.app.demand(now));
        for purpose in Purpose::iter() {
            self.spawner.want_scan(purpose, self.app.wanted_scan(purpose));
        }
        Ok(flow)
    }

    /// Does what follows, all of it; gives what the last that leads elsewhere leads to.
    fn perform_all(&mut self, effects: Vec<Effect>) -> io::Result<Flow> {
        let mut flow = Flow::On;
        for effect in effects {
            match self.perform(effect)? {
                Flow::On => {}
                other => flow = other,
            }
        }
        Ok(flow)
    }

    fn perform(&mut self, effect: Effect) -> io::Result<Flow> {
        match effect {
            Effect::Quit => return Ok(Flow::End),
            Effect::Suspend => self.suspend()?,
            Effect::Redraw => self.screen.forget(),
            Effect::Mouse(on) => self.screen.set_mouse(on)?,
            Effect::Retry => self.watchers.retry(),
            Effect::Describe(keys) => self.spawner.describe(keys),
            Effect::Inspect(key) => self.spawner.inspect(key),
            Effect::Shell(key, request) => self.spawner.shell(key, request, handover::size()?),
            Effect::HandOver => return Ok(Flow::HandOver),
            Effect::Scan(id, scan) => self.spawner.scan(id, scan),
            Effect::Copy(lines) => return self.copy(&lines),
            Effect::Dump(lines) => return Ok(Flow::Dump(lines)),
            Effect::Export(export) => self.export(export),
            Effect::Faults(names) => {
                let switched = self.faults.as_mut().map_or(Ok(()), |switch| switch(&names));
                if let Err(error) = switched {
                    return self
                        .tell(Msg::Notice(format!("the faults were not switched: {error}")));
                }
            }
        }
        Ok(Flow::On)
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// How long a new reader is waited for before it is asked whether the terminal is there.
const PATIENCE: Duration = Duration::from_millis(50);

/// A new reader, made once the old one has let go. The reader of a terminal that has hung
/// up never does: then there is none.
fn new_reader() -> Option<EventStream> {
    let (made, reader) = channel();
    // Where the other end is gone nobody needs it any more.
    thread::spawn(move || made.send(EventStream::new()));
    loop {
        match reader.recv_timeout(PATIENCE) {
            Ok(reader) => return Some(reader),
            Err(RecvTimeoutError::Timeout) if !terminal::is_gone() => {}
            Err(_) => return None,
        }
    }
}

async fn next_input(reader: &mut Option<EventStream>) -> Option<io::Result<Input>> {
    match reader {
        Some(reader) => reader.next().await,
        None => std::future::pending().await,
    }
}
