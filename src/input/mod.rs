//! Input: what a person can ask for, and which keys ask for it.
//!
//! Keys are data (`keymaps/*.toml`); the program only knows [`Command`]s. A
//! terminal event becomes a [`Key`], the [`Resolver`] finds its [`Command`] in the
//! [`Keymap`], and the same keymap tells footer and help which keys to show.

pub mod command;
pub mod key;
pub mod keymap;
pub mod resolve;
pub mod sequence;
pub mod text_field;

pub use command::{Command, Context};
pub use key::Key;
pub use keymap::{Keymap, error::KeymapError};
pub use resolve::{Resolution, Resolver};
pub use sequence::Sequence;
pub use text_field::TextField;
