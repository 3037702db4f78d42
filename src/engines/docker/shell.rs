//! A shell inside a container.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bollard::{
    models::{ContainerStateStatusEnum, ExecConfig},
    query_parameters::{ContainerArchiveInfoOptionsBuilder, ResizeExecOptionsBuilder},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Uri,
    header::{CONNECTION, CONTENT_TYPE, HeaderValue, UPGRADE},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;

use crate::{
    engines::{
        EngineError, RemoteShell, ShellSize, ShellStreams,
        docker::{client::Client, failure, words::text},
    },
    model::InstanceId,
};

/// Bash where there is one, for its history and completion. Fixed words: nothing that
/// anybody named goes through a shell (threat T2).
const COMMAND: [&str; 3] =
    ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh"];

/// Starts a shell in a container that is up and has one.
pub(super) async fn shell(
    client: Arc<Client>,
    id: &InstanceId,
    size: ShellSize,
) -> Result<ContainerShell, EngineError> {
    let described = client.inspect(id).await?;
    let status = described.state.and_then(|state| state.status);
    if status != Some(ContainerStateStatusEnum::RUNNING) {
        let status = status.as_ref().map_or("not running", AsRef::as_ref);
        let what = format!("{} is {status}: there is nothing to run a shell in", id.short());
        return Err(EngineError::Unsupported { what });
    }
    // Asked first: a program that is not there ends the shell without a word of why.
    let program = ContainerArchiveInfoOptionsBuilder::new().path("/bin/sh").build();
    let asked = client.docker().await?.get_container_archive_info(id.as_str(), Some(program));
    // A guard in front of the engine may forbid the question and not the shell.
    if let Err(EngineError::NotFound { .. }) = client.call(asked, Some(id)).await {
        let config = described.config.unwrap_or_default();
        let image = text(&config.image);
        let what = format!("the image {image} has no /bin/sh, so there is no shell to start");
        return Err(EngineError::Unsupported { what });
    }
    start(client, id, size).await
}

async fn start(
    client: Arc<Client>,
    id: &InstanceId,
    size: ShellSize,
) -> Result<ContainerShell, EngineError> {
    let how = ExecConfig {
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(true),
        cmd: Some(COMMAND.map(str::to_owned).into()),
        env: Some(vec!["TERM=xterm-256color".into()]),
        ..ExecConfig::default()
    };
    let made = client.docker().await?.create_exec(id.as_str(), how);
    let exec = checked(&client, client.call(made, Some(id)).await?.id)?;
    let stream = upgraded(&client, &exec).await?;
    let shell = ContainerShell { client, exec, stream: Mutex::new(Some(stream)) };
    // A shell of another size is still a shell.
    let _ = shell.resize(size).await;
    Ok(shell)
}

/// Turns a connection into the two byte streams of a shell.
async fn upgraded(client: &Client, exec: &str) -> Result<TokioIo<Upgraded>, EngineError> {
    let lost = |error: &(dyn Error + 'static)| failure::of_talking(client.endpoint(), error);
    let uri: Uri = format!("/exec/{exec}/start").parse().map_err(|error| lost(&error))?;
    let mut request =
        Request::new(Full::new(Bytes::from_static(br#"{"Detach":false,"Tty":true}"#)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    request.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static("tcp")),
    ]);
    let response = client.in_time(client.bytes(request, None)).await??;
    hyper::upgrade::on(response).await.map(TokioIo::new).map_err(|error| lost(&error))
}

/// An id becomes part of a path, so it must be one.
fn checked(client: &Client, id: String) -> Result<String, EngineError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(id);
    }
    Err(failure::answer(client.endpoint(), "an id that is none"))
}

/// A terminal on the engine's side.
pub(super) struct ContainerShell {
    client: Arc<Client>,
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
        let options = ResizeExecOptionsBuilder::new().h(rows.into()).w(columns.into()).build();
        self.client.call(self.client.docker().await?.resize_exec(&self.exec, options), None).await
    }

    async fn exit_code(&self) -> Result<Option<i64>, EngineError> {
        let asked = self.client.docker().await?.inspect_exec(&self.exec);
        Ok(self.client.call(asked, None).await?.exit_code)
    }
}
