//! [`Pane`]: what a pane or dialog is.

use crossterm::event::KeyEvent;
use ratatui::{
    buffer::Buffer,
    layout::{Rect, Size},
    text::Line,
};

use crate::{
    input::{Command, Context},
    logs::export::Form,
    model::{AlertId, Demand, InstanceKey, ServiceKey, TimeStyle},
    store::Topics,
    text::Clean,
    ui::{Cx, dialogs::record::RecordView},
};

/// A part of the screen that answers commands and draws itself.
pub trait Pane {
    /// Whose keys are pressed here.
    fn context(&self) -> Context;

    /// What stands in its frame.
    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a>;

    /// What stands at the right of its frame's bottom, if anything.
    fn footnote<'a>(&'a self, _cx: &Cx<'a>) -> Option<Line<'a>> {
        None
    }

    /// The room that it wants as a dialog. There may be less.
    fn wanted(&self, _cx: &Cx<'_>) -> Wanted {
        Wanted::TO_READ
    }

    /// The commands that it offers here and now, the most useful first. Footer, help
    /// and palette are made from this, so it must not lie.
    fn commands(&self, cx: &Cx<'_>) -> Vec<Command>;

    /// What it shows: a change of anything else costs no frame.
    fn interest(&self) -> Topics;

    /// Adds the streams that it needs while it is visible.
    fn demand(&self, _cx: &Cx<'_>, _demand: &mut Demand) {}

    /// Answers a command.
    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction;

    /// Answers a command that was given with an argument
    /// ([`Command::takes_argument`]), which is not empty.
    fn on_with(&mut self, _command: Command, _argument: &str, _cx: &Cx<'_>) -> Reaction {
        Reaction::Ignored
    }

    /// Whether typed characters are text now.
    fn is_typing(&self) -> bool {
        false
    }

    /// Takes a key while typing; `false` for one that edits nothing.
    fn type_key(&mut self, _key: &KeyEvent, _cx: &Cx<'_>) -> Option<Reaction> {
        None
    }

    /// Takes pasted text while typing.
    fn paste(&mut self, _text: &str, _cx: &Cx<'_>) -> Reaction {
        Reaction::Ignored
    }

    /// Draws its inside.
    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>);
}

/// The room that a dialog wants on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How large, in cells, its frame included.
    pub size: Size,
    /// Where.
    pub place: Place,
}

/// Where on the screen a dialog wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the middle.
    Middle,
    /// At the right edge, so that what it changes can be seen beside it.
    Right,
}

impl Wanted {
    /// As much as is good to read; more is harder.
    pub const TO_READ: Self = Self { size: Size { width: 110, height: 32 }, place: Place::Middle };

    /// As wide as that, and high enough for so many rows if there are not too many.
    #[must_use]
    pub fn rows(rows: usize) -> Self {
        let Size { width, height } = Self::TO_READ.size;
        let height = u16::try_from(rows.saturating_add(2)).unwrap_or(height).min(height);
        Self { size: Size { width, height }, ..Self::TO_READ }
    }
}

/// How a pane answers a command.
#[derive(Debug, PartialEq)]
pub enum Reaction {
    /// It is not for this pane; whoever is around may answer.
    Ignored,
    /// Done, or nothing to do; these are the wishes that follow.
    Done(Vec<Wish>),
}

impl Reaction {
    /// Answered; nothing follows.
    #[must_use]
    pub fn done() -> Self {
        Self::Done(Vec::new())
    }

    /// Answered, with one wish.
    #[must_use]
    pub fn wish(wish: Wish) -> Self {
        Self::Done(vec![wish])
    }
}

/// What a pane wants to happen outside of itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Move the cursor to this service.
    Select(ServiceKey),
    /// Mark this service, or take its mark away.
    ToggleMark(ServiceKey),
    /// Take all marks away.
    ClearMarks,
    /// Show a log of the stack file too, or no longer.
    ToggleSource(Clean),
    /// Go to a pane.
    Focus(PaneId),
    /// Open a dialog.
    Open(Overlay),
    /// Close this dialog.
    Close,
    /// Do as if this command had been given by key.
    Command(Command),
    /// Do as if this command had been given and this argument been typed.
    CommandWith(Command, String),
    /// Use this theme from now on.
    UseTheme(String),
    /// Show times like this.
    UseTime(TimeStyle),
    /// Open a shell.
    Shell(InstanceKey),
    /// Switch a fault of the demo, by name.
    ToggleFault(&'static str),
    /// Say something.
    Notice(String),
    /// Put these lines into the terminal's clipboard.
    Copy(Vec<TakenLine>),
    /// Show these lines without anything around them.
    Dump(Vec<TakenLine>),
    /// Say that somebody is on an alert, or that nobody is any more.
    Acknowledge(AlertId),
    /// Have nobody told of an alert for an hour, or have them told again.
    Silence(AlertId),
    /// Write all lines of the logs that are shown to a file, filtered as they are.
    Export(Form),
}

/// A line of a log on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// Whose it is: a secret over several lines is looked for in each log by itself.
    pub key: InstanceKey,
    /// What is taken, as it is; secrets are masked on the way.
    pub text: String,
}

/// A dialog over the panes.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// An alert with all that is known of it.
    Alert(AlertId),
    /// The keys that work here.
    Help,
    /// All commands that work here, by name.
    Palette,
    /// The themes.
    Themes,
    /// The faults of the demo.
    Faults,
    /// A service and its instances.
    Detail(ServiceKey),
    /// Everything an engine tells of an instance.
    Inspect(InstanceKey),
    /// The logs of the stack file.
    LogSources,
    /// A record of a log, whole.
    Record(RecordView),
}

/// A pane's place. The numbers are fixed (product.md, The screen).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    /// 1: what runs.
    Services,
    /// 2: what it says.
    Logs,
    /// 3: what it uses.
    Stats,
    /// 6: what is not as it should be.
    Alerts,
}

impl PaneId {
    /// All panes, in order.
    pub const ALL: [Self; 4] = [Self::Services, Self::Logs, Self::Stats, Self::Alerts];

    /// Its number, which is also its key.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Services => 1,
            Self::Logs => 2,
            Self::Stats => 3,
            Self::Alerts => 6,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Services => "Services",
            Self::Logs => "Logs",
            Self::Stats => "Stats",
            Self::Alerts => "Alerts",
        }
    }

    /// The pane after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The pane before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
