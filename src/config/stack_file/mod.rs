//! [`StackFile`]: what a `midwatch.toml` says about a stack.
//!
//! This version knows a part of the schema; the rest is refused by name. Each table has a
//! file here, with the list of its keys, which the JSON schema is made of too.

mod approval;
mod bounds;
mod checks;
mod defaults;
mod depends;
mod field;
mod health_check;
mod logs;
mod maintenance;
mod metric;
mod metric_source;
mod monitors;
mod names;
mod notify;
mod patterns;
mod people;
mod probe;
mod read;
mod references;
mod runtime;
mod schema;
mod secret;
mod service;
mod stack_service;
mod unit;

pub use approval::NamedCommand;
pub(super) use names::check_name;
pub use names::is_name;
pub use runtime::{Runtime, RuntimeKind};
pub use schema::schema;

use std::path::{Path, PathBuf};

use crate::{
    config::{
        settings::Look,
        source::{ConfigErrors, Source},
    },
    model::{
        Environment, Pace, Stack,
        spec::{ProcessStack, ServiceSpec},
    },
    text::Clean,
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
    /// How midwatch looks for everybody who looks at this stack and wants nothing else.
    pub look: Look,
}

/// What several tables are read by.
struct Cx<'a> {
    /// The stack file's own.
    folder: &'a Path,
    environment: Environment,
    /// How probes ask unless they say otherwise.
    pace: Pace,
    has_env_files: bool,
    has_prometheus: bool,
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
