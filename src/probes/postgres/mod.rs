//! [`PostgresProbe`]: does PostgreSQL answer a query?

mod encrypted;

use std::{error::Error as _, io, time::Duration};

use async_trait::async_trait;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_postgres::{Config, SimpleQueryMessage, error::SqlState};

use self::encrypted::Encrypted;
use super::{
    Means, Probe,
    deadline::Deadline,
    dial::Address,
    fault::{answer, fault, without},
    tls::{handshake_failure, of_tls, server_name},
};
use crate::{
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind, probe::PostgresTarget},
    text::redact::Secret,
};

/// One round trip: that it answers, and whether it follows another server.
const QUERY: &str = "SELECT 1, pg_is_in_recovery()";

/// Connects, encrypted where the server offers it, asks `SELECT 1`, and hangs up.
#[derive(Clone, Debug)]
pub(super) struct PostgresProbe {
    target: PostgresTarget,
    address: Address,
    name: ServerName<'static>,
    timeout: Duration,
    means: Means,
}

impl PostgresProbe {
    /// A probe of a database.
    pub(super) fn new(
        target: &PostgresTarget,
        timeout: Duration,
        means: &Means,
    ) -> Result<Self, ProbeFault> {
        let address = Address::parse(&target.address)?;
        let name = server_name(&address.host)?;
        Ok(Self { target: target.clone(), address, name, timeout, means: means.clone() })
    }

    /// As who we come. What else could be asked for, such as a limit for statements, is what
    /// poolers refuse a connection for.
    fn config(&self, password: Option<&Secret>) -> Config {
        let mut config = Config::new();
        config.user(&self.target.user).dbname(&self.target.database).application_name("midwatch");
        if let Some(password) = password {
            config.password(password.expose());
        }
        config
    }

    fn fault(&self, error: &tokio_postgres::Error) -> ProbeFault {
        if let Some(told) = error.as_db_error() {
            return self.told(told.code(), told.message());
        }
        let cause = error.source();
        let io = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
        if let Some(io) = io.filter(|io| of_tls(io).is_some()) {
            return handshake_failure(io);
        }
        let is_closed = error.is_closed()
            || io.is_some_and(|error| {
                matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
                )
            });
        let cause = cause.map_or_else(|| error.to_string(), ToString::to_string);
        let (kind, words) = if cause == "password missing" {
            (
                ProbeFaultKind::Authentication,
                format!("asks for a password for {}", self.target.user),
            )
        } else if is_closed {
            let words = "the connection was closed before the answer";
            (ProbeFaultKind::Broken, words.to_owned())
        } else {
            (ProbeFaultKind::Broken, format!("what came back is no answer of PostgreSQL: {cause}"))
        };
        fault(kind, words)
    }

    /// What the server says is wrong, by its code (PostgreSQL, appendix A).
    fn told(&self, code: &SqlState, message: &str) -> ProbeFault {
        let PostgresTarget { user, database, .. } = &self.target;
        let (kind, words) = if *code == SqlState::INVALID_PASSWORD {
            (ProbeFaultKind::Authentication, format!("password refused for {user}"))
        } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
            (ProbeFaultKind::Authentication, format!("{user} is not let in: {message}"))
        } else if *code == SqlState::INVALID_CATALOG_NAME {
            (ProbeFaultKind::MissingDatabase, format!("database \"{database}\" does not exist"))
        } else if *code == SqlState::CANNOT_CONNECT_NOW {
            (ProbeFaultKind::Starting, message.to_owned())
        } else {
            (ProbeFaultKind::Answer, message.to_owned())
        };
        fault(kind, format!("{words} ({})", code.code()))
    }

    async fn ask(&self, stream: TcpStream, config: Config) -> Result<bool, ProbeFault> {
        let config_of_tls = self.means.trust.handshake()?;
        let tls = Encrypted { config: config_of_tls, name: self.name.clone() };
        let connected = config.connect_raw(stream, tls).await;
        let (client, connection) = connected.map_err(|error| self.fault(&error))?;
        let asked = client.simple_query(QUERY);
        // The connection carries the question, and ends without one only when it breaks.
        let messages = tokio::select! {
            biased;
            messages = asked => messages.map_err(|error| self.fault(&error))?,
            ended = connection => {
                let words = "the connection was closed before the answer";
                let closed = || fault(ProbeFaultKind::Broken, words);
                return Err(ended.err().map_or_else(closed, |error| self.fault(&error)));
            }
        };
        Ok(messages.iter().any(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(1) == Some("t"),
            _ => false,
        }))
    }
}

#[async_trait]
impl Probe for PostgresProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let password = self.means.secret(self.target.password.as_ref(), "the password").await?;
        let config = self.config(password.as_ref());
        let deadline = Deadline::within(self.timeout);
        let stream = self.address.connect(deadline).await?;
        match deadline.wait("answer", self.ask(stream, config)).await {
            Ok(false) => Ok(answer("answers queries")),
            Ok(true) => Ok(answer("answers queries, in recovery: read-only")),
            Err(fault)
                if fault.kind == ProbeFaultKind::Authentication
                    && self.target.answers_are_enough
                    && password.is_none() =>
            {
                Ok(answer("answers, and asks for a password"))
            }
            Err(fault) => Err(without(fault, password.as_ref())),
        }
    }
}
