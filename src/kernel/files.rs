//! [`Files`]: reads the kernel's small files, one after another, into one buffer.

use std::{
    borrow::Cow,
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::kernel::kept::Kept;

/// What the buffer begins with: most files are smaller than a page.
pub(super) const PAGE_BYTES: usize = 4096;

/// No file is read beyond this (threat T15): `net/dev` of a host with 2000 interfaces.
const MAX_BYTES: usize = 256 * 1024;

/// The same for the list of mounts: a thousand containers with many layers each.
const MAX_MOUNTS_BYTES: usize = 4 * 1024 * 1024;

/// One buffer and one path, used for every file.
#[derive(Debug, Default)]
pub(super) struct Files {
    path: PathBuf,
    buffer: Vec<u8>,
    kept: Kept,
}

impl Files {
    /// The same, which keeps open what is read often.
    pub(super) fn keeping() -> Self {
        Self { kept: Kept::within_limits(), ..Self::default() }
    }

    /// Begins another round of reading: what was not read often in the last is closed.
    pub(super) fn next_round(&mut self) {
        self.kept.next_round();
    }

    /// Like [`Files::read`], of a control group's file that is written in one piece and will
    /// be read again in the next round.
    pub(super) fn read_often(&mut self, folder: &Path, name: &str) -> Option<&str> {
        self.locate(folder, name);
        let length = self.kept.read(&self.path, &mut self.buffer, MAX_BYTES)?;
        if length == MAX_BYTES {
            return None;
        }
        std::str::from_utf8(&self.buffer[..length]).ok()
    }

    /// The whole of a file; `None` when it is missing, forbidden, too large or no text.
    pub(super) fn read(&mut self, folder: &Path, name: &str) -> Option<&str> {
        self.locate(folder, name);
        let length = fill(&self.path, &mut self.buffer, MAX_BYTES)?;
        if length == MAX_BYTES {
            return None;
        }
        std::str::from_utf8(&self.buffer[..length]).ok()
    }

    /// The beginning of a file that may be large: what fits into `max_bytes`.
    pub(super) fn read_start(
        &mut self,
        folder: &Path,
        name: &str,
        max_bytes: usize,
    ) -> Option<&str> {
        self.locate(folder, name);
        let length = fill(&self.path, &mut self.buffer, max_bytes.min(MAX_BYTES))?;
        std::str::from_utf8(&self.buffer[..length]).ok()
    }

    fn locate(&mut self, folder: &Path, name: &str) {
        self.path.clear();
        self.path.push(folder);
        self.path.push(name);
    }
}

/// Reads a list of mounts. It is read seldom and can be large, so it has a buffer of its
/// own; what is beyond its bound is left out. One name that is no text spoils no other.
pub(super) fn read_mounts(path: &Path) -> Option<String> {
    let mut buffer = Vec::new();
    let length = fill(path, &mut buffer, MAX_MOUNTS_BYTES)?;
    buffer.truncate(length);
    if length == MAX_MOUNTS_BYTES {
        let whole_lines = buffer.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        buffer.truncate(whole_lines);
    }
    Some(match String::from_utf8_lossy(&buffer) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    })
}

/// Reads up to `max_bytes` of a file; gives how many there are. The size that the kernel
/// tells of its files is always 0, so they are read until their end.
fn fill(path: &Path, buffer: &mut Vec<u8>, max_bytes: usize) -> Option<usize> {
    let mut file = File::open(path).ok()?;
    let mut length = 0;
    while length < max_bytes {
        if length == buffer.len() {
            buffer.resize((length * 2).clamp(PAGE_BYTES, MAX_MOUNTS_BYTES), 0);
        }
        let room = buffer.len().min(max_bytes);
        match file.read(&mut buffer[length..room]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::Tree;

    #[test]
    fn a_file_is_read_whole_whatever_was_read_before() {
        let tree = Tree::new();
        let long = "x".repeat(3 * PAGE_BYTES);
        tree.write("/long", &long).write("/short", "7\n").write("/empty", "");
        let mut files = Files::default();
        for (name, text) in [("long", long.as_str()), ("short", "7\n"), ("empty", "")] {
            assert_eq!(files.read(tree.path(), name), Some(text), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_none() {
        let tree = Tree::new();
        tree.write("/folder/x", "").write("/binary", [0xff, 0xfe]);
        tree.write("/large", "1\n".repeat(MAX_BYTES));
        let mut files = Files::default();
        for name in ["missing", "folder", "binary", "large", "binary/below"] {
            assert_eq!(files.read(tree.path(), name), None, "{name}");
        }
    }

    #[test]
    fn only_the_start_is_read_of_what_may_be_large() {
        let tree = Tree::new();
        tree.write("/large", "1\n".repeat(MAX_BYTES));
        let mut files = Files::default();
        let start = files.read_start(tree.path(), "large", 5000).map(str::len);
        assert_eq!(start, Some(5000));
    }

    #[test]
    fn a_list_of_mounts_that_is_too_long_ends_with_a_whole_line() {
        let tree = Tree::new();
        tree.write("/mountinfo", "one line\n".repeat(MAX_MOUNTS_BYTES / 8));
        let text = read_mounts(&tree.path().join("mountinfo")).unwrap();
        assert!(text.len() < MAX_MOUNTS_BYTES);
        assert_eq!(text.lines().last(), Some("one line"));
    }

    #[test]
    fn one_name_that_is_no_text_spoils_no_other_mount() {
        let tree = Tree::new();
        tree.write("/mountinfo", b"good\nb\xffd\n");
        assert_eq!(read_mounts(&tree.path().join("mountinfo")).unwrap(), "good\nb\u{fffd}d\n");
    }
}
