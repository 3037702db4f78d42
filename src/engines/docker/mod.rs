//! Docker and Podman, over the Docker API.
