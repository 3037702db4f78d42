//! [`Truth`]: what the kernel's files say of a container, read plainly, to compare with.

use std::{fs, path::PathBuf};

use midwatch::model::InstanceId;

/// Where the kernel keeps a container's numbers: version 1 of control groups where the
/// container has groups of its own there, version 2 otherwise.
pub(crate) struct Truth {
    pid: u32,
    name: String,
}

impl Truth {
    pub(crate) fn of(pid: u32, id: &InstanceId) -> Self {
        Self { pid, name: id.as_str().to_owned() }
    }

    /// CPU time in nanoseconds.
    pub(crate) fn cpu_nanos(&self) -> f64 {
        match self.file("cpuacct", "cpuacct.usage") {
            Some(usage) => usage.trim().parse().unwrap(),
            None => self.unified("cpu.stat", "usage_usec") * 1000.0,
        }
    }

    /// Memory without the file cache that is not in use, in bytes.
    pub(crate) fn memory_bytes(&self) -> f64 {
        match self.file("memory", "memory.usage_in_bytes") {
            Some(usage) => {
                let stat = self.file("memory", "memory.stat").unwrap();
                usage.trim().parse::<f64>().unwrap() - field(&stat, "total_inactive_file")
            }
            None => {
                self.unified("memory.current", "") - self.unified("memory.stat", "inactive_file")
            }
        }
    }

    /// How many of its processes were killed for memory.
    pub(crate) fn oom_kills(&self) -> f64 {
        match self.file("memory", "memory.oom_control") {
            Some(control) => field(&control, "oom_kill"),
            None => self.unified("memory.events", "oom_kill"),
        }
    }

    /// Bytes written to disks.
    pub(crate) fn written_bytes(&self) -> f64 {
        let v1 = self.file("blkio", "blkio.throttle.io_service_bytes_recursive");
        let text = v1.or_else(|| self.file("", "io.stat")).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let v1 = words.windows(2).filter(|two| two[0] == "Write").map(|two| two[1]);
        let v2 = words.iter().filter_map(|word| word.strip_prefix("wbytes="));
        v1.chain(v2).map(|bytes| bytes.parse::<f64>().unwrap()).sum()
    }

    /// Bytes sent, over all networks but the loopback.
    pub(crate) fn sent_bytes(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/net/dev", self.pid)).unwrap();
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let lines = lines.filter(|(name, _)| name.trim() != "lo");
        lines.map(|(_, all)| all.split_whitespace().nth(8).unwrap().parse::<f64>().unwrap()).sum()
    }

    fn unified(&self, name: &str, key: &str) -> f64 {
        let text = self.file("", name).unwrap_or_else(|| panic!("there is no {name}"));
        field(&text, key)
    }

    /// A file of its own group of a controller, of version 2 for none.
    fn file(&self, controller: &str, name: &str) -> Option<String> {
        let groups = fs::read_to_string(format!("/proc/{}/cgroup", self.pid)).unwrap();
        let group = groups.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let controllers = fields.next()?;
            let path = fields.next().filter(|path| path.contains(&self.name))?;
            controllers.split(',').any(|one| one == controller).then_some(path)
        })?;
        let places = match controller {
            "" => ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(PathBuf::from).to_vec(),
            _ => vec![PathBuf::from("/sys/fs/cgroup").join(controller)],
        };
        let file = |place: PathBuf| place.join(group.trim_start_matches('/')).join(name);
        places.into_iter().find_map(|place| fs::read_to_string(file(place)).ok())
    }
}

/// The number behind a key; the first one when there is no key.
fn field(text: &str, key: &str) -> f64 {
    let line = |line: &str| match key {
        "" => line.trim().parse().ok(),
        _ => line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok(),
    };
    text.lines().find_map(line).unwrap_or_else(|| panic!("there is no {key} in {text}"))
}
