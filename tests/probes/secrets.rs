//! Secrets that commands give.

use midwatch::{
    model::SecretRef,
    secrets::{HostSecrets, Secrets as _},
};
use tempfile::TempDir;

use crate::asking::shim;

async fn told(script: &str) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    let secrets = HostSecrets::new(vec![], Some(folder.path().into())).with_shim(shim());
    let command = SecretRef::Command(["sh", "-c", script].map(str::to_owned).to_vec());
    let found = secrets.secret(&command).await;
    found.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_command_gives_what_it_prints() {
    assert_eq!(told("echo 'hun ter2'; echo noise >&2").await.unwrap(), "hun ter2");
}

#[tokio::test]
async fn a_command_that_fails_is_told_without_anything_that_it_printed() {
    let error = told("echo hunter2; echo hunter2 >&2; exit 3").await.unwrap_err();
    assert_eq!(error, "the command sh did not give it: exit 3");
    assert_eq!(told("true").await.unwrap_err(), "what was found is empty");
}
