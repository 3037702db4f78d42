//! [`Root`]: the folder that stands for `/`.

use std::path::{Component, Path, PathBuf};

/// Where the kernel's files are looked for: `/`, or a tree that was captured.
#[derive(Clone, Debug)]
pub struct Root(PathBuf);

impl Root {
    /// A folder that stands for `/`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// A path that begins at `/`, below this folder. It never leads out of it.
    pub(super) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        let names = path.as_ref().components().filter(|part| matches!(part, Component::Normal(_)));
        self.0.join(names.collect::<PathBuf>())
    }

    /// The folder of a process.
    pub(super) fn process(&self, pid: u32) -> PathBuf {
        self.join(format!("/proc/{pid}"))
    }
}

impl Default for Root {
    fn default() -> Self {
        Self::new("/")
    }
}
