//! [`TlsProbe`]: is the encryption that a server offers as it should be?

use std::time::Duration;

use async_trait::async_trait;
use rustls::{ProtocolVersion, pki_types::ServerName};

use super::{Certificate, Served, files, hello, secure, server_name};
use crate::{
    model::{
        ProbeAnswer, ProbeFault, ProbeFaultKind,
        probe::{TlsTarget, TlsVersion},
    },
    probes::{
        Means, Probe,
        deadline::Deadline,
        dial::Address,
        fault::{fault, short},
    },
    text::format,
};

/// Shakes hands twice: once as we are, and once as a client that knows only what is too old.
#[derive(Clone, Debug)]
pub(in crate::probes) struct TlsProbe {
    target: TlsTarget,
    address: Address,
    name: ServerName<'static>,
    timeout: Duration,
    means: Means,
}

impl TlsProbe {
    /// A probe of what a server offers.
    pub(in crate::probes) fn new(
        target: &TlsTarget,
        timeout: Duration,
        means: &Means,
    ) -> Result<Self, ProbeFault> {
        let address = Address::parse(&target.address)?;
        let name = server_name(target.server_name.as_deref().unwrap_or(&address.host))?;
        Ok(Self { target: target.clone(), address, name, timeout, means: means.clone() })
    }

    async fn shake_hands(&self, deadline: Deadline) -> Result<Served, ProbeFault> {
        let stream = self.address.connect(deadline).await?;
        let handshake = secure(stream, &self.name, &self.means.trust);
        let (_, served) = deadline.wait("TLS handshake", handshake).await?;
        Ok(served)
    }

    /// That no version older than asked for is accepted.
    async fn older_are_refused(&self, deadline: Deadline) -> Result<(), ProbeFault> {
        let mut stream = self.address.connect(deadline).await?;
        let name = match &self.name {
            ServerName::DnsName(name) => Some(name.as_ref()),
            _ => None,
        };
        let asked = async { Ok(hello::older_accepted(&mut stream, self.target.min, name).await) };
        // Whoever hangs when spoken to like this has not accepted it.
        match deadline.wait("answer", asked).await {
            Ok(Some(number)) => {
                let min = self.target.min.word();
                let words = format!("TLS {number} is accepted, which is older than {min}");
                Err(fault(ProbeFaultKind::Tls, words))
            }
            _ => Ok(()),
        }
    }

    /// What the remaining time means: a fault, a warning, or nothing.
    fn expiry(&self, certificate: &Certificate) -> Result<Option<String>, ProbeFault> {
        let left = certificate.left().unwrap_or_default();
        let words = format!("certificate expires in {}: renew it", format::age(left));
        if left < self.target.critical {
            return Err(fault(ProbeFaultKind::Tls, words));
        }
        Ok((left < self.target.warn).then_some(words))
    }

    async fn judge(
        &self,
        served: &Served,
        certificate: &Certificate,
        deadline: Deadline,
    ) -> Result<ProbeAnswer, ProbeFault> {
        let Self { target, name, means, .. } = self;
        means.trust.judge(served, certificate, name, target.self_signed).await?;
        let soon = self.expiry(certificate)?;
        let version = version(served.version);
        if target.min == TlsVersion::V1_3 && served.version != ProtocolVersion::TLSv1_3 {
            let words = format!("TLS 1.3 is not offered, only {version}");
            return Err(fault(ProbeFaultKind::Tls, words));
        }
        self.older_are_refused(deadline).await?;
        let other = files::compare(target, &served.chain).await?;
        let warnings: Vec<String> = soon.into_iter().chain(other).collect();
        let left = format::age(certificate.left().unwrap_or_default());
        Ok(ProbeAnswer {
            words: short(&format!("TLS {version}, certificate valid for {left}")),
            warning: (!warnings.is_empty()).then(|| short(&warnings.join("; "))),
        })
    }
}

fn version(version: ProtocolVersion) -> &'static str {
    if version == ProtocolVersion::TLSv1_3 { "1.3" } else { "1.2" }
}

#[async_trait]
impl Probe for TlsProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let deadline = Deadline::within(self.timeout);
        let served = self.shake_hands(deadline).await?;
        let certificate = Certificate::of(&served.chain)?;
        self.judge(&served, &certificate, deadline)
            .await
            .map_err(|fault| ProbeFault { output: certificate.details(), ..fault })
    }
}
