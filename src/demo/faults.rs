//! [`Fault`]: what can be broken in the demo, and the file that says what is.
//!
//! The file `faults` in the demo's folder holds one name a line. It is replaced
//! as a whole by a rename, so a reader sees the old set or the new one, never a
//! part, and no lock is needed.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use strum::{Display, EnumIter, EnumString, IntoStaticStr};

use crate::demo::DemoError;

/// No file of faults is longer; what follows is not read.
const MAX_BYTES: u64 = 4096;

/// Something that can be broken on purpose, and mended again.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Fault {
    /// A third of the API's answers are 500.
    ApiErrors,
    /// The first worker keeps the memory it asks for.
    WorkerLeak,
    /// Every statement of the ledger takes seconds.
    LedgerSlow,
    /// The second worker dies a second after each start.
    CrashLoop,
}

impl Fault {
    /// Its title, as people see it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ApiErrors => "API errors",
            Self::WorkerLeak => "Worker leaks memory",
            Self::LedgerSlow => "Slow ledger",
            Self::CrashLoop => "Worker crash loop",
        }
    }

    /// What happens while it is on, in a sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::ApiErrors => {
                "Three in ten API requests fail with a 500 and a stack trace; api-2 turns unhealthy."
            }
            Self::WorkerLeak => "worker-1 grows by 2 MiB a second, up to 256 MiB.",
            Self::LedgerSlow => {
                "Every statement of the ledger takes 1 to 3 s: API requests time out, the ledger turns unhealthy."
            }
            Self::CrashLoop => {
                "worker-2 ends with exit code 1 a second after every start, and is started again."
            }
        }
    }
}

/// The faults that are on.
pub type FaultSet = BTreeSet<Fault>;

/// Makes `set` the faults that are on in the demo that lives in `directory`.
///
/// The services see it within about a second.
///
/// # Errors
///
/// [`DemoError::Faults`] when the file cannot be written.
pub fn write(directory: &Path, set: &FaultSet) -> Result<(), DemoError> {
    let path = path(directory);
    let unfinished = directory.join(format!("faults.{:016x}", fastrand::u64(..)));
    replace(&path, &unfinished, &text(set)).map_err(|source| {
        // Whether it is there depends on where the writing failed.
        let _ = fs::remove_file(&unfinished);
        DemoError::Faults { path, source }
    })
}

/// Reads which faults are on in the demo that lives in `directory`.
///
/// No file means none. A name that this version does not know is passed over.
///
/// # Errors
///
/// [`DemoError::Faults`] when the file is there and cannot be read.
pub fn read(directory: &Path) -> Result<FaultSet, DemoError> {
    let path = path(directory);
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => Ok(parse(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(FaultSet::new()),
        Err(source) => Err(DemoError::Faults { path, source }),
    }
}

fn path(directory: &Path) -> PathBuf {
    directory.join("faults")
}

fn text(set: &FaultSet) -> String {
    set.iter().flat_map(|fault| [fault.into(), "\n"]).collect()
}

fn parse(text: &str) -> FaultSet {
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

fn replace(path: &Path, unfinished: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(unfinished)?;
    file.write_all(text.as_bytes())?;
    fs::rename(unfinished, path)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let every: FaultSet = Fault::iter().collect();
        for set in [every, [Fault::LedgerSlow].into(), FaultSet::new()] {
            write(directory.path(), &set).unwrap();
            assert_eq!(read(directory.path()).unwrap(), set);
        }
    }

    #[test]
    fn writing_leaves_one_file() {
        let directory = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            write(directory.path(), &[Fault::ApiErrors].into()).unwrap();
        }
        let names: Vec<_> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["faults"]);
    }

    #[test]
    fn no_file_means_no_fault() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(read(directory.path()).unwrap(), FaultSet::new());
    }

    #[test]
    fn unknown_names_are_passed_over() {
        assert_eq!(parse("moon-phase\n crash-loop \n\n"), FaultSet::from([Fault::CrashLoop]));
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error_that_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let gone = directory.path().join("gone");
        let error = write(&gone, &FaultSet::new()).unwrap_err();
        assert!(error.to_string().contains("gone/faults"), "{error}");
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        let names: Vec<&str> = Fault::iter().map(Into::into).collect();
        assert_eq!(names, ["api-errors", "worker-leak", "ledger-slow", "crash-loop"]);
    }
}
