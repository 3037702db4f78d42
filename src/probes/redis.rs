//! [`RedisProbe`]: does Redis answer a `PING`?

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

use super::{
    Means, Probe,
    deadline::Deadline,
    dial::Address,
    fault::{answer, fault, short, without},
};
use crate::{
    model::{ProbeAnswer, ProbeFault, ProbeFaultKind, probe::RedisTarget},
    text::redact::Secret,
};

/// More than any line of an answer has that we ask for.
const MAX_LINE: u64 = 4 * 1024;

/// Says `AUTH` where a password is known, and `PING`.
///
/// Two commands of a protocol that fits a page (RESP, as servers speak it unasked): a client
/// library would keep connections and ask for more.
#[derive(Clone, Debug)]
pub(super) struct RedisProbe {
    target: RedisTarget,
    address: Address,
    timeout: Duration,
    means: Means,
}

impl RedisProbe {
    /// A probe of a server.
    pub(super) fn new(
        target: &RedisTarget,
        timeout: Duration,
        means: &Means,
    ) -> Result<Self, ProbeFault> {
        let address = Address::parse(&target.address)?;
        Ok(Self { target: target.clone(), address, timeout, means: means.clone() })
    }

    /// The user and the password, as they follow `AUTH`.
    fn login<'a>(&'a self, password: Option<&'a Secret>) -> Option<Vec<&'a str>> {
        let password = password?.expose();
        Some(self.target.user.as_deref().into_iter().chain([password]).collect())
    }

    fn fault(&self, error: &str, has_password: bool) -> ProbeFault {
        let (code, text) = error.split_once(' ').unwrap_or((error, ""));
        let user = self.target.user.as_deref().map(|user| format!(" for {user}"));
        let user = user.unwrap_or_default();
        let (kind, words) = match code {
            "LOADING" => (ProbeFaultKind::Starting, "loading its data into memory".into()),
            "NOAUTH" => (ProbeFaultKind::Authentication, "asks for a password (NOAUTH)".into()),
            "WRONGPASS" => {
                (ProbeFaultKind::Authentication, format!("password refused{user} (WRONGPASS)"))
            }
            "NOPERM" | "DENIED" => (ProbeFaultKind::Authentication, error.to_owned()),
            "MASTERDOWN" => {
                let words = "replica has lost its master (MASTERDOWN)".into();
                (ProbeFaultKind::Answer, words)
            }
            "BUSY" => (ProbeFaultKind::Answer, "busy with a script (BUSY)".into()),
            "ERR" if has_password && text.contains("AUTH") => {
                let words = format!("wants no password, but one is given: {text}");
                (ProbeFaultKind::Authentication, words)
            }
            _ => (ProbeFaultKind::Answer, error.to_owned()),
        };
        fault(kind, words)
    }
}

#[async_trait]
impl Probe for RedisProbe {
    async fn check(&self) -> Result<ProbeAnswer, ProbeFault> {
        let password = self.means.secret(self.target.password.as_ref(), "the password").await?;
        let deadline = Deadline::within(self.timeout);
        let stream = self.address.connect(deadline).await?;
        let login = self.login(password.as_ref());
        match deadline.wait("answer", ask(stream, login.as_deref())).await? {
            Reply::Good(words) => Ok(ProbeAnswer { words: short(&words), warning: None }),
            Reply::Error(error) => {
                let fault = self.fault(&error, login.is_some());
                let is_enough = self.target.answers_are_enough && login.is_none();
                if is_enough && fault.kind == ProbeFaultKind::Authentication {
                    return Ok(answer("answers, and asks for a password"));
                }
                Err(without(fault, password.as_ref()))
            }
        }
    }
}

/// What Redis said at the end.
#[derive(Debug, PartialEq)]
enum Reply {
    Good(String),
    Error(String),
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    login: Option<&[&str]>,
) -> Result<Reply, ProbeFault> {
    let mut stream = BufReader::new(stream);
    let auth = login.map(|login| [&["AUTH"], login].concat());
    // Both at once: that the first was good, its answer says.
    for words in auth.iter().map(Vec::as_slice).chain([["PING"].as_slice()]) {
        stream.write_all(&command(words)).await.map_err(|error| broken(&error.to_string()))?;
    }
    let answers = auth.iter().count() + 1;
    let mut last = Reply::Good(String::new());
    for _ in 0..answers {
        last = reply(&mut stream).await?;
        if matches!(last, Reply::Error(_)) {
            break;
        }
    }
    Ok(last)
}

/// A command: its words with their lengths, so that none can be taken for another.
fn command(words: &[&str]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len());
    for word in words {
        out.extend([&format!("${}\r\n", word.len()), *word, "\r\n"]);
    }
    out.into_bytes()
}

async fn reply(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Result<Reply, ProbeFault> {
    let mut line = Vec::new();
    let read = stream.take(MAX_LINE).read_until(b'\n', &mut line).await;
    read.map_err(|error| broken(&error.to_string()))?;
    let text = String::from_utf8_lossy(&line);
    let Some(text) = text.strip_suffix("\r\n") else {
        return Err(if line.is_empty() {
            broken("the connection was closed without an answer")
        } else {
            no_redis(&text)
        });
    };
    match text.split_at_checked(1) {
        Some(("+", words)) => Ok(Reply::Good(words.to_owned())),
        Some(("-", words)) => Ok(Reply::Error(words.to_owned())),
        _ => Err(no_redis(text)),
    }
}

fn broken(words: &str) -> ProbeFault {
    fault(ProbeFaultKind::Broken, words)
}

fn no_redis(said: &str) -> ProbeFault {
    broken(&format!("what listens there is no Redis: {}", said.trim_end()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{io::duplex, net::TcpListener};

    use super::*;
    use crate::{model::SecretRef, secrets::HostSecrets};

    #[tokio::test]
    async fn a_password_is_sent_byte_by_byte_and_can_be_no_command() {
        let (ours, mut theirs) = duplex(4096);
        theirs.write_all(b"+OK\r\n+PONG\r\n").await.unwrap();
        let answer = ask(ours, Some(&["bob", "p\r\nss\u{200d}"])).await.unwrap();
        assert_eq!(answer, Reply::Good("PONG".into()));
        let mut said = String::new();
        theirs.read_to_string(&mut said).await.unwrap();
        let auth = "*3\r\n$4\r\nAUTH\r\n$3\r\nbob\r\n$8\r\np\r\nss\u{200d}\r\n";
        let auth = auth.replace("$8", &format!("${}", "p\r\nss\u{200d}".len()));
        assert_eq!(said, format!("{auth}*1\r\n$4\r\nPING\r\n"));
    }

    /// Answers a check with these bytes.
    async fn told(
        answer: &'static str,
        password: Option<&str>,
        answers_are_enough: bool,
    ) -> Result<ProbeAnswer, ProbeFault> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = RedisTarget {
            address: listener.local_addr().unwrap().to_string(),
            user: None,
            password: password.map(|password| SecretRef::Inline(Secret::new(password))),
            answers_are_enough,
        };
        let means = Means::new(Arc::new(HostSecrets::new(vec![], None)));
        let probe = RedisProbe::new(&target, Duration::from_secs(5), &means).unwrap();
        let server = async {
            let (mut peer, _) = listener.accept().await.unwrap();
            let mut asked = [0; 512];
            let _ = peer.read(&mut asked).await.unwrap();
            let _ = peer.write_all(answer.as_bytes()).await;
        };
        tokio::join!(server, probe.check()).1
    }

    #[tokio::test]
    async fn what_redis_says_is_told_in_words() {
        for (answer, password, kind, words) in [
            (
                "-LOADING Redis is loading the dataset in memory\r\n",
                None,
                ProbeFaultKind::Starting,
                "loading its data into memory",
            ),
            (
                "-NOAUTH Authentication required.\r\n",
                None,
                ProbeFaultKind::Authentication,
                "asks for a password (NOAUTH)",
            ),
            (
                "-WRONGPASS invalid username-password pair\r\n-NOAUTH x\r\n",
                Some("x"),
                ProbeFaultKind::Authentication,
                "password refused (WRONGPASS)",
            ),
            (
                "-MASTERDOWN Link with MASTER is down\r\n",
                None,
                ProbeFaultKind::Answer,
                "replica has lost its master (MASTERDOWN)",
            ),
            (
                "-MISCONF Redis cannot write\x1b[2J\r\n",
                None,
                ProbeFaultKind::Answer,
                "MISCONF Redis cannot write␛[2J",
            ),
            (
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                None,
                ProbeFaultKind::Broken,
                "what listens there is no Redis: HTTP/1.1 400 Bad Request",
            ),
            ("", None, ProbeFaultKind::Broken, "the connection was closed without an answer"),
        ] {
            let fault = told(answer, password, false).await.unwrap_err();
            assert_eq!((fault.kind, fault.words.as_str()), (kind, words));
        }
    }

    #[tokio::test]
    async fn without_a_password_an_answer_can_be_enough() {
        let noauth = "-NOAUTH Authentication required.\r\n";
        let answer = told(noauth, None, true).await.unwrap();
        assert_eq!(answer.words.as_str(), "answers, and asks for a password");
        let wrong = told("-WRONGPASS no\r\n", Some("x"), true).await;
        assert_eq!(wrong.unwrap_err().kind, ProbeFaultKind::Authentication);
        assert!(told("-LOADING x\r\n", None, true).await.is_err());
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_read_up_to_its_bound() {
        let endless: &'static str = Box::leak("+".repeat(100_000).into_boxed_str());
        assert_eq!(told(endless, None, false).await.unwrap_err().kind, ProbeFaultKind::Broken);
    }
}
