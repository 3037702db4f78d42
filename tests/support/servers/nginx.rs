//! A real nginx.

use std::{fmt::Write as _, fs, path::Path};

use tempfile::TempDir;

use super::{Server, certificates::Pair, folder, free_port};

/// A server with one port for each of its sites.
pub(crate) struct Nginx {
    server: Server,
    _folder: TempDir,
}

/// What is served at a port.
pub(crate) struct Site {
    pub(crate) port: u16,
    text: String,
}

impl Site {
    /// Without encryption.
    pub(crate) fn plain(directives: &str) -> Self {
        let port = free_port();
        let text = format!("listen 127.0.0.1:{port}; {directives}");
        Self { port, text }
    }

    /// With a certificate and these versions, such as `TLSv1.2 TLSv1.3`.
    pub(crate) fn encrypted(pair: &Pair, versions: &str) -> Self {
        let port = free_port();
        let (cert, key) = (pair.cert.display(), pair.key.display());
        // Suites of any age, where old versions are wanted.
        let suites = "ssl_ciphers ALL:@SECLEVEL=0;";
        let text = format!(
            "listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key}; \
             ssl_protocols {versions}; {suites} location / {{ return 200 ready; }}"
        );
        Self { port, text }
    }

    /// With a certificate, and every request written down with its user.
    pub(crate) fn logged(pair: &Pair) -> Self {
        let Self { port, text } = Self::encrypted(pair, "TLSv1.2 TLSv1.3");
        Self { port, text: format!("{text} access_log /dev/stdout asked;") }
    }
}

impl Nginx {
    /// A folder for its certificates, to be given to [`Nginx::start`].
    pub(crate) fn folder() -> TempDir {
        folder(false)
    }

    /// Starts it with these sites.
    pub(crate) fn start(folder: TempDir, sites: &[&Site]) -> Self {
        fs::write(folder.path().join("nginx.conf"), configuration(folder.path(), sites)).unwrap();
        let prefix = folder.path().display().to_string();
        let mut server =
            Server::start("nginx", &["-p", &prefix, "-c", "nginx.conf"], folder.path());
        for site in sites {
            server.until_listening(site.port);
        }
        Self { server, _folder: folder }
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        self.server.said()
    }
}

fn configuration(folder: &Path, sites: &[&Site]) -> String {
    let mut servers = String::new();
    for site in sites {
        writeln!(servers, "server {{ {} }}", site.text).unwrap();
    }
    let mut temporary = String::new();
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        writeln!(temporary, "{kind}_temp_path {}/{kind};", folder.display()).unwrap();
    }
    format!(
        "daemon off; master_process off; pid {}/pid; error_log stderr; events {{}}\n\
         http {{ log_format asked 'asked by $remote_user'; access_log off; {temporary} {servers} }}\n",
        folder.display()
    )
}
