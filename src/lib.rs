//! midwatch: a terminal operations console.
pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod engines;
pub mod input;
pub mod model;
pub mod probes;
pub mod store;
pub mod terminal;
pub mod text;
pub mod ui;
pub mod watch;
pub mod wire;
