//! Metrics: numbers over time, from endpoints that expose them and from servers that
//! collect them; and the alerts that those servers have themselves.
//!
//! [`exposition`] reads what a program exposes of itself, and [`query`] works out rates and
//! quantiles from it. [`prometheus`] asks servers, and [`rules`] reads their rule files. [`of_stack`] makes of a stack file the
//! [`Meter`]s that are asked again and again.

mod error;
pub mod exposition;
mod meter;
mod place;
pub mod prometheus;
pub mod query;
pub mod rules;
mod scan;

pub use error::MetricsError;
pub use meter::{Meter, of_stack};
