//! Finds the stack file: `--stack`, `$MIDWATCH_STACK`, `./midwatch.toml`, `./.midwatch/stack.toml`.

use std::path::{Path, PathBuf};

use crate::config::Variables;

/// The variable that names a stack file.
pub const VARIABLE: &str = "MIDWATCH_STACK";

/// Where a stack file is looked for in a folder.
const IN_FOLDER: [&str; 2] = ["midwatch.toml", ".midwatch/stack.toml"];

/// A stack file that is there, or that somebody said is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// Who pointed at it.
    pub by: FoundBy,
}

/// Who pointed at a stack file. Only a person's own hand stands for an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The flag `--stack`.
    Flag,
    /// The variable `MIDWATCH_STACK`.
    Variable,
    /// It lies in the current folder.
    Folder,
}

impl FoundBy {
    /// How it was found, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Flag => "--stack",
            Self::Variable => "MIDWATCH_STACK",
            Self::Folder => "the current folder",
        }
    }
}

/// Finds the stack file. A file that the flag or the variable names need not exist:
/// reading it then says so.
#[must_use]
pub fn stack_file(flag: Option<&Path>, variables: &Variables, folder: &Path) -> Option<Found> {
    if let Some(file) = flag {
        return Some(Found { file: file.into(), by: FoundBy::Flag });
    }
    if let Some(file) = variables.value(VARIABLE) {
        return Some(Found { file: file.into(), by: FoundBy::Variable });
    }
    let mut files = IN_FOLDER.iter().map(|name| folder.join(name));
    let file = files.find(|file| file.is_file())?;
    Some(Found { file, by: FoundBy::Folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_comes_first_and_the_folder_last() {
        let folder = tempfile::tempdir().unwrap();
        let none = Variables::default();
        let some: Variables = [(VARIABLE, "/v.toml")].into_iter().collect();
        assert_eq!(stack_file(None, &none, folder.path()), None);
        std::fs::create_dir(folder.path().join(".midwatch")).unwrap();
        let hidden = folder.path().join(".midwatch/stack.toml");
        std::fs::write(&hidden, "").unwrap();
        let found = stack_file(None, &none, folder.path()).unwrap();
        assert_eq!(found, Found { file: hidden, by: FoundBy::Folder });
        let plain = folder.path().join("midwatch.toml");
        std::fs::write(&plain, "").unwrap();
        assert_eq!(stack_file(None, &none, folder.path()).unwrap().file, plain);
        assert_eq!(stack_file(None, &some, folder.path()).unwrap().by, FoundBy::Variable);
        let flag = Path::new("f.toml");
        assert_eq!(stack_file(Some(flag), &some, folder.path()).unwrap().by, FoundBy::Flag);
    }
}
