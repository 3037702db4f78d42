//! The panes, one file or folder each.

pub mod alerts;
pub mod logs;
pub mod services;
pub mod stats;
