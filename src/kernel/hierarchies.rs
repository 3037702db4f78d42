//! [`Kernel`]: where control groups are mounted, and which are whose.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use thiserror::Error;

use crate::kernel::{
    files::{self, Files},
    group::{Folders, Group},
    host,
    mounts::{self, Mount},
    numbers,
    root::Root,
    traffic,
};

/// The control groups of a host, and what else is needed to read them.
#[derive(Clone, Debug)]
pub struct Kernel {
    root: Root,
    hierarchies: Vec<Hierarchy>,
    /// The host's memory: a limit that is not below it does not limit.
    host_memory_bytes: Option<u64>,
    host_cores: Option<u32>,
}

/// Which versions of control groups a host has (`cgroups(7)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// None, or none that are mounted here.
    None,
    /// A hierarchy for each controller.
    V1,
    /// One hierarchy for all controllers.
    V2,
    /// Version 1 for most controllers, and version 2 beside it.
    Hybrid,
}

/// Why the control groups of an instance cannot be read here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotReadable {
    /// The process has ended, belongs to another host, or is hidden from us.
    #[error("no process {pid} can be seen here")]
    NoProcess {
        /// Its number.
        pid: u32,
    },
    /// The process has no group of its own, or is not the instance's.
    #[error("process {pid} has no control group of this instance")]
    NotItsOwn {
        /// Its number.
        pid: u32,
    },
    /// There are groups of its own, but outside of what this process is shown.
    #[error("the control group of process {pid} is not mounted here")]
    NotMounted {
        /// Its number.
        pid: u32,
    },
    /// Nothing that counts can be read of its groups.
    #[error("the files of the control group of process {pid} cannot be read")]
    Unreadable {
        /// Its number.
        pid: u32,
    },
}

/// One mount of one hierarchy. There can be several of the same.
#[derive(Clone, Debug)]
struct Hierarchy {
    controllers: Controllers,
    /// The group that is mounted.
    mounted: PathBuf,
    /// Where, below our root.
    point: PathBuf,
}

#[derive(Clone, Debug)]
enum Controllers {
    V1(Vec<String>),
    V2,
}

/// One line of `/proc/<pid>/cgroup`.
struct Membership<'a> {
    /// Separated by commas; empty for version 2.
    controllers: &'a str,
    path: &'a Path,
}

impl Kernel {
    /// Finds out what is mounted. What is mounted later is not seen.
    #[must_use]
    pub fn new(root: Root) -> Self {
        let text = files::read_mounts(&root.join("/proc/self/mountinfo")).unwrap_or_default();
        let hierarchies =
            mounts::parse(&text).filter_map(|mount| Hierarchy::new(&mount, &root)).collect();
        let host_memory_bytes = host_memory(&root);
        let host_cores = host::cores(&root, &mut Files::default());
        Self { root, hierarchies, host_memory_bytes, host_cores }
    }

    /// Which versions of control groups there are.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let has_v2 = self.hierarchies.iter().any(|one| matches!(one.controllers, Controllers::V2));
        let has_v1 = self.hierarchies.iter().any(Hierarchy::is_v1);
        match (has_v1, has_v2) {
            (false, false) => Layout::None,
            (true, false) => Layout::V1,
            (false, true) => Layout::V2,
            (true, true) => Layout::Hybrid,
        }
    }

    /// The groups of the instance that a process belongs to.
    ///
    /// `name` is what a group of its own is named after, such as a container's id; with
    /// every engine and driver a part of the path contains it. So nothing is taken for
    /// an instance's that is not: on a host with both versions, an engine that uses one
    /// of them leaves its processes in groups of the other that they share; a pid can be
    /// of another host, and of another process by now.
    ///
    /// # Errors
    /// When there is no such group here.
    pub(super) fn group(
        &self,
        files: &mut Files,
        pid: u32,
        name: &str,
    ) -> Result<Group, NotReadable> {
        let process = self.root.process(pid);
        let text = files.read(&process, "cgroup").ok_or(NotReadable::NoProcess { pid })?;
        let own: Vec<(Membership<'_>, PathBuf)> = text
            .lines()
            .filter_map(Membership::parse)
            .filter_map(|member| member.own(name).map(|path| (member, path)))
            .collect();
        if own.is_empty() {
            return Err(NotReadable::NotItsOwn { pid });
        }
        let folder = |controller: &str| {
            let (member, path) = own.iter().find(|(member, _)| member.has(controller))?;
            self.hierarchies.iter().find_map(|one| one.folder(member, path))
        };
        let folders = Folders {
            cpu: folder("cpu"),
            cpuacct: folder("cpuacct"),
            memory: folder("memory"),
            blkio: folder("blkio"),
            pids: folder("pids"),
            unified: folder(""),
        };
        if folders.are_none() {
            return Err(NotReadable::NotMounted { pid });
        }
        let network = traffic::own_network(&self.root, process);
        let Self { host_memory_bytes, host_cores, .. } = *self;
        Ok(Group { pid, folders, network, host_memory_bytes, host_cores })
    }
}

fn host_memory(root: &Root) -> Option<u64> {
    let mut files = Files::default();
    let text = files.read(&root.join("/proc"), "meminfo")?;
    numbers::of_meminfo(text, "MemTotal")
}

impl Hierarchy {
    fn new(mount: &Mount<'_>, root: &Root) -> Option<Self> {
        let controllers = match mount.kind {
            "cgroup" => Controllers::V1(mount.options.split(',').map(str::to_owned).collect()),
            "cgroup2" => Controllers::V2,
            _ => return None,
        };
        let point = root.join(&mount.point);
        Some(Self { controllers, mounted: PathBuf::from(&mount.root), point })
    }

    /// Whether it has a controller: systemd has a hierarchy for itself that has none.
    fn is_v1(&self) -> bool {
        match &self.controllers {
            Controllers::V1(options) => !options.iter().any(|option| option.starts_with("name=")),
            Controllers::V2 => false,
        }
    }

    /// The folder of a group, when it is in what is mounted here.
    ///
    /// In a namespace of control groups, paths begin at the namespace's own group, and
    /// what is outside of it begins with `/..`; the mounted group too. There may be a
    /// folder for it, if the mount reaches as far out, but not one that leads back.
    fn folder(&self, member: &Membership<'_>, path: &Path) -> Option<PathBuf> {
        let same = match &self.controllers {
            Controllers::V1(options) => {
                member.controllers().any(|name| options.iter().any(|option| option == name))
            }
            Controllers::V2 => member.controllers.is_empty(),
        };
        let below = path.strip_prefix(&self.mounted).ok().filter(|_| same)?;
        let leads_out = below.components().any(|part| !matches!(part, Component::Normal(_)));
        (!leads_out).then(|| self.point.join(below))
    }
}

impl<'a> Membership<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        // The path itself may have colons.
        let mut fields = line.splitn(3, ':').skip(1);
        Some(Self { controllers: fields.next()?, path: Path::new(fields.next()?) })
    }

    fn controllers(&self) -> impl Iterator<Item = &'a str> {
        self.controllers.split(',').filter(|name| !name.is_empty())
    }

    /// Whether it is of a controller, or of version 2 for a name that is empty.
    fn has(&self, controller: &str) -> bool {
        self.controllers.split(',').any(|name| name == controller)
    }

    /// The path as far as the group that has the name. Limits are set on that one, also
    /// where the processes are in groups below it.
    fn own(&self, name: &str) -> Option<PathBuf> {
        let is_named = |part: Component<'_>| part.as_os_str().to_str().map(|s| s.contains(name));
        let length = 1 + self.path.components().position(|part| is_named(part) == Some(true))?;
        (!name.is_empty()).then(|| self.path.components().take(length).collect())
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no control groups",
            Self::V1 => "control groups v1",
            Self::V2 => "control groups v2",
            Self::Hybrid => "control groups v1 and v2",
        })
    }
}

#[cfg(test)]
#[path = "hierarchies_tests.rs"]
mod tests;
