//! The person's own themes, read again whenever a file changes.

use std::path::Path;

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::{cli::own_files::OwnThemes, ui::theme::Library};

/// How many changes may wait; a newer one tells all that an older one did.
const CHANGES: usize = 1;

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
            let _ = sender.blocking_send(OwnThemes::read(&folder).library());
        }
    };
    let watcher = notify::recommended_watcher(on_change).ok().and_then(|mut watcher| {
        watcher.watch(&place, RecursiveMode::NonRecursive).ok()?;
        Some(watcher)
    });
    (changes, watcher)
}
