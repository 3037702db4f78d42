//! A small HTTP server that answers what it is told to.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
    task::JoinSet,
};

/// Answers every connection with the same bytes, for as long as it lives.
pub(crate) struct Endpoint {
    pub(crate) address: String,
    /// What it was asked.
    pub(crate) requests: mpsc::UnboundedReceiver<String>,
    _task: JoinSet<()>,
}

impl Endpoint {
    pub(crate) async fn answering(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, requests) = mpsc::unbounded_channel();
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                let (mut peer, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let read = peer.read(&mut request).await.unwrap_or(0);
                let _ = asked.send(String::from_utf8_lossy(&request[..read]).into_owned());
                // Whoever has read enough hangs up.
                let _ = peer.write_all(&answer).await;
                let _ = peer.shutdown().await;
            }
        });
        Self { address, requests, _task: task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }
}

/// An answer with these headers.
pub(crate) fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}
