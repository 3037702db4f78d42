//! What is usual of a probe: its [`Pace`], and what it asks, unless it says otherwise.

use std::{collections::BTreeMap, time::Duration};

use super::{
    HttpTarget, PostgresTarget, ProbeSpec, ProbeTarget, RedisTarget, TlsTarget, TlsVersion,
    probe::{ProbeOrigin, ProbeRole},
};
use crate::text::Clean;

/// How often is asked, and how much counts as failed or recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How often.
    pub every: Duration,
    /// How long a whole answer may take.
    pub timeout: Duration,
    /// After how many failures in a row it fails.
    pub fail_after: u32,
    /// After how many passes in a row it has recovered.
    pub ok_after: u32,
}

/// Every 30 s (QMS-36), three failures and two passes: one lost packet wakes nobody.
impl Default for Pace {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            fail_after: 3,
            ok_after: 2,
        }
    }
}

impl ProbeSpec {
    /// A probe of a target that is called by its kind.
    #[must_use]
    pub fn new(target: ProbeTarget, pace: Pace, from: ProbeOrigin) -> Self {
        Self {
            name: Clean::new(target.kind()),
            target,
            every: pace.every,
            timeout: pace.timeout,
            fail_after: pace.fail_after,
            ok_after: pace.ok_after,
            grace: None,
            role: ProbeRole::default(),
            from,
        }
    }
}

impl HttpTarget {
    /// A plain `GET` of a URL.
    #[must_use]
    pub fn get(url: &str) -> Self {
        Self {
            url: url.into(),
            method: "GET".into(),
            headers: BTreeMap::new(),
            body: None,
            auth: None,
            insecure: false,
            expect: Vec::new(),
        }
    }
}

impl TlsTarget {
    /// The certificate at `host:port`; 30 and 7 days are what people renew by.
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self {
            address: address.into(),
            server_name: None,
            min: TlsVersion::V1_2,
            warn: Duration::from_hours(30 * 24),
            critical: Duration::from_hours(7 * 24),
            certificate_file: None,
            key_file: None,
            self_signed: false,
        }
    }
}

impl PostgresTarget {
    /// An instance's own server, with the user and the database that every server has.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            address: "{host}:5432".into(),
            user: "postgres".into(),
            database: "postgres".into(),
            password: None,
            answers_are_enough: true,
        }
    }
}

impl RedisTarget {
    /// An instance's own server.
    #[must_use]
    pub fn usual() -> Self {
        Self { address: "{host}:6379".into(), user: None, password: None, answers_are_enough: true }
    }
}
