//! midwatch: a terminal operations console.
pub mod demo;
pub mod engines;
pub mod input;
pub mod model;
pub mod text;
