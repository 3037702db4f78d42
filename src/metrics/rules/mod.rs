//! Reads Prometheus's rule files and says what in them will not do what it seems to.
//!
//! Rules stay Prometheus's: nothing here evaluates them. What is looked at is where people
//! were bitten: a threshold for a share that is compared with a rate (fact TRAP-17), an alert
//! that fires at once because nothing says `for`, a severity that contradicts the table of
//! metrics in the stack file, an alert that says neither what it means nor what to do.

mod expr;
mod lint;
mod read;
mod yaml;

use std::{fs, io::Read, path::Path};

use serde::Serialize;

use crate::{model::MetricSpec, text::Clean};

/// How many rule files are read.
const MAX_FILES: usize = 100;

/// How large a rule file may be, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Something that should be looked at in a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lint {
    /// The file, as it was found.
    pub file: Clean,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The alert that it is about, where it is about one.
    pub rule: Option<Clean>,
    /// What is wrong.
    pub message: Clean,
    /// What to write instead.
    pub hint: Option<Clean>,
}

/// A rule file and what is in it.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// What it is called in lints.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Reads the files that the patterns of a stack file name, below its folder, and looks
/// through them. Blocks while it reads.
#[must_use]
pub fn check(folder: &Path, patterns: &[String], metrics: &[MetricSpec]) -> Vec<Lint> {
    let mut lints = Vec::new();
    let mut files = Vec::new();
    for pattern in patterns {
        let found = matching(folder, pattern);
        if found.is_empty() {
            lints.push(whole(pattern, "no file is called so", None));
        }
        for path in found {
            if files.len() == MAX_FILES {
                lints.push(whole(pattern, "more than 100 rule files: the rest is not read", None));
                break;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            match text(&path) {
                Ok(text) => files.push(RuleFile { name, text }),
                Err(why) => lints.push(whole(&name, &format!("it cannot be read: {why}"), None)),
            }
        }
    }
    lints.extend(lint(&files, metrics));
    lints
}

/// Looks through rule files, with the metrics that the stack file has a table of; in the
/// order of files and lines.
#[must_use]
pub fn lint(files: &[RuleFile], metrics: &[MetricSpec]) -> Vec<Lint> {
    let mut lints = Vec::new();
    let mut rules = Vec::new();
    for file in files {
        match read::rules(file) {
            Ok(read) => rules.extend(read),
            Err(lint) => lints.push(*lint),
        }
    }
    lints.extend(lint::all(&rules, metrics));
    lints.sort();
    lints
}

fn matching(folder: &Path, pattern: &str) -> Vec<std::path::PathBuf> {
    // A folder may have characters in its name that mean something in patterns.
    let folder = glob::Pattern::escape(&folder.to_string_lossy());
    let paths = glob::glob(&format!("{folder}/{pattern}"));
    paths.into_iter().flatten().flatten().take(MAX_FILES + 1).collect()
}

fn text(path: &Path) -> Result<String, String> {
    // Before it is opened: a pipe would wait for whoever writes to it.
    if !fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is no file".into());
    }
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_BYTES { Err("it is larger than 1 MiB".into()) } else { Ok(text) }
}

fn whole(file: &str, message: &str, hint: Option<&str>) -> Lint {
    Lint {
        file: Clean::new(file),
        line: 0,
        rule: None,
        message: Clean::new(message),
        hint: hint.map(Clean::new),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
