//! [`Kept`]: files of control groups that are read each second stay open.
//!
//! To find and open such a file costs the kernel several times what reading it costs: of
//! 358 of them 2.9 µs each to open, read and close, and 0.4 µs to read again.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::fstatfs,
    process::{Resource, getrlimit},
};

use crate::kernel::files::PAGE_BYTES;

/// Of the files that this process may have open, the part that is kept here.
const PART: u64 = 4;

/// More are not kept, whatever is allowed: each holds a page of the kernel's memory.
const MOST: u64 = 4096;

/// Open files, by their paths, as many as there is room for.
#[derive(Debug)]
pub(super) struct Kept {
    most: usize,
    files: HashMap<PathBuf, Open>,
    /// Which files can be kept: those that fail once they are gone.
    fits: fn(&File) -> bool,
    round: usize,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// The round in which it was read last.
    read_in: usize,
}

impl Default for Kept {
    /// Keeps nothing.
    fn default() -> Self {
        Self { most: 0, files: HashMap::new(), fits: is_of_control_group, round: 0 }
    }
}

impl Kept {
    /// Keeps a part of the files that this process may have open.
    pub(super) fn within_limits() -> Self {
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = usize::try_from((allowed / PART).min(MOST)).unwrap_or(0);
        Self { most, ..Self::default() }
    }

    /// Begins another round of reading, and lets go of what was not read in the last one.
    pub(super) fn next_round(&mut self) {
        self.files.retain(|_, open| open.read_in == self.round);
        self.round = self.round.wrapping_add(1);
    }

    /// Reads a file from its start, up to `max_bytes`; gives how many there were.
    pub(super) fn read(
        &mut self,
        path: &Path,
        buffer: &mut Vec<u8>,
        max_bytes: usize,
    ) -> Option<usize> {
        if let Some(open) = self.files.get_mut(path) {
            open.read_in = self.round;
            if let Ok(length) = fill(&open.file, buffer, max_bytes) {
                return Some(length);
            }
            // The group is gone; another one may have come in its place.
            self.files.remove(path);
        }
        let file = File::open(path).ok()?;
        let length = fill(&file, buffer, max_bytes).ok()?;
        if self.files.len() < self.most && (self.fits)(&file) {
            self.files.insert(path.to_owned(), Open { file, read_in: self.round });
        }
        Some(length)
    }
}

/// Only a file of a control group fails once its group is gone. Others would tell for ever
/// what they held, and a process's view of its network would keep that network alive.
fn is_of_control_group(file: &File) -> bool {
    /// `CGROUP_SUPER_MAGIC` and `CGROUP2_SUPER_MAGIC` (`statfs(2)`).
    const KINDS: [u64; 2] = [0x0027_e0eb, 0x6367_7270];
    fstatfs(file).is_ok_and(|kind| u64::try_from(kind.f_type).is_ok_and(|it| KINDS.contains(&it)))
}

/// Reads up to `max_bytes` of a file that is written in one piece, as those of control
/// groups are: what does not fill the room is all of it.
fn fill(file: &File, buffer: &mut Vec<u8>, max_bytes: usize) -> io::Result<usize> {
    let mut length = 0;
    while length < max_bytes {
        if length == buffer.len() {
            buffer.resize((length * 2).clamp(PAGE_BYTES, max_bytes.max(PAGE_BYTES)), 0);
        }
        let room = buffer.len().min(max_bytes);
        match file.read_at(&mut buffer[length..room], length as u64) {
            Ok(read) => {
                length += read;
                if length < room {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::kernel::tree::Tree;

    fn keeping(most: usize) -> Kept {
        Kept { most, fits: |_| true, ..Kept::default() }
    }

    fn read(kept: &mut Kept, path: &Path) -> Option<String> {
        let mut buffer = Vec::new();
        let length = kept.read(path, &mut buffer, 1 << 20)?;
        Some(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    #[test]
    fn a_kept_file_tells_what_it_says_now() {
        let tree = Tree::new();
        let path = tree.path().join("usage");
        let mut kept = keeping(1);
        let long = "x".repeat(3 * PAGE_BYTES);
        for text in ["1\n", &long, "22\n", ""] {
            fs::write(&path, text).unwrap();
            assert_eq!(read(&mut kept, &path).as_deref(), Some(text));
            assert_eq!(kept.files.len(), 1);
        }
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for_and_the_others_are_read_too() {
        let tree = Tree::new();
        tree.write("/a", "a").write("/b", "b");
        let mut kept = keeping(1);
        for _ in 0..2 {
            assert_eq!(read(&mut kept, &tree.path().join("a")).as_deref(), Some("a"));
            assert_eq!(read(&mut kept, &tree.path().join("b")).as_deref(), Some("b"));
        }
        assert_eq!(kept.files.len(), 1);
        assert_eq!(read(&mut kept, &tree.path().join("missing")), None);
    }

    #[test]
    fn what_is_not_read_any_more_is_let_go() {
        let tree = Tree::new();
        tree.write("/a", "a").write("/b", "b");
        let (a, b) = (tree.path().join("a"), tree.path().join("b"));
        let mut kept = keeping(9);
        kept.next_round();
        read(&mut kept, &a);
        read(&mut kept, &b);
        kept.next_round();
        assert_eq!(kept.files.len(), 2);
        read(&mut kept, &a);
        kept.next_round();
        assert_eq!(kept.files.keys().collect::<Vec<_>>(), [&a]);
    }

    #[test]
    fn a_file_that_fails_is_opened_anew() {
        let tree = Tree::new();
        tree.write("/a", "a").write("/folder/x", "");
        let path = tree.path().join("a");
        let mut kept = keeping(9);
        // A folder can be opened, and fails when it is read, as the file of a group that is
        // gone does.
        let file = File::open(tree.path().join("folder")).unwrap();
        kept.files.insert(path.clone(), Open { file, read_in: 0 });
        assert_eq!(read(&mut kept, &path).as_deref(), Some("a"));
    }

    #[test]
    fn an_ordinary_file_is_not_kept() {
        let tree = Tree::new();
        tree.write("/a", "a");
        let mut kept = Kept { most: 9, ..Kept::default() };
        assert_eq!(read(&mut kept, &tree.path().join("a")).as_deref(), Some("a"));
        assert_eq!(kept.files.len(), 0);
    }
}
