//! midwatch: a terminal operations console.
pub mod engines;
pub mod input;
pub mod model;
pub mod probes;
pub mod text;
