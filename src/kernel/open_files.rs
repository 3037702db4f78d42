//! How many files may be open: more for midwatch, and as many as ever for what it starts.

use std::sync::OnceLock;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// How many files may be open: a quarter of it is for one engine's control groups.
const ENOUGH: u64 = 16 * 1024;

/// The limit that midwatch was started with, once it has another. It is of the whole process,
/// as the limit itself is.
static BEFORE: OnceLock<Rlimit> = OnceLock::new();

/// Allows this process the files of hundreds of control groups, which are kept open. The
/// usual limit is for programs that wait with `select(2)`, which fail with more: what is
/// started from here gets it back with [`give_back_open_files`].
pub fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if limit.current.is_some_and(|current| current < enough) {
        let before = BEFORE.get_or_init(|| limit);
        // Where it is refused, fewer files are kept open.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(enough), ..*before });
    }
}

/// Gives a program that was just started the limit that midwatch was started with.
///
/// Nothing can be changed between fork and exec without `unsafe`, so it comes a moment after
/// the start: before a program could open so many files, but one that asks for its limit, or
/// starts others, in its first microseconds may see ours.
pub fn give_back_open_files(child: Option<u32>) {
    let pid = child.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some((pid, before)) = pid.zip(BEFORE.get()) {
        // One that has ended already, or runs as somebody else, has no need of it.
        let _ = prlimit(Some(pid), Resource::Nofile, *before);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    fn allowed(process: &str) -> String {
        let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().to_owned()
    }

    #[test]
    fn what_is_started_has_the_limit_that_midwatch_was_started_with() {
        // Other tests of this process may have more files open from now on, and need not.
        let hard = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: Some(1024), maximum: hard }).unwrap();
        let before = allowed("self");
        allow_open_files();
        assert_ne!(allowed("self"), before, "this host allows no more: the test says nothing");
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        give_back_open_files(Some(child.id()));
        let after = allowed(&child.id().to_string());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(after, before);
    }
}
