//! The screen.

pub mod glyphs;
pub mod theme;
