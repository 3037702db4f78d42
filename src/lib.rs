//! midwatch: a terminal operations console.
pub mod engines;
pub mod model;
pub mod text;
