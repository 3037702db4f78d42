//! The history of a stack: what is remembered of it from run to run, in SQLite.
//!
//! A thread of its own has the database; what is to be written goes there by a bounded
//! channel, and is written a batch at a time. A database that cannot be opened or is full is
//! said, and nothing else breaks: midwatch then remembers nothing.

mod database;
mod recorder;
mod schema;

pub use database::{Database, HistoryError, Minute};
pub use recorder::{Recorder, Trouble};

use std::path::{Path, PathBuf};

/// Where the history of a stack is, in the folder of what midwatch remembers. Without the
/// name of a stack it is that of all that runs.
#[must_use]
pub fn file(state_dir: &Path, stack: Option<&str>) -> PathBuf {
    state_dir.join(folder(stack)).join("history.db")
}

/// A stack's name as the name of a folder: whatever else it has leads nowhere else.
fn folder(stack: Option<&str>) -> String {
    let Some(name) = stack.filter(|name| !name.is_empty()) else { return "_all".into() };
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = name.chars().take(64).map(|c| if safe(c) { c } else { '_' }).collect();
    if plain == name && !plain.starts_with(['.', '_']) {
        return plain;
    }
    // Two names must not become one.
    format!("_{plain}-{:08x}", fnv(name))
}

/// FNV-1a, which stays the same from version to version.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stack_has_a_folder_of_its_own_and_no_name_leads_elsewhere() {
        let file = |stack| file(Path::new("/state"), stack).display().to_string();
        assert_eq!(file(Some("ap-intake")), "/state/ap-intake/history.db");
        assert_eq!(file(None), "/state/_all/history.db");
        let odd =
            [Some("../../etc"), Some(".."), Some("a/b"), Some("a_b"), Some("_all"), Some("a\0b")];
        let folders: std::collections::BTreeSet<_> = odd.into_iter().map(folder).collect();
        assert_eq!(folders.len(), odd.len());
        assert!(folders.iter().all(|name| !name.contains('/') && !name.starts_with('.')));
        assert!(!folders.contains("_all"));
    }
}
