//! Docker and Podman, over the Docker API.

mod context;
mod endpoint;
mod find;

pub use endpoint::{Endpoint, SshTarget, TlsFiles, TlsIdentity};
pub use find::{Candidate, Environment, Kind, Where, choose, find};
