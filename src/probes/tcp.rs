//! [`TcpProbe`]: does anybody listen?

use std::time::Duration;

use async_trait::async_trait;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    probes::{Passed, Probe, ProbeError},
    text::Clean,
};

/// Connects to an address, and passes when that succeeds.
#[derive(Clone, Debug)]
pub struct TcpProbe {
    address: String,
    timeout: Duration,
}

impl TcpProbe {
    /// A probe of `host:port`.
    ///
    /// # Errors
    ///
    /// [`ProbeError::Invalid`] when it is not of that form.
    pub fn new(address: &str, timeout: Duration) -> Result<Self, ProbeError> {
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Err(ProbeError::Invalid { what: format!("`{address}` is not host:port") });
        }
        Ok(Self { address: address.to_owned(), timeout })
    }
}

#[async_trait]
impl Probe for TcpProbe {
    async fn check(&self) -> Result<Passed, ProbeError> {
        match timeout(self.timeout, TcpStream::connect(&self.address)).await {
            Ok(Ok(_)) => Ok(Passed { output: vec![Clean::new("connected")] }),
            Ok(Err(error)) => Err(ProbeError::Unreachable { reason: error.to_string() }),
            Err(_) => Err(ProbeError::Timeout { after: self.timeout }),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn it_passes_while_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let probe = TcpProbe::new(&address, PATIENCE).unwrap();
        assert_eq!(probe.check().await.unwrap().output, [Clean::new("connected")]);
        drop(listener);
        let error = probe.check().await.unwrap_err();
        assert!(matches!(error, ProbeError::Unreachable { .. }), "{error:?}");
    }

    #[test]
    fn an_address_needs_a_host_and_a_port() {
        for address in ["localhost", ":80", "localhost:", "localhost:http", "localhost:65536"] {
            assert!(TcpProbe::new(address, PATIENCE).is_err(), "{address}");
        }
        assert!(TcpProbe::new("[::1]:80", PATIENCE).is_ok());
    }
}
