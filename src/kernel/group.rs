//! [`Group`]: the control groups of one instance, and which of their files tell what.

use std::path::PathBuf;

use crate::kernel::{
    files::Files,
    reading::{Limits, Reading},
    traffic, v1, v2,
};

/// Where one instance's numbers are.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub pid: u32,
    pub folders: Folders,
    /// The folder of a process in its network.
    pub network: Option<PathBuf>,
    pub host_memory_bytes: Option<u64>,
    pub host_cores: Option<u32>,
}

/// The groups that are the instance's own: of controllers of version 1, and of version 2.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    pub cpu: Option<PathBuf>,
    pub cpuacct: Option<PathBuf>,
    pub memory: Option<PathBuf>,
    pub blkio: Option<PathBuf>,
    pub pids: Option<PathBuf>,
    pub unified: Option<PathBuf>,
}

impl Folders {
    pub(super) fn are_none(&self) -> bool {
        let v1 = [&self.cpu, &self.cpuacct, &self.memory, &self.blkio, &self.pids];
        v1.into_iter().chain([&self.unified]).all(Option::is_none)
    }
}

impl Group {
    /// What the instance may use. It changes seldom, so whoever reads often may keep it.
    pub(super) fn limits(&self, files: &mut Files) -> Limits {
        let mut limits = Limits::default();
        if let Some(unified) = &self.folders.unified {
            limits = v2::limits(files, unified);
        }
        if let Some(cpu) = &self.folders.cpu {
            limits.cpu_cores = v1::cpu_limit_cores(files, cpu);
        }
        if let Some(memory) = &self.folders.memory {
            limits.memory_bytes = v1::memory_limit_bytes(files, memory);
        }
        let below_host =
            |limit: &u64| *limit > 0 && self.host_memory_bytes.is_none_or(|host| *limit < host);
        limits.memory_bytes = limits.memory_bytes.filter(below_host);
        limits
    }

    /// What the instance uses now. Each thing is told by the hierarchy that has its
    /// controller: where there is a group of version 1 for it, version 2 has it not.
    pub(super) fn read(&self, files: &mut Files, limits: Limits) -> Reading {
        let host_cores = self.host_cores;
        let mut reading = Reading { limits, host_cores, ..Reading::now(self.pid) };
        self.read_cpu(files, &mut reading);
        let Folders { memory, blkio, pids, unified, .. } = &self.folders;
        match (memory, unified) {
            (Some(memory), _) => v1::read_memory(files, memory, &mut reading),
            (None, Some(unified)) => v2::read_memory(files, unified, &mut reading),
            (None, None) => {}
        }
        match (blkio, unified) {
            (Some(blkio), _) => v1::read_disk(files, blkio, &mut reading),
            (None, Some(unified)) => v2::read_disk(files, unified, &mut reading),
            (None, None) => {}
        }
        reading.processes = match (pids, unified) {
            (Some(pids), _) => v1::processes(files, pids),
            (None, Some(unified)) => v2::processes(files, unified),
            (None, None) => None,
        };
        if let Some(unified) = unified {
            v2::read_pressure(files, unified, &mut reading);
        }
        let network = self.network.as_deref();
        reading.with_traffic(network.and_then(|folder| traffic::read(files, folder, |_| true)))
    }

    fn read_cpu(&self, files: &mut Files, reading: &mut Reading) {
        let Folders { cpu, cpuacct, unified, .. } = &self.folders;
        if let (None, Some(unified)) = (cpuacct, unified) {
            v2::read_cpu(files, unified, reading);
        }
        if let Some(cpuacct) = cpuacct {
            reading.cpu_nanos = v1::cpu_nanos(files, cpuacct);
        }
        if let Some(cpu) = cpu {
            reading.throttling = v1::throttling(files, cpu);
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
