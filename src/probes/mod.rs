//! Probes: checks that midwatch runs itself.
//!
//! One trait, one file a kind. A probe asks once, on a connection of its own, and says what
//! it got; how often it is asked, and what its answers mean over time, is for whoever asks.
//! No probe keeps a connection, a thread or a secret between two checks.

mod command;
mod deadline;
mod dial;
mod dns;
mod fault;
mod http;
mod means;
mod postgres;
mod redis;
mod tcp;
mod tls;

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    model::{HttpTarget, ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeTarget, spec::CheckTarget},
    secrets::HostSecrets,
};

use self::{
    command::CommandProbe, dns::DnsProbe, fault::fault, http::HttpProbe, postgres::PostgresProbe,
    redis::RedisProbe, tcp::TcpProbe, tls::TlsProbe,
};

pub use means::Means;

/// A check of one target.
#[async_trait]
pub trait Probe: Send + Sync + Debug {
    /// Asks once. Ends within the probe's timeout, whatever the other side does; only where
    /// a command gives the secret, that comes before and has a time of its own.
    ///
    /// # Errors
    ///
    /// [`ProbeFault`]: why it does not pass, for a row of a table.
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault>;
}

/// Makes the probe of a target, whose placeholders and service names are filled in.
///
/// # Errors
///
/// A fault of the kind [`ProbeFaultKind::Invalid`] when the target makes no sense, or when
/// nothing is to be asked because the engine says it.
pub fn of(
    target: &ProbeTarget,
    timeout: Duration,
    means: &Means,
) -> Result<Arc<dyn Probe>, ProbeFault> {
    Ok(match target {
        ProbeTarget::Http(target) => Arc::new(HttpProbe::new(target, timeout, means)?),
        ProbeTarget::Tcp { address } => Arc::new(TcpProbe::new(address, timeout)?),
        ProbeTarget::Tls(target) => Arc::new(TlsProbe::new(target, timeout, means)?),
        ProbeTarget::Dns { name } => Arc::new(DnsProbe::new(name, timeout)?),
        ProbeTarget::Postgres(target) => Arc::new(PostgresProbe::new(target, timeout, means)?),
        ProbeTarget::Redis(target) => Arc::new(RedisProbe::new(target, timeout, means)?),
        ProbeTarget::Command { argv, folder } => {
            Arc::new(CommandProbe::new(argv, folder, timeout, means)?)
        }
        ProbeTarget::Engine => {
            return Err(fault(ProbeFaultKind::Invalid, "the engine says it: nothing is asked"));
        }
    })
}

/// Makes the probe that a process engine's own check asks for.
///
/// # Errors
///
/// A fault of the kind [`ProbeFaultKind::Invalid`] when the target cannot be read.
pub fn of_check(target: &CheckTarget, timeout: Duration) -> Result<Arc<dyn Probe>, ProbeFault> {
    let target = match target {
        CheckTarget::Http(url) => ProbeTarget::Http(Box::new(HttpTarget::get(url))),
        CheckTarget::Tcp(address) => ProbeTarget::Tcp { address: address.clone() },
    };
    // Such a check can name no secret.
    of(&target, timeout, &Means::new(Arc::new(HostSecrets::new(vec![], None))))
}
