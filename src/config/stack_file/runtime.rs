//! `[runtime]`: which engine runs the stack, and from which files it was made.

use std::path::{Path, PathBuf};

use super::field;
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{Reader, Table},
    },
    text::redact,
};

const KINDS: [(&str, RuntimeKind); 3] =
    [("auto", RuntimeKind::Auto), ("docker", RuntimeKind::Docker), ("podman", RuntimeKind::Podman)];
const LATER_KINDS: &[&str] = &["swarm", "kubernetes"];

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key(
            "kind",
            Holds::Word(|| KINDS.iter().map(|(word, _)| *word).collect()),
            "Which kind of engine runs it",
        ),
        key("context", Holds::Text, "The docker context; never together with `host`"),
        key("host", Holds::Text, "The engine's address: unix://, tcp:// or ssh://"),
        key("project", Holds::Text, "The compose project; the stack's name otherwise"),
        key("files", Holds::Texts, "The compose files, seen from this file's folder"),
        key("env_files", Holds::Texts, "Files with variables, in which secrets are looked for"),
        key("profiles", Holds::Texts, "The compose profiles that are used"),
    ],
    later: &["compose", "kustomize", "lock"],
};

/// Which engine runs a stack; a missing value is found out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Runtime {
    /// Which kind of engine.
    pub kind: RuntimeKind,
    /// The engine's address. May hold credentials.
    pub host: Option<String>,
    /// The docker context; never together with a host.
    pub context: Option<String>,
    /// The project on that engine.
    pub project: Option<String>,
    /// The compose files, absolute.
    pub files: Vec<PathBuf>,
    /// The files with variables, absolute.
    pub env_files: Vec<PathBuf>,
    /// The compose profiles.
    pub profiles: Vec<String>,
}

/// Kinds of engine that run containers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuntimeKind {
    /// Whichever there is.
    #[default]
    Auto,
    /// Docker.
    Docker,
    /// Podman.
    Podman,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("kind", &self.kind)
            .field("host", &self.host.as_deref().map(redact::mask_urls))
            .field("context", &self.context)
            .field("project", &self.project)
            .field("files", &self.files)
            .field("env_files", &self.env_files)
            .field("profiles", &self.profiles)
            .finish()
    }
}

pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>, folder: &Path) -> Runtime {
    let Some(table) = root.get("runtime").and_then(|node| reader.table(&node)) else {
        return Runtime::default();
    };
    reader.keys(&table, &KEYS);
    if let (Some(_), Some(context)) = (table.get("host"), table.key("context")) {
        let hint = "a context has a host of its own: keep one of the two";
        reader.fail(&context, "`runtime` has both a host and a context", hint);
    }
    let kind = if field::is_later(reader, &table, "kind", LATER_KINDS) {
        None
    } else {
        field::choice(reader, &table, "kind", &KINDS)
    };
    let mut text = |key| field::text(reader, &table, key).map(|text| text.value.to_owned());
    let (host, context, project) = (text("host"), text("context"), text("project"));
    let mut paths = |key| {
        let texts = field::texts(reader, &table, key);
        texts.iter().map(|file| folder.join(file.value)).collect()
    };
    let (files, env_files) = (paths("files"), paths("env_files"));
    let profiles = field::texts(reader, &table, "profiles");
    let profiles = profiles.iter().map(|profile| profile.value.to_owned()).collect();
    Runtime { kind: kind.unwrap_or_default(), host, context, project, files, env_files, profiles }
}
