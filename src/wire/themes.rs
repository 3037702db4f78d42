//! The person's own themes: read at the start, and again whenever a file changes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::ui::theme::Library;

/// A theme file larger than this is not one.
const LARGEST: u64 = 256 * 1024;

/// More themes than anybody chooses from.
const MOST: usize = 256;

/// How many changes may wait; a newer one tells all that an older one did.
const CHANGES: usize = 1;

/// Every theme: those of the program, and those in the person's folder.
pub(super) fn library(folder: &Path) -> Library {
    let mut library = Library::default();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .take(MOST)
        .collect();
    files.sort();
    for file in files {
        let (Some(name), Ok(text)) = (file.file_stem(), read(&file)) else { continue };
        library.add(&name.to_string_lossy(), &file.display().to_string(), &text);
    }
    library
}

fn read(file: &Path) -> io::Result<String> {
    if fs::metadata(file)?.len() > LARGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::read_to_string(file)
}

/// Watches the folder as long as the second value lives; there is none when there is no
/// folder to watch.
pub(super) fn watch(folder: &Path) -> (mpsc::Receiver<Library>, Option<impl Watcher>) {
    let (sender, changes) = mpsc::channel(CHANGES);
    let (folder, place) = (folder.to_owned(), folder.to_owned());
    let on_change = move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and must not lead to the next reading.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // A full channel: a reading that has not been taken in yet. It is of the
            // past, so this one waits for its place.
            let _ = sender.blocking_send(library(&folder));
        }
    };
    let watcher = notify::recommended_watcher(on_change).ok().and_then(|mut watcher| {
        watcher.watch(&place, RecursiveMode::NonRecursive).ok()?;
        Some(watcher)
    });
    (changes, watcher)
}
