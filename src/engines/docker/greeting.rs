//! [`Greeting`]: what an engine says of itself in the head of any answer.

use hyper::HeaderMap;

/// Who answered, in which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    /// `Docker` or `Libpod`, or whatever else calls itself an engine.
    pub(super) server: String,
    /// The version of that.
    pub(super) version: String,
    /// The newest version of the API that it offers.
    pub(super) api: (u32, u32),
}

impl Greeting {
    /// Reads it; `None` when what answered is no engine.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (major, minor) = header("api-version")?.split_once('.')?;
        // Such as `Docker/20.10.24 (linux)`.
        let product = header("server").unwrap_or_default().split(' ').next().unwrap_or_default();
        let (server, version) = product.split_once('/').unwrap_or((product, ""));
        Some(Self {
            server: server.into(),
            version: version.into(),
            api: (major.parse().ok()?, minor.parse().ok()?),
        })
    }

    pub(super) fn is_podman(&self) -> bool {
        self.server == "Libpod"
    }

    /// What it is, in the words that people know.
    pub(super) fn product(&self) -> &str {
        match self.server.as_str() {
            "Docker" => "Docker Engine",
            "Libpod" => "Podman Engine",
            "" => "container engine",
            other => other,
        }
    }
}
