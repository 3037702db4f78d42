//! [`StackProber`]: asks the probes of one stack, as far as its file is approved.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeTarget, SecretRef},
    probes::{self, Means},
    secrets::{HostSecrets, SecretError, Secrets},
    text::{Clean, redact::Secret},
    watch::Prober,
};

/// Asks the probes of one stack.
#[derive(Debug)]
pub(super) struct StackProber {
    means: Means,
    secrets: Arc<dyn Secrets>,
    may_run: bool,
}

impl StackProber {
    /// Of an approved stack file: its commands run in its folder, and its secrets are looked
    /// up in these environment files and wherever else it says.
    pub(super) fn approved(env_files: Vec<PathBuf>, folder: PathBuf) -> Self {
        Self::new(Arc::new(HostSecrets::new(env_files, Some(folder))), true)
    }

    /// Of a stack file that nobody approved, or of none: no command runs and no secret is
    /// looked up, since it could be sent to whomever the file names (threat T9).
    pub(super) fn unapproved() -> Self {
        Self::new(Arc::new(Withheld), false)
    }

    fn new(secrets: Arc<dyn Secrets>, may_run: bool) -> Self {
        Self { means: Means::new(secrets.clone()), secrets, may_run }
    }

    /// Where the secrets are found that the stack file names, as far as it is approved.
    pub(super) fn secrets(&self) -> Arc<dyn Secrets> {
        self.secrets.clone()
    }
}

#[async_trait]
impl Prober for StackProber {
    async fn ask(&self, target: &ProbeTarget, limit: Duration) -> Result<ProbeAnswer, ProbeFault> {
        if matches!(target, ProbeTarget::Command { .. }) && !self.may_run {
            let words = "not run: `midwatch trust` lets the stack file's commands run";
            return Err(ProbeFault {
                kind: ProbeFaultKind::Invalid,
                words: Clean::new(words),
                output: Vec::new(),
            });
        }
        probes::of(target, limit, &self.means)?.check().await
    }
}

/// Gives no secret to anybody.
#[derive(Debug)]
struct Withheld;

#[async_trait]
impl Secrets for Withheld {
    async fn secret(&self, _: &SecretRef) -> Result<Secret, SecretError> {
        Err(SecretError::NotApproved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::probe::RedisTarget;

    const LIMIT: Duration = Duration::from_secs(5);

    fn command(folder: &std::path::Path) -> ProbeTarget {
        let argv = ["touch", "ran"].map(str::to_owned).to_vec();
        ProbeTarget::Command { argv, folder: folder.into() }
    }

    #[tokio::test]
    async fn no_command_and_no_secret_of_a_file_that_nobody_approved() {
        let folder = tempfile::tempdir().unwrap();
        let prober = StackProber::unapproved();
        let fault = prober.ask(&command(folder.path()), LIMIT).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Invalid);
        assert!(fault.words.as_str().contains("midwatch trust"), "{}", fault.words);
        assert!(!folder.path().join("ran").exists());
        let redis = ProbeTarget::Redis(RedisTarget {
            address: "127.0.0.1:1".into(),
            user: None,
            password: Some(SecretRef::Env("PATH".into())),
            answers_are_enough: false,
        });
        let fault = prober.ask(&redis, LIMIT).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Invalid, "{}", fault.words);
        assert!(fault.words.as_str().contains("approve"), "{}", fault.words);
    }
}
