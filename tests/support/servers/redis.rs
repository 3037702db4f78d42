//! A real Redis.

use std::io::{BufRead as _, BufReader, Write as _};
use std::{net::TcpStream, path::Path};

use tempfile::TempDir;

use super::{Server, folder, free_port};

/// A server.
pub(crate) struct Redis {
    pub(crate) port: u16,
    server: Server,
    folder: TempDir,
}

impl Redis {
    /// Starts one with these words on its command line.
    pub(crate) fn start(args: &[&str]) -> Self {
        let folder = folder(false);
        let (port, server) = serve(folder.path(), args);
        Self { port, server, folder }
    }

    /// Kills it and starts another one on its data.
    pub(crate) fn restart(self, args: &[&str]) -> Self {
        let Self { server, folder, .. } = self;
        drop(server);
        let (port, server) = serve(folder.path(), args);
        Self { port, server, folder }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Says a line and gives the first line of the answer.
    pub(crate) fn say(&self, line: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

fn serve(folder: &Path, args: &[&str]) -> (u16, Server) {
    let port = free_port();
    let port_word = port.to_string();
    let folder_word = folder.display().to_string();
    let mut all = vec!["--port", &port_word, "--bind", "127.0.0.1", "--dir", &folder_word];
    all.extend(["--save", "", "--enable-debug-command", "yes"]);
    all.extend(args);
    let mut server = Server::start("redis-server", &all, folder);
    server.until_listening(port);
    (port, server)
}
