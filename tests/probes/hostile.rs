//! Servers that hang, flood, deceive and send elsewhere.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use midwatch::{
    model::{
        Bound, Comparator, ProbeAnswer, ProbeFault, ProbeFaultKind, ProbeTarget,
        probe::{Expectation, HttpTarget, PostgresTarget, RedisTarget, TlsTarget, TlsVersion},
    },
    probes,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::asking::{ask, expecting, get, means, secret};

/// Does the same to everybody who comes, and counts them.
async fn server<F>(deal: impl Fn(TcpStream) -> F + Send + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    tokio::spawn(async move {
        while let Ok((peer, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(deal(peer));
        }
    });
    (address, visits)
}

/// Answers everybody with the same bytes, and hangs up.
async fn answering(answer: impl Into<Vec<u8>>) -> String {
    let answer: Arc<Vec<u8>> = Arc::new(answer.into());
    let deal = move |mut peer: TcpStream| {
        let answer = Arc::clone(&answer);
        async move {
            let mut request = [0; 4096];
            let _ = peer.read(&mut request).await;
            // Whoever has enough hangs up.
            let _ = peer.write_all(&answer).await;
            let _ = peer.shutdown().await;
        }
    };
    server(deal).await.0
}

async fn http(answer: &str) -> String {
    format!("http://{}/health", answering(answer).await)
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// All kinds that speak to a server, at this address.
fn all_kinds(address: &str) -> Vec<ProbeTarget> {
    let encrypted = HttpTarget { insecure: true, ..get(&format!("https://{address}/")) };
    let tls = TlsTarget {
        address: address.into(),
        server_name: None,
        min: TlsVersion::V1_2,
        warn: Duration::ZERO,
        critical: Duration::ZERO,
        certificate_file: None,
        key_file: None,
        self_signed: true,
    };
    let postgres = PostgresTarget {
        address: address.into(),
        user: "u".into(),
        database: "d".into(),
        password: Some(secret("hunter2")),
        answers_are_enough: true,
    };
    let redis = RedisTarget {
        address: address.into(),
        user: None,
        password: Some(secret("hunter2")),
        answers_are_enough: true,
    };
    vec![
        ProbeTarget::Http(Box::new(get(&format!("http://{address}/")))),
        ProbeTarget::Http(Box::new(encrypted)),
        ProbeTarget::Tls(tls),
        ProbeTarget::Postgres(postgres),
        ProbeTarget::Redis(redis),
    ]
}

async fn ask_within(target: &ProbeTarget, timeout: Duration) -> Result<ProbeAnswer, ProbeFault> {
    probes::of(target, timeout, &means()).unwrap().check().await
}

#[tokio::test]
async fn whoever_says_nothing_is_given_up_in_time() {
    let (address, _) = server(|peer| async move {
        let _peer = peer;
        std::future::pending::<()>().await;
    })
    .await;
    let timeout = Duration::from_millis(300);
    for target in all_kinds(&address) {
        let begin = Instant::now();
        let fault = ask_within(&target, timeout).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Timeout, "{target}");
        assert!(fault.words.as_str().ends_with("within 300ms"), "{target}: {fault:?}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{target}");
    }
}

#[tokio::test]
async fn whoever_drips_is_given_up_in_time() {
    for beginning in ["HTTP/1.1 200 OK\r\nx-", "HTTP/1.1 200 OK\r\n\r\n", "+", "E", "\x16\x03\x03"]
    {
        let (address, _) = server(move |mut peer| async move {
            let mut word = beginning.as_bytes().to_vec();
            while peer.write_all(&word).await.is_ok() {
                word = b"a".to_vec();
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        for target in all_kinds(&address) {
            let begin = Instant::now();
            let fault = ask_within(&target, Duration::from_millis(300)).await.unwrap_err();
            let kinds = [ProbeFaultKind::Timeout, ProbeFaultKind::Broken, ProbeFaultKind::Tls];
            assert!(kinds.contains(&fault.kind), "{target}: {fault:?}");
            assert!(begin.elapsed() < Duration::from_secs(5), "{target}");
        }
    }
}

#[tokio::test]
async fn a_flood_ends_at_its_bound() {
    let (address, _) = server(|mut peer| async move {
        let _ = peer.read(&mut [0; 1024]).await;
        let mut word = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        while peer.write_all(&word).await.is_ok() {
            word = vec![b'x'; 64 * 1024];
        }
    })
    .await;
    let url = format!("http://{address}/");
    assert_eq!(ask(&expecting(&url, vec![])).await.unwrap().words.as_str(), "200 OK");
    let json = Expectation::Json {
        path: "$.status".into(),
        comparator: Comparator::Equal,
        value: json!("ok"),
    };
    let fault = ask(&expecting(&url, vec![json])).await.unwrap_err();
    assert_eq!(fault.words.as_str(), "the body is larger than 1 MiB");
}

#[tokio::test]
async fn headers_without_end_are_read_up_to_their_bound() {
    let (address, _) = server(|mut peer| async move {
        let _ = peer.read(&mut [0; 1024]).await;
        let mut word = b"HTTP/1.1 200 OK\r\n".to_vec();
        while peer.write_all(&word).await.is_ok() {
            word = b"x-more: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(99);
        }
    })
    .await;
    let fault = ask(&expecting(&format!("http://{address}/"), vec![])).await.unwrap_err();
    assert_eq!(fault.words.as_str(), "the head of the answer is too large");
}

#[tokio::test]
async fn a_bomb_is_unpacked_up_to_its_bound() {
    // A gigabyte, in a megabyte.
    let layer = gzipped(&vec![0; 16 << 20]);
    let bomb: Vec<u8> = layer.iter().copied().cycle().take(layer.len() * 60).collect();
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    )
    .into_bytes();
    answer.extend(bomb);
    let url = format!("http://{}/", answering(answer).await);
    let body = Expectation::Body { matches: "x".into(), wanted: true };
    let begin = Instant::now();
    let fault = ask(&expecting(&url, vec![body])).await.unwrap_err();
    assert_eq!(fault.words.as_str(), "body does not match `x` within its first 1 MiB");
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_else_is_asked() {
    let (elsewhere, visits) = server(|_| async {}).await;
    let url = http(&format!(
        "HTTP/1.1 301 Moved Permanently\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"
    ))
    .await;
    let target = HttpTarget { auth: Some(secret("bob:hunter2")), ..get(&url) };
    let answer = ask(&ProbeTarget::Http(Box::new(target))).await.unwrap();
    assert_eq!(answer.words.as_str(), "301 Moved Permanently");
    let ok = Expectation::Status { comparator: Comparator::Equal, code: 200 };
    let fault = ask(&expecting(&url, vec![ok])).await.unwrap_err();
    assert_eq!(fault.words.as_str(), "301 Moved Permanently, expected == 200");
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_fault_shows_a_password_or_moves_a_cursor() {
    let address = answering("HTTP/1.1 500 x\r\n\r\n\x1b]52;c;aGk=\x07\x1b[2J").await;
    for target in all_kinds(&address) {
        let fault = ask(&target).await.unwrap_err();
        let shown = format!("{fault:?}{}", serde_json::to_string(&fault).unwrap());
        assert!(!shown.contains("hunter2") && !shown.contains('\u{1b}'), "{target}: {shown}");
    }
}

#[tokio::test]
async fn a_secret_that_a_server_repeats_is_masked() {
    let (address, _) = server(|mut peer| async move {
        let mut request = [0; 1024];
        let length = peer.read(&mut request).await.unwrap_or(0);
        let _ = peer.write_all(b"HTTP/1.1 500 x\r\n\r\n").await;
        let _ = peer.write_all(&request[..length]).await;
    })
    .await;
    for auth in ["hunter2-token", "bob:hunter2"] {
        let url = format!("http://{address}/");
        let target = HttpTarget { auth: Some(secret(auth)), ..get(&url) };
        let fault = ask(&ProbeTarget::Http(Box::new(target))).await.unwrap_err();
        assert_eq!(fault.words.as_str(), "500 Internal Server Error");
        let shown = format!("{fault:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("Ym9i"), "{shown}");
    }
}

#[tokio::test]
async fn every_wrong_thing_of_an_answer_is_told() {
    let url = http(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n\
         {\"status\":\"down\",\"queue\":{\"depth\":812}}",
    )
    .await;
    let json =
        |path: &str, comparator, value| Expectation::Json { path: path.into(), comparator, value };
    let header = |name: &str, matches: Option<&str>| Expectation::Header {
        name: name.into(),
        matches: matches.map(Into::into),
    };
    for (expectation, words) in [
        (
            json("$.status", Comparator::Equal, json!("ok")),
            "$.status is \"down\", expected == \"ok\"",
        ),
        (
            json("$.queue.depth", Comparator::Below, json!(100)),
            "$.queue.depth is 812, expected < 100",
        ),
        (json("$.none", Comparator::Equal, json!(1)), "body has nothing at $.none"),
        (header("X-Frame-Options", None), "header X-Frame-Options is missing"),
        (
            header("Content-Type", Some("html")),
            "header Content-Type is `application/json`, which does not match `html`",
        ),
        (Expectation::Body { matches: "down".into(), wanted: false }, "body matches `down`"),
    ] {
        let fault = ask(&expecting(&url, vec![expectation])).await.unwrap_err();
        assert_eq!((fault.kind, fault.words.as_str()), (ProbeFaultKind::Answer, words));
        assert_eq!(fault.output[0].as_str(), "200 OK");
    }
    let good = vec![
        json("$.status", Comparator::NotEqual, json!("ok")),
        json("$.queue.depth", Comparator::AtLeast, json!(812)),
        header("content-type", Some("json$")),
        Expectation::Body { matches: "queue".into(), wanted: true },
        Expectation::Time(Bound::parse("< 20s").unwrap()),
        Expectation::Status { comparator: Comparator::Below, code: 300 },
    ];
    assert_eq!(ask(&expecting(&url, good)).await.unwrap().words.as_str(), "200 OK");
}

#[tokio::test]
async fn an_answer_that_is_slow_or_bad_is_told_with_its_beginning() {
    let (address, _) = server(|mut peer| async move {
        let mut request = [0; 1024];
        let _ = peer.read(&mut request).await;
        sleep(Duration::from_millis(60)).await;
        let _ = peer.write_all(b"HTTP/1.1 503 x\r\n\r\nredis:\n timed out\n").await;
    })
    .await;
    let url = format!("http://{address}/");
    let fast = Expectation::Time(Bound::parse("< 50ms").unwrap());
    let fault = ask(&expecting(&url, vec![fast])).await.unwrap_err();
    let words = fault.words.as_str();
    assert!(words.starts_with("503 Service Unavailable; took "), "{words}");
    assert!(words.ends_with("ms, expected < 50ms"), "{words}");
    let output: Vec<&str> = fault.output.iter().map(midwatch::text::Clean::as_str).collect();
    assert_eq!(output, ["redis:", " timed out"]);
}

#[tokio::test]
async fn what_speaks_something_else_is_told() {
    let address = answering("SSH-2.0-OpenSSH_9.2\r\n").await;
    let words: Vec<String> = {
        let mut words = Vec::new();
        for target in all_kinds(&address) {
            words.push(ask(&target).await.unwrap_err().words.to_string());
        }
        words
    };
    assert_eq!(words[0], "what came back is no answer of HTTP/1");
    assert_eq!(words[1], "what listens there speaks no TLS");
    assert_eq!(words[2], "what listens there speaks no TLS");
    // Its first letter says to PostgreSQL's clients that encryption may begin.
    assert_eq!(words[3], "what listens there speaks no TLS");
    assert_eq!(words[4], "what listens there is no Redis: SSH-2.0-OpenSSH_9.2");
}

#[tokio::test]
async fn what_breaks_off_is_told() {
    let address = answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
    let fault = ask(&expecting(&format!("http://{address}/"), vec![])).await.unwrap_err();
    assert_eq!(fault.kind, ProbeFaultKind::Broken);
    let (address, _) = server(|peer| async move { drop(peer) }).await;
    for target in all_kinds(&address) {
        let fault = ask(&target).await.unwrap_err();
        let kinds = [ProbeFaultKind::Broken, ProbeFaultKind::Tls];
        assert!(kinds.contains(&fault.kind), "{target}: {fault:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_refused_whatever_is_asked() {
    let address = format!("127.0.0.1:{}", crate::real::free_port());
    for target in all_kinds(&address) {
        let fault = ask(&target).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Refused, "{target}");
        assert_eq!(fault.words.as_str(), format!("connection refused at {address}"));
    }
}
