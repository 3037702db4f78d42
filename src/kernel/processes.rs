//! [`Processes`]: what trees of processes use, which need no control group of their own.

use std::{
    collections::{HashMap, HashSet},
    fs,
    time::Instant,
};

use jiff::Timestamp;

use crate::kernel::{files::Files, host, reading::Reading, root::Root};

/// All processes of this host at one moment.
#[derive(Debug)]
pub struct Processes {
    root: Root,
    taken: Instant,
    at: Timestamp,
    stats: HashMap<u32, Stat>,
    children: HashMap<u32, Vec<u32>>,
    host_cores: Option<u32>,
}

/// The fields of `/proc/<pid>/stat` that are used (`proc_pid_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Its own, and that of the children that it waited for.
    cpu_ticks: u64,
    threads: u64,
}

impl Processes {
    /// Reads all processes. One pass over `/proc`: a kernel need not have the files that
    /// name a process's children.
    #[must_use]
    pub fn read(root: Root) -> Self {
        let (taken, at) = (Instant::now(), Timestamp::now());
        let mut files = Files::default();
        let mut stats = HashMap::new();
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for pid in pids(&root) {
            let stat = files.read(&root.process(pid), "stat").and_then(parse_stat);
            let Some(stat) = stat else { continue };
            stats.insert(pid, stat);
            children.entry(stat.parent).or_default().push(pid);
        }
        let host_cores = host::cores(&root, &mut files);
        Self { root, taken, at, stats, children, host_cores }
    }

    /// When the processes were read.
    #[must_use]
    pub fn taken(&self) -> Instant {
        self.taken
    }

    /// The children that a process had, zombies included.
    #[must_use]
    pub fn children_of(&self, pid: u32) -> &[u32] {
        self.children.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// What the processes below one use, all in all; `None` when there was no such process.
    ///
    /// The one above is not counted, but for the time of the children that it waited for:
    /// so those that were short-lived are not lost. Memory is what belongs to no file and
    /// no shared segment; what a process shares with the one that forked it counts for
    /// both. A reading of no processes tells nothing of memory.
    #[must_use]
    pub fn below(&self, pid: u32) -> Option<Reading> {
        let mut cpu_ticks = self.stats.get(&pid)?.cpu_ticks;
        let (mut threads, mut memory_pages) = (0_u64, 0_u64);
        let mut files = Files::default();
        let mut open = self.children_of(pid).to_vec();
        // A number that is used again while all are read can seem to be its own ancestor.
        let mut seen = HashSet::from([pid]);
        while let Some(pid) = open.pop() {
            let Some(stat) = self.stats.get(&pid).filter(|_| seen.insert(pid)) else { continue };
            cpu_ticks = cpu_ticks.saturating_add(stat.cpu_ticks);
            threads = threads.saturating_add(stat.threads);
            let pages = files.read(&self.root.process(pid), "statm").and_then(parse_statm);
            memory_pages = memory_pages.saturating_add(pages.unwrap_or(0));
            open.extend(self.children_of(pid));
        }
        let memory_bytes = memory_pages.saturating_mul(rustix::param::page_size() as u64);
        Some(Reading {
            taken: self.taken,
            at: self.at,
            cpu_nanos: Some(nanos(cpu_ticks, rustix::param::clock_ticks_per_second())),
            memory_usage_bytes: (threads > 0).then_some(memory_bytes),
            inactive_file_bytes: (threads > 0).then_some(0),
            processes: (threads > 0).then_some(threads),
            host_cores: self.host_cores,
            ..Reading::now(pid)
        })
    }
}

/// All process ids; none where there is no `/proc`.
fn pids(root: &Root) -> impl Iterator<Item = u32> {
    fs::read_dir(root.join("/proc"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn nanos(ticks: u64, ticks_per_second: u64) -> u64 {
    ticks.saturating_mul(1_000_000_000 / ticks_per_second.max(1))
}

/// The program's name stands in brackets and may itself contain brackets and blanks, so
/// the fields are counted from the last closing one.
fn parse_stat(text: &str) -> Option<Stat> {
    let mut fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
    // Numbered as in the manual; the state, field 3, comes first here.
    let parent = fields.nth(1)?.parse().ok()?;
    let mut count = |skipped| fields.nth(skipped)?.parse::<u64>().ok();
    let cpu_ticks = [count(14 - 5)?, count(0)?, count(0)?, count(0)?];
    let cpu_ticks = cpu_ticks.into_iter().try_fold(0, u64::checked_add)?;
    Some(Stat { parent, cpu_ticks, threads: count(20 - 18)? })
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
    use crate::kernel::tree::Tree;

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

    fn stat(pid: u32, parent: u32, ticks: u64) -> String {
        format!("{pid} (x) S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 2 0 93215 0 0")
    }

    #[test]
    fn all_that_is_below_a_process_is_added_up() {
        let tree = Tree::new();
        for (pid, parent) in [(10, 1), (11, 10), (12, 11), (13, 10), (99, 1)] {
            tree.write(&format!("/proc/{pid}/stat"), stat(pid, parent, 100));
        }
        tree.write("/proc/11/statm", "0 5 2 0\n").write("/proc/12/statm", "0 4 1 0\n");
        tree.write("/proc/13/statm", "nonsense").write("/proc/14/stat", "nonsense");
        tree.write("/proc/meminfo", "");
        let processes = Processes::read(tree.root());
        let reading = processes.below(10).unwrap();
        let page = rustix::param::page_size() as u64;
        let all = nanos(400, rustix::param::clock_ticks_per_second());
        assert_eq!(reading.cpu_nanos, Some(all), "the one above counts for those it waited for");
        assert_eq!(reading.memory_bytes(), Some(6 * page));
        assert_eq!((reading.processes, reading.pid), (Some(6), 10));
        assert_eq!(processes.children_of(11), [12]);
    }

    #[test]
    fn processes_that_seem_to_be_each_others_children_count_once() {
        let tree = Tree::new();
        tree.write("/proc/10/stat", stat(10, 11, 100)).write("/proc/11/stat", stat(11, 10, 100));
        let reading = Processes::read(tree.root()).below(10).unwrap();
        assert_eq!(reading.processes, Some(2));
    }

    #[test]
    fn of_no_processes_no_memory_is_known() {
        let tree = Tree::new();
        tree.write("/proc/10/stat", stat(10, 1, 100));
        let processes = Processes::read(tree.root());
        let reading = processes.below(10).unwrap();
        assert_eq!((reading.memory_bytes(), reading.processes), (None, None));
        assert_eq!(processes.below(11), None);
    }
}
