//! [`Trust`]: whose certificates are good.

use std::sync::{Arc, OnceLock};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        Resumption, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{Certificate, Served};
use crate::{
    model::{ProbeFault, ProbeFaultKind},
    probes::fault::{fault, invalid},
};

/// Which certificates count: those that one of the roots has issued.
#[derive(Debug, Default)]
pub(in crate::probes) struct Trust {
    /// Those of the host, read once by the first who needs them: they cost megabytes.
    roots: OnceCell<Arc<RootCertStore>>,
    handshake: OnceLock<Arc<ClientConfig>>,
}

impl Trust {
    /// Only these roots; what is no certificate is left out.
    pub(in crate::probes) fn of(roots: Vec<CertificateDer<'static>>) -> Self {
        let roots = OnceCell::new_with(Some(Arc::new(store(roots))));
        Self { roots, handshake: OnceLock::new() }
    }

    /// How hands are shaken with whom nothing is known of yet.
    pub(in crate::probes) fn handshake(&self) -> Result<Arc<ClientConfig>, ProbeFault> {
        if let Some(made) = self.handshake.get() {
            return Ok(Arc::clone(made));
        }
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(JudgedLater(provider)))
            .with_no_client_auth();
        // A session that goes on shows the certificate of its beginning.
        config.resumption = Resumption::disabled();
        Ok(Arc::clone(self.handshake.get_or_init(|| Arc::new(config))))
    }

    /// Whether a server is who it should be. `self_signed` says that nobody else has to
    /// vouch for it.
    pub(in crate::probes) async fn judge(
        &self,
        served: &Served,
        certificate: &Certificate,
        name: &ServerName<'static>,
        self_signed: bool,
    ) -> Result<(), ProbeFault> {
        certificate.dates()?;
        let Some((own, between)) = served.chain.split_first() else {
            return Err(fault(ProbeFaultKind::Tls, "no certificate is served"));
        };
        if certificate.is_self_signed {
            if !self_signed && !is_root(self.roots().await, own) {
                let words = "certificate is self-signed: nobody vouches for it";
                return Err(fault(ProbeFaultKind::Tls, words));
            }
            return is_for(own, name).map_err(|error| failure(&error, certificate));
        }
        let roots = Arc::clone(self.roots().await);
        if roots.is_empty() {
            let words = "this host trusts no authority: install ca-certificates";
            return Err(fault(ProbeFaultKind::Tls, words));
        }
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots, ring::default_provider().into())
                .build()
                .map_err(|error| invalid(error.to_string()))?;
        let verdict = verifier.verify_server_cert(own, between, name, &[], UnixTime::now());
        verdict.map(drop).map_err(|error| failure(&error, certificate))
    }

    async fn roots(&self) -> &Arc<RootCertStore> {
        let read = || async {
            // Certificates of the host that cannot be read are fewer to trust, no failure.
            let certs = spawn_blocking(|| rustls_native_certs::load_native_certs().certs);
            Arc::new(store(certs.await.unwrap_or_default()))
        };
        self.roots.get_or_init(read).await
    }
}

fn store(certificates: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    store
}

/// Whether a certificate is itself one of the roots.
fn is_root(roots: &RootCertStore, own: &CertificateDer<'_>) -> bool {
    let own = store(vec![own.clone().into_owned()]);
    own.roots.first().is_some_and(|own| roots.roots.contains(own))
}

fn is_for(own: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), rustls::Error> {
    verify_server_name(&ParsedCertificate::try_from(own)?, name)
}

fn failure(error: &rustls::Error, certificate: &Certificate) -> ProbeFault {
    let words = match error {
        // A bad signature is another's of the same name.
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => {
            format!(
                "certificate is by {}, whom this host does not trust, or the server leaves out \
                 the certificates between",
                certificate.issuer
            )
        }
        rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            expected,
            presented,
        }) => {
            let names: Vec<&str> = presented.iter().map(|name| shown(name)).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("certificate is for {names}, not for {}", expected.to_str())
        }
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { .. }) => {
            "a certificate between this one and its root has expired".to_owned()
        }
        other => format!("certificate is not good: {other}"),
    };
    fault(ProbeFaultKind::Tls, words)
}

/// A name as it stands in a certificate, without what rustls puts around it.
fn shown(name: &str) -> &str {
    let name = name.strip_suffix("\")").unwrap_or(name);
    name.split_once("(\"").map_or(name, |(_, name)| name)
}

/// Lets every certificate pass, for [`Trust::judge`] to look at; that the server has its
/// key is checked as ever.
#[derive(Debug)]
struct JudgedLater(Arc<CryptoProvider>);

impl ServerCertVerifier for JudgedLater {
    fn verify_server_cert(
        &self,
        _own: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, own, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, own, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
