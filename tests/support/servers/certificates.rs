//! Certificates, made when they are needed, good and bad.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use midwatch::probes::Means;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

const DAY: Duration = Duration::from_hours(24);

/// An authority of our own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    pem: String,
}

/// A certificate and its key, in files.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Pair {
    /// The certificate itself.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(&self.cert).unwrap()
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "Test Authority");
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        let (der, pem) = (own.der().clone(), own.pem());
        Self { issuer: Issuer::new(params, key), der, pem }
    }

    /// Means that trust this authority alone.
    pub(crate) fn trusted_by(&self, means: Means) -> Means {
        means.with_roots(vec![self.der.clone()])
    }

    /// A certificate for these names that is valid for so many days from now, or was until
    /// so many days ago. Its own lies beside it, as `authority.crt`.
    pub(crate) fn issue(&self, folder: &Path, file: &str, names: &[&str], days: i64) -> Pair {
        let params = params(names, days);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(folder.join("authority.crt"), &self.pem).unwrap();
        write(folder, file, &cert.pem(), &key)
    }
}

/// A certificate for which nobody vouches; `is_authority` says what `openssl req -x509` makes.
pub(crate) fn self_signed(folder: &Path, file: &str, names: &[&str], is_authority: bool) -> Pair {
    let mut params = params(names, 90);
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    write(folder, file, &cert.pem(), &key)
}

fn params(names: &[&str], days: i64) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "Test Server");
    let now = SystemTime::now();
    let by = DAY * u32::try_from(days.unsigned_abs()).unwrap();
    params.not_before = (now - DAY * 100).into();
    // Half a day more, so that the whole days do not change while a test runs.
    params.not_after = if days < 0 { now - by } else { now + by + DAY / 2 }.into();
    params
}

fn write(folder: &Path, file: &str, cert: &str, key: &KeyPair) -> Pair {
    let pair =
        Pair { cert: folder.join(format!("{file}.crt")), key: folder.join(format!("{file}.key")) };
    fs::write(&pair.cert, cert).unwrap();
    fs::write(&pair.key, key.serialize_pem()).unwrap();
    pair
}
