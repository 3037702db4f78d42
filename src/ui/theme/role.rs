//! [`Role`]: what a piece of the screen means, for themes to say how it looks.

use strum::{EnumCount, EnumIter, EnumString, IntoStaticStr};

use crate::model::condition::Level;

/// Gives what a piece of the screen means; the kebab-case name is the theme's key.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumCount,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// The ground of the whole screen, and its plain text.
    Text,
    /// Less important text.
    Muted,
    /// What should catch the eye without being a state.
    Accent,
    /// The title of a pane or dialog.
    Title,
    /// The border of a pane without the focus.
    Border,
    /// The border of the pane with the focus.
    BorderFocused,
    /// The heading of a table.
    Heading,
    /// The selected row of the focused pane.
    Selection,
    /// The selected row of another pane.
    SelectionIdle,
    /// A marked row.
    Mark,
    /// What a filter or search found.
    Match,
    /// A text field.
    Input,
    /// A dialog's ground.
    Dialog,
    /// A scrollbar.
    Scrollbar,
    /// All well.
    Ok,
    /// On its way.
    Busy,
    /// Not known.
    Unknown,
    /// Not as it should be, but working.
    Warn,
    /// Broken.
    Bad,
    /// Stopped in good order.
    Off,
    /// What was true when the source was last reached.
    Stale,
    /// The first curve of a chart.
    ChartA,
    /// The second curve.
    ChartB,
    /// The third curve.
    ChartC,
    /// The fourth curve.
    ChartD,
    /// A limit or axis of a chart.
    ChartLimit,
    /// The first of the colours that tell services apart in merged logs.
    ServiceA,
    /// The second.
    ServiceB,
    /// The third.
    ServiceC,
    /// The fourth.
    ServiceD,
    /// The fifth.
    ServiceE,
    /// The sixth.
    ServiceF,
    /// The time of a log line.
    LogTime,
    /// A line from standard error.
    LogStderr,
    /// A line that says it is an error.
    LogError,
    /// A line that says it is a warning.
    LogWarn,
    /// A line of little interest.
    LogDebug,
    /// A line of midwatch itself among the logs, such as "412 lines dropped".
    LogNote,
    /// A key in the footer and the help.
    KeyHint,
    /// What that key does.
    KeyLabel,
    /// News.
    ToastInfo,
    /// News that may need somebody.
    ToastWarn,
    /// News that needs somebody.
    ToastBad,
    /// An environment that no file names.
    EnvUnknown,
    /// Development.
    EnvDevelopment,
    /// Staging.
    EnvStaging,
    /// Production; looks like nothing else in any theme.
    EnvProduction,
}

impl Role {
    /// How many roles there are.
    pub const COUNT: usize = <Self as EnumCount>::COUNT;

    /// The colours that tell services apart, in the order of their use.
    pub const SERVICES: [Self; 6] = [
        Self::ServiceA,
        Self::ServiceB,
        Self::ServiceC,
        Self::ServiceD,
        Self::ServiceE,
        Self::ServiceF,
    ];

    /// The name that themes use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The role of a level.
    #[must_use]
    pub fn of(level: Level) -> Self {
        match level {
            Level::Off => Self::Off,
            Level::Ok => Self::Ok,
            Level::Busy => Self::Busy,
            Level::Unknown => Self::Unknown,
            Level::Warn => Self::Warn,
            Level::Bad => Self::Bad,
        }
    }
}
