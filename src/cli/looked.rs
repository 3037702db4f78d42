//! [`LookedAt`]: what a command looks at that judges how services do.

use std::sync::Arc;

use crate::{engines::Engine, model::Stack, secrets::Secrets, text::Clean, watch::Prober};

/// What a command looks at.
#[derive(Clone, Default)]
pub struct LookedAt {
    /// The engines.
    pub engines: Vec<Arc<dyn Engine>>,
    /// The only project that is shown; nothing of it being there is wrong.
    pub project: Option<Clean>,
    /// What its file says of the stack.
    pub stack: Arc<Stack>,
    /// Who asks the probes; without one, what engines say is all that is known.
    pub prober: Option<Arc<dyn Prober>>,
    /// Who knows where its secrets are; without, no metric is measured from afar.
    pub secrets: Option<Arc<dyn Secrets>>,
}
