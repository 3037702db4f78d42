//! Output: frames of two pipes, or the bytes of one terminal, as lines.

use std::{collections::VecDeque, fmt::Write as _, sync::Arc};

use bollard::container::LogOutput;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Uri};

use crate::{
    engines::{
        EngineError, EngineStream, LogRequest,
        docker::{
            client::{Client, broken},
            endpoint::Endpoint,
            failure,
            transport::Opening,
        },
        lines::LineSplitter,
    },
    model::{InstanceId, LogLine, Stream},
};

/// What Docker and Podman say of an instance whose log driver keeps no output that could
/// be read, such as `none`.
const NOTHING_TO_READ: [&str; 2] = ["driver does not support reading", "cannot read logs"];

/// So much of the last lines before a moment is held, in bytes, until they are known to be
/// the last.
const MAX_LAST_BYTES: usize = 16 * 1024 * 1024;

/// Reads an instance's output. `tty` says that it has a terminal instead of two pipes.
///
/// The connection is made with the first poll: Podman does not answer before there is
/// a line, and whoever waits for a quiet instance waits for its lines, not for us.
pub(super) fn logs(
    client: Arc<Client>,
    id: InstanceId,
    tty: bool,
    request: LogRequest,
) -> EngineStream<LogLine> {
    if let (Some(tail), Some(_), false) = (request.tail, request.until, request.follow) {
        // Engines take the last lines of all and then leave out those that are too late:
        // of the lines before a run that said more since, none would come.
        let all = LogRequest { tail: None, ..request };
        return last(tail, logs(client, id, tty, all));
    }
    let opened = stream::once(async move {
        let uri = uri_of(&id, request, client.is_podman())
            .map_err(|error| failure::answer(client.endpoint(), error.to_string()))?;
        let pieces =
            if tty { terminal(&client, &id, uri).await? } else { pipes(&client, &id, uri).await? };
        Ok::<_, EngineError>(lines_of(Output::new(pieces), request))
    });
    opened
        .flat_map(|opened| match opened {
            Ok(lines) => lines,
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .map(|line| line.map_err(of_reading))
        .boxed()
}

/// The last lines of a stream that ends. A failure ends it.
fn last(count: usize, mut lines: EngineStream<LogLine>) -> EngineStream<LogLine> {
    let last = async move {
        let (mut last, mut bytes) = (VecDeque::new(), 0);
        while let Some(line) = lines.next().await {
            let line: LogLine = line?;
            bytes += line.text.cost_bytes();
            last.push_back(line);
            while last.len() > count || bytes > MAX_LAST_BYTES {
                let Some(oldest) = last.pop_front() else { break };
                bytes -= oldest.text.cost_bytes();
            }
        }
        Ok::<_, EngineError>(last)
    };
    stream::once(last)
        .flat_map(|last| match last {
            Ok(last) => stream::iter(last).map(Ok).boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .boxed()
}

/// A log driver that keeps nothing is no failure of the engine: another try is in vain.
fn of_reading(error: EngineError) -> EngineError {
    match error {
        EngineError::Answer { reason, .. }
            if NOTHING_TO_READ.iter().any(|words| reason.contains(words)) =>
        {
            EngineError::Unsupported { what: "its log driver keeps nothing to read".into() }
        }
        other => other,
    }
}

/// A part of an instance's output.
enum Piece {
    /// A whole record of a pipe's.
    Record(Stream, Bytes),
    /// Bytes of a terminal's, wherever they begin and end.
    Bytes(Bytes),
}

/// What two pipes carry, in the frames that bollard takes apart.
async fn pipes(
    client: &Client,
    id: &InstanceId,
    uri: Uri,
) -> Result<EngineStream<Piece>, EngineError> {
    // bollard's own options have times in whole seconds only.
    let opening = Opening::new().at(uri);
    let (endpoint, id) = (client.endpoint().clone(), id.clone());
    let outputs = client.opening(&opening).await?.logs(id.as_str(), None);
    let pieces = outputs.map(move |output| {
        let output = output.map_err(|error| broken(&endpoint, Some(&id), &opening, error))?;
        opening.allowance.refill();
        record(output, &endpoint)
    });
    Ok(pieces.boxed())
}

fn record(output: LogOutput, endpoint: &Endpoint) -> Result<Piece, EngineError> {
    match output {
        LogOutput::StdOut { message } | LogOutput::StdIn { message } => {
            Ok(Piece::Record(Stream::Stdout, message))
        }
        LogOutput::StdErr { message } => Ok(Piece::Record(Stream::Stderr, message)),
        LogOutput::Console { .. } => Err(failure::answer(endpoint, "output that is not in frames")),
    }
}

/// What a terminal carries, which bollard would hold until it has a line break.
async fn terminal(
    client: &Client,
    id: &InstanceId,
    uri: Uri,
) -> Result<EngineStream<Piece>, EngineError> {
    let mut request = Request::new(Full::default());
    *request.uri_mut() = uri;
    let body = client.bytes(request, Some(id)).await?.into_body().into_data_stream();
    let endpoint = client.endpoint().clone();
    let pieces = body.map(move |bytes| match bytes {
        Ok(bytes) => Ok(Piece::Bytes(bytes)),
        Err(error) => Err(failure::of_talking(&endpoint, &error)),
    });
    Ok(pieces.boxed())
}

fn lines_of(output: Output, request: LogRequest) -> EngineStream<LogLine> {
    let lines = stream::unfold(output, |mut output| async {
        output.next().await.map(|line| (line, output))
    });
    // Engines compare whole seconds, or take the end for included.
    lines
        .filter(move |line| {
            let wanted = match line {
                Ok(line) => line.at.is_none_or(|at| {
                    request.since.is_none_or(|since| at >= since)
                        && request.until.is_none_or(|until| at < until)
                }),
                Err(_) => true,
            };
            async move { wanted }
        })
        .boxed()
}

fn uri_of(
    id: &InstanceId,
    request: LogRequest,
    is_podman: bool,
) -> Result<Uri, hyper::http::uri::InvalidUri> {
    let mut path = format!("/containers/{id}/logs?stdout=1&stderr=1&timestamps=1");
    if request.follow {
        path.push_str("&follow=1");
    }
    // Writing to a String cannot fail.
    if let Some(tail) = request.tail {
        let _ = write!(path, "&tail={tail}");
    }
    for (name, moment) in [("since", request.since), ("until", request.until)] {
        let Some(moment) = moment else { continue };
        let second = moment.as_second();
        let _ = match (is_podman, name) {
            // Its times have no fractions, neither those of the lines.
            (true, "until") => write!(path, "&until={}", second.saturating_add(1)),
            (true, _) => write!(path, "&{name}={second}"),
            (false, _) => write!(path, "&{name}={second}.{:09}", moment.subsec_nanosecond().max(0)),
        };
    }
    path.parse()
}

/// An instance's output on its way from pieces to lines.
struct Output {
    pieces: EngineStream<Piece>,
    stdout: LineSplitter,
    stderr: LineSplitter,
    lines: VecDeque<LogLine>,
    ended: bool,
}

impl Output {
    fn new(pieces: EngineStream<Piece>) -> Self {
        Self {
            pieces,
            stdout: LineSplitter::stamped(Stream::Stdout),
            stderr: LineSplitter::stamped(Stream::Stderr),
            lines: VecDeque::new(),
            ended: false,
        }
    }

    async fn next(&mut self) -> Option<Result<LogLine, EngineError>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(Ok(line));
            }
            if self.ended {
                return None;
            }
            match self.pieces.next().await {
                Some(Ok(piece)) => self.push(&piece),
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    self.lines.extend(self.stdout.finish());
                    self.lines.extend(self.stderr.finish());
                }
            }
        }
    }

    fn push(&mut self, piece: &Piece) {
        let (splitter, bytes) = match piece {
            Piece::Record(Stream::Stderr, bytes) => (&mut self.stderr, bytes),
            Piece::Record(Stream::Stdout, bytes) | Piece::Bytes(bytes) => (&mut self.stdout, bytes),
        };
        if let Piece::Record(..) = piece {
            splitter.begin_record();
        }
        splitter.push(bytes, |line| self.lines.push_back(line));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::text::Clean;

    const ALL: LogRequest = LogRequest { tail: None, since: None, until: None, follow: false };

    async fn read(pieces: Vec<Piece>) -> Vec<(Stream, String)> {
        let pieces = stream::iter(pieces.into_iter().map(Ok)).boxed();
        let lines: Vec<_> = lines_of(Output::new(pieces), ALL).collect().await;
        let text = |line: LogLine| (line.stream, line.as_str().to_owned());
        lines.into_iter().map(|line| text(line.unwrap())).collect()
    }

    #[tokio::test]
    async fn the_two_pipes_are_told_apart_also_within_a_line() {
        let record = |stream, text: &'static str| Piece::Record(stream, Bytes::from(text));
        let lines = read(vec![
            record(Stream::Stdout, "2026-11-20T09:43:17Z out "),
            record(Stream::Stderr, "2026-11-20T09:43:17Z err\n"),
            record(Stream::Stdout, "2026-11-20T09:43:17Z put\n"),
            record(Stream::Stdout, ""),
        ]);
        assert_eq!(
            lines.await,
            [(Stream::Stderr, "err".into()), (Stream::Stdout, "out put".into())]
        );
    }

    #[tokio::test]
    async fn a_terminals_output_is_never_taken_for_a_frame() {
        let bytes = b"2026-11-20T09:43:17Z \x01\0\0\0\xff\xff\xff\xff\r\nb";
        let lines = read(vec![Piece::Bytes(Bytes::from_static(bytes))]).await;
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], (Stream::Stdout, "b".into()));
    }

    #[tokio::test]
    async fn the_last_lines_of_a_stream_are_held_alone() {
        let line = |n: usize| LogLine::new(None, Stream::Stdout, Clean::new(&n.to_string()));
        let all = stream::iter((0..1000).map(line).map(Ok)).boxed();
        let kept: Vec<_> = last(2, all).map(Result::unwrap).collect().await;
        assert_eq!(kept, [line(998), line(999)]);
        let endpoint = Endpoint::Unix("/x".into());
        let broken = stream::iter([Ok(line(1)), Err(failure::answer(&endpoint, "no"))]).boxed();
        let told: Vec<_> = last(2, broken).collect().await;
        assert!(matches!(told.as_slice(), [Err(_)]), "{told:?}");
    }

    #[test]
    fn a_log_driver_that_keeps_nothing_is_told_as_that() {
        let endpoint = Endpoint::Unix("/x".into());
        let read = |said: &str| of_reading(failure::answer(&endpoint, said));
        for said in [
            "configured logging driver does not support reading",
            "this container is using the 'none' log driver, cannot read logs: \
             this container is not logging output",
        ] {
            let error = read(said);
            assert!(matches!(error, EngineError::Unsupported { .. }), "{error}");
            assert_eq!(error.to_string(), "its log driver keeps nothing to read");
        }
        assert!(matches!(read("something else"), EngineError::Answer { .. }));
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        let message = Bytes::from_static(b"HTTP/1.1");
        let endpoint = Endpoint::Unix("/x".into());
        assert!(record(LogOutput::Console { message }, &endpoint).is_err());
    }

    #[test]
    fn each_engine_is_asked_for_times_as_it_understands_them() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let request = LogRequest {
            tail: Some(3),
            since: at("1970-01-01T00:00:05.25Z"),
            until: at("1970-01-01T00:00:07.5Z"),
            follow: true,
        };
        let id = InstanceId::new("a");
        let path_of = |request, is_podman| uri_of(&id, request, is_podman).unwrap().to_string();
        let head = "/containers/a/logs?stdout=1&stderr=1&timestamps=1";
        assert_eq!(path_of(ALL, false), head);
        assert_eq!(
            path_of(request, false),
            format!("{head}&follow=1&tail=3&since=5.250000000&until=7.500000000")
        );
        assert_eq!(path_of(request, true), format!("{head}&follow=1&tail=3&since=5&until=8"));
    }
}
