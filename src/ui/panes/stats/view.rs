//! [`View`]: what the pane is about.

/// What the pane is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// What the selected service uses.
    #[default]
    Service,
    /// What the host has and does.
    Host,
    /// Whether the limits of all services fit what they use.
    Limits,
}

impl View {
    /// The next one, in the order in which a key steps through them.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Service => Self::Host,
            Self::Host => Self::Limits,
            Self::Limits => Self::Service,
        }
    }
}
