//! [`Places`]: everything that has lines to print.

use std::sync::Arc;

use crate::{
    cli::select::Selection, engines::Engine, model::LogSourceSpec, sources::LogSource, text::Clean,
};

/// Everything that has lines. Its lines say already what they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places<'a> {
    /// What runs instances.
    pub engines: &'a [Arc<dyn Engine>],
    /// The stack's logs beside the output of instances.
    pub sources: &'a [Arc<dyn LogSource>],
    /// The stack of these logs, if it has a name.
    pub stack: Option<&'a Clean>,
}

impl<'a> Places<'a> {
    /// What the stack file says of each log source.
    pub(super) fn specs(&self) -> impl Iterator<Item = &'a LogSourceSpec> + Clone + use<'a> {
        self.sources.iter().map(|source| source.spec())
    }

    /// The log sources that a command line means.
    pub(super) fn selected(
        &self,
        selection: &Selection,
    ) -> impl Iterator<Item = &'a Arc<dyn LogSource>> {
        let stack = self.stack;
        self.sources.iter().filter(move |source| selection.includes_source(source.spec(), stack))
    }
}
