//! The screen: panes, dialogs and what is around them.
//!
//! Drawing borrows what is known and never changes it. A pane offers commands,
//! answers them with wishes, and draws; only `app` turns a wish into a deed.

pub mod cx;
pub mod dialogs;
pub mod glyphs;
pub mod layout;
pub mod pane;
pub mod panes;
pub mod screen;
pub mod theme;
pub mod widgets;

pub use cx::{Cx, Selection};
pub use pane::{Overlay, Pane, PaneId, Place, Reaction, TakenLine, Wanted, Wish};
pub use screen::Screen;
