//! One message for each cause: from what the system said to an [`EngineError`].

use std::{error::Error, fmt::Write as _, io};

use bollard::errors::Error as ClientError;
use hyper::StatusCode;
use serde::Deserialize;

use crate::{
    engines::{
        EngineError,
        docker::{
            denied::denied,
            endpoint::{Endpoint, SshTarget},
            meter::TooMuch,
            nonsense,
        },
    },
    model::InstanceId,
};

/// The oldest version of the API that tells what midwatch shows.
pub(super) const OLDEST_API: (u32, u32) = (1, 41);

/// How much of an engine's own message is passed on.
const MAX_MESSAGE_CHARS: usize = 400;

/// Why no connection came about, from the error with all its sources.
pub(super) fn of_dialing(endpoint: &Endpoint, error: &(dyn Error + 'static)) -> EngineError {
    match (cause_of(error), endpoint) {
        (Cause::Denied, Endpoint::Unix(path)) => denied(endpoint, path),
        (Cause::Refused, _) => {
            EngineError::Refused { endpoint: endpoint.to_string(), reason: None }
        }
        (Cause::Tls(reason), _) => tls(endpoint, &reason),
        (Cause::Missing, Endpoint::Unix(_)) => absent(endpoint, "there is no such socket"),
        _ => absent(endpoint, &chain(error)),
    }
}

/// Why a connection that had come about carried no answer.
pub(super) fn of_talking(endpoint: &Endpoint, error: &(dyn Error + 'static)) -> EngineError {
    match cause_of(error) {
        Cause::Tls(reason) => tls(endpoint, &reason),
        Cause::TooMuch(too_much) => answer(endpoint, too_much.to_string()),
        _ => EngineError::Lost { endpoint: endpoint.to_string(), reason: chain(error) },
    }
}

/// Why a call of bollard's failed. `about` is the instance that it was about.
pub(super) fn of_client(
    endpoint: &Endpoint,
    about: Option<&InstanceId>,
    error: ClientError,
) -> EngineError {
    match error {
        // Our own failures go through bollard in this shape; anything else is of a stream.
        ClientError::IOError { err } => {
            err.downcast().unwrap_or_else(|error| of_talking(endpoint, &error))
        }
        ClientError::HyperResponseError { err } => of_talking(endpoint, &err),
        ClientError::DockerResponseServerError { status_code, message } => {
            of_answer(endpoint, about, status_code, &message)
        }
        ClientError::JsonDataError { message, contents, column } => {
            answer(endpoint, nonsense::found_in(&contents, &message, column))
        }
        ClientError::JsonSerdeError { err } => answer(endpoint, nonsense::met_by(&err)),
        other => answer(endpoint, chain(&other)),
    }
}

/// What an answer that is no success says.
pub(super) fn of_answer(
    endpoint: &Endpoint,
    about: Option<&InstanceId>,
    status: u16,
    message: &str,
) -> EngineError {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = match message.trim() {
        "" => status.to_string(),
        said => said.chars().take(MAX_MESSAGE_CHARS).collect(),
    };
    if message.contains("HTTP request to an HTTPS server") {
        return tls(endpoint, "it wants TLS, and the address has none");
    }
    if let Some((_, oldest)) = message.split_once("Minimum supported API version is ") {
        return EngineError::Version {
            endpoint: endpoint.to_string(),
            offered: format!("{} or newer only", oldest.split(',').next().unwrap_or(oldest)),
            needed: version_words(OLDEST_API),
        };
    }
    match (status, about) {
        (StatusCode::NOT_FOUND, Some(id)) => EngineError::NotFound { id: id.to_string() },
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => EngineError::Denied {
            endpoint: endpoint.to_string(),
            remedy: format!("whatever guards the engine does not allow this call: {message}"),
        },
        _ => answer(endpoint, message),
    }
}

/// What `ssh` said before it gave up.
pub(super) fn of_ssh(endpoint: &Endpoint, target: &SshTarget, words: &str) -> EngineError {
    let reason = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = endpoint.to_string();
    let host = &target.host;
    if words.contains("Host key verification failed") {
        return EngineError::Invalid {
            what: format!("the host key of {place} is not known, or not the one that is"),
            remedy: format!("connect once with `ssh {host}` and compare the fingerprint"),
        };
    }
    if words.contains("Permission denied") {
        return EngineError::Denied {
            endpoint: place,
            remedy: format!(
                "midwatch never asks for a password: `ssh -o BatchMode=yes {host} true` must work"
            ),
        };
    }
    if words.contains("Could not resolve") || words.contains("timed out") {
        return absent(endpoint, &reason);
    }
    if words.contains("Connection refused") {
        return EngineError::Refused { endpoint: place, reason: Some(reason) };
    }
    EngineError::Lost { endpoint: place, reason }
}

/// Plain TCP, which a person must ask for in so many words (threat T1).
pub(super) fn unencrypted(endpoint: &Endpoint) -> EngineError {
    EngineError::Invalid {
        what: format!("{endpoint} is not encrypted: whoever can reach it owns that host"),
        remedy: "use TLS (DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH) or ssh://, or --insecure"
            .into(),
    }
}

/// An engine whose API is too old.
pub(super) fn too_old(endpoint: &Endpoint, offered: (u32, u32)) -> EngineError {
    EngineError::Version {
        endpoint: endpoint.to_string(),
        offered: version_words(offered),
        needed: version_words(OLDEST_API),
    }
}

/// No answer within the time that it may take.
pub(super) fn timeout(endpoint: &Endpoint, limit: std::time::Duration) -> EngineError {
    EngineError::Timeout { endpoint: endpoint.to_string(), seconds: limit.as_secs() }
}

/// An answer that is none.
pub(super) fn answer(endpoint: &Endpoint, reason: impl Into<String>) -> EngineError {
    EngineError::Answer { endpoint: endpoint.to_string(), reason: reason.into() }
}

/// An encrypted connection that failed.
pub(super) fn tls(endpoint: &Endpoint, reason: &str) -> EngineError {
    EngineError::Tls { endpoint: endpoint.to_string(), reason: reason.into() }
}

fn absent(endpoint: &Endpoint, reason: &str) -> EngineError {
    EngineError::Absent { endpoint: endpoint.to_string(), reason: reason.into() }
}

pub(super) fn version_words((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// What was at the bottom of an error.
enum Cause {
    Missing,
    Denied,
    Refused,
    Tls(String),
    TooMuch(TooMuch),
    Other,
}

fn cause_of(error: &(dyn Error + 'static)) -> Cause {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Cause::Tls(tls_words(tls));
        }
        if let Some(io) = error.downcast_ref::<io::Error>() {
            // The source of a custom I/O error is that of what it wraps, not what it wraps.
            if let Some(tls) = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
            {
                return Cause::Tls(tls_words(tls));
            }
            if let Some(too_much) = io.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()) {
                return Cause::TooMuch(*too_much);
            }
            match io.kind() {
                io::ErrorKind::NotFound => return Cause::Missing,
                io::ErrorKind::PermissionDenied => return Cause::Denied,
                io::ErrorKind::ConnectionRefused => return Cause::Refused,
                _ => {}
            }
        }
        next = error.source();
    }
    Cause::Other
}

fn tls_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => "the other side does not speak TLS".into(),
        other => other.to_string(),
    }
}

/// The error and all its sources, in one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        // Writing to a String cannot fail.
        let _ = write!(words, ": {source}");
        next = source.source();
    }
    words
}

/// What the engine says went wrong, as far as it can be made out.
pub(super) fn message_of(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    match serde_json::from_slice::<Message>(body) {
        Ok(Message { message }) => message,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
