//! [`exchange`]: one request and its answer, on a connection of their own.

use std::future::pending;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Incoming, client::conn::http1, http::response::Parts};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{body::MAX_BYTES, request::Asked};
use crate::{
    model::{ProbeFault, ProbeFaultKind},
    probes::{
        Means,
        deadline::Deadline,
        fault::fault,
        tls::{Certificate, secure},
    },
};

/// How much of what stands before a body is read.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct Came {
    pub head: Parts,
    /// The body as it was sent, up to its bound.
    pub bytes: Vec<u8>,
    /// Whether there was more of it.
    pub is_cut: bool,
    pub certificate: Option<Certificate>,
}

/// Connects, asks, and reads the answer. Nothing is said to a server whose certificate is
/// not good.
pub(super) async fn exchange(
    asked: &Asked,
    request: Request<Full<Bytes>>,
    means: &Means,
    deadline: Deadline,
) -> Result<Came, ProbeFault> {
    let stream = asked.address.connect(deadline).await?;
    let Some(name) = &asked.name else {
        return deadline.wait("whole answer", say(stream, request, None)).await;
    };
    let handshake = secure(stream, name, &means.trust);
    let (stream, served) = deadline.wait("TLS handshake", handshake).await?;
    let certificate = Certificate::of(&served.chain)?;
    if !asked.insecure {
        means.trust.judge(&served, &certificate, name, false).await?;
    }
    deadline.wait("whole answer", say(stream, request, Some(certificate))).await
}

async fn say(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    certificate: Option<Certificate>,
) -> Result<Came, ProbeFault> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD_BYTES);
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let answer = async {
        let (head, body) =
            sender.send_request(request).await.map_err(|error| broken(&error))?.into_parts();
        let (bytes, is_cut) = read(body).await?;
        Ok(Came { head, bytes, is_cut, certificate })
    };
    // What ends the connection ends the answer too, and says so there.
    let carry = async {
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        answer = answer => answer,
        never = carry => never,
    }
}

async fn read(mut body: Incoming) -> Result<(Vec<u8>, bool), ProbeFault> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        let left = MAX_BYTES - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(left)]);
        if data.len() > left {
            return Ok((bytes, true));
        }
    }
    Ok((bytes, false))
}

fn broken(error: &hyper::Error) -> ProbeFault {
    let words = if error.is_incomplete_message() {
        "the connection was closed before the whole answer".to_owned()
    } else if error.is_parse_too_large() {
        "the head of the answer is too large".to_owned()
    } else if error.is_parse() {
        "what came back is no answer of HTTP/1".to_owned()
    } else {
        let cause = std::error::Error::source(error);
        let cause = cause.map_or_else(|| error.to_string(), ToString::to_string);
        format!("the answer broke off: {cause}")
    };
    fault(ProbeFaultKind::Broken, words)
}
