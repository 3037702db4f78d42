//! [`HostSecrets`]: secrets of this host, for one stack.

use std::{
    env, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{fs::File, io::AsyncReadExt as _, time::timeout};

use super::{SecretError, Secrets, dotenv};
use crate::{
    guarded::{OWN_PROGRAM, Piece, Pipes},
    model::{SecretRef, Stream},
    text::{Clean, redact::Secret},
};

/// More than any secret has; also the most that is read of an environment file.
const MAX_BYTES: u64 = 64 * 1024;

/// How long a command may take, which may have to ask a server.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// Reading or writing by the group and by everybody.
const OTHERS: u32 = 0o066;

/// Finds the secrets of one stack in midwatch's environment, in files and by commands.
#[derive(Clone, Debug)]
pub struct HostSecrets {
    env_files: Vec<PathBuf>,
    commands: Option<PathBuf>,
    shim: PathBuf,
}

impl HostSecrets {
    /// For a stack with these environment files, of which later ones win. Its commands run
    /// in `commands`, the stack file's folder; `None` when they may not run (threat T9).
    #[must_use]
    pub fn new(env_files: Vec<PathBuf>, commands: Option<PathBuf>) -> Self {
        Self { env_files, commands, shim: OWN_PROGRAM.into() }
    }

    /// The same, with another program that has the hidden subcommand.
    #[must_use]
    pub fn with_shim(self, shim: &Path) -> Self {
        Self { shim: shim.into(), ..self }
    }

    async fn in_env_files(&self, key: &str) -> Result<String, SecretError> {
        for file in self.env_files.iter().rev() {
            let text = read(file, Private::No).await?;
            if let Some(value) = dotenv::value(&text, key) {
                return Ok(value);
            }
        }
        Err(SecretError::NotInFiles(Clean::new(key)))
    }

    async fn of_command(&self, words: &[String]) -> Result<String, SecretError> {
        let folder = self.commands.as_deref().ok_or(SecretError::NotApproved)?;
        let failed = |why: &str| SecretError::Command {
            program: Clean::new(words.first().map_or("", String::as_str)),
            why: Clean::new(why),
        };
        let pipes = Pipes::start(words, Some(folder), &self.shim);
        let pipes = pipes.map_err(|error| failed(&error.to_string()))?;
        // What is let go of is killed, with all that it started.
        match timeout(COMMAND_TIMEOUT, printed(pipes)).await {
            Ok(Ok(bytes)) => text(bytes),
            Ok(Err(how)) => Err(failed(&how)),
            Err(_) => Err(failed("it took too long")),
        }
    }
}

#[async_trait]
impl Secrets for HostSecrets {
    async fn secret(&self, of: &SecretRef) -> Result<Secret, SecretError> {
        let value = match of {
            SecretRef::Inline(secret) => return Ok(secret.clone()),
            SecretRef::Env(name) => {
                env::var(name).map_err(|_| SecretError::NotSet(Clean::new(name)))?
            }
            SecretRef::File(file) => read(file, Private::Yes).await?,
            SecretRef::Dotenv(key) => self.in_env_files(key).await?,
            SecretRef::Command(words) => self.of_command(words).await?,
        };
        // Whoever wrote it down by an editor or `echo` has ended its line.
        let value = value.strip_suffix('\n').unwrap_or(&value);
        let value = value.strip_suffix('\r').unwrap_or(value);
        if value.is_empty() {
            return Err(SecretError::Useless("empty"));
        }
        Ok(Secret::new(value))
    }
}

/// What a command printed, its complaints aside: those could hold half a secret.
async fn printed(mut pipes: Pipes) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    loop {
        match pipes.next().await {
            Piece::Printed(Stream::Stdout, bytes) => {
                let left = (MAX_BYTES as usize).saturating_sub(out.len());
                out.extend_from_slice(&bytes[..bytes.len().min(left)]);
            }
            Piece::Printed(..) => {}
            Piece::Ended(end) if end.is_well => return Ok(out),
            Piece::Ended(end) => return Err(end.how),
        }
    }
}

/// Whether a file may be its owner's alone. Environment files are Compose's too, and often
/// everybody's; a file for one secret has no such excuse.
#[derive(Clone, Copy, PartialEq)]
enum Private {
    Yes,
    No,
}

async fn read(path: &Path, private: Private) -> Result<String, SecretError> {
    let failed = |error: io::Error| SecretError::Unreadable {
        file: path.into(),
        why: Clean::new(&error.to_string()),
    };
    let file = File::open(path).await.map_err(failed)?;
    // The opened file is asked, not its name: that could be another's by now.
    let mode = file.metadata().await.map_err(failed)?.permissions().mode();
    if private == Private::Yes && mode & OTHERS != 0 {
        return Err(SecretError::ReadableByOthers(path.into()));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).await.map_err(failed)?;
    text(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, SecretError> {
    String::from_utf8(bytes).map_err(|_| SecretError::Useless("no text"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn write(folder: &TempDir, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    async fn found(secrets: &HostSecrets, of: SecretRef) -> Result<String, String> {
        let secret = secrets.secret(&of).await;
        secret.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_file_gives_its_text_without_its_line_end_and_only_when_it_is_private() {
        let folder = TempDir::new().unwrap();
        let secrets = HostSecrets::new(vec![], None);
        let private = write(&folder, "private", " hun\u{200d}ter2 \r\n", 0o600);
        assert_eq!(found(&secrets, SecretRef::File(private)).await.unwrap(), " hun\u{200d}ter2 ");
        for mode in [0o640, 0o604] {
            let open = write(&folder, "open", "hunter2", mode);
            let error = found(&secrets, SecretRef::File(open)).await.unwrap_err();
            assert!(error.contains("chmod 600"), "{error}");
        }
        let empty = write(&folder, "empty", "\n", 0o600);
        assert_eq!(
            found(&secrets, SecretRef::File(empty)).await.unwrap_err(),
            "what was found is empty"
        );
        let absent = folder.path().join("absent");
        assert!(found(&secrets, SecretRef::File(absent)).await.is_err());
    }

    #[tokio::test]
    async fn a_changed_file_is_read_again() {
        let folder = TempDir::new().unwrap();
        let secrets = HostSecrets::new(vec![], None);
        let file = write(&folder, "pw", "one", 0o600);
        assert_eq!(found(&secrets, SecretRef::File(file.clone())).await.unwrap(), "one");
        write(&folder, "pw", "two", 0o600);
        assert_eq!(found(&secrets, SecretRef::File(file)).await.unwrap(), "two");
    }

    #[tokio::test]
    async fn later_environment_files_win() {
        let folder = TempDir::new().unwrap();
        let files = vec![
            write(&folder, "a", "PW=a\nONLY=x\n", 0o644),
            write(&folder, "b", "PW=b\n", 0o644),
        ];
        let secrets = HostSecrets::new(files, None);
        assert_eq!(found(&secrets, SecretRef::Dotenv("PW".into())).await.unwrap(), "b");
        assert_eq!(found(&secrets, SecretRef::Dotenv("ONLY".into())).await.unwrap(), "x");
        let error = found(&secrets, SecretRef::Dotenv("NONE".into())).await.unwrap_err();
        assert_eq!(error, "no environment file has the key NONE");
    }

    #[tokio::test]
    async fn the_environment_is_asked_by_name() {
        let secrets = HostSecrets::new(vec![], None);
        assert!(found(&secrets, SecretRef::Env("PATH".into())).await.is_ok());
        let error = found(&secrets, SecretRef::Env("MIDWATCH_NO_SUCH".into())).await.unwrap_err();
        assert_eq!(error, "the variable MIDWATCH_NO_SUCH is not set");
    }

    #[tokio::test]
    async fn no_command_of_a_stack_file_runs_before_it_is_approved() {
        let secrets = HostSecrets::new(vec![], None);
        let command = SecretRef::Command(vec!["pass".into(), "show".into()]);
        let error = found(&secrets, command).await.unwrap_err();
        assert!(error.contains("approve"), "{error}");
    }
}
