//! Metrics: numbers over time, from endpoints that expose them and from servers that
//! collect them.
//!
//! [`exposition`] reads what a program exposes of itself, and [`query`] works out rates and
//! quantiles from it.

pub mod exposition;
pub mod query;
mod scan;
