//! The kernel's own numbers: what instances and the host use, without asking an engine.
//!
//! An engine pays for each look at its instances (fact E5); the files of the kernel cost
//! nobody else anything. They are read here with blocking calls, a few microseconds each.
//!
//! - [`Kernel`] finds the control groups of a process, version 1, 2 or both
//!   (`cgroups(7)`), whoever made them: systemd or an engine, Docker or Podman.
//! - [`Sweep`] takes a [`Reading`] of each of many instances; a [`Meter`] makes
//!   [`Sample`](crate::model::Sample)s of one instance's readings.
//! - [`Processes`] takes the readings of what has no control group of its own.
//! - [`Host`] reads the host itself, [`Routes`] which networks it is on.
//!
//! What is missing, forbidden or malformed is unknown, never 0. All paths begin at a
//! [`Root`], so that tests read trees that were captured.

mod files;
mod group;
mod hierarchies;
mod host;
mod kept;
mod meter;
mod mounts;
mod numbers;
mod open_files;
mod pressure;
mod processes;
mod reading;
mod root;
mod routes;
mod sweep;
mod traffic;
mod v1;
mod v2;

#[cfg(test)]
mod tree;

pub use hierarchies::{Kernel, Layout, NotReadable};
pub use host::Host;
pub use meter::Meter;
pub use open_files::{allow_open_files, give_back_open_files};
pub use processes::Processes;
pub use reading::{Limits, Reading, Throttling};
pub use root::Root;
pub use routes::Routes;
pub use sweep::{Sweep, Target};
