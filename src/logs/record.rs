//! [`Record`]: a line with where it is from.

use jiff::Timestamp;

use crate::model::{Stream, Told};

/// A line with where it is from: what filters and searches look at. Borrowed, so that
/// looking at a million lines copies none.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The service whose line it is.
    pub service: &'a str,
    /// The instance whose line it is.
    pub instance: &'a str,
    /// Which pipe it came from.
    pub stream: Stream,
    /// When it was said.
    pub at: Timestamp,
    /// What it says of itself.
    pub told: Told,
    /// The line without its looks.
    pub text: &'a str,
}
