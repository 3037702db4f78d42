//! midwatch's own log: to a file, and only when it was asked for.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt};

use crate::cli::CliError;

/// A subscriber that writes to a file.
pub type OwnLog = Box<dyn Subscriber + Send + Sync>;

/// What is written unless `MIDWATCH_LOG` says otherwise.
const LEVEL: &str = "midwatch=info";

/// Opens the file for midwatch's own log. What it holds is for its owner alone (threat T18).
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_own_log(file: &Path) -> Result<OwnLog, CliError> {
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(file);
    let opened = opened.map_err(CliError::system(format!("write to {}", file.display())))?;
    let filter = EnvFilter::try_from_env("MIDWATCH_LOG").unwrap_or_else(|_| EnvFilter::new(LEVEL));
    let subscriber = fmt().with_env_filter(filter).with_ansi(false).with_writer(opened).finish();
    Ok(Box::new(subscriber))
}
