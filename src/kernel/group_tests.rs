use super::*;
use crate::{
    kernel::{
        hierarchies::Kernel,
        reading::Throttling,
        root::Root,
        tree::{Tree, captured},
    },
    model::Pressure,
};

const NAME: &str = "a87fcea2303d17b8d59b5567da36c869ddb98170a8cf1dcc650d13d084afce14";

fn read(root: &Root) -> Reading {
    let mut files = Files::default();
    let group = Kernel::new(root.clone()).group(&mut files, 4242, NAME).unwrap();
    let limits = group.limits(&mut files);
    group.read(&mut files, limits)
}

/// A reading with nothing in it, of the same moment.
fn blank(reading: &Reading) -> Reading {
    Reading { taken: reading.taken, at: reading.at, ..Reading::now(4242) }
}

/// A group of version 2 in the words of the kernel's documentation (cgroup-v2.rst).
fn version_2() -> Tree {
    let tree = Tree::new();
    let mut group = String::from("/sys/fs/cgroup/docker/");
    group.push_str(NAME);
    let files = [
        (
            "cpu.stat",
            "usage_usec 671463\nuser_usec 659680\nsystem_usec 11782\nnr_periods 17\n\
             nr_throttled 12\nthrottled_usec 375343\nnr_bursts 0\nburst_usec 0\n",
        ),
        ("cpu.max", "50000 100000\n"),
        ("memory.current", "43417600\n"),
        ("memory.max", "67108864\n"),
        ("memory.swap.current", "4096\n"),
        ("memory.stat", "anon 53248\nfile 40000000\ninactive_anon 1\ninactive_file 30000000\n"),
        ("memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"),
        ("io.stat", "254:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=0 dios=0\n"),
        ("pids.current", "7\n"),
        ("cpu.pressure", "some avg10=2.50 avg60=0.51 avg300=0.11 total=346740\n"),
        (
            "memory.pressure",
            "some avg10=1.00 avg60=0.00 avg300=0.00 total=9\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=7\n",
        ),
        (
            "io.pressure",
            "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
        ),
    ];
    for (name, text) in files {
        tree.write(&format!("{group}/{name}"), text);
    }
    tree.write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        .write("/proc/meminfo", "MemTotal:       24684092 kB\n")
        .write("/proc/4242/cgroup", format!("0::/docker/{NAME}\n"));
    tree
}

fn file(name: &str) -> String {
    format!("/sys/fs/cgroup/docker/{NAME}/{name}")
}

#[test]
fn docker_on_a_hybrid_is_read_from_both_versions() {
    let reading = read(&Root::new(captured("docker-on-hybrid")));
    let pressure =
        |some_share, full_share| Some(Pressure { some_share, full_share: Some(full_share) });
    let expected = Reading {
        cpu_nanos: Some(671_463_101),
        throttling: Some(Throttling {
            periods: 17,
            throttled_periods: 12,
            throttled_nanos: 375_343_681,
        }),
        memory_usage_bytes: Some(434_176),
        inactive_file_bytes: Some(0),
        swap_bytes: Some(0),
        received_bytes: Some(806),
        sent_bytes: Some(0),
        processes: Some(1),
        oom_kills: Some(0),
        cpu_pressure: pressure(0.0206, 0.0194),
        memory_pressure: pressure(0.0, 0.0),
        io_pressure: pressure(0.0, 0.0),
        limits: Limits { cpu_cores: Some(0.5), memory_bytes: Some(64 << 20) },
        ..blank(&reading)
    };
    assert_eq!(reading, expected);
    assert_eq!(reading.memory_bytes(), Some(424 << 10), "what `docker stats` said then");
}

#[test]
fn version_2_tells_the_same() {
    let reading = read(&version_2().root());
    let expected = Reading {
        cpu_nanos: Some(671_463_000),
        throttling: Some(Throttling {
            periods: 17,
            throttled_periods: 12,
            throttled_nanos: 375_343_000,
        }),
        memory_usage_bytes: Some(43_417_600),
        inactive_file_bytes: Some(30_000_000),
        swap_bytes: Some(4096),
        disk_read_bytes: Some(90_430_464),
        disk_written_bytes: Some(299_008),
        processes: Some(7),
        oom_kills: Some(2),
        cpu_pressure: Some(Pressure { some_share: 0.025, full_share: None }),
        memory_pressure: Some(Pressure { some_share: 0.01, full_share: Some(0.005) }),
        io_pressure: Some(Pressure { some_share: 0.0, full_share: Some(0.0) }),
        limits: Limits { cpu_cores: Some(0.5), memory_bytes: Some(64 << 20) },
        ..blank(&reading)
    };
    assert_eq!(reading, expected);
}

#[test]
fn a_file_that_is_missing_forbidden_or_malformed_is_unknown_and_spoils_no_other() {
    let whole = read(&version_2().root());
    let ways: [fn(&Tree, &str); 3] = [
        |tree, path| _ = tree.remove(path),
        |tree, path| _ = tree.forbid(path),
        |tree, path| _ = tree.write(path, "some nonsense\n\u{0}-1 full\n"),
    ];
    for (number, spoil) in ways.into_iter().enumerate() {
        let read_without = |name: &str| {
            let tree = version_2();
            spoil(&tree, &file(name));
            let reading = read(&tree.root());
            Reading { taken: whole.taken, at: whole.at, ..reading }
        };
        let without_cpu = Reading { cpu_nanos: None, throttling: None, ..whole };
        assert_eq!(read_without("cpu.stat"), without_cpu, "{number}");
        let without_cache = Reading { inactive_file_bytes: None, ..whole };
        assert_eq!(read_without("memory.stat"), without_cache, "{number}");
        let without_usage = Reading { memory_usage_bytes: None, ..whole };
        assert_eq!(read_without("memory.current"), without_usage, "{number}");
        assert_eq!(read_without("memory.events"), Reading { oom_kills: None, ..whole }, "{number}");
        assert_eq!(read_without("pids.current"), Reading { processes: None, ..whole }, "{number}");
        let without_pressure = Reading { cpu_pressure: None, ..whole };
        assert_eq!(read_without("cpu.pressure"), without_pressure, "{number}");
        let limits = Limits { cpu_cores: None, ..whole.limits };
        assert_eq!(read_without("cpu.max"), Reading { limits, ..whole }, "{number}");
    }
}

#[test]
fn a_group_without_controllers_still_tells_cpu_and_threads() {
    let tree = version_2();
    for name in ["memory.current", "memory.stat", "io.stat", "pids.current", "memory.max"] {
        tree.remove(&file(name));
    }
    tree.write(&file("cpu.stat"), "usage_usec 29849\nuser_usec 29849\nsystem_usec 0\n");
    tree.write(&file("cgroup.threads"), "15823\n15824\n");
    let reading = read(&tree.root());
    assert_eq!((reading.cpu_nanos, reading.throttling), (Some(29_849_000), None));
    assert_eq!((reading.memory_bytes(), reading.limits.memory_bytes), (None, None));
    assert_eq!((reading.disk_read_bytes, reading.processes), (None, Some(2)));
    tree.write(&file("cgroup.threads"), "");
    assert_eq!(read(&tree.root()).processes, None, "they are in groups below");
}

#[test]
fn a_limit_that_does_not_limit_is_none() {
    let tree = version_2();
    let limit = |text: &str| {
        tree.write(&file("memory.max"), text);
        read(&tree.root()).limits.memory_bytes
    };
    assert_eq!(limit("1048576\n"), Some(1 << 20));
    let host = 24_684_092 * 1024_u64;
    assert_eq!(limit(&format!("{}\n", host - 1)), Some(host - 1));
    for text in ["max\n", "0\n", &format!("{host}\n"), "18446744073709551615\n"] {
        assert_eq!(limit(text), None, "{text:?}");
    }
}

/// A group of version 1 with a hierarchy for each controller, and no more files than named.
fn version_1(files: &[(&str, &str, &str)]) -> Tree {
    let tree = Tree::new();
    let of_each = |line: fn(&str) -> String| {
        ["cpu", "cpuacct", "memory", "blkio", "pids"].map(line).join("\n")
    };
    let mounts =
        of_each(|name| format!("3 2 0:3 / /sys/fs/cgroup/{name} rw - cgroup cgroup rw,{name}"));
    let memberships = of_each(|name| format!("4:{name}:/docker/{NAME}"));
    tree.write("/proc/self/mountinfo", mounts).write("/proc/4242/cgroup", memberships);
    for (controller, name, text) in files {
        tree.write(&format!("/sys/fs/cgroup/{controller}/docker/{NAME}/{name}"), text);
    }
    tree
}

#[test]
fn version_1_without_limits_has_none_even_if_the_hosts_memory_is_unknown() {
    let no_limit = "9223372036854771712\n";
    let tree = version_1(&[
        ("cpu", "cpu.cfs_quota_us", "-1\n"),
        ("cpu", "cpu.cfs_period_us", "100000\n"),
        ("memory", "memory.limit_in_bytes", no_limit),
    ]);
    assert_eq!(read(&tree.root()).limits, Limits::default());
}

#[test]
fn version_1_counts_groups_below_and_says_so_in_the_name_of_the_number() {
    let tree = version_1(&[
        ("memory", "memory.usage_in_bytes", "1000\n"),
        (
            "memory",
            "memory.stat",
            "inactive_file 1\nswap 2\ntotal_inactive_file 300\ntotal_swap 40\n",
        ),
        ("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n"),
        ("blkio", "blkio.throttle.io_service_bytes", "8:0 Read 5\n8:0 Write 6\nTotal 11\n"),
    ]);
    let reading = read(&tree.root());
    assert_eq!((reading.memory_bytes(), reading.swap_bytes), (Some(700), Some(40)));
    assert_eq!(reading.oom_kills, None, "older kernels do not count them");
    assert_eq!((reading.disk_read_bytes, reading.disk_written_bytes), (Some(5), Some(6)));
    let below =
        format!("/sys/fs/cgroup/blkio/docker/{NAME}/blkio.throttle.io_service_bytes_recursive");
    tree.write(&below, "8:0 Read 50\n8:0 Write 60\nTotal 110\n");
    assert_eq!(read(&tree.root()).disk_read_bytes, Some(50));
}
