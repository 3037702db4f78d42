//! A real PostgreSQL.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

use super::{Server, folder, free_port, run};

/// The one who may do everything.
pub(crate) const OWNER: &str = "owner";
/// A user like those of applications.
pub(crate) const USER: &str = "ap_user";
/// The password of both, with what is special in URLs, shells and files.
pub(crate) const PASSWORD: &str = "p'a$s \"w\\ö:rd@/";

/// A server with a database named `app`.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    server: Server,
    data: PathBuf,
    folder: TempDir,
}

impl Postgres {
    /// Makes a cluster and starts it, with these settings.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let folder = folder(true);
        let data = folder.path().join("data");
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        let word = format!("--pwfile={}", password.display());
        let data_word = format!("--pgdata={}", data.display());
        let user = format!("--username={OWNER}");
        run(
            "initdb",
            &[&data_word, &user, &word, "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8"],
            folder.path(),
        );
        let port = free_port();
        let server = serve(&data, port, settings, "ready to accept connections");
        Self { port, server, data, folder }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        self.server.said()
    }

    /// Writes another rule before those of who may connect, for when they are read again.
    pub(crate) fn rule_first(&self, rule: &str) {
        let file = self.data.join("pg_hba.conf");
        let rules = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{rule}\n{rules}")).unwrap();
    }

    /// Stops it and starts it again as one that follows another, which never comes; until it
    /// says something.
    pub(crate) fn restart_as_standby(self, settings: &[&str], said: &str) -> Self {
        let Self { port, server, data, folder } = self;
        let data_word = format!("--pgdata={}", data.display());
        run("pg_ctl", &["stop", "--mode=fast", &data_word], folder.path());
        drop(server);
        fs::write(data.join("standby.signal"), "").unwrap();
        let server = serve(&data, port, settings, said);
        Self { port, server, data, folder }
    }

    /// A connection of the owner.
    pub(crate) async fn connect(&self, user: &str) -> Client {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(user).password(PASSWORD).dbname("postgres");
        let stream = tokio::net::TcpStream::connect(self.address()).await.unwrap();
        let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Makes the user and the database of an application.
    pub(crate) async fn make_application(&self) {
        let client = self.connect(OWNER).await;
        let password = PASSWORD.replace('\'', "''");
        let user = format!("CREATE ROLE {USER} LOGIN PASSWORD '{password}'");
        client.batch_execute(&user).await.unwrap();
        client.batch_execute("CREATE DATABASE app").await.unwrap();
        client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    }
}

fn serve(data: &Path, port: u16, settings: &[&str], said: &str) -> Server {
    let port_word = port.to_string();
    let data_word = data.display().to_string();
    let mut args = vec!["-D", &data_word, "-p", &port_word, "-h", "127.0.0.1"];
    let always = ["unix_socket_directories=", "fsync=off", "shared_buffers=16MB"];
    for setting in always.iter().chain(settings) {
        args.extend(["-c", setting]);
    }
    let mut server = Server::start("postgres", &args, data.parent().unwrap());
    server.until_said(said);
    server
}
