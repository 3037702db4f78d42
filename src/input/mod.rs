//! Input: what a person can ask for, and which keys ask for it.
//!
//! Keys are data (`keymaps/*.toml`); the program only knows [`Command`]s.

pub mod command;

pub use command::{Command, Context};
