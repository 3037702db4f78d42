//! [`Severity`]: how bad a line of a log says that it is.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// How bad something is, the least first.
///
/// The steps that syslog (RFC 5424), logging libraries and databases have in common;
/// what one of them tells apart further falls on the nearest.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// Every step of it.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// As it should be.
    Info,
    /// As it should be, but rare.
    Notice,
    /// Not yet wrong.
    Warn,
    /// Wrong.
    Error,
    /// So wrong that it does not go on.
    Fatal,
}

impl Severity {
    /// Its name in one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
