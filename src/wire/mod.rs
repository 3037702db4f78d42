//! The composition root: the only place that builds concrete engines and clients.
//!
//! [`session`] finds out what is to be looked at, [`console`] shows it on the
//! screen, [`demo`] makes something to look at.

pub mod console;
pub mod demo;
mod described;
pub mod notifiers;
mod own_log;
pub mod session;
mod themes;

pub use own_log::{OwnLog, write_own_log};
pub use session::Session;
