//! What engines answer that they should not, and what is asked of them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

use futures_util::StreamExt;
use midwatch::{
    engines::{
        Change, Engine, EngineError, LogRequest, ShellSize,
        docker::{DockerEngine, Endpoint},
    },
    model::{EngineId, FaultKind, InstanceId, State},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};

use crate::contract::soon;

const PING: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n\
    Content-Length: 2\r\n\r\nOK";

/// How an engine answers a request, given as `GET /path`.
type Answers = fn(&str) -> Vec<u8>;

/// An engine that answers as it is told to and remembers what it was asked.
struct Told {
    socket: PathBuf,
    heard: Arc<Mutex<Heard>>,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
struct Heard {
    requests: Vec<String>,
    connections: usize,
}

impl Told {
    fn answering(answers: Answers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let told = Self { socket, heard: Arc::clone(&heard), _folder: folder };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                heard.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, answers, Arc::clone(&heard)));
            }
        });
        told
    }

    fn engine(&self) -> DockerEngine {
        DockerEngine::new(EngineId::new("docker"), Endpoint::Unix(self.socket.clone()), false)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap()
    }
}

async fn serve(stream: UnixStream, answers: Answers, heard: Arc<Mutex<Heard>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await {
        heard.lock().unwrap().requests.push(request.clone());
        let answer = match request.as_str() {
            "GET /_ping" => PING.into(),
            other => answers(other),
        };
        // Whoever gave up does not listen to the end.
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// Reads a request to its end and gives its first two words.
async fn request(stream: &mut BufReader<UnixStream>) -> Option<String> {
    let (mut first, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            stream.read_exact(&mut vec![0; length]).await.ok()?;
            return first;
        }
        if let Some(bytes) = line.strip_prefix("content-length: ") {
            length = bytes.parse().unwrap();
        }
        first = first.or_else(|| Some(line.rsplit_once(' ')?.0.to_owned()));
    }
}

fn json(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
}

fn chunked(chunk: &[u8]) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let size = if chunk.is_empty() { String::new() } else { format!("{:x}\r\n", chunk.len()) };
    [head.as_bytes(), size.as_bytes(), chunk].concat()
}

#[tokio::test]
async fn one_odd_container_never_empties_the_list() {
    let told = Told::answering(|_| {
        json(
            r#"[{"Id":"a","State":"running"},{"Id":"b","State":"melted"},{"Id":"c","State":"stopped"}]"#,
        )
    });
    let states: Vec<_> =
        told.engine().list().await.unwrap().into_iter().map(|instance| instance.state).collect();
    assert_eq!(states, [State::Running, State::Unknown, State::Exited]);
}

#[tokio::test]
async fn calls_share_a_connection_and_name_the_version_that_was_agreed_on() {
    let told = Told::answering(|_| json("[]"));
    let engine = told.engine();
    for _ in 0..3 {
        engine.list().await.unwrap();
    }
    let heard = told.heard();
    assert_eq!(heard.connections, 1);
    assert_eq!(heard.requests.len(), 4);
    assert!(heard.requests[1].starts_with("GET /v1.41/containers/json?"), "{:?}", heard.requests);
}

#[tokio::test]
async fn a_greeting_and_a_list_are_all_that_it_is_asked_for_the_first_screen() {
    let told = Told::answering(|request| match request {
        "GET /v1.41/info" => vec![],
        _ => json("[]"),
    });
    let engine = told.engine();
    let info = soon("the greeting", engine.connect()).await.unwrap();
    assert_eq!(info.api.unwrap().as_str(), "1.41");
    assert!(soon("the list", engine.list()).await.unwrap().is_empty());
    assert_eq!(told.heard().requests.len(), 2);
}

#[tokio::test]
async fn a_watch_is_open_before_anything_happens() {
    let told = Told::answering(|_| chunked(b""));
    let mut changes = soon("an open watch", told.engine().watch()).await.unwrap();
    assert!(futures_util::poll!(changes.next()).is_pending());
}

#[tokio::test]
async fn what_happens_while_a_watch_opens_is_told() {
    let told = Told::answering(|_| {
        chunked(b"{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"a\"}}\n")
    });
    let mut changes = told.engine().watch().await.unwrap();
    let change = soon("the change", changes.next()).await.unwrap().unwrap();
    assert_eq!(change, Change::Touched(InstanceId::new("a")));
}

#[tokio::test]
async fn a_watch_that_is_refused_says_why() {
    let told = Told::answering(|_| {
        let body = r#"{"message":"no"}"#;
        format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into()
    });
    let error = told.engine().watch().await.err().unwrap();
    assert_eq!(error.kind(), FaultKind::Denied, "{error}");
}

#[tokio::test]
async fn an_answer_without_an_end_is_given_up() {
    let told = Told::answering(|_| chunked(&vec![b' '; 33 * 1024 * 1024]));
    let error = soon("a failure", told.engine().list()).await.unwrap_err();
    assert!(error.to_string().contains("more than 33554432 bytes"), "{error}");
}

#[tokio::test]
async fn a_record_without_an_end_is_given_up() {
    let told =
        Told::answering(|_| chunked(&[b"{\"Action\":\"", &vec![b'x'; 5 << 20][..]].concat()));
    let mut changes = told.engine().watch().await.unwrap();
    let error = soon("a failure", changes.next()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("more than 4194304 bytes"), "{error}");
}

#[tokio::test]
async fn a_terminal_that_never_ends_its_line_is_read_on() {
    let told = Told::answering(|request| {
        if request.contains("/logs?") {
            let line = [&vec![b'x'; 5 << 20][..], b"\nafter\n"].concat();
            return [&chunked(&line)[..], b"\r\n0\r\n\r\n"].concat();
        }
        json(r#"{"Id":"a","Config":{"Tty":true}}"#)
    });
    let request = LogRequest { tail: None, since: None, until: None, follow: false };
    let lines = told.engine().logs(&InstanceId::new("a"), request).await.unwrap();
    let lines: Vec<_> = soon("two lines", lines.collect::<Vec<_>>()).await;
    let lines: Vec<_> = lines.into_iter().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].cut_bytes > 5_000_000);
    assert_eq!(lines[1].as_str(), "after");
}

#[tokio::test]
async fn a_session_that_only_reads_sends_questions_alone() {
    let told = Told::answering(|request| match request.split_once(' ').unwrap() {
        ("GET", path) if path.contains("/a/json") => {
            json(r#"{"Id":"a","State":{"Status":"running"}}"#)
        }
        _ => json("[]"),
    });
    let endpoint = Endpoint::Unix(told.socket.clone());
    let engine = DockerEngine::read_only(EngineId::new("docker"), endpoint, false);
    assert!(engine.list().await.unwrap().is_empty());
    let id = InstanceId::new("a");
    assert_eq!(engine.describe(&id).await.unwrap().state, State::Running);
    match engine.shell(&id, ShellSize { columns: 80, rows: 24 }).await {
        Err(EngineError::Unsupported { what }) => assert!(what.contains("only reads"), "{what}"),
        other => panic!("{:?}", other.err()),
    }
    let heard = told.heard();
    let asks = |request: &String| request.starts_with("GET ") || request.starts_with("HEAD ");
    assert!(heard.requests.iter().all(asks), "{:?}", heard.requests);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_says_nothing_is_not_waited_for_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("engine.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    let engine = DockerEngine::new(EngineId::new("docker"), Endpoint::Unix(socket), false);
    assert_eq!(engine.connect().await.unwrap_err().kind(), FaultKind::Timeout);
}
