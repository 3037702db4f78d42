//! [`Job`]: what the API leaves in the queue for the workers.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// One piece of work, as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) task: Task,
    /// The ledger's entry that it is about.
    pub(crate) entry: i64,
    /// The request that it came from.
    pub(crate) request_id: String,
}

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
pub(crate) enum Task {
    /// Marks the entry as settled, in the ledger.
    #[serde(rename = "ledger.settle")]
    #[strum(serialize = "ledger.settle")]
    SettleEntry,
    /// Sends a receipt to nobody, which takes a moment.
    #[serde(rename = "receipts.send")]
    #[strum(serialize = "receipts.send")]
    SendReceipt,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_one_name_in_the_queue_and_in_the_log() {
        for task in [Task::SettleEntry, Task::SendReceipt] {
            let name: &str = task.into();
            assert_eq!(serde_json::to_value(task).unwrap(), name);
        }
    }
}
