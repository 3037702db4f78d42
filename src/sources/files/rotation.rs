//! What a file was called before and after it was rotated, by the names alone.

use std::{
    cmp::Ordering,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// More rotated files than this are not looked at: the oldest are left out.
const MAX_SIBLINGS: usize = 400;

/// The longest number that counts rotations; a longer one is a date.
const MAX_COUNT_DIGITS: usize = 4;

/// The fewest digits of a date.
const MIN_DATE_DIGITS: usize = 8;

/// A file that was rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sibling {
    pub(super) path: PathBuf,
    pub(super) is_gzip: bool,
    pub(super) changed: SystemTime,
    mark: Mark,
}

/// What tells a rotated file from the live one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// `app.log.1` is newer than `app.log.2`.
    Count(u32),
    /// `app.log-20261121` is newer than `app.log-20261120`.
    Date(String),
}

/// The rotated files of a live one, the newest first. Of a file that is just being
/// compressed only the plain one is given.
pub(super) fn siblings(live: &Path) -> io::Result<Vec<Sibling>> {
    let (Some(folder), Some(name)) = (live.parent(), live.file_name()) else { return Ok(vec![]) };
    let name = name.to_string_lossy();
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let Some((mark, is_gzip)) = mark(&name, &entry.file_name().to_string_lossy()) else {
            continue;
        };
        // It may be gone again by now.
        let Ok(metadata) = entry.path().metadata() else { continue };
        let Ok(changed) = metadata.modified() else { continue };
        if metadata.is_file() && metadata.len() > 0 {
            all.push(Sibling { path: entry.path(), is_gzip, changed, mark });
        }
    }
    sort(&mut all);
    all.dedup_by(|next, kept| next.mark == kept.mark);
    all.truncate(MAX_SIBLINGS);
    Ok(all)
}

/// Whether `other` is what `live` becomes when it is rotated.
pub(super) fn is_sibling(live: &Path, other: &Path) -> bool {
    let (Some(live_name), Some(other_name)) = (live.file_name(), other.file_name()) else {
        return false;
    };
    live.parent() == other.parent()
        && mark(&live_name.to_string_lossy(), &other_name.to_string_lossy()).is_some()
}

/// The newest first, and a plain file before its compressed twin.
fn sort(all: &mut [Sibling]) {
    let counted = all.iter().filter(|it| matches!(it.mark, Mark::Count(_))).count();
    let is_mixed = counted > 0 && counted < all.len();
    all.sort_by(|a, b| {
        let order = match (&a.mark, &b.mark) {
            // Counts and dates side by side are of two ages of a configuration.
            _ if is_mixed => b.changed.cmp(&a.changed),
            (Mark::Count(a), Mark::Count(b)) => a.cmp(b),
            (Mark::Date(a), Mark::Date(b)) => b.cmp(a),
            _ => Ordering::Equal,
        };
        order.then(a.is_gzip.cmp(&b.is_gzip))
    });
}

/// The mark of a rotated file's name, and whether it is compressed.
fn mark(live: &str, name: &str) -> Option<(Mark, bool)> {
    let (plain, is_gzip) = name.strip_suffix(".gz").map_or((name, false), |plain| (plain, true));
    if let Some(rest) = plain.strip_prefix(live)
        && let Some(text) = rest.strip_prefix(['.', '-', '_'])
    {
        return Some((read_mark(text)?, is_gzip));
    }
    // `app-2026-11-20.log`. A count is no mark here: `app-1.log` may be the second of
    // several that run.
    let (stem, end) = live.rsplit_once('.')?;
    let text = plain.strip_prefix(stem)?.strip_suffix(end)?.strip_suffix('.')?;
    let mark = read_mark(text.strip_prefix(['.', '-', '_'])?)?;
    matches!(mark, Mark::Date(_)).then_some((mark, is_gzip))
}

fn read_mark(text: &str) -> Option<Mark> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits == text.len() && (1..=MAX_COUNT_DIGITS).contains(&digits) {
        return text.parse().ok().map(Mark::Count);
    }
    let is_date = digits >= MIN_DATE_DIGITS
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "-_.:TZ".contains(c));
    is_date.then(|| Mark::Date(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_known_by_their_names() {
        let count = |n| Some((Mark::Count(n), false));
        let date = |text: &str, gzip| Some((Mark::Date(text.into()), gzip));
        assert_eq!(mark("app.log", "app.log.1"), count(1));
        assert_eq!(mark("app.log", "app.log.12.gz"), Some((Mark::Count(12), true)));
        assert_eq!(mark("app.log", "app.log-20261120.gz"), date("20261120", true));
        assert_eq!(mark("app.log", "app.log.2026-11-20_03"), date("2026-11-20_03", false));
        assert_eq!(
            mark("app.log", "app-2026-11-20T03-12-00.000.log.gz"),
            date("2026-11-20T03-12-00.000", true)
        );
        for other in ["app.log", "app.log.old", "app.log.", "app.log.gz", "app-1.log", "xapp.log.1"]
        {
            assert_eq!(mark("app.log", other), None, "{other}");
        }
    }

    #[test]
    fn the_newest_comes_first_and_a_twin_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["a.log", "a.log.10", "a.log.2", "a.log.2.gz", "a.log.1.gz", "a.log.x", "b.log.1"];
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::write(folder.path().join("a.log.3"), "").unwrap();
        let siblings = siblings(&folder.path().join("a.log")).unwrap();
        let name = |it: &Sibling| it.path.file_name().unwrap().to_string_lossy().into_owned();
        let names: Vec<_> = siblings.iter().map(name).collect();
        assert_eq!(names, ["a.log.1.gz", "a.log.2", "a.log.10"], "an empty one has no lines");
    }
}
