//! [`TcpProbe`]: does anybody listen?

use std::time::Duration;

use async_trait::async_trait;

use super::{Probe, deadline::Deadline, dial::Address, fault::answer};
use crate::model::{ProbeAnswer, ProbeFault};

/// Connects to an address, and passes when that succeeds.
#[derive(Clone, Debug)]
pub(super) struct TcpProbe {
    address: Address,
    timeout: Duration,
}

impl TcpProbe {
    /// A probe of `host:port`.
    pub(super) fn new(address: &str, timeout: Duration) -> Result<Self, ProbeFault> {
        Ok(Self { address: Address::parse(address)?, timeout })
    }
}

#[async_trait]
impl Probe for TcpProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        self.address.connect(Deadline::within(self.timeout)).await?;
        Ok(answer("connected"))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::ProbeFaultKind;

    #[tokio::test]
    async fn it_passes_while_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let probe = TcpProbe::new(&address, Duration::from_secs(5)).unwrap();
        assert_eq!(probe.check().await.unwrap().words.as_str(), "connected");
        drop(listener);
        assert_eq!(probe.check().await.unwrap_err().kind, ProbeFaultKind::Refused);
    }
}
