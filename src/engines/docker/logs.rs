//! Output: frames of two pipes, or the bytes of one terminal, as lines.

use std::{collections::VecDeque, fmt::Write as _, sync::Arc};

use futures_util::{StreamExt, stream};

use crate::{
    engines::{
        EngineError, EngineStream, LogRequest,
        docker::{failure, link::Link, records::Body},
        lines::LineSplitter,
    },
    model::{InstanceId, LogLine, Stream},
};

/// The length of a frame's head: which pipe, three zeros, the payload's length.
const HEAD_BYTES: usize = 8;

/// Reads an instance's output. `tty` says that it has a terminal instead of two pipes.
///
/// The connection is made with the first poll: Podman does not answer before there is
/// a line, and whoever waits for a quiet instance waits for its lines, not for us.
pub(super) fn logs(
    link: Arc<Link>,
    id: InstanceId,
    tty: bool,
    request: LogRequest,
) -> EngineStream<LogLine> {
    let path = path_of(&id, request, link.is_podman());
    let opened = stream::once(async move {
        let body = link.stream(&path, Some(&id)).await?;
        Ok::<_, EngineError>(lines_of(Output::new(body, tty), request))
    });
    opened
        .flat_map(|opened| match opened {
            Ok(lines) => lines,
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .boxed()
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

fn path_of(id: &InstanceId, request: LogRequest, is_podman: bool) -> String {
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
    path
}

/// An instance's output on its way from bytes to lines.
struct Output {
    body: Body,
    demux: Demux,
    lines: VecDeque<LogLine>,
    ended: bool,
}

impl Output {
    fn new(body: Body, tty: bool) -> Self {
        Self { body, demux: Demux::new(tty), lines: VecDeque::new(), ended: false }
    }

    async fn next(&mut self) -> Option<Result<LogLine, EngineError>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(Ok(line));
            }
            if self.ended {
                return None;
            }
            match self.body.chunk().await {
                Some(Ok(chunk)) => {
                    if let Err(NoFrame) = self.demux.push(&chunk, &mut self.lines) {
                        self.ended = true;
                        let said = "output that is not in frames";
                        return Some(Err(failure::answer(self.body.endpoint(), said)));
                    }
                }
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    self.demux.finish(&mut self.lines);
                }
            }
        }
    }
}

/// Takes apart what comes: two pipes in frames, or one terminal.
struct Demux {
    stdout: LineSplitter,
    stderr: LineSplitter,
    state: State,
}

enum State {
    /// A terminal: no frames.
    Raw,
    /// Within the head of a frame.
    Head(Vec<u8>),
    /// Within its payload, of which so many bytes are still to come.
    Payload(Stream, usize),
}

/// What came is no frame.
#[derive(Debug)]
struct NoFrame;

impl Demux {
    fn new(tty: bool) -> Self {
        Self {
            stdout: LineSplitter::stamped(Stream::Stdout),
            stderr: LineSplitter::stamped(Stream::Stderr),
            state: if tty { State::Raw } else { State::Head(Vec::with_capacity(HEAD_BYTES)) },
        }
    }

    fn push(&mut self, chunk: &[u8], lines: &mut VecDeque<LogLine>) -> Result<(), NoFrame> {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = match &mut self.state {
                State::Raw => {
                    self.stdout.push(rest, |line| lines.push_back(line));
                    &[]
                }
                State::Head(head) => {
                    let taken = rest.len().min(HEAD_BYTES - head.len());
                    head.extend_from_slice(&rest[..taken]);
                    if head.len() == HEAD_BYTES {
                        let (stream, length) = read_head(head)?;
                        self.begin(stream, length);
                    }
                    &rest[taken..]
                }
                State::Payload(stream, length) => {
                    let taken = rest.len().min(*length);
                    *length -= taken;
                    let (stream, done) = (*stream, *length == 0);
                    self.splitter(stream).push(&rest[..taken], |line| lines.push_back(line));
                    if done {
                        self.state = State::Head(Vec::with_capacity(HEAD_BYTES));
                    }
                    &rest[taken..]
                }
            };
        }
        Ok(())
    }

    fn begin(&mut self, stream: Stream, length: usize) {
        self.splitter(stream).begin_record();
        self.state = match length {
            0 => State::Head(Vec::with_capacity(HEAD_BYTES)),
            length => State::Payload(stream, length),
        };
    }

    fn splitter(&mut self, stream: Stream) -> &mut LineSplitter {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    fn finish(&mut self, lines: &mut VecDeque<LogLine>) {
        lines.extend(self.stdout.finish());
        lines.extend(self.stderr.finish());
    }
}

fn read_head(head: &[u8]) -> Result<(Stream, usize), NoFrame> {
    let [kind, 0, 0, 0, a, b, c, d] = *head else { return Err(NoFrame) };
    let stream = match kind {
        0 | 1 => Stream::Stdout,
        2 | 3 => Stream::Stderr,
        _ => return Err(NoFrame),
    };
    Ok((stream, u32::from_be_bytes([a, b, c, d]) as usize))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const ALL: LogRequest = LogRequest { tail: None, since: None, until: None, follow: false };

    fn frame(kind: u8, text: &str) -> Vec<u8> {
        let mut frame = vec![kind, 0, 0, 0];
        frame.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        frame.extend(text.as_bytes());
        frame
    }

    fn read(chunks: &[&[u8]], tty: bool) -> Result<Vec<(Stream, String)>, NoFrame> {
        let mut demux = Demux::new(tty);
        let mut lines = VecDeque::new();
        for chunk in chunks {
            demux.push(chunk, &mut lines)?;
        }
        demux.finish(&mut lines);
        Ok(lines.into_iter().map(|line| (line.stream, line.as_str().to_owned())).collect())
    }

    #[test]
    fn the_two_pipes_are_told_apart_also_within_a_line() {
        let bytes = [
            frame(1, "2026-11-20T09:43:17Z out "),
            frame(2, "2026-11-20T09:43:17Z err\n"),
            frame(1, "2026-11-20T09:43:17Z put\n"),
            frame(1, ""),
        ]
        .concat();
        let lines = read(&[&bytes], false).unwrap();
        assert_eq!(lines, [(Stream::Stderr, "err".into()), (Stream::Stdout, "out put".into())]);
    }

    #[test]
    fn a_terminals_output_is_never_taken_for_a_frame() {
        let lines = read(&[b"2026-11-20T09:43:17Z \x01\0\0\0\xff\xff\xff\xff\r\nb"], true).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], (Stream::Stdout, "b".into()));
    }

    #[test]
    fn what_is_no_frame_is_an_error_and_not_waited_for() {
        assert!(read(&[b"HTTP/1.1"], false).is_err());
        assert!(read(&[b"\x01\0\0\x01\0\0\0\x01x"], false).is_err());
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
        let head = "/containers/a/logs?stdout=1&stderr=1&timestamps=1";
        assert_eq!(path_of(&id, ALL, false), head);
        assert_eq!(
            path_of(&id, request, false),
            format!("{head}&follow=1&tail=3&since=5.250000000&until=7.500000000")
        );
        assert_eq!(path_of(&id, request, true), format!("{head}&follow=1&tail=3&since=5&until=8"));
    }

    proptest! {
        #[test]
        fn any_chunking_of_the_same_frames_gives_the_same_lines(
            frames in prop::collection::vec((1u8..3, "(2026-11-20T09:43:17Z )?[a-z ]{0,9}\n?"), 0..9),
            size in 1usize..40,
        ) {
            let bytes: Vec<u8> =
                frames.iter().flat_map(|(kind, text)| frame(*kind, text)).collect();
            let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
            prop_assert_eq!(read(&chunks, false).unwrap(), read(&[&bytes], false).unwrap());
        }
    }
}
