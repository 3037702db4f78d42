//! The file systems that are kept on the host itself.

use std::{collections::HashSet, ffi::OsStr, os::unix::ffi::OsStrExt};

use rustix::fs::{StatVfs, statvfs};

use crate::{
    kernel::{
        files,
        mounts::{self, Mount},
        root::Root,
    },
    model::Disk,
    text::Clean,
};

/// Kinds of file systems that hold files on a disk of this host. Others are made of
/// memory, cannot fill up, or are on another host, and then one that does not answer
/// would make us wait for it.
const KINDS: [&str; 14] = [
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "nilfs2", "ntfs3",
    "reiserfs", "vfat", "xfs", "zfs",
];

/// More are not looked at.
const MAX_DISKS: usize = 64;

/// The size and use of each file system. What is mounted in several places counts once.
pub(super) fn read(root: &Root) -> Vec<Disk> {
    let text = files::read_mounts(&root.join("/proc/self/mountinfo")).unwrap_or_default();
    let mut seen = HashSet::new();
    mounts::parse(&text)
        .filter(is_kept_here)
        .filter(|mount| seen.insert(mount.number))
        .take(MAX_DISKS)
        .filter_map(|mount| {
            let point = root.join(OsStr::from_bytes(mount.point.as_bytes()));
            Some(disk(&mount, &statvfs(&point).ok()?))
        })
        .collect()
}

/// In a container, what is at the root is made of layers that lie on a disk.
fn is_kept_here(mount: &Mount<'_>) -> bool {
    KINDS.contains(&mount.kind) || (mount.kind == "overlay" && mount.point == "/")
}

fn disk(mount: &Mount<'_>, sizes: &StatVfs) -> Disk {
    let bytes = |blocks: u64| blocks.saturating_mul(sizes.f_frsize);
    // Those that make inodes as they need them have none.
    let has_inodes = sizes.f_files > 0;
    Disk {
        mount_point: Clean::new(&mount.point),
        device: Clean::new(&mount.source),
        file_system: Clean::new(mount.kind),
        total_bytes: bytes(sizes.f_blocks),
        used_bytes: bytes(sizes.f_blocks.saturating_sub(sizes.f_bfree)),
        available_bytes: bytes(sizes.f_bavail),
        inodes_total: has_inodes.then_some(sizes.f_files),
        inodes_free: has_inodes.then_some(sizes.f_ffree),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tree::Tree;

    fn points(tree: &Tree, mountinfo: &str) -> Vec<String> {
        tree.write("/proc/self/mountinfo", mountinfo);
        read(&tree.root()).into_iter().map(|disk| disk.mount_point.to_string()).collect()
    }

    #[test]
    fn only_disks_of_this_host_are_looked_at_and_each_once() {
        let tree = Tree::new();
        tree.write("/data/x", "").write("/far/x", "").write("/run/x", "").write("/twice/x", "");
        let points = points(
            &tree,
            "22 27 0:21 / /proc rw - proc proc rw\n27 1 254:0 / / rw - ext4 /dev/vda rw\n\
             28 27 254:16 / /data rw - xfs /dev/vdb rw\n29 27 0:25 / /run rw - tmpfs tmpfs rw\n\
             30 27 0:99 / /far rw - nfs4 far:/x rw\n31 27 254:0 /x /twice rw - ext4 /dev/vda rw\n\
             32 27 254:32 / /gone rw - ext4 /dev/vdc rw\n33 27 0:40 / /run/o rw - overlay overlay rw\n",
        );
        assert_eq!(points, ["/", "/data"]);
    }

    #[test]
    fn a_container_is_on_a_disk_too() {
        assert_eq!(points(&Tree::new(), "9 1 0:40 / / rw - overlay overlay rw\n"), ["/"]);
    }

    #[test]
    fn a_name_from_outside_is_clean() {
        let tree = Tree::new();
        tree.write("/a\u{1b}]52;c;eA==\u{7}b/x", "");
        let line = "9 1 8:0 / /a\u{1b}]52;c;eA==\u{7}b rw - ext4 /dev/\u{1b}[2Jx rw\n";
        let points = points(&tree, line);
        assert!(points.len() == 1 && !points[0].contains('\u{1b}'), "{points:?}");
    }

    #[test]
    fn sizes_are_those_of_the_file_system() {
        let tree = Tree::new();
        tree.write("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/vda1 rw\n");
        let disks = read(&tree.root());
        let [disk] = disks.as_slice() else { panic!("{disks:?}") };
        assert_eq!((disk.device.as_str(), disk.file_system.as_str()), ("/dev/vda1", "ext4"));
        assert!(disk.total_bytes > 0 && disk.used_bytes <= disk.total_bytes, "{disk:?}");
        assert!(disk.available_bytes <= disk.total_bytes - disk.used_bytes, "{disk:?}");
        assert!(disk.inodes_free <= disk.inodes_total, "{disk:?}");
    }
}
