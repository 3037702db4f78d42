//! Alerts: rules, and the states that they go through.
//!
//! Pure: what is observed and what time it is come as arguments. A [`Rule`] says what is
//! judged; a [`Board`] has an [`AlertView`] of each, takes in observations, and says what
//! changed and who is to be told:
//!
//! ```text
//!   ok ──breach──► pending ──for──► firing ──good──► resolving ──keep──► ok
//!    └──── nothing to judge by, for long enough ───► nodata ──► ok or pending
//! ```
//!
//! What fires goes on firing while there is nothing to judge by: that nobody looks is no
//! sign that it is over (Prometheus' false "resolved", prometheus#17482).

mod board;
mod judge;
pub mod maintenance;
pub mod network;
mod rule;
mod step;
mod view;

pub use board::{Board, Saved};
pub use judge::{judge, judge_lines};
pub use rule::{NETWORK, Rule, Subject};
pub use view::AlertView;

#[cfg(test)]
#[path = "board_tests.rs"]
mod board_tests;
