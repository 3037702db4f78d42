//! midwatch: a terminal operations console.
pub mod cli;
pub mod config;
pub mod engines;
pub mod input;
pub mod model;
pub mod text;
