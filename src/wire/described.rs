//! [`Described`]: what the stack file describes, and what of it may run.

use std::sync::Arc;

use crate::{
    cli::{CliError, Context, Global, args::EngineKind},
    config::{
        Approval, Source, StackFile, TrustStore, discover,
        stack_file::{Runtime, folder_of},
    },
    engines::process::ProcessEngine,
    model::EngineId,
};

/// What a stack file describes; nothing, when there is none.
#[derive(Default)]
pub(super) struct Described {
    pub(super) file: Option<StackFile>,
    pub(super) own: Own,
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
        let file = StackFile::parse(&source, &folder_of(&found.file))?;
        let meant = global.engine.is_none_or(|only| only == EngineKind::Process);
        let Some(stack) = file.processes().filter(|_| meant) else {
            return Ok(Self { file: Some(file), ..Self::default() });
        };
        let approval = TrustStore::new(&context.paths)
            .approval(&found, &source.text)
            .map_err(CliError::system("read the record of approved stack files"))?;
        if approval == Approval::Missing {
            let name = found.file.display();
            let notice = format!("{name} is not approved: `midwatch trust` lets its commands run");
            return Ok(Self { file: Some(file), own: Own::Withheld, notice: Some(notice) });
        }
        let id = EngineId::new("process");
        let engine = ProcessEngine::new(id.clone(), stack);
        let own = Own::Ready(Arc::new(engine.map_err(|error| CliError::engine(&id, &error))?));
        Ok(Self { file: Some(file), own, notice: None })
    }

    /// Where its containers are, as far as the file says.
    pub(super) fn runtime(&self) -> Runtime {
        self.file.as_ref().map(|file| file.runtime.clone()).unwrap_or_default()
    }
}

impl Own {
    /// The engine that runs them, when they may run.
    #[must_use]
    pub fn ready(&self) -> Option<&Arc<ProcessEngine>> {
        match self {
            Self::Ready(engine) => Some(engine),
            Self::None | Self::Withheld => None,
        }
    }
}
