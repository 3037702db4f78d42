//! [`Pressure`]: how much work waits for something that its host is short of.

use serde::{Deserialize, Serialize};

/// Pressure stall information (PSI) of CPU, memory or I/O: shares (0–1) of the last ten
/// seconds, as the kernel averages them, to four digits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// While at least one task waited.
    pub some_share: f32,
    /// While all tasks waited and nothing got done. Kernels before 5.13 do not tell it
    /// of the CPU.
    pub full_share: Option<f32>,
}
