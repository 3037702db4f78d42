//! [`Certificate`]: what a server's own certificate says.

use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode as _;

use crate::{
    model::{ProbeFault, ProbeFaultKind},
    probes::fault::{fault, short},
    text::{Clean, format},
};

/// The facts of a certificate that people ask about.
#[derive(Clone, Debug)]
pub(in crate::probes) struct Certificate {
    /// From when it is valid, since 1970.
    not_before: Duration,
    /// Until when it is valid, since 1970.
    not_after: Duration,
    /// For whom it was issued.
    pub subject: Clean,
    /// By whom.
    pub issuer: Clean,
    /// Whether those are the same.
    pub is_self_signed: bool,
}

impl Certificate {
    /// Reads the certificate that a server showed first.
    pub(in crate::probes) fn of(chain: &[CertificateDer<'_>]) -> Result<Self, ProbeFault> {
        let unreadable = || fault(ProbeFaultKind::Tls, "the served certificate cannot be read");
        let own = chain.first().ok_or_else(unreadable)?;
        let read = x509_cert::Certificate::from_der(own).map_err(|_| unreadable())?;
        let read = read.tbs_certificate();
        Ok(Self {
            not_before: read.validity().not_before.to_unix_duration(),
            not_after: read.validity().not_after.to_unix_duration(),
            subject: short(&read.subject().to_string()),
            issuer: short(&read.issuer().to_string()),
            is_self_signed: read.subject() == read.issuer(),
        })
    }

    /// How long it is still valid, in seconds; negative when it has expired.
    pub(in crate::probes) fn seconds_left(&self) -> f64 {
        self.not_after.as_secs_f64() - now().as_secs_f64()
    }

    /// How long it is still valid; `None` when it has expired.
    pub(in crate::probes) fn left(&self) -> Option<Duration> {
        self.not_after.checked_sub(now())
    }

    /// What is wrong with its dates.
    pub(super) fn dates(&self) -> Result<(), ProbeFault> {
        let now = now();
        let words = if let Some(wait) = self.not_before.checked_sub(now).filter(|it| !it.is_zero())
        {
            format!("certificate is not valid before {} from now", format::age(wait))
        } else if let Some(since) = now.checked_sub(self.not_after) {
            format!("certificate expired {} ago: renew it", format::age(since))
        } else {
            return Ok(());
        };
        Err(fault(ProbeFaultKind::Tls, words))
    }

    /// What it says in full, a line each.
    pub(super) fn details(&self) -> Vec<Clean> {
        let date = |since: Duration| {
            let second = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
            jiff::Timestamp::from_second(second)
                .map_or_else(|_| "the end of time".to_owned(), |at| at.to_string())
        };
        let (from, until) = (date(self.not_before), date(self.not_after));
        [
            format!("subject {}", self.subject),
            format!("issuer {}", self.issuer),
            format!("valid from {from} until {until}"),
        ]
        .iter()
        .map(|line| short(line))
        .collect()
    }
}

fn now() -> Duration {
    // A clock before 1970 makes everything not valid yet, which is then the truth.
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
