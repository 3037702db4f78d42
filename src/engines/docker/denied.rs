//! Permission denied: which group the socket belongs to, and how to join it.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use crate::engines::{EngineError, docker::endpoint::Endpoint};

/// Who may use a socket.
struct Owner {
    group: String,
    mode: u32,
}

impl Owner {
    fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        Some(Self { group: group_name(&groups, meta.gid()), mode: meta.mode() })
    }
}

/// The name of a group in a file like `/etc/group`, or its number.
fn group_name(groups: &str, gid: u32) -> String {
    let named = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(gid)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| gid.to_string())
}

/// Says who may use the socket that we may not.
pub(super) fn denied(endpoint: &Endpoint, path: &Path) -> EngineError {
    let owner = Owner::of(path);
    EngineError::Denied { endpoint: endpoint.to_string(), remedy: remedy(owner.as_ref()) }
}

fn remedy(owner: Option<&Owner>) -> String {
    const GROUP_MAY_WRITE: u32 = 0o020;
    match owner {
        Some(Owner { group, mode }) if mode & GROUP_MAY_WRITE != 0 && group != "root" => format!(
            "the socket belongs to the group `{group}`: `sudo usermod -aG {group} $USER`, \
             then log in again (whoever is in it can do anything on this host)"
        ),
        Some(_) => "only root may use this socket; a rootless engine needs no such right".into(),
        None => "the folder of the socket is closed to you; which engine is yours to use?".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_socket_names_the_group_to_join() {
        let owner = Owner { group: "docker".into(), mode: 0o140_660 };
        assert!(remedy(Some(&owner)).contains("sudo usermod -aG docker $USER"));
        let owner = Owner { group: "root".into(), mode: 0o140_600 };
        assert!(remedy(Some(&owner)).starts_with("only root"));
        assert!(remedy(None).contains("the folder of the socket"));
    }

    #[test]
    fn groups_are_named_where_they_have_a_name() {
        let file = "root:x:0:\ndocker:x:998:bob\nbroken\n";
        assert_eq!(group_name(file, 998), "docker");
        assert_eq!(group_name(file, 4242), "4242");
    }
}
