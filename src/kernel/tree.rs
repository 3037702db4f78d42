//! Trees of files for the tests of this module.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::kernel::root::Root;

/// A folder that stands for `/`, gone with this value.
pub(super) struct Tree(TempDir);

impl Tree {
    pub(super) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn root(&self) -> Root {
        Root::new(self.path())
    }

    /// Writes a file, and the folders above it.
    pub(super) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Makes a second name of a file: both are the same one.
    pub(super) fn link(&self, file: &str, name: &str) -> &Self {
        let name = self.root().join(name);
        fs::create_dir_all(name.parent().unwrap()).unwrap();
        fs::hard_link(self.root().join(file), name).unwrap();
        self
    }

    /// Removes a file, or a folder with all in it.
    pub(super) fn remove(&self, path: &str) -> &Self {
        let path = self.root().join(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        self
    }

    /// Puts a folder in the place of a file, which nobody can read then, not even root.
    pub(super) fn forbid(&self, path: &str) -> &Self {
        self.remove(path);
        fs::create_dir(self.root().join(path)).unwrap();
        self
    }
}

/// A tree that was captured; tests/fixtures/kernel/README.md tells of each.
pub(super) fn captured(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kernel").join(name)
}
