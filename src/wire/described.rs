//! [`Described`]: what the stack file describes, and what of it may run.

use std::{path::PathBuf, sync::Arc};

use crate::{
    cli::{CliError, Context, Global, args::EngineKind},
    config::{
        Approval, Source, StackFile, TrustStore, discover,
        settings::Look,
        stack_file::{Runtime, folder_of},
    },
    engines::process::ProcessEngine,
    model::{EngineId, spec::ProcessStack},
};

/// What a stack file describes; nothing, when there is none.
#[derive(Default)]
pub(super) struct Described {
    pub(super) file: Option<StackFile>,
    pub(super) own: Own,
    /// Whether the commands of its logs, probes and secrets may run, and its secrets be read.
    pub(super) may_run: bool,
    /// The folder that the file lies in.
    pub(super) folder: PathBuf,
    /// Why not all of it runs.
    pub(super) notice: Option<String>,
}

/// The processes that a stack file describes.
#[derive(Default)]
pub enum Own {
    /// There are none, or another engine was asked for.
    #[default]
    None,
    /// They would run, but the file is not approved.
    Withheld,
    /// They run while a console is open; their engine is not started yet.
    Ready(Arc<ProcessEngine>),
}

impl Described {
    /// Reads the stack file that counts here. Starts nothing.
    pub(super) fn read(global: &Global, context: &Context) -> Result<Self, CliError> {
        let flag = global.stack.as_deref();
        let Some(found) = discover::stack_file(flag, &context.variables, &context.folder) else {
            return Ok(Self::default());
        };
        let source = Source::read(&found.file)?;
        let folder = folder_of(&found.file);
        let file = StackFile::parse(&source, &folder)?;
        let meant = global.engine.is_none_or(|only| only == EngineKind::Process);
        let processes = file.processes().filter(|_| meant);
        if processes.is_none() && !file.needs_approval() {
            return Ok(Self { file: Some(file), folder, ..Self::default() });
        }
        let approval = TrustStore::new(&context.paths)
            .approval(&found, &source.text)
            .map_err(CliError::system("read the record of approved stack files"))?;
        if approval == Approval::Missing {
            let name = found.file.display();
            let notice = format!(
                "{name} is not approved: `midwatch trust` lets its commands run and its secrets be read"
            );
            let own = if processes.is_some() { Own::Withheld } else { Own::None };
            return Ok(Self {
                file: Some(file),
                own,
                may_run: false,
                folder,
                notice: Some(notice),
            });
        }
        let own = processes.map_or(Ok(Own::None), Own::ready_to_run)?;
        Ok(Self { file: Some(file), own, may_run: true, folder, notice: None })
    }

    /// How midwatch looks, as far as the file says.
    pub(super) fn look(&self) -> Look {
        self.file.as_ref().map(|file| file.look.clone()).unwrap_or_default()
    }

    /// Where its containers are, as far as the file says.
    pub(super) fn runtime(&self) -> Runtime {
        self.file.as_ref().map(|file| file.runtime.clone()).unwrap_or_default()
    }
}

impl Own {
    fn ready_to_run(stack: ProcessStack) -> Result<Self, CliError> {
        let id = EngineId::new("process");
        let engine = ProcessEngine::new(id.clone(), stack);
        let engine = engine.map_err(|error| CliError::engine(&id, &error))?;
        Ok(Self::Ready(Arc::new(engine)))
    }

    /// The engine that runs them, when they may run.
    #[must_use]
    pub fn ready(&self) -> Option<&Arc<ProcessEngine>> {
        match self {
            Self::Ready(engine) => Some(engine),
            Self::None | Self::Withheld => None,
        }
    }
}
