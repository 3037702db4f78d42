//! The terminal: taken once, given back whole, whatever happens.

pub mod guard;
pub mod handover;
pub mod pacer;
pub mod signals;

pub use guard::Screen;
pub use pacer::{Pacer, Urgency};
pub use signals::{Signal, Signals};
