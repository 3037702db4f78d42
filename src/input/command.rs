//! [`Command`]: the wishes of a person, one table for footer, help, palette and keymaps.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Something that a person can ask for.
///
/// The name in kebab case is what keymaps and the palette call it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Command {
    /// Quit, at once.
    Quit,
    /// Close what is open, leave zoom, go back to the services.
    Back,
    /// Go back, and quit where there is nothing to go back to.
    Close,
    /// Show the keys that work here.
    Help,
    /// Open the command palette.
    Palette,
    /// Show all panes.
    Overview,
    /// Focus the Services pane.
    ShowServices,
    /// Focus the Logs pane.
    ShowLogs,
    /// Focus the Stats pane.
    ShowStats,
    /// Focus the Alerts pane.
    ShowAlerts,
    /// Focus the next pane.
    NextPane,
    /// Focus the previous pane.
    PreviousPane,
    /// Give the focused pane the whole screen, or take it back.
    Zoom,
    /// Choose a theme.
    Themes,
    /// Switch the mouse on or off.
    Mouse,
    /// Try the lost engine again now.
    Retry,
    /// Switch the faults of the demo.
    DemoFaults,
    /// Stop the job, as a shell's Ctrl-Z does.
    Suspend,
    /// Redraw the whole screen.
    Redraw,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// Scroll left, or read what was before.
    Left,
    /// Scroll right, or read what was after.
    Right,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
    /// Half a page up.
    HalfPageUp,
    /// Half a page down.
    HalfPageDown,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// Open the selected, or accept.
    Open,
    /// Show only what matches.
    Filter,
    /// Choose the order.
    Sort,
    /// Mark the selected, or take its mark away.
    Mark,
    /// Take all marks away.
    ClearMarks,
    /// Show the logs of the selected.
    Logs,
    /// Show everything that the engine tells of the selected.
    Inspect,
    /// Open a shell in the selected.
    Shell,
    /// Stand still, or follow again.
    Pause,
    /// Next view of what is used.
    NextView,
    /// Show less of the past, larger.
    ShorterWindow,
    /// Show more of the past, smaller.
    LongerWindow,
    /// Wrap long lines, or cut them.
    Wrap,
    /// Next way to show the time.
    TimeFormat,
    /// Show masked values, or mask them again.
    Reveal,
    /// Look for a regular expression, without hiding anything.
    Search,
    /// To the next line in which it is found.
    NextMatch,
    /// To the previous one.
    PreviousMatch,
    /// To the next line that says it is an error.
    NextError,
    /// To the previous one.
    PreviousError,
    /// To the next line that says it is a warning, or worse.
    NextWarning,
    /// To the previous one.
    PreviousWarning,
    /// To the next mark: a line that has one, or what happened to a service.
    NextMark,
    /// To the previous one.
    PreviousMark,
    /// To the end of the run before the present one.
    PreviousRun,
    /// To a time.
    Goto,
    /// Show lines as they were written, or taken apart.
    Raw,
    /// Fold repeated lines, or unfold them.
    Fold,
    /// Show how many lines there were when, or hide it.
    Histogram,
    /// Copy the marked lines, or the one under the cursor.
    Copy,
    /// Copy all lines that stand in the pane.
    CopyVisible,
    /// Show the lines without anything around them, to be selected by hand.
    Dump,
    /// Choose the logs of the stack file that are shown too.
    LogSources,
    /// Choose the fields that are shown behind what lines say.
    Fields,
    /// Say that somebody is on the selected alert, or no longer.
    Acknowledge,
    /// Have nobody told of the selected alert for an hour, or have them told again.
    Silence,
    /// Write the lines to a file, as text.
    Export,
    /// Write the lines to a file, as JSON.
    ExportJson,
}

impl Command {
    /// The name that keymaps and the palette use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// A word or two, for the footer.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.texts().0
    }

    /// A sentence, for the help and the palette.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.texts().1
    }

    /// Whether it could change what runs; a read-only session does not offer it.
    #[must_use]
    pub fn may_change(self) -> bool {
        matches!(self, Self::Shell)
    }

    /// Whether the palette takes what is typed behind its name as its argument, of which the
    /// description tells. Without one the command asks for it.
    #[must_use]
    pub fn takes_argument(self) -> bool {
        matches!(self, Self::Goto)
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Quit => ("quit", "Quit midwatch"),
            Self::Back => ("back", "Close what is open, or go back"),
            Self::Close => ("quit", "Go back; where there is nothing to go back to, quit"),
            Self::Help => ("help", "Show the keys that work here"),
            Self::Palette => ("commands", "Find a command by name"),
            Self::Overview => ("overview", "Show all panes"),
            Self::ShowServices => ("services", "Go to the Services pane"),
            Self::ShowLogs => ("logs", "Go to the Logs pane"),
            Self::ShowStats => ("stats", "Go to the Stats pane"),
            Self::ShowAlerts => ("alerts", "Go to the Alerts pane"),
            Self::NextPane => ("next pane", "Go to the next pane"),
            Self::PreviousPane => ("previous pane", "Go to the previous pane"),
            Self::Zoom => ("zoom", "Give this pane the whole screen, or take it back"),
            Self::Themes => ("theme", "Choose a theme, with a live preview"),
            Self::Mouse => {
                ("mouse", "Switch the mouse on or off (off lets the terminal select text)")
            }
            Self::Retry => ("retry", "Try the lost engine again now"),
            Self::DemoFaults => ("faults", "Switch faults of the demo stack on or off"),
            Self::Suspend => ("suspend", "Stop midwatch until `fg` continues it"),
            Self::Redraw => ("redraw", "Draw the whole screen again"),
            Self::Up => ("up", "One line up"),
            Self::Down => ("down", "One line down"),
            Self::Left => ("left", "To the left: scroll, or read what was before"),
            Self::Right => ("right", "To the right: scroll, or read what was after"),
            Self::Top => ("top", "To the first line, or the oldest that is kept"),
            Self::Bottom => ("bottom", "To the last line, or to the present"),
            Self::HalfPageUp => ("half page up", "Half a page up"),
            Self::HalfPageDown => ("half page down", "Half a page down"),
            Self::PageUp => ("page up", "One page up"),
            Self::PageDown => ("page down", "One page down"),
            Self::Open => ("open", "Open the selected"),
            Self::Filter => ("filter", "Show only what matches"),
            Self::Sort => ("sort", "Choose the order"),
            Self::Mark => ("mark", "Mark the selected: several services, one pane of logs"),
            Self::ClearMarks => ("clear marks", "Take all marks away"),
            Self::Logs => ("logs", "Show the logs of the selected"),
            Self::Inspect => ("inspect", "Show everything that the engine tells of the selected"),
            Self::Shell => ("shell", "Open a shell in the selected instance"),
            Self::Pause => ("pause", "Stand still, or follow again"),
            Self::NextView => {
                ("view", "Next view: the service, this host, rightsizing (use against limits)")
            }
            Self::ShorterWindow => ("closer", "Show less of the past, larger: 1 h, 15, 5, 1 min"),
            Self::LongerWindow => ("further", "Show more of the past, smaller: up to 1 h"),
            Self::Wrap => ("wrap", "Wrap long lines, or cut them"),
            Self::TimeFormat => {
                ("time", "Next way to show the time: local, UTC, age, since the line before, none")
            }
            Self::Reveal => ("reveal", "Show masked values, or mask them again"),
            Self::Search => ("search", "Look for a regular expression, without hiding anything"),
            Self::NextMatch => ("next match", "To the next line in which it is found"),
            Self::PreviousMatch => ("previous match", "To the previous line in which it is found"),
            Self::NextError => ("next error", "To the next line that says it is an error"),
            Self::PreviousError => {
                ("error before", "To the previous line that says it is an error")
            }
            Self::NextWarning => ("next warning", "To the next line that is a warning or worse"),
            Self::PreviousWarning => {
                ("warning before", "To the previous line that is a warning or worse")
            }
            Self::NextMark => ("next mark", "To the next mark"),
            Self::PreviousMark => ("mark before", "To the previous mark"),
            Self::PreviousRun => ("run before", "To the last line before the last start"),
            Self::Goto => ("go to", "To a time: 03:10, -15m, 2026-11-20 03:10"),
            Self::Raw => ("raw", "Show lines as they were written, or taken apart"),
            Self::Fold => ("fold", "Fold repeated lines into one, or unfold them"),
            Self::Histogram => ("histogram", "Show how many lines there were when, or hide it"),
            Self::Copy => ("copy", "Copy the marked lines, or the one under the cursor"),
            Self::CopyVisible => ("copy all", "Copy the lines that stand in the pane"),
            Self::Dump => ("plain", "Show the lines plainly, to be selected by hand"),
            Self::LogSources => {
                ("sources", "Show logs of the stack file: files, journals, commands")
            }
            Self::Fields => ("fields", "Choose the fields that stand behind what lines say"),
            Self::Acknowledge => {
                ("acknowledge", "Say that you are on the selected alert, or no longer")
            }
            Self::Silence => ("silence", "Have nobody told of it for an hour, or told again"),
            Self::Export => ("export", "Write the lines to a file as text, filtered as they are"),
            Self::ExportJson => ("export JSON", "Write them to a file as JSON, an object a line"),
        }
    }
}

/// Where keys are pressed; each has its own bindings before the global ones.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Context {
    /// Everywhere.
    Global,
    /// The Services pane.
    Services,
    /// The Logs pane.
    Logs,
    /// The Stats pane.
    Stats,
    /// The Alerts pane.
    Alerts,
    /// The dialog that shows an alert, before [`Context::Dialog`].
    Alert,
    /// The dialog that shows a service and its instances, before [`Context::Dialog`].
    Detail,
    /// The dialog that shows a record of a log, before [`Context::Dialog`].
    Record,
    /// A dialog that lists or shows something. Global bindings other than these do
    /// not reach through it.
    Dialog,
}

impl Context {
    /// The name that keymaps use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
