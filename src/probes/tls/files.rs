//! The certificate and the key on disk, beside what is served.

use std::path::Path;

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use tokio::{fs::File, io::AsyncReadExt as _};

use crate::{
    model::{ProbeFault, ProbeFaultKind, probe::TlsTarget},
    probes::fault::fault,
};

/// More than any chain of certificates has.
const MAX_BYTES: u64 = 1 << 20;

/// Compares what is served with the files that the server is to use.
///
/// Gives a warning: that it serves an older certificate, which goes on working for now, or
/// that we may not look.
///
/// # Errors
///
/// When the key is not the certificate's: the server will not come back from its next start.
pub(super) async fn compare(
    target: &TlsTarget,
    served: &[CertificateDer<'static>],
) -> Result<Option<String>, ProbeFault> {
    let Some(path) = &target.certificate_file else { return Ok(None) };
    let chain = match certificates(path).await {
        Ok(chain) => chain,
        Err(why) => return Ok(Some(why)),
    };
    if let Some(key_path) = &target.key_file {
        match key(key_path).await {
            Err(why) => return Ok(Some(why)),
            Ok(key) => match_key(chain.clone(), &key, path, key_path)?,
        }
    }
    let is_served = chain.first() == served.first();
    let words =
        || format!("served certificate is not the one in {}: reload needed", path.display());
    Ok((!is_served).then(words))
}

fn match_key(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'static>,
    path: &Path,
    key_path: &Path,
) -> Result<(), ProbeFault> {
    let bad = |why: &str| {
        let words = format!("{why}: the next reload will fail");
        Err(fault(ProbeFaultKind::Tls, words))
    };
    let Ok(signing) = ring::default_provider().key_provider.load_private_key(key.clone_key())
    else {
        return bad(&format!("{} is no key that can sign", key_path.display()));
    };
    if CertifiedKey::new(chain, signing).keys_match().is_err() {
        return bad(&format!("{} is not the key of {}", key_path.display(), path.display()));
    }
    Ok(())
}

async fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path).await?).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(format!("{} has no certificate", path.display())),
    }
}

async fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(&read(path).await?)
        .map_err(|_| format!("{} has no key", path.display()))
}

async fn read(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error| format!("cannot look into {}: {error}", path.display());
    let file = File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).await.map_err(failed)?;
    Ok(bytes)
}
