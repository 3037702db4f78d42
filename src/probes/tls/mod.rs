//! Encrypted connections: [`secure`] makes one, and [`TlsProbe`] asks what it is worth.

mod certificate;
mod files;
mod hello;
mod probe;
mod trust;

use std::io;

use rustls::{
    AlertDescription, PeerIncompatible,
    pki_types::{CertificateDer, ServerName},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::fault::{fault, invalid};
use crate::model::{ProbeFault, ProbeFaultKind};

pub(super) use certificate::Certificate;
pub(super) use probe::TlsProbe;
pub(super) use trust::Trust;

/// What a server showed of itself in a handshake.
#[derive(Debug)]
pub(super) struct Served {
    /// The server's own certificate first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Which version was agreed on.
    pub version: rustls::ProtocolVersion,
}

/// The name that a certificate has to be for.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, ProbeFault> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| invalid(format!("`{host}` can be no name of a certificate")))
}

/// Shakes hands, and leaves it to the caller to [judge](Trust::judge) what was served before
/// anything is said: a certificate that is refused can so be told in detail.
pub(super) async fn secure(
    stream: TcpStream,
    name: &ServerName<'static>,
    trust: &Trust,
) -> Result<(TlsStream<TcpStream>, Served), ProbeFault> {
    let connector = TlsConnector::from(trust.handshake()?);
    let stream = connector.connect(name.clone(), stream).await;
    let stream = stream.map_err(|error| handshake_failure(&error))?;
    let (_, session) = stream.get_ref();
    let chain = session.peer_certificates().unwrap_or_default().to_vec();
    let version = session.protocol_version().unwrap_or(rustls::ProtocolVersion::TLSv1_2);
    Ok((stream, Served { chain, version }))
}

/// What the library says, where it is not the connection that failed.
pub(super) fn of_tls(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Why hands were not shaken.
pub(super) fn handshake_failure(error: &io::Error) -> ProbeFault {
    let words = match of_tls(error) {
        Some(
            rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
            | rustls::Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ),
        ) => "speaks neither TLS 1.2 nor 1.3".to_owned(),
        Some(rustls::Error::AlertReceived(alert)) => {
            format!("the TLS handshake was refused: {alert:?}")
        }
        Some(rustls::Error::InvalidMessage(_)) => "what listens there speaks no TLS".to_owned(),
        Some(error) => format!("the TLS handshake failed: {error}"),
        None => "the connection was closed during the TLS handshake".to_owned(),
    };
    fault(ProbeFaultKind::Tls, words)
}
