//! The panes, one file or folder each.

pub mod logs;
pub mod services;
pub mod stats;
