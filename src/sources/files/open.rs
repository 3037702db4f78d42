//! Opening files: regular ones, and nothing that waits, acts or has no end.

use std::{
    fs::{File, FileType, Metadata, OpenOptions},
    io,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

use crate::{engines::EngineError, model::FaultKind, sources::failure};

/// Which file it is, whatever it is called at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// Opens a file to read. Symbolic links are followed; what they lead to counts.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), EngineError> {
    // Looked at before it is opened: opening alone makes some devices act.
    let metadata = path.metadata().map_err(|error| refusal(path, &error))?;
    refuse_others(path, metadata.file_type())?;
    // Should it be another by now, a pipe without a writer must not hold us.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(|error| refusal(path, &error))?;
    let metadata = file.metadata().map_err(|error| refusal(path, &error))?;
    refuse_others(path, metadata.file_type())?;
    Ok((file, metadata))
}

fn refuse_others(path: &Path, kind: FileType) -> Result<(), EngineError> {
    let what = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(EngineError::Invalid {
        what: format!("{} is {what}; only files are read", path.display()),
        remedy: "name the files of the log, as in \"file:/var/log/nginx/*.log\"".into(),
    })
}

/// Says why a file cannot be read.
pub(super) fn refusal(path: &Path, error: &io::Error) -> EngineError {
    let (kind, remedy) = match error.kind() {
        io::ErrorKind::NotFound => (FaultKind::Absent, None),
        io::ErrorKind::PermissionDenied => {
            let remedy = "it belongs to others: on many hosts the group `adm` may read logs";
            (FaultKind::Denied, Some(remedy))
        }
        _ => (FaultKind::Other, None),
    };
    failure(kind, format!("cannot read {}: {error}", path.display()), remedy)
}

#[cfg(test)]
mod tests {
    use std::os::unix::{fs::symlink, net::UnixListener};

    use super::*;

    #[test]
    fn only_files_are_opened_and_links_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "x").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("fifo"), rustix::fs::Mode::RUSR).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        let (_, file) = open(&at("file")).unwrap();
        let (_, link) = open(&at("link")).unwrap();
        assert_eq!(Identity::of(&file), Identity::of(&link));
        let refused = |path: &Path| open(path).unwrap_err().to_string();
        let folder_name = folder.path().display();
        assert_eq!(
            refused(&at("zero")),
            format!("{folder_name}/zero is a device; only files are read")
        );
        assert!(refused(&at("fifo")).contains("is a named pipe"));
        assert!(refused(&at("socket")).contains("is a socket"));
        assert!(refused(folder.path()).contains("is a folder"));
        let absent = open(&at("absent")).unwrap_err();
        assert_eq!(absent.kind(), FaultKind::Absent);
        assert!(absent.to_string().starts_with("cannot read "), "{absent}");
    }
}
