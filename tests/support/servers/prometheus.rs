//! A real Prometheus and a real Alertmanager.

use std::fs;

use tempfile::TempDir;

use super::{Server, folder, free_port};

/// A Prometheus or an Alertmanager.
pub(crate) struct Running {
    pub(crate) port: u16,
    _server: Server,
    _folder: TempDir,
}

impl Running {
    /// Where it is asked.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Starts Prometheus with a configuration, as in `prometheus.yml`.
pub(crate) fn prometheus(configuration: &str) -> Running {
    let folder = folder(false);
    let port = free_port();
    fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let data = format!("--storage.tsdb.path={}", folder.path().join("data").display());
    let args = ["--config.file=prometheus.yml", &listen, &data];
    started("prometheus", &args, folder, port)
}

/// Starts Alertmanager, which sends nothing to anybody.
pub(crate) fn alertmanager() -> Running {
    let folder = folder(false);
    let port = free_port();
    let configuration = "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n";
    fs::write(folder.path().join("alertmanager.yml"), configuration).unwrap();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let data = format!("--storage.path={}", folder.path().join("data").display());
    let args = ["--config.file=alertmanager.yml", &listen, &data, "--cluster.listen-address="];
    started("prometheus-alertmanager", &args, folder, port)
}

fn started(program: &str, args: &[&str], folder: TempDir, port: u16) -> Running {
    let mut server = Server::start(program, args, folder.path());
    server.until_listening(port);
    Running { port, _server: server, _folder: folder }
}
