//! The terminal: taken once, given back whole, whatever happens.

mod escape;
pub mod guard;
pub mod handover;
mod keyboard;
pub mod pacer;
mod remote;
pub mod signals;

pub use guard::Screen;
pub use pacer::{Pacer, Urgency};
pub use signals::{Signal, Signals};
