//! How the tests ask.

use std::{path::Path, sync::Arc, time::Duration};

use midwatch::{
    model::{
        ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeTarget, SecretRef,
        probe::{Expectation, HttpTarget},
    },
    probes::{self, Means},
    secrets::HostSecrets,
    text::redact::Secret,
};

/// Longer than anything takes that is to succeed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The program that has the hidden subcommand.
pub(crate) fn shim() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_midwatch"))
}

/// Means of a stack that trusts this host and has no files.
pub(crate) fn means() -> Means {
    let secrets = HostSecrets::new(vec![], None);
    Means::new(Arc::new(secrets)).with_shim(shim())
}

/// A secret that stands where it is needed.
pub(crate) fn secret(value: &str) -> SecretRef {
    SecretRef::Inline(Secret::new(value))
}

/// A plain request.
pub(crate) fn get(url: &str) -> HttpTarget {
    HttpTarget::get(url)
}

/// A plain request of whose answer something is expected.
pub(crate) fn expecting(url: &str, expect: Vec<Expectation>) -> ProbeTarget {
    ProbeTarget::Http(Box::new(HttpTarget { expect, ..get(url) }))
}

/// Asks once, with time enough.
pub(crate) async fn ask(target: &ProbeTarget) -> Result<ProbeAnswer, ProbeFault> {
    ask_by(target, &means()).await
}

/// Asks once by other means, with time enough.
pub(crate) async fn ask_by(target: &ProbeTarget, means: &Means) -> Result<ProbeAnswer, ProbeFault> {
    probes::of(target, PATIENCE, means)?.check().await
}

/// The words of an answer that must be good.
pub(crate) async fn passes(target: &ProbeTarget, means: &Means) -> String {
    let answer = ask_by(target, means).await.unwrap();
    assert_eq!(answer.warning, None);
    answer.words.to_string()
}

/// The kind and the words of a fault that must come.
pub(crate) async fn fails(target: &ProbeTarget, means: &Means) -> (ProbeFaultKind, String) {
    let fault = ask_by(target, means).await.unwrap_err();
    (fault.kind, fault.words.to_string())
}
