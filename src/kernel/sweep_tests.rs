use super::*;
use crate::kernel::tree::Tree;

/// A host with version 2, and instances whose numbers tell their pids.
fn host(pids: &[u32]) -> Tree {
    let tree = Tree::new();
    tree.write("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    for pid in pids {
        start(&tree, *pid);
    }
    tree
}

fn name(pid: u32) -> String {
    format!("{pid:064x}")
}

fn start(tree: &Tree, pid: u32) {
    tree.write(&format!("/proc/{pid}/cgroup"), format!("0::/docker/{}\n", name(pid)));
    let group = format!("/sys/fs/cgroup/docker/{}", name(pid));
    tree.write(&format!("{group}/cpu.stat"), format!("usage_usec {pid}\n"));
    tree.write(&format!("{group}/memory.max"), "1000\n");
}

fn sweep(tree: &Tree) -> Sweep<&'static str> {
    Sweep::new(Kernel::new(tree.root()))
}

/// The CPU time of each target in microseconds, or why there is none.
fn read(
    sweep: &mut Sweep<&'static str>,
    targets: &[(&'static str, u32, u32)],
) -> Vec<Result<u64, NotReadable>> {
    let names: Vec<String> = targets.iter().map(|(_, _, named)| name(*named)).collect();
    let each = targets.iter().zip(&names);
    let each = each.map(|((key, pid, _), name)| (*key, Target { pid: *pid, name }));
    let readings = sweep.read(each);
    let keys = targets.iter().map(|(key, _, _)| key);
    assert!(readings.iter().map(|(key, _)| key).eq(keys), "in their order");
    let micros = |reading: Reading| reading.cpu_nanos.unwrap() / 1000;
    readings.into_iter().map(|(_, reading)| reading.map(micros)).collect()
}

#[test]
fn each_target_is_read_or_it_is_said_why_not() {
    let tree = host(&[7, 8]);
    let targets = [("a", 7, 7), ("b", 8, 8), ("gone", 9, 9), ("other", 7, 8)];
    let mut sweep = sweep(&tree);
    for _ in 0..2 {
        let expected = [
            Ok(7),
            Ok(8),
            Err(NotReadable::NoProcess { pid: 9 }),
            Err(NotReadable::NotItsOwn { pid: 7 }),
        ];
        assert_eq!(read(&mut sweep, &targets), expected);
    }
}

#[test]
fn a_group_that_is_gone_is_said_so_at_once() {
    let tree = host(&[7]);
    let mut sweep = sweep(&tree);
    assert_eq!(read(&mut sweep, &[("a", 7, 7)]), [Ok(7)]);
    tree.remove(&format!("/sys/fs/cgroup/docker/{}", name(7)));
    assert_eq!(read(&mut sweep, &[("a", 7, 7)]), [Err(NotReadable::Unreadable { pid: 7 })]);
    tree.remove("/proc/7");
    assert_eq!(read(&mut sweep, &[("a", 7, 7)]), [Err(NotReadable::NoProcess { pid: 7 })]);
}

#[test]
fn another_process_or_name_is_looked_up_anew() {
    let tree = host(&[7, 8]);
    let mut sweep = sweep(&tree);
    assert_eq!(read(&mut sweep, &[("a", 7, 7)]), [Ok(7)]);
    assert_eq!(read(&mut sweep, &[("a", 8, 8)]), [Ok(8)]);
    assert_eq!(read(&mut sweep, &[("a", 8, 7)]), [Err(NotReadable::NotItsOwn { pid: 8 })]);
}

#[test]
fn what_is_no_longer_a_target_is_forgotten() {
    let tree = host(&[7, 8]);
    let mut sweep = sweep(&tree);
    read(&mut sweep, &[("a", 7, 7), ("b", 8, 8)]);
    read(&mut sweep, &[("b", 8, 8)]);
    assert_eq!(sweep.known.keys().copied().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_limit_that_is_changed_is_seen_within_ten_sweeps() {
    let tree = host(&[7, 8]);
    let mut sweep = sweep(&tree);
    let names = [name(7), name(8)];
    let mut limits = || {
        let targets = [7, 8].into_iter().zip(&names);
        let readings = sweep.read(
            targets.map(|(pid, name)| (if pid == 7 { "a" } else { "b" }, Target { pid, name })),
        );
        readings.into_iter().map(|(_, reading)| reading.unwrap().limits.memory_bytes).collect()
    };
    let first: Vec<Option<u64>> = limits();
    assert_eq!(first, [Some(1000), Some(1000)]);
    for pid in [7, 8] {
        tree.write(&format!("/sys/fs/cgroup/docker/{}/memory.max", name(pid)), "2000\n");
    }
    let changed: Vec<Vec<Option<u64>>> = (0..LOOKED_UP_EVERY).map(|_| limits()).collect();
    assert_eq!(changed.last().unwrap(), &[Some(2000), Some(2000)]);
    let half_way = changed.iter().filter(|limits| limits[0] != limits[1]).count();
    assert_eq!(half_way, 1, "not both in one sweep");
}
