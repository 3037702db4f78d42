//! Programs that end with midwatch, however it ends, and take along all that they started.
//!
//! The instances of the process engine run so, and so does every command that midwatch
//! starts by itself to learn something: see [`guardian`].

mod child;
pub mod guardian;
mod pipes;

pub use guardian::{EXEC_CHILD, OWN_PROGRAM, exec_child_main};

pub(crate) use child::{Child, Outlets, Reports};
pub(crate) use guardian::Report;
pub(crate) use pipes::{End, Piece, Pipes};
