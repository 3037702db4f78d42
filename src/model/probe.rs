//! [`ProbeSpec`]: a check that midwatch runs itself; [`ProbeKey`], [`ProbeReport`]: what came of it.

use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bound, Comparator, InstanceKey, SecretRef, ServiceKey};
use crate::text::{Clean, redact};

/// A check of a service or of one of its instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeSpec {
    /// What it is called among the probes of its service.
    pub name: Clean,
    /// What is asked.
    pub target: ProbeTarget,
    /// How often.
    pub every: Duration,
    /// How long a whole answer may take.
    pub timeout: Duration,
    /// After how many failures in a row it fails.
    pub fail_after: u32,
    /// After how many passes in a row it has recovered.
    pub ok_after: u32,
    /// For how long after a start failures do not count; `None`: as long as the container's
    /// own health check allows, or not at all.
    pub grace: Option<Duration>,
    /// What a failure says.
    pub role: ProbeRole,
    /// Who said that there is such a probe.
    pub from: ProbeOrigin,
}

/// What a failing probe says of its service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeRole {
    /// It does not work.
    #[default]
    Liveness,
    /// It takes no work for now.
    Readiness,
    /// It does not do as well as was promised.
    Slo,
}

/// Who said that there is a probe. Later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeOrigin {
    /// The image or its ports let us think so.
    Inferred,
    /// A label of the container.
    Label,
    /// The stack file.
    StackFile,
}

impl ProbeOrigin {
    /// Who that is, in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Inferred => "as its image or ports suggest",
            Self::Label => "as its label says",
            Self::StackFile => "as the stack file says",
        }
    }
}

/// What a probe asks.
///
/// In hosts, `{host}` stands for an instance's address and `{port}` for its port; the name of
/// a service of the stack stands for the address of each of its instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeTarget {
    /// An HTTP request.
    Http(Box<HttpTarget>),
    /// Whether `host:port` takes a connection.
    Tcp {
        /// The address.
        address: String,
    },
    /// What certificate is served.
    Tls(TlsTarget),
    /// Whether a name has an address.
    Dns {
        /// The name.
        name: String,
    },
    /// Whether PostgreSQL answers a query.
    Postgres(PostgresTarget),
    /// Whether Redis answers a `PING`.
    Redis(RedisTarget),
    /// Whether a command ends with 0. Never given to a shell (threat T2).
    Command {
        /// Program and arguments.
        argv: Vec<String>,
        /// Where it runs: the stack file's folder.
        folder: PathBuf,
    },
    /// What the engine's own health check says; nothing is asked.
    Engine,
}

impl ProbeTarget {
    /// The kind in one word, which also names a probe that has no name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Tcp { .. } => "tcp",
            Self::Tls(_) => "tls",
            Self::Dns { .. } => "dns",
            Self::Postgres(_) => "postgres",
            Self::Redis(_) => "redis",
            Self::Command { .. } => "command",
            Self::Engine => "engine",
        }
    }

    /// Where the secret is that it needs, if it needs one.
    #[must_use]
    pub fn secret(&self) -> Option<&SecretRef> {
        match self {
            Self::Http(http) => http.auth.as_ref(),
            Self::Postgres(postgres) => postgres.password.as_ref(),
            Self::Redis(redis) => redis.password.as_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for ProbeTarget {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => {
                if http.method != "GET" {
                    write!(f, "{} ", http.method)?;
                }
                f.write_str(&redact::mask_urls(&http.url))
            }
            Self::Tcp { address } => write!(f, "tcp:{address}"),
            Self::Tls(tls) => write!(f, "tls:{}", tls.address),
            Self::Dns { name } => write!(f, "dns:{name}"),
            Self::Postgres(it) => {
                write!(f, "postgres://{}@{}/{}", it.user, it.address, it.database)
            }
            Self::Redis(redis) => write!(f, "redis://{}", redis.address),
            // Arguments can hold secrets (threat T5).
            Self::Command { argv, .. } => f.write_str(argv.first().map_or("", String::as_str)),
            Self::Engine => f.write_str("the engine's health check"),
        }
    }
}

/// An HTTP request and what is expected of its answer. Redirects are answers: they are not
/// followed (threat T17).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpTarget {
    /// `http://…` or `https://…`.
    pub url: String,
    /// The method, such as `GET`.
    pub method: String,
    /// Headers that go with it.
    pub headers: BTreeMap<String, String>,
    /// The body that goes with it.
    pub body: Option<String>,
    /// The `Authorization` header: as it is, or for `user:password` as basic authentication.
    pub auth: Option<SecretRef>,
    /// Whether any certificate will do.
    pub insecure: bool,
    /// What must hold. Where nothing is said of the status, it must be 200 to 399 too.
    pub expect: Vec<Expectation>,
}

/// What must hold of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Expectation {
    /// `status == 200`.
    Status {
        /// Compared with the status.
        comparator: Comparator,
        /// The status.
        code: u16,
    },
    /// `time < 200ms`: from the request to the whole answer.
    Time(Bound),
    /// `cert > 14d`: how long the certificate is still valid.
    Certificate(Bound),
    /// `body ~ ready`, a regular expression, or `body !~ error`.
    Body {
        /// The regular expression.
        matches: String,
        /// Whether it must match, or must not.
        wanted: bool,
    },
    /// `json $.status == "ok"`: the value at a JSON path (RFC 9535).
    Json {
        /// The path.
        path: String,
        /// How the value is compared.
        comparator: Comparator,
        /// With what, as JSON.
        value: serde_json::Value,
    },
    /// `header Content-Type ~ json`, or `header X-Frame-Options` alone: it is there.
    Header {
        /// The header's name.
        name: String,
        /// The regular expression of its value; `None`: any.
        matches: Option<String>,
    },
}

/// A TLS handshake and what is expected of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TlsTarget {
    /// `host:port`.
    pub address: String,
    /// The name that is asked for and must stand in the certificate; `None`: the host.
    pub server_name: Option<String>,
    /// The oldest version that is good; older ones must be refused.
    pub min: TlsVersion,
    /// Valid for less than this long is worth a look.
    pub warn: Duration,
    /// Valid for less than this long is about to break something.
    pub critical: Duration,
    /// The certificate on disk, which must be the one that is served.
    pub certificate_file: Option<PathBuf>,
    /// Its key.
    pub key_file: Option<PathBuf>,
    /// Whether a certificate that nobody vouches for is as it should be.
    pub self_signed: bool,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2, RFC 5246.
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3, RFC 8446.
    #[serde(rename = "1.3")]
    V1_3,
}

impl TlsVersion {
    /// Its number.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// A PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostgresTarget {
    /// `host:port`.
    pub address: String,
    /// The user.
    pub user: String,
    /// The database.
    pub database: String,
    /// The user's password.
    pub password: Option<SecretRef>,
    /// Whether a refusal for want of a password passes: then nobody told us the password,
    /// and that it asks for one is all that can be known.
    pub answers_are_enough: bool,
}

/// A Redis server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedisTarget {
    /// `host:port`.
    pub address: String,
    /// The user, where it has several.
    pub user: Option<String>,
    /// The password.
    pub password: Option<SecretRef>,
    /// As for PostgreSQL: `NOAUTH` passes when nobody told us the password.
    pub answers_are_enough: bool,
}

/// Names a probe in the whole session.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProbeKey {
    /// The service that it is about.
    pub service: ServiceKey,
    /// The instance, when each of them is asked.
    pub instance: Option<InstanceKey>,
    /// The probe's name.
    pub name: Clean,
}

/// What came of asking once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// When it was asked.
    pub at: Timestamp,
    /// How long the answer took.
    pub took: Duration,
    /// What was answered.
    pub answer: Result<ProbeAnswer, ProbeFault>,
}

/// An answer that is as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeAnswer {
    /// What was answered, in a line, such as `200 OK`.
    pub words: Clean,
    /// What is worth a look all the same, such as `certificate valid for 12 d`.
    pub warning: Option<Clean>,
}

/// Why a probe did not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeFault {
    /// Which kind of failure.
    pub kind: ProbeFaultKind,
    /// What was asked, what came, and what to do next where that is known.
    pub words: Clean,
    /// The first lines of what was answered.
    pub output: Vec<Clean>,
}

/// Kinds of failure that people treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeFaultKind {
    /// The probe itself makes no sense, or its secret cannot be had. Says nothing of the target.
    Invalid,
    /// The name has no address.
    Name,
    /// Nobody listens there.
    Refused,
    /// There is no way to the host.
    Unreachable,
    /// No whole answer in time.
    Timeout,
    /// The encrypted connection could not be made, or its certificate is bad.
    Tls,
    /// The connection ended before the whole answer, or what came is no answer.
    Broken,
    /// It does not let us in.
    Authentication,
    /// There is no such database.
    MissingDatabase,
    /// It is starting, loading or recovering.
    Starting,
    /// It answers that something is wrong, or not what is expected.
    Answer,
}
