//! Finding files by a pattern.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use glob::{MatchOptions, Pattern};

/// More files than this are not one log.
pub(super) const MAX_FILES: usize = 256;

/// A folder with more entries than this is not looked through to its end.
const MAX_ENTRIES: usize = 20_000;

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What a pattern means now.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The paths, by name, at most [`MAX_FILES`]. Nobody has looked what they are.
    pub(super) paths: Vec<PathBuf>,
    /// Folders that could not be looked through.
    pub(super) closed: Vec<(PathBuf, io::Error)>,
    /// Whether there are more.
    pub(super) more: bool,
}

/// Whether a pattern can mean more than one path.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Finds what an absolute pattern means.
pub(super) fn find(pattern: &str) -> Found {
    let mut found = Found::default();
    let mut folders = vec![PathBuf::from("/")];
    let mut parts = pattern.split('/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        let mut next = Vec::new();
        for folder in &folders {
            step(folder, part, parts.peek().is_some(), &mut next, &mut found);
        }
        folders = next;
    }
    found.paths = folders;
    found
}

/// Adds what `part` means in `folder`.
fn step(folder: &Path, part: &str, more_follow: bool, next: &mut Vec<PathBuf>, found: &mut Found) {
    if !is_pattern(part) {
        let path = folder.join(part);
        if path.symlink_metadata().is_ok() || !more_follow {
            next.push(path);
        }
        return;
    }
    let Ok(pattern) = Pattern::new(part) else { return };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            // A name that is no folder just does not match.
            if !matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::NotFound) {
                found.closed.push((folder.into(), error));
            }
            return;
        }
    };
    // A name that is not UTF-8 matches by what is left of it.
    let matches = |name: &OsStr| pattern.matches_with(&name.to_string_lossy(), OPTIONS);
    let names = entries.take(MAX_ENTRIES).flatten().map(|entry| entry.file_name());
    let mut paths: Vec<_> =
        names.filter(|name| matches(name)).map(|name| folder.join(name)).collect();
    paths.sort_by(|a, b| alphanumeric_sort::compare_str(a.to_string_lossy(), b.to_string_lossy()));
    let room = MAX_FILES.saturating_sub(next.len());
    found.more |= paths.len() > room;
    next.extend(paths.into_iter().take(room));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path, pattern: &str) -> Vec<String> {
        let found = find(&format!("{}/{pattern}", folder.display()));
        let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        found.paths.iter().map(name).collect()
    }

    #[test]
    fn a_pattern_means_what_a_shell_takes_it_for() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/x")).unwrap();
        fs::create_dir_all(folder.path().join("b")).unwrap();
        for name in ["a/2.log", "a/10.log", "b/1.log", "a/.hidden.log", "top.log", "a/odd\n.log"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(
            names(folder.path(), "*/*.log"),
            ["a/2.log", "a/10.log", "a/odd\n.log", "b/1.log"]
        );
        assert_eq!(names(folder.path(), "?/[12].log"), ["a/2.log", "b/1.log"]);
        assert_eq!(names(folder.path(), "top.log"), ["top.log"]);
        assert_eq!(names(folder.path(), "none.log"), ["none.log"], "its absence is said later");
        assert!(names(folder.path(), "none/*.log").is_empty());
    }

    #[test]
    fn more_files_than_a_log_can_have_are_said_to_be_more() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..=MAX_FILES {
            fs::write(folder.path().join(format!("{n}.log")), "").unwrap();
        }
        let found = find(&format!("{}/*.log", folder.path().display()));
        assert_eq!((found.paths.len(), found.more), (MAX_FILES, true));
    }
}
