//! [`Generation`]: one incarnation of a log file, between two rotations.

use std::{
    fs::{File, Metadata},
    io::{self, BufReader, Read},
    path::Path,
    time::{Duration, SystemTime},
};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;

use super::{
    open::{Identity, open, refusal},
    rotation::Sibling,
    seek::read_up_to,
};
use crate::{
    engines::{EngineError, lines::LineSplitter},
    model::Stream,
};

/// So much of a file's beginning tells it from others, in bytes. It has the time of its
/// first line in it, as a rule.
pub(super) const HEAD_BYTES: usize = 256;

/// So much comes out of one compressed file, in bytes; the rest of a larger one is not
/// read (threat T15).
const MOST_UNPACKED: u64 = 4 << 30;

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

/// A file that was rotated, opened.
#[derive(Debug)]
pub(super) struct Rotated {
    sibling: Sibling,
    file: File,
    pub(super) identity: Identity,
    pub(super) looks: Looks,
    pub(super) head: Vec<u8>,
}

impl Rotated {
    pub(super) fn open(sibling: Sibling) -> Result<Self, EngineError> {
        let (file, metadata) = open(&sibling.path)?;
        let head = if sibling.is_gzip { unpacked_head(&file) } else { head_of(&file) };
        // A broken one has no head and is told of when it is read.
        let head = head.unwrap_or_default();
        let (identity, looks) = (Identity::of(&metadata), Looks::of(&metadata));
        Ok(Self { sibling, file, identity, looks, head })
    }

    pub(super) fn path(&self) -> &Path {
        &self.sibling.path
    }

    /// The plain file itself; `None` for a compressed one.
    pub(super) fn plain(&self) -> Option<&File> {
        (!self.sibling.is_gzip).then_some(&self.file)
    }

    /// How many lines a compressed one has.
    pub(super) fn count_lines(&self) -> io::Result<usize> {
        let mut unpacked = unpacked(&self.file)?;
        let mut block = vec![0; 64 * 1024];
        let (mut lines, mut last) = (0, b'\n');
        loop {
            match unpacked.read(&mut block) {
                Ok(0) => return Ok(lines + usize::from(last != b'\n')),
                Ok(length) => {
                    lines += memchr::memchr_iter(b'\n', &block[..length]).count();
                    last = block[length - 1];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Its lines, from an offset on.
    pub(super) fn into_segment(self, start: Start, splitter: LineSplitter) -> Segment {
        let at = Timestamp::try_from(self.looks.changed).ok();
        let path = self.sibling.path.clone();
        let from = match (self.sibling.is_gzip, &start) {
            (true, _) => unpacked(&self.file).map(|unpacked| Content::Gzip(Box::new(unpacked))),
            (false, Start::Offset(offset)) => Ok(Content::Plain(self.file, *offset)),
            (false, Start::Line(_)) => Ok(Content::Plain(self.file, 0)),
        };
        let (skip_bytes, skip_lines) = match (self.sibling.is_gzip, start) {
            (true, Start::Offset(offset)) => (offset, 0),
            (false, Start::Offset(_)) => (0, 0),
            (_, Start::Line(line)) => (0, line),
        };
        let content = from.map_err(|error| refusal(&path, &error));
        Segment { path, content: Some(content), skip_bytes, skip_lines, splitter, at }
    }
}

/// Where to begin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// At this byte.
    Offset(u64),
    /// At this line, from 0.
    Line(usize),
}

/// The rest of a rotated file, on its way.
pub(super) struct Segment {
    pub(super) path: std::path::PathBuf,
    /// Taken when it cannot be read.
    content: Option<Result<Content, EngineError>>,
    skip_bytes: u64,
    skip_lines: usize,
    pub(super) splitter: LineSplitter,
    /// When it was written last.
    pub(super) at: Option<Timestamp>,
}

enum Content {
    Plain(File, u64),
    Gzip(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Segment {
    /// Reads on; `None` at its end.
    pub(super) fn read<'b>(
        &mut self,
        block: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, EngineError> {
        let content = match self.content.take() {
            None => return Ok(None),
            Some(Err(error)) => return Err(error),
            Some(Ok(content)) => self.content.insert(Ok(content)),
        };
        let Ok(content) = content else { return Ok(None) };
        let length = match content.read(block) {
            Ok(length) => length,
            Err(error) => {
                self.content = None;
                return Err(refusal(&self.path, &error));
            }
        };
        if length == 0 {
            self.content = None;
            return Ok(None);
        }
        Ok(Some(self.skip(&block[..length])))
    }

    /// What of a piece is wanted.
    fn skip<'b>(&mut self, mut piece: &'b [u8]) -> &'b [u8] {
        let bytes = piece.len().min(usize::try_from(self.skip_bytes).unwrap_or(usize::MAX));
        self.skip_bytes -= bytes as u64;
        piece = &piece[bytes..];
        while self.skip_lines > 0 {
            let Some(line_break) = memchr::memchr(b'\n', piece) else { return &[] };
            self.skip_lines -= 1;
            piece = &piece[line_break + 1..];
        }
        piece
    }
}

impl Content {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file, offset) => {
                let length = read_up_to(file, block, *offset)?;
                *offset += length as u64;
                Ok(length)
            }
            Self::Gzip(unpacked) => loop {
                match unpacked.read(block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => return other,
                }
            },
        }
    }
}

/// The first bytes of a file.
pub(super) fn head_of(file: &File) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD_BYTES];
    let length = read_up_to(file, &mut head, 0)?;
    head.truncate(length);
    Ok(head)
}

fn unpacked_head(file: &File) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    unpacked(file)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// What is packed in a file, from its beginning and however often it was read before.
fn unpacked(file: &File) -> io::Result<impl Read + Send + use<>> {
    let packed = FromStart { file: file.try_clone()?, offset: 0 };
    Ok(MultiGzDecoder::new(BufReader::new(packed)).take(MOST_UNPACKED))
}

/// Reads a file by offsets of its own, so that clones do not move each other's place.
struct FromStart {
    file: File,
    offset: u64,
}

impl Read for FromStart {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let length = std::os::unix::fs::FileExt::read_at(&self.file, block, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}
