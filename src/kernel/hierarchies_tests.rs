use super::*;
use crate::kernel::tree::Tree;

const ID: &str = "a87fcea2303d17b8d59b5567da36c869ddb98170a8cf1dcc650d13d084afce14";

const V2: &str = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";

/// As systemd mounts them: controllers that belong together share a hierarchy.
const V1: &str = "\
31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
35 31 0:32 / /sys/fs/cgroup/net_cls,net_prio rw - cgroup cgroup rw,net_cls,net_prio
";

const UNIFIED: &str = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

/// The groups of process 42 as this process is shown them.
fn find(mounts: &str, memberships: &str) -> Result<Found, NotReadable> {
    let tree = Tree::new();
    tree.write("/proc/self/mountinfo", mounts);
    tree.write("/proc/42/cgroup", memberships.replace("ID", ID));
    let group = Kernel::new(tree.root()).group(&mut Files::default(), 42, ID)?;
    let short = |folder: &Option<PathBuf>| {
        let path = folder.as_ref()?.strip_prefix(tree.path()).unwrap();
        Some(path.to_str().unwrap().replace(ID, "ID"))
    };
    let Folders { cpu, cpuacct, memory, unified, .. } = &group.folders;
    Ok([cpu, cpuacct, memory, unified].map(short))
}

/// CPU, CPU accounting, memory, and version 2; from our root on.
type Found = [Option<String>; 4];

fn unified(path: &str) -> Found {
    [None, None, None, Some(path.to_owned())]
}

#[test]
fn version_2_is_found_with_every_engine_and_driver() {
    let scope = "sys/fs/cgroup/system.slice/docker-ID.scope";
    assert_eq!(find(V2, "0::/system.slice/docker-ID.scope\n"), Ok(unified(scope)));
    assert_eq!(find(V2, "0::/docker/ID\n"), Ok(unified("sys/fs/cgroup/docker/ID")));
    let podman = "0::/machine.slice/libpod-ID.scope\n";
    assert_eq!(find(V2, podman), Ok(unified("sys/fs/cgroup/machine.slice/libpod-ID.scope")));
}

#[test]
fn limits_are_on_the_named_group_also_where_processes_are_below_it() {
    let rootless = "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope";
    let folder = rootless.replace("0::", "sys/fs/cgroup");
    assert_eq!(find(V2, &format!("{rootless}/container\n")), Ok(unified(&folder)));
    assert_eq!(find(V2, &format!("{rootless}/init.scope\n")), Ok(unified(&folder)));
}

#[test]
fn version_1_is_found_with_controllers_that_share_a_hierarchy() {
    let found = find(
        V1,
        "9:net_cls,net_prio:/docker/ID\n5:cpu,cpuacct:/docker/ID\n4:memory:/docker/ID\n1:name=systemd:/docker/ID\n",
    );
    let cpu = Some("sys/fs/cgroup/cpu,cpuacct/docker/ID".to_owned());
    let memory = Some("sys/fs/cgroup/memory/docker/ID".to_owned());
    assert_eq!(found, Ok([cpu.clone(), cpu, memory, None]));
}

#[test]
fn each_version_has_its_own_part_of_a_hybrid() {
    let scope = "system.slice/docker-ID.scope";
    let found = find(&format!("{V1}{UNIFIED}"), &format!("4:memory:/{scope}\n0::/{scope}\n"));
    let memory = Some(format!("sys/fs/cgroup/memory/{scope}"));
    let unified = Some(format!("sys/fs/cgroup/unified/{scope}"));
    assert_eq!(found, Ok([None, None, memory, unified]));
}

/// As seen of Podman with version 2 alone, on a host that has both.
#[test]
fn a_group_that_is_shared_with_others_is_not_the_instances() {
    let found = find(
        &format!("{V1}{UNIFIED}"),
        "9:name=systemd:/\n4:memory:/user.slice/session-1.scope\n2:cpu,cpuacct:/\n0::/libpod_parent/libpod-ID\n",
    );
    assert_eq!(found, Ok(unified("sys/fs/cgroup/unified/libpod_parent/libpod-ID")));
}

#[test]
fn a_process_without_a_group_of_its_own_is_refused() {
    let refused = Err(NotReadable::NotItsOwn { pid: 42 });
    for memberships in ["0::/\n", "0::/system.slice/nginx.service\n", "", "nonsense\n", "4:memory"]
    {
        assert_eq!(find(V2, memberships), refused, "{memberships:?}");
    }
    let tree = Tree::new();
    tree.write("/proc/self/mountinfo", V2).write("/proc/42/cgroup", format!("0::/docker/{ID}\n"));
    let group = Kernel::new(tree.root()).group(&mut Files::default(), 42, "");
    assert_eq!(group.unwrap_err(), NotReadable::NotItsOwn { pid: 42 }, "no name names nothing");
}

#[test]
fn a_process_that_is_not_here_is_said_so() {
    let tree = Tree::new();
    tree.write("/proc/self/mountinfo", V2).write("/proc/42/cgroup", "").forbid("/proc/42/cgroup");
    let kernel = Kernel::new(tree.root());
    let find = |pid| kernel.group(&mut Files::default(), pid, ID).unwrap_err();
    assert_eq!(find(41), NotReadable::NoProcess { pid: 41 });
    assert_eq!(find(42), NotReadable::NoProcess { pid: 42 });
}

#[test]
fn a_part_of_a_hierarchy_that_is_mounted_is_enough_for_what_is_in_it() {
    let part = V2.replace(" / /sys", " /docker /sys");
    assert_eq!(find(&part, "0::/docker/ID\n"), Ok(unified("sys/fs/cgroup/ID")));
    let outside = Err(NotReadable::NotMounted { pid: 42 });
    assert_eq!(find(&part, "0::/other/ID\n"), outside);
    assert_eq!(
        find(&format!("{part}{V2}"), "0::/other/ID\n"),
        Ok(unified("sys/fs/cgroup/other/ID"))
    );
}

#[test]
fn in_a_namespace_only_what_is_mounted_is_found() {
    let outside = Err(NotReadable::NotMounted { pid: 42 });
    // Our own group is `/`; what is beside it is not below what is mounted.
    assert_eq!(find(V2, "0::/../ID\n"), outside);
    assert_eq!(find(V2, "0::/../../docker/ID\n"), outside);
    // The mount was made before the namespace, and reaches two groups further out.
    let outer = V2.replace(" / /sys", " /../.. /sys");
    assert_eq!(find(&outer, "0::/../../docker/ID\n"), Ok(unified("sys/fs/cgroup/docker/ID")));
    // Of this one the name of a group that leads to it is not known.
    assert_eq!(find(&outer, "0::/../ID\n"), outside);
    assert_eq!(find(&outer, "0::/ID\n"), outside);
    assert_eq!(find(&outer, "0::/../../../docker/ID\n"), outside);
}

#[test]
fn nothing_is_found_where_nothing_is_mounted() {
    let proc = "22 27 0:21 / /proc rw - proc proc rw\n";
    let outside = Err(NotReadable::NotMounted { pid: 42 });
    assert_eq!(find(proc, "0::/docker/ID\n"), outside);
    assert_eq!(find("", "4:memory:/docker/ID\n"), outside);
}

#[test]
fn a_path_may_have_colons_and_blanks() {
    assert_eq!(find(V2, "0::/a: b/ID\n"), Ok(unified("sys/fs/cgroup/a: b/ID")));
}

#[test]
fn the_layout_is_told_by_what_is_mounted() {
    let layout = |mounts: &str| {
        let tree = Tree::new();
        tree.write("/proc/self/mountinfo", mounts);
        Kernel::new(tree.root()).layout()
    };
    assert_eq!(layout(""), Layout::None);
    assert_eq!(layout(V1), Layout::V1);
    assert_eq!(layout(V2), Layout::V2);
    assert_eq!(layout(&format!("{V1}{UNIFIED}")), Layout::Hybrid);
    let systemd_alone = V1.lines().nth(1).unwrap();
    assert_eq!(layout(&format!("{V2}{systemd_alone}\n")), Layout::V2, "it controls nothing");
    assert_eq!(Kernel::new(Tree::new().root()).layout(), Layout::None);
}
