//! [`Generation`]: one incarnation of a log file, between two rotations.

use std::{
    fs::{File, Metadata},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{
    open::{Identity, open, refusal},
    seek::read_up_to,
};
use crate::{
    engines::{EngineError, lines::LineSplitter},
    model::Stream,
};

/// So much of a file's beginning tells it from others, in bytes. It has the time of its
/// first line in it, as a rule.
pub(super) const HEAD_BYTES: usize = 256;

/// For so long after a change another one can have the same time: clocks of files are
/// coarse.
const COARSE: Duration = Duration::from_secs(2);

/// How a file looked when it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looks {
    pub(super) size: u64,
    pub(super) changed: SystemTime,
}

impl Looks {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let changed = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Self { size: metadata.len(), changed }
    }

    /// Whether a file that looks the same as before is the same.
    pub(super) fn are_telling(self, now: SystemTime) -> bool {
        now.duration_since(self.changed).is_ok_and(|age| age > COARSE)
    }
}

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Generation {
    pub(super) file: File,
    pub(super) identity: Identity,
    /// Its first bytes, as far as they were there when it was looked at.
    pub(super) head: Vec<u8>,
    /// How far it was read.
    pub(super) offset: u64,
    pub(super) looks: Looks,
    pub(super) splitter: LineSplitter,
}

impl Generation {
    /// Opens a file, to be read from its start.
    pub(super) fn open(path: &Path) -> Result<Self, EngineError> {
        let (file, metadata) = open(path)?;
        let (identity, looks) = (Identity::of(&metadata), Looks::of(&metadata));
        let splitter = LineSplitter::new(Stream::Stdout);
        let head = head_of(&file).map_err(|error| refusal(path, &error))?;
        Ok(Self { file, identity, head, offset: 0, looks, splitter })
    }

    /// Reads on; gives how many bytes came, none at the present end or when it is not what
    /// it was.
    pub(super) fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let length = read_up_to(&self.file, block, self.offset)?;
        // Asked behind the reading: what came is of the file that we know.
        if length == 0 || !self.begins_as_before()? {
            return Ok(0);
        }
        self.note_head(length, block)?;
        self.offset += length as u64;
        Ok(length)
    }

    /// Whether it may have been filled and emptied since it was looked at: nothing is
    /// known of it that could tell.
    pub(super) fn is_doubtful(&self) -> bool {
        self.head.is_empty()
    }

    fn note_head(&mut self, length: usize, block: &[u8]) -> io::Result<()> {
        if self.head.len() >= HEAD_BYTES {
            return Ok(());
        }
        if self.offset == self.head.len() as u64 {
            let room = HEAD_BYTES - self.head.len();
            self.head.extend_from_slice(&block[..length.min(room)]);
            return Ok(());
        }
        self.head = head_of(&self.file)?;
        Ok(())
    }

    /// Whether it still begins as it did. An empty head says nothing against it.
    pub(super) fn begins_as_before(&self) -> io::Result<bool> {
        let mut begin = [0; HEAD_BYTES];
        let begin = &mut begin[..self.head.len()];
        let length = read_up_to(&self.file, begin, 0)?;
        Ok(begin[..length] == self.head)
    }
}

/// The first bytes of a file.
pub(super) fn head_of(file: &File) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD_BYTES];
    let length = read_up_to(file, &mut head, 0)?;
    head.truncate(length);
    Ok(head)
}
