//! [`Paths`]: the user's own folders and files.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Where midwatch keeps what belongs to its user. Nothing here need exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The folder of the user's configuration, such as `~/.config/midwatch`.
    pub config_dir: PathBuf,
    /// The user's settings.
    pub settings_file: PathBuf,
    /// The user's own keys, laid over the chosen keymap.
    pub keymap_file: PathBuf,
    /// The user's own themes, one file each.
    pub themes_dir: PathBuf,
    /// What midwatch remembers, such as approved stack files.
    pub state_dir: PathBuf,
    /// Where exports go when nobody says another place.
    pub exports_dir: PathBuf,
    /// What can be deleted at any time.
    pub cache_dir: PathBuf,
}

impl Paths {
    /// The folders of the user who runs this process, by the conventions of the
    /// system (XDG); `None` without a home folder.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "midwatch")?;
        let state_dir = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Some(Self::new(dirs.config_dir(), state_dir, dirs.cache_dir()))
    }

    /// Folders that can neither be read nor made, for a user without a home: a folder
    /// that everybody shares must not stand in for their own.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::under(Path::new("/dev/null"))
    }

    /// Folders that all lie under one, for tests.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self::new(&root.join("config"), &root.join("state"), &root.join("cache"))
    }

    fn new(config_dir: &Path, state_dir: &Path, cache_dir: &Path) -> Self {
        Self {
            config_dir: config_dir.into(),
            settings_file: config_dir.join("config.toml"),
            keymap_file: config_dir.join("keys.toml"),
            themes_dir: config_dir.join("themes"),
            exports_dir: state_dir.join("exports"),
            state_dir: state_dir.into(),
            cache_dir: cache_dir.into(),
        }
    }
}
