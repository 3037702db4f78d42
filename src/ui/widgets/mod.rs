//! What panes and dialogs are drawn with.

pub mod cells;
pub mod cursor;
pub mod footer;
pub mod message;
pub mod status_line;
pub mod styled;
pub mod toast;
