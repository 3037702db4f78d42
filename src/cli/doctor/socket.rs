//! [`Socket`]: who can use an engine's socket, and so what they can do (threat T1).

use std::{
    fs,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::text::Clean;

/// What everybody who has the socket of an engine should know.
pub(super) const POWER: [&str; 6] = [
    "Whoever can use it can start a container that holds the host's whole disk, and so",
    "is root on that host; with a rootless engine, is the user who runs it.",
    "midwatch only asks and looks, and --read-only keeps it so; both guard against slips.",
    "They are no boundary: the same person can use the socket without midwatch. Nor is",
    "a socket mounted read-only (:ro), which limits the file and not what is asked of it.",
    "A boundary is a proxy that lets only GET through, or an engine of one's own.",
];

/// An engine's socket on this host.
///
/// | field | type | what |
/// |---|---|---|
/// | `path` | string | the file |
/// | `owner`, `group` | number | the ids of the user and the group that it belongs to |
/// | `mode` | string | its permissions, such as `0660` |
/// | `world_writable` | boolean | whether every user of the host can use it |
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table says it once, and the README copies it")]
pub struct Socket {
    pub path: PathBuf,
    pub owner: u32,
    pub group: u32,
    pub mode: u32,
}

impl Socket {
    /// Looks at the socket that a `unix://` endpoint names; `None` when there is none.
    #[must_use]
    pub fn of_endpoint(endpoint: &str) -> Option<Self> {
        let path = Path::new(endpoint.strip_prefix("unix://")?);
        let metadata = fs::metadata(path).ok()?;
        metadata.file_type().is_socket().then(|| Self {
            path: path.into(),
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode() & 0o7777,
        })
    }

    fn is_world_writable(&self) -> bool {
        self.mode & 0o002 != 0
    }

    /// Who can use it, in words.
    pub(super) fn words(&self) -> String {
        let who = if self.is_world_writable() {
            "every user of this host can use it"
        } else if self.mode & 0o020 != 0 {
            "its owner and its group can use it"
        } else {
            "only its owner can use it"
        };
        format!("socket mode {:04o}, user {}, group {}: {who}", self.mode, self.owner, self.group)
    }

    /// What is wrong with it.
    pub(super) fn warning(&self) -> Option<String> {
        self.is_world_writable().then(|| {
            let path = Clean::new(&self.path.to_string_lossy());
            format!("{path} can be written to by every user of this host: chmod o-rw {path}")
        })
    }
}

impl Serialize for Socket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Socket", 5)?;
        object.serialize_field("path", &self.path)?;
        object.serialize_field("owner", &self.owner)?;
        object.serialize_field("group", &self.group)?;
        object.serialize_field("mode", &format!("{:04o}", self.mode))?;
        object.serialize_field("world_writable", &self.is_world_writable())?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_socket_is_looked_at_and_anything_else_is_not_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _listener = UnixListener::bind(&path).unwrap();
        let found = Socket::of_endpoint(&format!("unix://{}", path.display())).unwrap();
        assert_eq!((found.path, found.owner), (path, rustix::process::getuid().as_raw()));
        let plain = format!("unix://{}", folder.path().display());
        assert_eq!(Socket::of_endpoint(&plain), None);
        assert_eq!(Socket::of_endpoint("tcp://h:1"), None);
    }
}
