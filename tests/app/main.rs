//! The console below the terminal: what keys and facts do to it, and what it shows.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../support/console/mod.rs"]
mod console;

mod alerts;
mod dialogs;
mod frames;
mod lists;
mod logs;
mod offers;
mod probes;
mod random;
mod reading;
mod secrets;
mod seeking;
mod services;
mod shells;
mod sizes;
mod snapshots;
mod stats;
mod truth;
mod typing;
