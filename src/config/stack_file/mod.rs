//! [`StackFile`]: what a `midwatch.toml` says about a stack.
//!
//! This version knows a part of the schema: the stack's name, title and
//! environment, which engine runs it (`[runtime]`), services made of local
//! processes (`[services.<id>]` with `command`), its logs (`[[logs]]`), what is counted
//! in them (`[[patterns]]`) and its saved filters (`[filters]`). The rest is refused by
//! name.

mod depends;
mod logs;
mod patterns;
mod probe;
mod read;
mod service;

pub(super) use read::check_name;

use std::path::{Path, PathBuf};

use crate::{
    config::source::{ConfigErrors, Source},
    model::{
        Stack,
        spec::{ProcessStack, ServiceSpec},
    },
    text::{Clean, redact},
};

/// A stack as its file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StackFile {
    /// What it says of the stack itself, which has a name and an environment.
    pub stack: Stack,
    /// Where it runs.
    pub runtime: Runtime,
    /// The services that midwatch runs itself, in the order of the file.
    pub own_services: Vec<ServiceSpec>,
}

/// Which engine runs a stack; a missing value is found out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Runtime {
    /// The engine's address. May hold credentials.
    pub host: Option<String>,
    /// The docker context; never together with a host.
    pub context: Option<String>,
    /// The project on that engine.
    pub project: Option<String>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("host", &self.host.as_deref().map(redact::mask_urls))
            .field("context", &self.context)
            .field("project", &self.project)
            .finish()
    }
}

impl StackFile {
    /// Reads a stack file's text. Relative folders in it are seen from `folder`,
    /// which is the file's own.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(source: &Source, folder: &Path) -> Result<Self, ConfigErrors> {
        let source = source.clone().with_masked_values();
        let root = source.parse()?;
        read::stack(&source, folder, root.get_ref())
    }

    /// Reads the stack file at a path.
    ///
    /// # Errors
    /// When it cannot be read, and everything that is wrong with it.
    pub fn load(file: &Path) -> Result<Self, ConfigErrors> {
        Self::parse(&Source::read(file)?, &folder_of(file))
    }

    /// What the process engine is to run, if there is anything.
    #[must_use]
    pub fn processes(&self) -> Option<ProcessStack> {
        (!self.own_services.is_empty()).then(|| ProcessStack {
            name: self.name().to_owned(),
            services: self.own_services.clone(),
        })
    }

    /// The stack's name: letters, digits, `-`, `_` and `.`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.stack.name.as_ref().map_or("", Clean::as_str)
    }
}

/// The folder that a file lies in, absolute where the system can say so.
#[must_use]
pub fn folder_of(file: &Path) -> PathBuf {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.into());
    absolute.parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf)
}
