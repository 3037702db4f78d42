//! A shell inside a container.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hyper::{Method, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;

use crate::{
    engines::{
        EngineError, RemoteShell, ShellSize, ShellStreams,
        docker::{api::Described, failure, link::Link},
    },
    model::InstanceId,
};

/// Bash where there is one, for its history and completion. Fixed words: nothing that
/// anybody named goes through a shell (threat T2).
const COMMAND: [&str; 3] =
    ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh"];

#[derive(Deserialize)]
struct Made {
    #[serde(rename = "Id")]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ran {
    exit_code: Option<i64>,
}

/// Starts a shell in a container that is up and has one.
pub(super) async fn shell(
    link: Arc<Link>,
    id: &InstanceId,
    size: ShellSize,
) -> Result<ContainerShell, EngineError> {
    let described: Described = link.get(&format!("/containers/{id}/json"), Some(id)).await?;
    if described.state.status != "running" {
        let what = format!(
            "{} is {}: there is nothing to run a shell in",
            id.short(),
            described.state.status
        );
        return Err(EngineError::Unsupported { what });
    }
    // Asked first: a program that is not there ends the shell without a word of why.
    let program = format!("/containers/{id}/archive?path=/bin/sh");
    // A guard in front of the engine may forbid the question and not the shell.
    if let Err(EngineError::NotFound { .. }) = link.tell(Method::HEAD, &program, Some(id)).await {
        let image = &described.config.image;
        let what = format!("the image {image} has no /bin/sh, so there is no shell to start");
        return Err(EngineError::Unsupported { what });
    }
    start(link, id, size).await
}

async fn start(
    link: Arc<Link>,
    id: &InstanceId,
    size: ShellSize,
) -> Result<ContainerShell, EngineError> {
    let how = json!({
        "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "Tty": true,
        "Cmd": COMMAND, "Env": ["TERM=xterm-256color"],
    });
    let made: Made = link.post(&format!("/containers/{id}/exec"), &how, Some(id)).await?;
    let path = format!("/exec/{}/start", checked(&link, &made.id)?);
    let stream = link.upgrade(&path, &json!({"Detach": false, "Tty": true})).await?;
    let shell = ContainerShell { link, exec: made.id, stream: Mutex::new(Some(stream)) };
    // A shell of another size is still a shell.
    let _ = shell.resize(size).await;
    Ok(shell)
}

/// An id becomes part of a path, so it must be one.
fn checked<'a>(link: &Link, id: &'a str) -> Result<&'a str, EngineError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(id);
    }
    Err(failure::answer(link.endpoint(), "an id that is none"))
}

/// A terminal on the engine's side.
pub(super) struct ContainerShell {
    link: Arc<Link>,
    exec: String,
    stream: Mutex<Option<TokioIo<Upgraded>>>,
}

#[async_trait]
impl RemoteShell for ContainerShell {
    fn streams(&mut self) -> Option<ShellStreams> {
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner).take()?;
        let (output, input) = tokio::io::split(stream);
        Some(ShellStreams { input: Box::pin(input), output: Box::pin(output) })
    }

    async fn resize(&self, size: ShellSize) -> Result<(), EngineError> {
        let ShellSize { columns, rows } = size;
        let path = format!("/exec/{}/resize?h={rows}&w={columns}", self.exec);
        self.link.tell(Method::POST, &path, None).await
    }

    async fn exit_code(&self) -> Result<Option<i64>, EngineError> {
        let ran: Ran = self.link.get(&format!("/exec/{}/json", self.exec), None).await?;
        Ok(ran.exit_code)
    }
}
