//! [`Means`]: what probes share.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::pki_types::CertificateDer;

use super::{fault::fault, tls::Trust};
use crate::{
    guarded::OWN_PROGRAM,
    model::{ProbeFault, ProbeFaultKind, SecretRef},
    secrets::Secrets,
    text::redact::Secret,
};

/// What the probes of one stack share: where its secrets are, whose certificates are
/// trusted (read once, when the first probe needs them), and how commands are started.
#[derive(Clone, Debug)]
pub struct Means {
    secrets: Arc<dyn Secrets>,
    pub(super) trust: Arc<Trust>,
    pub(super) shim: PathBuf,
}

impl Means {
    /// With the certificates that this host trusts.
    #[must_use]
    pub fn new(secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets, trust: Arc::default(), shim: OWN_PROGRAM.into() }
    }

    /// The same, but trusting these certificates instead of those of the host.
    #[must_use]
    pub fn with_roots(self, roots: Vec<CertificateDer<'static>>) -> Self {
        Self { trust: Arc::new(Trust::of(roots)), ..self }
    }

    /// The same, with another program that has the hidden subcommand, as tests need it.
    #[must_use]
    pub fn with_shim(self, shim: &Path) -> Self {
        Self { shim: shim.into(), ..self }
    }

    /// A secret as it is now, when there is one to look up.
    pub(super) async fn secret(
        &self,
        of: Option<&SecretRef>,
        what: &str,
    ) -> Result<Option<Secret>, ProbeFault> {
        let Some(of) = of else { return Ok(None) };
        let found = self.secrets.secret(of).await;
        let failed = |error| fault(ProbeFaultKind::Invalid, format!("{what} is missing: {error}"));
        found.map(Some).map_err(failed)
    }
}
