//! A real Podman engine.

use midwatch::model::Instance;

use crate::{
    containers::{Cli, Containers, unique_name, variable},
    contract::{Harness, Lacks, Role, contract, described_when},
    usage::usage,
};

contract!(harness());
usage!(harness());

fn harness() -> Containers {
    let cli = Cli {
        program: variable("MIDWATCH_TEST_PODMAN_CLI"),
        host: None,
        // Podman leaves the clock to systemd, which is not there on a test machine.
        checks_by_hand: true,
    };
    // On a test machine memory and processes cannot be read (fact E4).
    let lacks = Lacks { health: false, controllers: true };
    Containers::new("podman", &variable("MIDWATCH_TEST_PODMAN"), cli, lacks)
}

#[tokio::test]
async fn it_is_known_for_podman() {
    let info = harness().engine().connect().await.unwrap();
    assert_eq!(info.product.as_str(), "Podman Engine");
}

#[tokio::test]
async fn labels_of_podman_compose_are_read() {
    let podman = harness();
    let name = unique_name();
    let project = format!("--label=io.podman.compose.project={name}");
    let options = [project.as_str(), "--label=com.docker.compose.service=api"];
    let id = podman.run(&name, &options, Role::Talk.script()).await;
    let instance = described_when(&podman, &id, Instance::is_up).await;
    assert_eq!(instance.service.to_string(), format!("{name}/api"));
}
