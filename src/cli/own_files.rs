//! The user's own keys and themes: read, laid over what comes with the program, and
//! what is wrong in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cli::{Context, Global},
    config::{
        ConfigError, ConfigErrors, Origin, Paths, Settings, Source, StackFile, Valued, discover,
        settings::Look,
    },
    input::{Keymap, keymap::error::KeymapError},
    text::place::Place,
    ui::theme::{Depth, Library, Theme, ThemeError},
};

/// More themes than anybody chooses from.
const MOST_THEMES: usize = 256;

/// The settings that count over the look of a stack, whose names of a theme and a keymap mean something: a slip of
/// the hand is told at once, also by a command that draws nothing.
///
/// # Errors
/// Everything that is wrong in the settings, or both names that mean nothing.
pub fn settings(look: &Look, global: &Global, context: &Context) -> Result<Settings, ConfigErrors> {
    let paths = &context.paths;
    let settings = Settings::load_over(look, paths, &context.variables, &global.settings())?;
    let keymap = named_keymap(&settings, paths).err();
    let theme = OwnThemes::read(&paths.themes_dir).check_name(&settings, paths).err();
    let errors: Vec<_> = keymap.into_iter().chain(theme).collect();
    if errors.is_empty() { Ok(settings) } else { Err(ConfigErrors(errors)) }
}

/// What the stack file that counts here says of how midwatch looks; nothing, when there is
/// none or it is wrong.
#[must_use]
pub fn look(global: &Global, context: &Context) -> Look {
    let flag = global.stack.as_deref();
    let found = discover::stack_file(flag, &context.variables, &context.folder);
    let file = found.and_then(|found| StackFile::load(&found.file).ok());
    file.map(|file| file.look).unwrap_or_default()
}

/// The keymap that the settings name.
fn named_keymap(settings: &Settings, paths: &Paths) -> Result<Keymap, ConfigError> {
    let chosen = &settings.keymap;
    Keymap::builtin(&chosen.value).map_err(|error| {
        let known = Keymap::builtin_names().collect::<Vec<_>>();
        named_by(chosen, &error.to_string(), paths).with_hint(&one_of(&known))
    })
}

/// The keymap that the settings name, under the user's own keys.
///
/// # Errors
/// When there is no keymap of that name, or the user's own cannot be used.
pub fn keymap(settings: &Settings, paths: &Paths) -> Result<Keymap, ConfigErrors> {
    let mut errors = Vec::new();
    let keymap = named_keymap(settings, paths).or_else(|error| {
        errors.push(error);
        // The user's own keys are still looked at.
        Keymap::builtin(&Settings::default().keymap.value)
    });
    let merged = match keymap {
        Ok(keymap) if paths.keymap_file.is_file() => with_own_keys(keymap, &paths.keymap_file),
        Ok(keymap) => Ok(keymap),
        Err(error) => Err(ConfigError::of_file(&paths.keymap_file, &error.to_string())),
    };
    match merged {
        Ok(keymap) if errors.is_empty() => Ok(keymap),
        Ok(_) => Err(ConfigErrors(errors)),
        Err(error) => {
            errors.push(error);
            Err(ConfigErrors(errors))
        }
    }
}

fn with_own_keys(keymap: Keymap, file: &Path) -> Result<Keymap, ConfigError> {
    let source = Source::read(file)?;
    let merged = keymap.merge(&source.file.display().to_string(), &source.text);
    merged.map_err(|error| match error {
        KeymapError::File { place, fault } => at(&place, &fault.to_string(), [&source]),
        KeymapError::UnknownKeymap { .. } => ConfigError::of_file(file, &error.to_string()),
    })
}

/// The themes in the user's folder, by name.
pub struct OwnThemes {
    /// Those that can be read.
    pub sources: Vec<(String, Source)>,
    /// Why others cannot.
    pub errors: Vec<ConfigError>,
}

impl OwnThemes {
    /// Reads the folder; one that is not there holds none.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .take(MOST_THEMES)
            .collect();
        files.sort();
        let mut themes = Self { sources: Vec::new(), errors: Vec::new() };
        for file in files {
            let Some(name) = file.file_stem() else { continue };
            match Source::read(&file) {
                Ok(source) => themes.sources.push((name.to_string_lossy().into_owned(), source)),
                Err(error) => themes.errors.push(error),
            }
        }
        themes
    }

    /// Every theme: those of the program, and these.
    #[must_use]
    pub fn library(&self) -> Library {
        let mut library = Library::default();
        for (name, source) in &self.sources {
            library.add(name, &source.file.display().to_string(), &source.text);
        }
        library
    }

    /// Says why one of these themes cannot be used.
    fn error(&self, source: &Source, error: &ThemeError) -> ConfigError {
        match error {
            // It can stand in a theme that this one inherits from.
            ThemeError::File { place, fault } => {
                at(place, &fault.to_string(), self.sources.iter().map(|(_, source)| source))
            }
            ThemeError::UnknownTheme { .. } | ThemeError::NoProduction => {
                ConfigError::of_file(&source.file, &error.to_string())
            }
        }
    }

    /// What is wrong with each of these themes that can be read.
    #[must_use]
    pub fn check(&self) -> Vec<(&Source, Result<(), ConfigErrors>)> {
        let library = self.library();
        let check = |name: &str, source: &Source| match library.load(name, Depth::TrueColor) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.error(source, &error).into()),
        };
        self.sources.iter().map(|(name, source)| (source, check(name, source))).collect()
    }

    /// What is wrong with one file of the folder.
    ///
    /// # Errors
    /// When it cannot be read, or cannot be used.
    pub fn check_file(&self, file: &Path) -> Result<(), ConfigErrors> {
        let named = |other: &Path| other.file_name() == file.file_name();
        let found = self.check().into_iter().find(|(source, _)| named(&source.file));
        match found {
            Some((_, verdict)) => verdict,
            None => Err(Source::read(file)
                .err()
                .unwrap_or_else(|| {
                    ConfigError::of_file(file, "is no theme: its name does not end in .toml")
                })
                .into()),
        }
    }

    /// The theme that the settings name, for a terminal with this many colours.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be used.
    pub fn theme(
        &self,
        settings: &Settings,
        depth: Depth,
        paths: &Paths,
    ) -> Result<Theme, ConfigErrors> {
        let library = self.library();
        library.load(&settings.theme.value, depth).map_err(|error| {
            match self.chosen(settings) {
                Some(source) => self.error(source, &error),
                None => unknown_theme(settings, &library, &error, paths),
            }
            .into()
        })
    }

    /// Refuses a name of no theme; whether one of these themes can be used is another matter.
    fn check_name(&self, settings: &Settings, paths: &Paths) -> Result<(), ConfigError> {
        let library = self.library();
        match library.load(&settings.theme.value, Depth::TrueColor) {
            Err(error) if self.chosen(settings).is_none() => {
                Err(unknown_theme(settings, &library, &error, paths))
            }
            _ => Ok(()),
        }
    }

    /// The one of these themes that the settings name, if it is one of these.
    fn chosen(&self, settings: &Settings) -> Option<&Source> {
        let mut sources = self.sources.iter();
        sources.find(|(name, _)| *name == settings.theme.value).map(|(_, source)| source)
    }
}

fn unknown_theme(
    settings: &Settings,
    library: &Library,
    error: &ThemeError,
    paths: &Paths,
) -> ConfigError {
    let hint = one_of(&library.names());
    named_by(&settings.theme, &error.to_string(), paths).with_hint(&hint)
}

fn one_of(known: &[&str]) -> String {
    format!("one of {}", known.join(", "))
}

/// Says that a name in the settings means nothing, where it was written.
fn named_by(chosen: &Valued<String>, message: &str, paths: &Paths) -> ConfigError {
    match &chosen.origin {
        Origin::File { file, line } => match Source::read(file) {
            Ok(source) => {
                let written = source.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
                let indent = written.chars().take_while(|c| c.is_whitespace()).count();
                source.error_at(*line, indent + 1, message)
            }
            Err(error) => error,
        },
        Origin::Variable(name) => ConfigError::of_file(Path::new(&format!("${name}")), message),
        Origin::Flag(name) => ConfigError::of_file(Path::new(name), message),
        Origin::Default => ConfigError::of_file(&paths.settings_file, message),
    }
}

/// Says what is wrong at a place of one of these files.
fn at<'a>(
    place: &Place,
    message: &str,
    sources: impl IntoIterator<Item = &'a Source>,
) -> ConfigError {
    let file = Path::new(&*place.file);
    match sources.into_iter().find(|source| source.file == file) {
        Some(source) => source.error_at(place.line, place.column, message),
        None => ConfigError::of_file(file, &format!("{place}: {message}")),
    }
}
