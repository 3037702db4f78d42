//! [`Host`]: what the host itself has and uses.

mod cpu;
mod disks;

use std::{fs, path::PathBuf, time::Instant};

use jiff::Timestamp;

use crate::{
    kernel::{
        files::Files,
        host::cpu::CpuTimes,
        numbers::of_meminfo,
        pressure,
        root::Root,
        traffic::{self, Traffic},
    },
    model::{Disk, HostSample},
};

/// More than the lines of 500 CPUs in `/proc/stat`; those of interrupts come behind.
const MAX_STAT_BYTES: usize = 64 * 1024;

/// Disks fill slowly, and cards are plugged in seldom: they are looked at every so many
/// readings.
const LOOKED_UP_EVERY: usize = 10;

/// Reads the host, again and again.
#[derive(Debug)]
pub struct Host {
    root: Root,
    files: Files,
    readings: usize,
    /// The CPU times of the reading before.
    before: Option<CpuTimes>,
    /// The traffic of the reading before.
    traffic_before: Option<Traffic>,
    /// When the reading before was taken.
    taken_before: Option<Instant>,
    disks: Vec<Disk>,
    /// The names of the network cards.
    cards: Vec<String>,
}

impl Host {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self {
            root,
            files: Files::default(),
            readings: 0,
            before: None,
            traffic_before: None,
            taken_before: None,
            disks: Vec::new(),
            cards: Vec::new(),
        }
    }

    /// Takes a reading. The first tells nothing of the CPU's use.
    ///
    /// It blocks, and a disk that is broken can make it wait for long.
    pub fn read(&mut self) -> HostSample {
        if self.readings.is_multiple_of(LOOKED_UP_EVERY) {
            self.disks = disks::read(&self.root);
            self.cards = cards(&self.root);
        }
        self.readings = self.readings.wrapping_add(1);
        let taken = Instant::now();
        let mut sample = HostSample::empty(Timestamp::now());
        sample.interval = self.taken_before.replace(taken).map(|before| taken - before);
        sample.disks.clone_from(&self.disks);
        self.read_cpu(&mut sample);
        self.read_memory(&mut sample);
        self.read_traffic(&mut sample);
        sample
    }

    fn read_traffic(&mut self, sample: &mut HostSample) {
        let now = self.traffic();
        sample.received_bytes = now.map(|now| now.received_bytes);
        sample.sent_bytes = now.map(|now| now.sent_bytes);
        let before = std::mem::replace(&mut self.traffic_before, now);
        let passed = sample.interval.map(|interval| interval.as_secs_f64());
        let rate = |counter: fn(&Traffic) -> u64| {
            // A card that was taken out takes its numbers with it: no rate this once.
            let moved = counter(&now?).checked_sub(counter(&before?))?;
            passed.filter(|passed| *passed > 0.0).map(|passed| moved as f64 / passed)
        };
        sample.received_per_second = rate(|traffic| traffic.received_bytes);
        sample.sent_per_second = rate(|traffic| traffic.sent_bytes);
    }

    fn read_cpu(&mut self, sample: &mut HostSample) {
        let folder = self.root.join("/proc");
        let stat = self.files.read_start(&folder, "stat", MAX_STAT_BYTES);
        sample.cores = stat.and_then(cpu::cores);
        let times = stat.and_then(CpuTimes::parse);
        sample.cpu = self.before.zip(times).and_then(|(before, now)| now.since(before));
        self.before = times;
        sample.load = self.files.read(&folder, "loadavg").and_then(cpu::load);
    }

    fn read_memory(&mut self, sample: &mut HostSample) {
        if let Some(text) = self.files.read(&self.root.join("/proc"), "meminfo") {
            sample.memory_total_bytes = of_meminfo(text, "MemTotal");
            sample.memory_available_bytes = of_meminfo(text, "MemAvailable");
            sample.swap_total_bytes = of_meminfo(text, "SwapTotal");
            sample.swap_free_bytes = of_meminfo(text, "SwapFree");
        }
        let folder = self.root.join("/proc/pressure");
        sample.cpu_pressure = pressure::read(&mut self.files, &folder, "cpu");
        sample.memory_pressure = pressure::read(&mut self.files, &folder, "memory");
        sample.io_pressure = pressure::read(&mut self.files, &folder, "io");
    }

    /// What went over the network cards. Bridges and the like pass on what went over a
    /// card already; only where there is no card at all, they are all that counts.
    fn traffic(&mut self) -> Option<Traffic> {
        let Self { files, cards, root, .. } = self;
        let is_card = |name: &str| cards.is_empty() || cards.iter().any(|card| card == name);
        traffic::read(files, &traffic::host_network(root)?, is_card)
    }
}

/// How many CPUs are online.
pub(super) fn cores(root: &Root, files: &mut Files) -> Option<u32> {
    let stat = files.read_start(&root.join("/proc"), "stat", MAX_STAT_BYTES);
    stat.and_then(cpu::cores)
}

/// The network interfaces that are made of something.
fn cards(root: &Root) -> Vec<String> {
    let is_card = |path: &PathBuf| path.join("device").exists();
    let paths = fs::read_dir(root.join("/sys/class/net")).into_iter().flatten();
    let paths = paths.filter_map(|entry| Some(entry.ok()?.path())).filter(is_card);
    paths.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::tree::Tree,
        model::{CpuShares, Pressure},
    };

    /// Captured from Linux 6.18, and shortened.
    fn a_host() -> Tree {
        let tree = Tree::new();
        tree.write("/proc/stat", "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2\ncpu1 3 4\nintr 5\n")
            .write("/proc/loadavg", "2.30 3.10 2.99 3/268 10728\n")
            .write(
                "/proc/meminfo",
                "MemTotal:       24684092 kB\nMemFree:  4525980 kB\nMemAvailable:   22476548 kB\n\
                 SwapTotal:       1024 kB\nSwapFree:         1000 kB\n",
            )
            .write("/proc/pressure/cpu", "some avg10=15.50 avg60=14.51 avg300=22.28 total=99\n")
            .write("/proc/1/net/dev", DEV);
        tree
    }

    const DEV: &str = "Inter-|   Receive\n face |bytes\n    lo: 9 0 0 0 0 0 0 0 9 0\n  \
                       eth0: 5 0 0 0 0 0 0 0 7 0\ndocker0: 100 0 0 0 0 0 0 0 200 0\n";

    #[test]
    fn a_reading_tells_all_that_the_kernel_does() {
        let tree = a_host();
        tree.write("/sys/class/net/eth0/device/vendor", "").write("/sys/class/net/docker0/mtu", "");
        let mut host = Host::new(tree.root());
        host.read();
        tree.write("/proc/stat", "cpu  120 0 50 860 65 0 0 5 0 0\ncpu0 1 2\ncpu1 3 4\n");
        let sample = host.read();
        let expected = HostSample {
            cores: Some(2),
            cpu: Some(CpuShares { used: 0.2, iowait: 0.15, steal: 0.05 }),
            load: Some([2.30, 3.10, 2.99]),
            memory_total_bytes: Some(24_684_092 * 1024),
            memory_available_bytes: Some(22_476_548 * 1024),
            swap_total_bytes: Some(1024 * 1024),
            swap_free_bytes: Some(1000 * 1024),
            received_bytes: Some(5),
            sent_bytes: Some(7),
            received_per_second: Some(0.0),
            sent_per_second: Some(0.0),
            interval: sample.interval,
            cpu_pressure: Some(Pressure { some_share: 0.155, full_share: None }),
            ..HostSample::empty(sample.at)
        };
        assert_eq!(sample, expected);
    }

    #[test]
    fn a_host_that_tells_nothing_is_unknown() {
        let sample = Host::new(Tree::new().root()).read();
        assert_eq!(sample, HostSample::empty(sample.at));
    }

    #[test]
    fn what_went_over_the_network_is_told_by_the_second() {
        let tree = a_host();
        let mut host = Host::new(tree.root());
        assert_eq!(host.read().received_per_second, None, "there was none before");
        tree.write("/proc/1/net/dev", DEV.replace("docker0: 100", "docker0: 5100"));
        let sample = host.read();
        let passed = sample.interval.unwrap().as_secs_f64();
        let moved = sample.received_per_second.unwrap() * passed;
        assert!((moved - 5000.0).abs() < 0.01, "{moved}");
        tree.write("/proc/1/net/dev", DEV.replace("docker0: 100", "docker0: 1"));
        assert_eq!(host.read().received_per_second, None, "a card is gone");
    }

    #[test]
    fn without_cards_all_interfaces_count() {
        let sample = Host::new(a_host().root()).read();
        assert_eq!((sample.received_bytes, sample.sent_bytes), (Some(105), Some(207)));
    }

    #[test]
    fn this_host_can_be_read() {
        let sample = Host::new(Root::default()).read();
        let has_memory = sample.memory_available_bytes <= sample.memory_total_bytes;
        assert!(has_memory && sample.cores > Some(0) && sample.load.is_some(), "{sample:?}");
    }
}
