//! Stacks on a real Docker.

mod ap_intake;
mod look;
mod project;
