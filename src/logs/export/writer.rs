//! [`Writer`]: an export to a file.

use std::{
    fmt,
    fs::DirBuilder,
    io::{self, BufWriter, Write},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::{Entry, Form, LogReport};
use crate::{
    logs::{Masker, Redactor},
    text::format,
};

/// How long the name of a stack may be in that of a file, in bytes.
const MAX_STACK: usize = 40;

/// How many exports one second may have.
const MAX_SAME: u32 = 100;

/// Writes lines to a new file, which is there when it is whole and not before.
///
/// Only its owner can read it (threat T18), and it is never written over another one.
#[derive(Debug)]
pub struct Writer {
    out: BufWriter<NamedTempFile>,
    place: Place,
    form: Form,
    masker: Option<Masker>,
    lines: u64,
    bytes: u64,
}

/// Where an export becomes visible.
#[derive(Clone, Debug)]
enum Place {
    /// In this file and no other.
    File(PathBuf),
    /// In a folder, under a name that begins so and that nobody has yet.
    Folder { folder: PathBuf, stem: String },
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// To which file.
    pub file: PathBuf,
    /// How many lines.
    pub lines: u64,
    /// How many bytes the file has.
    pub bytes: u64,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = if self.lines == 1 { "line" } else { "lines" };
        let size = format::bytes(self.bytes);
        write!(f, "wrote {} {lines} ({size}) to {}", self.lines, self.file.display())
    }
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is such a file already.
    #[error("there is a file {} already", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("cannot write {}", file.display())]
    Write {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Writer {
    /// Begins an export to the file that a person named. Secrets are masked unless there
    /// is no redactor.
    ///
    /// # Errors
    ///
    /// When there is such a file, or its folder cannot be written to.
    pub fn to_file(
        file: &Path,
        form: Form,
        redactor: Option<Redactor>,
    ) -> Result<Self, ExportError> {
        // Said before the work is done; it counts again at the end.
        if file.symlink_metadata().is_ok() {
            return Err(ExportError::Exists(file.into()));
        }
        Self::begin(Place::File(file.into()), form, redactor)
    }

    /// Begins an export to a new file of a folder, which is made when it is missing:
    /// `midwatch-logs-STACK-TIME.ndjson`, or `.log` for text.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or written to.
    pub fn in_folder(
        folder: &Path,
        stack: Option<&str>,
        now: Timestamp,
        form: Form,
        redactor: Option<Redactor>,
    ) -> Result<Self, ExportError> {
        let failed = |source| ExportError::Write { file: folder.into(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let time = now.strftime("%Y%m%dT%H%M%SZ");
        let stem = format!("midwatch-logs-{}-{time}", file_name(stack.unwrap_or("all")));
        Self::begin(Place::Folder { folder: folder.into(), stem }, form, redactor)
    }

    fn begin(place: Place, form: Form, redactor: Option<Redactor>) -> Result<Self, ExportError> {
        let folder = match &place {
            Place::File(file) => match file.parent() {
                Some(folder) if folder != Path::new("") => folder,
                _ => Path::new("."),
            },
            Place::Folder { folder, .. } => folder,
        };
        // In the same folder, so that giving it its name is one step; mode 0600.
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(".midwatch-logs-").suffix(".part").tempfile_in(folder);
        let file = file.map_err(|source| place.failed(source))?;
        let masker = redactor.map(Masker::new);
        Ok(Self { out: BufWriter::new(file), place, form, masker, lines: 0, bytes: 0 })
    }

    /// Writes a line.
    ///
    /// # Errors
    ///
    /// When it cannot be written, as on a full disk; nothing is left behind then.
    pub fn push(&mut self, entry: &Entry<'_>) -> Result<(), ExportError> {
        let masked = self.masker.as_mut().map(|masker| masker.line(entry.instance, entry.text));
        let entry = masked.as_ref().map_or(*entry, |text| entry.with_text(text));
        let mut line = match &self.form {
            Form::Text(zone) => entry.to_text(zone).into_bytes(),
            Form::Ndjson => {
                let redactor = self.masker.as_ref().map(Masker::redactor);
                let written = serde_json::to_vec(&LogReport::new(&entry, redactor));
                written.map_err(|error| self.place.failed(error.into()))?
            }
        };
        line.push(b'\n');
        self.out.write_all(&line).map_err(|source| self.place.failed(source))?;
        self.lines += 1;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// Gives the file its name, once all of it is on the disk.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or somebody else took the name; nothing is left behind
    /// then.
    pub fn finish(self) -> Result<Exported, ExportError> {
        let Self { out, place, form, lines, bytes, .. } = self;
        let file = out.into_inner().map_err(|error| place.failed(error.into_error()))?;
        file.as_file().sync_all().map_err(|source| place.failed(source))?;
        let file = place.settle(file, &form)?;
        Ok(Exported { file, lines, bytes })
    }
}

impl Place {
    /// Gives a file its name; where it is.
    fn settle(&self, mut file: NamedTempFile, form: &Form) -> Result<PathBuf, ExportError> {
        let names = (1..=MAX_SAME).map(|count| self.name(count, form));
        for name in names {
            match file.persist_noclobber(&name) {
                Ok(_) => return Ok(name),
                Err(again) if again.error.kind() == io::ErrorKind::AlreadyExists => {
                    if let Self::File(name) = self {
                        return Err(ExportError::Exists(name.clone()));
                    }
                    file = again.file;
                }
                Err(failed) => return Err(self.failed(failed.error)),
            }
        }
        Err(ExportError::Exists(self.name(1, form)))
    }

    fn name(&self, count: u32, form: &Form) -> PathBuf {
        match self {
            Self::File(file) => file.clone(),
            Self::Folder { folder, stem } if count == 1 => {
                folder.join(format!("{stem}.{}", form.extension()))
            }
            Self::Folder { folder, stem } => {
                folder.join(format!("{stem}-{count}.{}", form.extension()))
            }
        }
    }

    fn failed(&self, source: io::Error) -> ExportError {
        let (Self::File(file) | Self::Folder { folder: file, .. }) = self;
        ExportError::Write { file: file.clone(), source }
    }
}

/// A stack's name as a part of a file's: it comes from outside, and could name another
/// folder (threat T16).
fn file_name(stack: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    stack.chars().map(safe).take(MAX_STACK).collect()
}
