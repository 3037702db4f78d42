//! What `/proc` tells of processes: who belongs to whom, and what they use.

use std::{collections::HashMap, fs, io::Read, path::Path, time::Instant};

use rustix::process::Pid;

/// More than any line of `/proc/<pid>/stat` or `statm` has (52 numbers and a name of 64 bytes).
const MAX_STAT_BYTES: usize = 2048;

/// All processes of this host at one moment.
#[derive(Debug)]
pub(super) struct Table {
    /// When it was read.
    pub at: Instant,
    stats: HashMap<u32, Stat>,
    children: HashMap<u32, Vec<u32>>,
}

/// What the processes of one instance use, all in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time since the beginning, in clock ticks.
    pub cpu_ticks: u64,
    /// Anonymous memory in pages: what the kernel cannot drop.
    pub memory_pages: u64,
    /// Processes and threads.
    pub threads: u64,
}

/// The fields of `/proc/<pid>/stat` that we use (`proc_pid_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    cpu_ticks: u64,
    threads: u64,
}

impl Table {
    /// Reads all processes. One pass over `/proc`: a kernel need not have the files that
    /// name a process's children.
    pub(super) fn read() -> Self {
        let at = Instant::now();
        let stats: HashMap<u32, Stat> =
            pids().filter_map(|pid| Some((pid, read_stat(pid)?))).collect();
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for (pid, stat) in &stats {
            children.entry(stat.parent).or_default().push(*pid);
        }
        Self { at, stats, children }
    }

    /// What the processes below a guardian use; `None` when the guardian is gone.
    ///
    /// The guardian is the reaper of all that descend from it, so its tree is exactly the
    /// instance; a process can leave its group or session, but not this tree. CPU time
    /// counts children that were waited for (`cutime`, `cstime`), the guardian's too,
    /// so that short-lived processes are not lost. Memory that a process shares with
    /// the one that forked it counts for both.
    pub(super) fn usage_below(&self, guardian: u32) -> Option<Usage> {
        let own = self.stats.get(&guardian)?;
        let mut usage = Usage { cpu_ticks: own.cpu_ticks, ..Usage::default() };
        let mut open = self.children_of(guardian).to_vec();
        while let Some(pid) = open.pop() {
            let Some(stat) = self.stats.get(&pid) else { continue };
            usage.cpu_ticks = usage.cpu_ticks.saturating_add(stat.cpu_ticks);
            usage.threads = usage.threads.saturating_add(stat.threads);
            usage.memory_pages = usage.memory_pages.saturating_add(read_memory(pid).unwrap_or(0));
            open.extend(self.children_of(pid));
        }
        Some(usage)
    }

    fn children_of(&self, pid: u32) -> &[u32] {
        self.children.get(&pid).map_or(&[], Vec::as_slice)
    }
}

/// The children that a process has now, zombies included.
pub(super) fn children_of(parent: Pid) -> Vec<Pid> {
    let parent = parent.as_raw_nonzero().get().cast_unsigned();
    pids()
        .filter(|pid| read_stat(*pid).is_some_and(|stat| stat.parent == parent))
        .filter_map(|pid| Pid::from_raw(pid.cast_signed()))
        .collect()
}

/// All process ids; none where there is no `/proc`.
fn pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn read_stat(pid: u32) -> Option<Stat> {
    parse_stat(&read_small(Path::new(&format!("/proc/{pid}/stat")))?)
}

fn read_memory(pid: u32) -> Option<u64> {
    parse_statm(&read_small(Path::new(&format!("/proc/{pid}/statm")))?)
}

/// Reads a file of `/proc` in one call, without asking for its size, which is always 0.
fn read_small(path: &Path) -> Option<String> {
    let mut buffer = [0; MAX_STAT_BYTES];
    let length = fs::File::open(path).ok()?.read(&mut buffer).ok()?;
    Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

/// The program's name stands in brackets and may itself contain brackets and blanks, so
/// the fields are counted from the last closing one.
fn parse_stat(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    // Field 3 (state) is the first here.
    let field = |number: usize| fields.get(number - 3).copied();
    let count = |number: usize| field(number)?.parse::<u64>().ok();
    Some(Stat {
        parent: field(4)?.parse().ok()?,
        cpu_ticks: (14..=17).try_fold(0, |sum: u64, number| sum.checked_add(count(number)?))?,
        threads: count(20)?,
    })
}

/// Resident pages that belong to no file and no shared segment: `resident - shared`.
fn parse_statm(text: &str) -> Option<u64> {
    let mut fields = text.split_ascii_whitespace().skip(1);
    let resident: u64 = fields.next()?.parse().ok()?;
    let shared: u64 = fields.next()?.parse().ok()?;
    Some(resident.saturating_sub(shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Captured from Linux 6.1; the name is one that a hostile program could take.
    const STAT: &str = "4071 (a) S 1 (b) S 4070 4071 4071 0 -1 4194560 9107 310 0 1 152 48 7 3 20 0 \
                        12 0 93215 1255796736 11408 18446744073709551615 1 1 0 0 0 0 0 16781312";

    #[test]
    fn stat_is_read_from_behind_the_name() {
        assert_eq!(parse_stat(STAT), Some(Stat { parent: 4070, cpu_ticks: 210, threads: 12 }));
        assert_eq!(parse_stat("4071 (short) S 1"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn memory_is_what_the_kernel_cannot_drop() {
        assert_eq!(parse_statm("306591 11408 6305 5312 0 40265 0\n"), Some(5103));
        assert_eq!(parse_statm("1 2"), None);
    }

    #[test]
    fn a_child_is_found_and_counted() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        let usage = Table::read().usage_below(std::process::id()).unwrap();
        let children = children_of(rustix::process::getpid());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(usage.threads > 0 && usage.memory_pages > 0, "{usage:?}");
        assert!(children.contains(&Pid::from_child(&child)));
        assert!(!children_of(rustix::process::getpid()).contains(&Pid::from_child(&child)));
    }

    #[test]
    fn a_guardian_that_is_gone_has_no_usage() {
        assert_eq!(Table::read().usage_below(u32::MAX), None);
    }
}
