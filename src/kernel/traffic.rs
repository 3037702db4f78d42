//! What went over network interfaces, from `net/dev` (`proc_pid_net(5)`).

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::kernel::{files::Files, root::Root};

/// The name of the file, from the folder of a process on.
const FILE: &str = "net/dev";

/// Bytes since the interfaces are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traffic {
    pub received_bytes: u64,
    pub sent_bytes: u64,
}

/// Adds up the interfaces that count, never the loopback; `None` when there are none.
pub(super) fn read(
    files: &mut Files,
    process: &Path,
    counts: impl Fn(&str) -> bool,
) -> Option<Traffic> {
    parse(files.read(process, FILE)?, counts)
}

/// The folder of a process, if its network is not the host's. What the host sends and
/// receives is not an instance's, even if it uses the host's network.
///
/// Each network namespace has a file of its own, with its own number, and that can be
/// seen without the rights that a look at the namespace itself needs.
pub(super) fn own_network(root: &Root, process: PathBuf) -> Option<PathBuf> {
    (number(&process)? != number(&host_network(root)?)?).then_some(process)
}

/// The folder of a process in the host's network: the first one, or else ourselves.
pub(super) fn host_network(root: &Root) -> Option<PathBuf> {
    [root.process(1), root.join("/proc/self")].into_iter().find(|folder| number(folder).is_some())
}

fn number(process: &Path) -> Option<u64> {
    fs::metadata(process.join(FILE)).ok().map(|file| file.ino())
}

fn parse(text: &str, counts: impl Fn(&str) -> bool) -> Option<Traffic> {
    let mut sum = None;
    // Two lines of headings.
    for line in text.lines().skip(2) {
        let (name, numbers) = line.rsplit_once(':')?;
        let name = name.trim_ascii();
        if name == "lo" || !counts(name) {
            continue;
        }
        let Traffic { received_bytes, sent_bytes } = sum.unwrap_or_default();
        let mut numbers = numbers.split_ascii_whitespace().map(str::parse::<u64>);
        sum = Some(Traffic {
            received_bytes: received_bytes.saturating_add(numbers.next()?.ok()?),
            // Behind seven more numbers about what was received.
            sent_bytes: sent_bytes.saturating_add(numbers.nth(7)?.ok()?),
        });
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::Tree;

    /// Captured from Linux 6.18, and shortened.
    const DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 143479381 1412983    0    0    0     0          0         0 143479381 1412983    0    0    0     0       0          0
  eth0: 637239404   32512    0    0    0     0          0         0  2051366   19912    0    0    0     0       0          0
mw-e3ec3830:       6       0    0    0    0     0          0         0      854       9    0    0    0     0       0          0
";

    #[test]
    fn all_interfaces_but_the_loopback_are_added_up() {
        let both = Traffic { received_bytes: 637_239_410, sent_bytes: 2_052_220 };
        assert_eq!(parse(DEV, |_| true), Some(both));
        let eth0 = Traffic { received_bytes: 637_239_404, sent_bytes: 2_051_366 };
        assert_eq!(parse(DEV, |name| name == "eth0"), Some(eth0));
    }

    #[test]
    fn without_an_interface_nothing_is_known() {
        let (lines, _) = DEV.split_once("  eth0").unwrap();
        assert_eq!(parse(lines, |_| true), None);
        assert_eq!(parse("", |_| true), None);
    }

    #[test]
    fn a_line_that_is_cut_makes_all_unknown() {
        for cut in ["  eth0: 1 2 3", "  eth0: x", "  eth0", "  eth0: 1 0 0 0 0 0 0 0 -2 0"] {
            assert_eq!(parse(&format!("{DEV}{cut}\n"), |_| true), None, "{cut:?}");
        }
    }

    #[test]
    fn the_network_of_the_host_is_nobodys_own() {
        let tree = Tree::new();
        tree.write("/proc/1/net/dev", DEV).write("/proc/42/net/dev", DEV);
        tree.link("/proc/1/net/dev", "/proc/43/net/dev");
        let own = |pid| own_network(&tree.root(), tree.root().process(pid)).is_some();
        assert_eq!([own(42), own(43), own(44)], [true, false, false]);
    }

    #[test]
    fn where_the_first_process_is_hidden_the_host_is_ours() {
        let tree = Tree::new();
        tree.write("/proc/self/net/dev", DEV).write("/proc/42/net/dev", DEV);
        tree.link("/proc/self/net/dev", "/proc/43/net/dev");
        let own = |pid| own_network(&tree.root(), tree.root().process(pid)).is_some();
        assert_eq!([own(42), own(43)], [true, false]);
    }
}
