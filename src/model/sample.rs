//! [`Sample`]: what one instance used at one moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One reading of an instance's use of its host. What a source does not tell is `None`, never 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When it was read.
    pub at: Timestamp,
    /// CPU in cores (1.0 is one core kept busy).
    pub cpu_cores: Option<f64>,
    /// Memory in bytes, without the file cache that the kernel can drop.
    pub memory_bytes: Option<u64>,
    /// The limit on that memory, where one is set below the host's own.
    pub memory_limit_bytes: Option<u64>,
    /// Bytes received since the instance started.
    pub received_bytes: Option<u64>,
    /// Bytes sent since the instance started.
    pub sent_bytes: Option<u64>,
    /// Processes and threads.
    pub processes: Option<u64>,
}

impl Sample {
    /// A reading that tells nothing yet.
    #[must_use]
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            cpu_cores: None,
            memory_bytes: None,
            memory_limit_bytes: None,
            received_bytes: None,
            sent_bytes: None,
            processes: None,
        }
    }
}
