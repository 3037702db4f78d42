//! [`Rotated`]: a file that was rotated, and [`Segment`]: what of it is still to be read.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;

use super::{
    generation::{HEAD_BYTES, Looks, head_of},
    open::{Identity, open, refusal},
    rotation::Sibling,
    seek::read_up_to,
};
use crate::engines::{EngineError, lines::LineSplitter};

/// So much comes out of one compressed file, in bytes; the rest of a larger one is not
/// read (threat T15).
const MOST_UNPACKED: u64 = 4 << 30;

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
    pub(super) path: PathBuf,
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
        let length = self.file.read_at(block, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}
