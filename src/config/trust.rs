//! [`TrustStore`]: which stack files a person has approved (threat T9).
//!
//! A stack file can name programs to run, and the one in the current folder may
//! have come with somebody else's repository. So its commands run only after it
//! was approved once, by `midwatch trust` or by naming it with `--stack`. An
//! approval is for this content at this path: a change of either asks again.
//! `MIDWATCH_STACK` is no approval: a shell's start-up file or a tool can set it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::config::{Found, FoundBy, Paths};

/// The oldest approvals are forgotten beyond this many.
const MAX_RECORDS: usize = 1000;

/// A record file larger than this was not written by us.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Whether the commands of a stack file may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// A person named the file for this run.
    ByHand,
    /// A person approved this content at this path before.
    Recorded,
    /// Nobody did: it may be shown, and nothing of it runs.
    Missing,
}

impl Approval {
    /// Whether commands may run.
    #[must_use]
    pub fn is_given(self) -> bool {
        self != Self::Missing
    }
}

/// The record of approved stack files: the file `trusted` in the state folder.
#[derive(Clone, Debug)]
pub struct TrustStore {
    file: PathBuf,
}

impl TrustStore {
    /// The record in the user's state folder.
    #[must_use]
    pub fn new(paths: &Paths) -> Self {
        Self { file: paths.state_dir.join("trusted") }
    }

    /// Whether the commands of a found stack file with this content may run.
    ///
    /// # Errors
    /// When the record cannot be read, or others could have written it.
    pub fn approval(&self, found: &Found, content: &str) -> io::Result<Approval> {
        if found.by == FoundBy::Flag {
            return Ok(Approval::ByHand);
        }
        let mut file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Approval::Missing),
            Err(error) => return Err(error),
        };
        file.lock_shared()?;
        self.refuse_others_work(&file)?;
        let record = record(&found.file, content)?;
        let known = read(&mut file)?.lines().any(|line| line == record);
        Ok(if known { Approval::Recorded } else { Approval::Missing })
    }

    /// Records that a person approved this content at this path.
    ///
    /// # Errors
    /// When the record cannot be written, or others could have written it.
    pub fn approve(&self, stack_file: &Path, content: &str) -> io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.file)?;
        file.lock()?;
        self.refuse_others_work(&file)?;
        let old = read(&mut file)?;
        let new = record(stack_file, content)?;
        // One approval a path: going back to an older content asks again.
        let path = path_part(&new);
        let kept: Vec<_> = old.lines().filter(|line| path_part(line) != path).collect();
        let first = kept.len().saturating_sub(MAX_RECORDS - 1);
        let mut text = String::new();
        for line in kept[first..].iter().copied().chain([new.as_str()]) {
            text.push_str(line);
            text.push('\n');
        }
        // Written in place, so that the lock holds. A record cut short by a crash
        // equals no hash, and so approves nothing.
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// Refuses a record that somebody else could have written into (threat T18).
    fn refuse_others_work(&self, file: &File) -> io::Result<()> {
        let folder = fs::metadata(self.file.parent().unwrap_or(Path::new("/")))?;
        let ours = rustix::process::geteuid().as_raw();
        for (what, metadata) in [("folder", folder), ("file", file.metadata()?)] {
            if metadata.uid() != ours || metadata.mode() & 0o022 != 0 {
                let message = format!(
                    "others can write to the {what} of approvals, {}: \
                     it must belong to you, with mode 0700 (folder) and 0600 (file)",
                    self.file.display()
                );
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
            }
        }
        Ok(())
    }
}

fn read(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// One line: the hash over path and content, and the path for people to read.
fn record(stack_file: &Path, content: &str) -> io::Result<String> {
    use std::fmt::Write as _;

    let path = stack_file.canonicalize()?;
    let mut hasher = Sha256::new();
    hasher.update(path.as_os_str().as_bytes());
    hasher.update([0]);
    hasher.update(content.as_bytes());
    let mut line = String::new();
    for byte in hasher.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    let _ = write!(line, " {}", path.as_os_str().as_bytes().escape_ascii());
    Ok(line)
}

fn path_part(line: &str) -> &str {
    line.split_once(' ').map_or("", |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    struct Case {
        _root: tempfile::TempDir,
        store: TrustStore,
        found: Found,
    }

    fn case() -> Case {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("midwatch.toml");
        fs::write(&file, "a").unwrap();
        let store = TrustStore::new(&Paths::under(root.path()));
        Case { store, found: Found { file, by: FoundBy::Folder }, _root: root }
    }

    #[test]
    fn a_file_in_the_folder_is_untrusted_until_approved_and_again_when_it_changes() {
        let Case { store, found, _root } = case();
        assert_eq!(store.approval(&found, "a").unwrap(), Approval::Missing);
        store.approve(&found.file, "a").unwrap();
        assert_eq!(store.approval(&found, "a").unwrap(), Approval::Recorded);
        assert_eq!(store.approval(&found, "b").unwrap(), Approval::Missing);
        store.approve(&found.file, "b").unwrap();
        assert_eq!(store.approval(&found, "a").unwrap(), Approval::Missing);
        assert_eq!(store.approval(&found, "b").unwrap(), Approval::Recorded);
    }

    #[test]
    fn an_approval_is_for_one_path() {
        let Case { store, found, _root } = case();
        store.approve(&found.file, "a").unwrap();
        let copy = found.file.with_file_name("copy.toml");
        fs::write(&copy, "a").unwrap();
        let copy = Found { file: copy, by: FoundBy::Folder };
        assert_eq!(store.approval(&copy, "a").unwrap(), Approval::Missing);
    }

    #[test]
    fn naming_a_file_is_an_approval_and_a_variable_is_not() {
        let Case { store, found, _root } = case();
        let by = |by| Found { by, ..found.clone() };
        assert_eq!(store.approval(&by(FoundBy::Flag), "a").unwrap(), Approval::ByHand);
        assert_eq!(store.approval(&by(FoundBy::Variable), "a").unwrap(), Approval::Missing);
    }

    #[test]
    fn the_record_is_the_users_alone() {
        let Case { store, found, _root } = case();
        store.approve(&found.file, "a").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&store.file), 0o600);
        assert_eq!(mode(store.file.parent().unwrap()), 0o700);
        fs::set_permissions(&store.file, fs::Permissions::from_mode(0o620)).unwrap();
        let error = store.approval(&found, "a").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(store.approve(&found.file, "b").is_err());
    }
}
