//! The kernel's numbers of many containers, read at once.
//!
//! The files are ordinary ones: it is what we do that is measured, and not how long the
//! kernel takes to add its numbers up.

use std::{fmt, fs, path::Path};

use divan::{Bencher, counter::ItemsCount};
use midwatch::kernel::{Kernel, Meter, Root, Sweep, Target};
use tempfile::TempDir;

/// So many containers, and which version of control groups they have.
#[derive(Clone, Copy, Debug)]
struct Case {
    version: u8,
    containers: u32,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{} {}", self.version, self.containers)
    }
}

const CASES: [Case; 4] = [
    Case { version: 1, containers: 50 },
    Case { version: 1, containers: 300 },
    Case { version: 2, containers: 50 },
    Case { version: 2, containers: 300 },
];

/// One of the sweeps that are made every second, with the samples that come of it.
#[divan::bench(args = CASES, sample_count = 50)]
fn sweep(bencher: Bencher<'_, '_>, case: Case) {
    let folder = tree(case);
    let names: Vec<String> = (1..=case.containers).map(name).collect();
    let mut sweep = Sweep::new(Kernel::new(Root::new(folder.path())));
    let mut meters = vec![Meter::default(); names.len()];
    bencher.counter(ItemsCount::new(names.len())).bench_local(|| {
        let targets = (1..).zip(&names).map(|(pid, name)| (pid, Target { pid, name }));
        let readings = sweep.read(targets);
        let samples = readings.iter().zip(&mut meters);
        samples.map(|((_, reading), meter)| meter.sample(reading.as_ref().unwrap())).last()
    });
}

fn name(number: u32) -> String {
    format!("{number:064x}")
}

const CONTROLLERS: [&str; 5] = ["cpu", "cpuacct", "memory", "blkio", "pids"];

const NET_DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:     806       9    0    0    0     0          0         0        0       0    0    0    0     0       0          0
";

const PRESSURE: &str = "some avg10=2.06 avg60=0.51 avg300=0.11 total=346740\n\
                        full avg10=1.94 avg60=0.48 avg300=0.10 total=341704\n";

/// The files of version 1: controller, name, text.
const V1: [(&str, &str, &str); 10] = [
    ("cpuacct", "cpuacct.usage", "671463101\n"),
    ("cpu", "cpu.stat", "nr_periods 17\nnr_throttled 12\nthrottled_time 375343681\nnr_bursts 0\n"),
    ("cpu", "cpu.cfs_quota_us", "50000\n"),
    ("cpu", "cpu.cfs_period_us", "100000\n"),
    ("memory", "memory.usage_in_bytes", "43417600\n"),
    ("memory", "memory.limit_in_bytes", "67108864\n"),
    ("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"),
    (
        "blkio",
        "blkio.throttle.io_service_bytes_recursive",
        "254:0 Read 4096\n254:0 Write 0\n254:0 Total 4096\nTotal 4096\n",
    ),
    ("pids", "pids.current", "7\n"),
    ("memory", "memory.stat", ""),
];

/// The files of version 2: name, text.
const V2: [(&str, &str); 9] = [
    (
        "cpu.stat",
        "usage_usec 671463\nuser_usec 659680\nsystem_usec 11782\nnr_periods 17\n\
         nr_throttled 12\nthrottled_usec 375343\n",
    ),
    ("cpu.max", "50000 100000\n"),
    ("memory.current", "43417600\n"),
    ("memory.max", "67108864\n"),
    ("memory.swap.current", "0\n"),
    ("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n"),
    ("io.stat", "254:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=0 dios=0\n"),
    ("pids.current", "7\n"),
    ("memory.stat", ""),
];

/// A host with containers.
fn tree(case: Case) -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    let mounts = match case.version {
        1 => CONTROLLERS
            .map(|name| format!("3 2 0:3 / /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}\n"))
            .concat(),
        _ => "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".to_owned(),
    };
    write(&root.join("proc/self/mountinfo"), &mounts);
    write(&root.join("proc/1/net/dev"), NET_DEV);
    write(&root.join("proc/meminfo"), "MemTotal:       24684092 kB\n");
    for number in 1..=case.containers {
        container(root, case.version, number);
    }
    folder
}

fn container(root: &Path, version: u8, number: u32) {
    let id = name(number);
    let process = root.join(format!("proc/{number}"));
    let network = process.join("net/dev");
    if number > 1 {
        write(&network, NET_DEV);
    }
    let groups = root.join("sys/fs/cgroup");
    if version == 1 {
        let line = |controller: &str| format!("4:{controller}:/docker/{id}\n");
        let lines = CONTROLLERS.map(line).concat();
        write(&process.join("cgroup"), &lines);
        for (controller, file, text) in V1 {
            let text = if file == "memory.stat" { memory_stat("total_") } else { text.into() };
            write(&groups.join(controller).join("docker").join(&id).join(file), &text);
        }
        return;
    }
    write(&process.join("cgroup"), &format!("0::/docker/{id}\n"));
    let group = groups.join("docker").join(&id);
    for (file, text) in V2 {
        let text = if file == "memory.stat" { memory_stat("") } else { text.into() };
        write(&group.join(file), &text);
    }
    for of in ["cpu", "memory", "io"] {
        write(&group.join(format!("{of}.pressure")), PRESSURE);
    }
}

/// As many lines as Linux 6.18 has, with what is looked for near the end.
fn memory_stat(prefix: &str) -> String {
    let others = [10_000_000; 36].map(|number| format!("some_other_number {number}\n")).concat();
    format!("{others}{prefix}swap 0\n{prefix}inactive_file 30000000\nunevictable 0\n")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
