//! The terminal: taken once, given back whole, whatever happens.

pub mod clipboard;
pub mod dump;
mod escape;
pub mod guard;
pub mod handover;
mod keyboard;
mod notice;
pub mod pacer;
mod remote;
pub mod signals;

pub use clipboard::Copied;
pub use guard::{Screen, is_gone};
pub use pacer::{Pacer, Urgency};
pub use signals::{Signal, Signals};
