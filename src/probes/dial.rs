//! [`Address`]: where a probe connects to, and how a connection that fails is told.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
};

use tokio::{net::TcpStream, sync::Semaphore, task::spawn_blocking};

use super::{
    deadline::Deadline,
    fault::{fault, invalid},
};
use crate::{
    model::{ProbeFault, ProbeFaultKind},
    text::redact,
};

/// How many names are looked up at once. The resolver of the system takes a thread for each,
/// and keeps it as long as a name server does not answer.
const LOOKUPS: usize = 8;

/// A host, by name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Without brackets.
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Reads `host:port`, `1.2.3.4:80` or `[::1]:80`.
    pub(super) fn parse(text: &str) -> Result<Self, ProbeFault> {
        let read = || {
            let (host, port) = text.rsplit_once(':')?;
            let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            let host = bare.unwrap_or(host);
            let is_host = !host.is_empty()
                && !host.contains(|c: char| c.is_whitespace() || "/@{}".contains(c))
                && (bare.is_some() || !host.contains(':'));
            is_host.then_some(Self { host: host.to_owned(), port: port.parse().ok()? })
        };
        read().ok_or_else(|| invalid(format!("`{}` is not host:port", redact::mask_urls(text))))
    }

    /// Connects to the first of the host's addresses that lets it.
    pub(super) async fn connect(&self, deadline: Deadline) -> Result<TcpStream, ProbeFault> {
        let addresses = deadline.wait(&format!("address for {}", self.host), self.find()).await?;
        deadline.wait(&format!("connection to {self}"), self.connect_any(addresses)).await
    }

    async fn find(&self) -> Result<Vec<SocketAddr>, ProbeFault> {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, self.port)]);
        }
        let found = lookup(&self.host).await?;
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect())
    }

    async fn connect_any(&self, addresses: Vec<SocketAddr>) -> Result<TcpStream, ProbeFault> {
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Small questions that wait for small answers: nothing to gather.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => last = Some(self.fault(address, &error)),
            }
        }
        Err(last.unwrap_or_else(|| no_address(&self.host)))
    }

    fn fault(&self, tried: SocketAddr, error: &io::Error) -> ProbeFault {
        let at = match self.host.parse::<IpAddr>() {
            Ok(_) => self.to_string(),
            Err(_) => format!("{self} ({})", tried.ip()),
        };
        match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                fault(ProbeFaultKind::Refused, format!("connection refused at {at}"))
            }
            io::ErrorKind::TimedOut => {
                fault(ProbeFaultKind::Timeout, format!("no connection to {at}"))
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                fault(ProbeFaultKind::Unreachable, format!("no way to {at}"))
            }
            _ => fault(ProbeFaultKind::Unreachable, format!("no connection to {at}: {error}")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// The addresses of a name, as this host resolves it.
pub(super) async fn lookup(name: &str) -> Result<Vec<IpAddr>, ProbeFault> {
    static TURNS: Semaphore = Semaphore::const_new(LOOKUPS);
    let turn = TURNS.acquire().await;
    let host = name.to_owned();
    let found = spawn_blocking(move || {
        // Until the resolver is done with it, also when nobody waits for that any more.
        let _turn = turn;
        let found = (host.as_str(), 0).to_socket_addrs()?;
        Ok::<_, io::Error>(found.map(|address| address.ip()).collect::<Vec<_>>())
    });
    match found.await {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        Ok(Err(error)) => {
            let error = error.to_string();
            let why = error.rsplit_once(": ").map_or(error.as_str(), |(_, why)| why);
            Err(fault(ProbeFaultKind::Name, format!("no address for {name}: {why}")))
        }
        Ok(Ok(_)) | Err(_) => Err(no_address(name)),
    }
}

fn no_address(name: &str) -> ProbeFault {
    fault(ProbeFaultKind::Name, format!("no address for {name}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_address_needs_a_host_and_a_port() {
        for text in [
            "localhost",
            ":80",
            "localhost:",
            "localhost:http",
            "localhost:65536",
            "::1:80",
            "http://x:80",
            "{host}:80",
            "a b:80",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        for text in ["localhost:80", "[::1]:80", "10.0.0.1:5432", "my_db:5432"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        let masked = Address::parse("redis://bob:hunter2@x").unwrap_err();
        assert!(!masked.words.as_str().contains("hunter2"), "{masked:?}");
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_told_from_a_host_that_refuses() {
        let deadline = Deadline::within(Duration::from_secs(10));
        let nobody = Address::parse("nobody.invalid:80").unwrap();
        let fault = nobody.connect(deadline).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Name);
        assert!(fault.words.as_str().starts_with("no address for nobody.invalid"), "{fault:?}");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let fault = Address::parse(&address).unwrap().connect(deadline).await.unwrap_err();
        assert_eq!(fault.kind, ProbeFaultKind::Refused);
        assert_eq!(fault.words.as_str(), format!("connection refused at {address}"));
    }
}
