//! [`Settings`]: how a person wants midwatch to be.
//!
//! Five layers, each over the one before: the defaults, `[ui]` of the stack file, the
//! user's file (`config.toml`), the environment (`MIDWATCH_…`), the command line. Every value
//! remembers which layer it came from, so that `config show --origin` can tell.

mod file;
pub(super) mod look;
mod origin;
mod thresholds;
mod variables;

use std::{borrow::Cow, path::Path};

pub use look::Look;
pub use origin::{Origin, Valued};
pub use thresholds::{Percentages, ThresholdSettings};

use crate::{
    config::{ConfigError, ConfigErrors, Paths, Source, Variables},
    model::{SavedFilter, TimeStyle},
};

/// How a person wants midwatch to be. One field a setting; the name is the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name of a theme, or of a file in the themes folder.
    pub theme: Valued<String>,
    /// The name of a keymap.
    pub keymap: Valued<String>,
    /// Whether to draw with ASCII alone; `Auto` asks the locale.
    pub ascii: Valued<Ascii>,
    /// Whether midwatch takes the mouse. The terminal cannot select text then.
    pub mouse: Valued<bool>,
    /// How times are shown.
    pub time: Valued<TimeStyle>,
    /// How many bytes are kept of each service's output.
    pub log_bytes: Valued<u64>,
    /// How many bytes are kept of all output together.
    pub log_bytes_total: Valued<u64>,
    /// From where on a number is past what it should be.
    pub thresholds: ThresholdSettings,
    /// Saved filters, for every stack, in the order of the file.
    pub filters: Vec<Valued<SavedFilter>>,
}

/// Whether to draw with ASCII alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ascii {
    /// When the locale is not UTF-8.
    Auto,
    /// Always.
    Yes,
    /// Never.
    No,
}

/// What the command line says of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--theme`.
    pub theme: Option<String>,
    /// `--keymap`.
    pub keymap: Option<String>,
    /// `--ascii`.
    pub ascii: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Valued::default_of("midwatch".into()),
            keymap: Valued::default_of("default".into()),
            ascii: Valued::default_of(Ascii::Auto),
            mouse: Valued::default_of(false),
            time: Valued::default_of(TimeStyle::Local),
            log_bytes: Valued::default_of(32 << 20),
            log_bytes_total: Valued::default_of(64 << 20),
            thresholds: ThresholdSettings::default(),
            filters: Vec::new(),
        }
    }
}

impl Settings {
    /// Lays all layers but that of a stack over each other. The user's file need not exist.
    ///
    /// # Errors
    /// Everything that is wrong in the file and in the variables.
    pub fn load(paths: &Paths, variables: &Variables, flags: &Flags) -> Result<Self, ConfigErrors> {
        Self::load_over(&Look::default(), paths, variables, flags)
    }

    /// Lays all layers over each other, the look of a stack first.
    ///
    /// # Errors
    /// Everything that is wrong in the file and in the variables.
    pub fn load_over(
        look: &Look,
        paths: &Paths,
        variables: &Variables,
        flags: &Flags,
    ) -> Result<Self, ConfigErrors> {
        let mut settings = Self::of_stack(look);
        let mut errors = Vec::new();
        if paths.settings_file.exists() {
            match Source::read(&paths.settings_file) {
                Ok(source) => match settings.overlaid(&source) {
                    Ok(overlaid) => settings = overlaid,
                    Err(found) => errors.extend(found.0),
                },
                Err(error) => errors.push(error),
            }
        }
        errors.extend(settings.overlay_variables(variables));
        errors.extend(settings.overlay_flags(flags));
        if errors.is_empty() { Ok(settings) } else { Err(ConfigErrors(errors)) }
    }

    /// These settings with those of a file over them.
    ///
    /// # Errors
    /// Everything that is wrong in the file.
    pub fn overlaid(&self, source: &Source) -> Result<Self, ConfigErrors> {
        file::overlay(self.clone(), source)
    }

    fn overlay_flags(&mut self, flags: &Flags) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        let named = [
            ("--theme", &flags.theme, &mut self.theme),
            ("--keymap", &flags.keymap, &mut self.keymap),
        ];
        for (flag, name, field) in named {
            let Some(name) = name else { continue };
            if let Some(hint) = name_problem(name) {
                let error = ConfigError::of_file(Path::new(flag), &format!("cannot be {name:?}"));
                errors.push(error.with_hint(hint));
            }
            *field = Valued::new(name.clone(), Origin::Flag(flag));
        }
        if flags.ascii {
            self.ascii = Valued::new(Ascii::Yes, Origin::Flag("--ascii"));
        }
        errors
    }

    /// The saved filters without where they come from.
    pub fn saved_filters(&self) -> impl Iterator<Item = SavedFilter> {
        self.filters.iter().map(|filter| filter.value.clone())
    }

    /// Every setting as it would be written in the file, with its origin, in order; without
    /// those that have a table of their own.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let text = |text: &str| format!("{text:?}");
        let ascii = match self.ascii.value {
            Ascii::Auto => text("auto"),
            Ascii::Yes => "true".into(),
            Ascii::No => "false".into(),
        };
        let row = |key: &'static str, value, origin| Row { key: key.into(), value, origin };
        vec![
            row("theme", text(&self.theme.value), &self.theme.origin),
            row("keymap", text(&self.keymap.value), &self.keymap.origin),
            row("ascii", ascii, &self.ascii.origin),
            row("mouse", self.mouse.value.to_string(), &self.mouse.origin),
            row("time", text(self.time.value.word()), &self.time.origin),
            row("log_bytes", text(&bytes_words(self.log_bytes.value)), &self.log_bytes.origin),
            row(
                "log_bytes_total",
                text(&bytes_words(self.log_bytes_total.value)),
                &self.log_bytes_total.origin,
            ),
        ]
    }

    /// The same of the table `[thresholds]`.
    #[must_use]
    pub fn threshold_rows(&self) -> Vec<Row<'_>> {
        self.thresholds.rows()
    }

    /// The same of the table `[filters]`.
    #[must_use]
    pub fn filter_rows(&self) -> Vec<Row<'_>> {
        let rows = self.filters.iter().map(|Valued { value: filter, origin }| Row {
            key: key_words(filter.name.as_str()).into(),
            value: toml::Value::from(filter.expression.as_str()).to_string(),
            origin,
        });
        rows.collect()
    }
}

/// A name as a key of TOML: with a dot in it, it would be two.
fn key_words(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.into() }
}

/// A setting as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its key.
    pub key: Cow<'static, str>,
    /// Its value, as TOML.
    pub value: String,
    /// Where the value comes from.
    pub origin: &'a Origin,
}

fn bytes_words(bytes: u64) -> String {
    match bytes {
        bytes if bytes.is_multiple_of(1 << 20) => format!("{}MiB", bytes >> 20),
        bytes if bytes.is_multiple_of(1 << 10) => format!("{}KiB", bytes >> 10),
        bytes => format!("{bytes}B"),
    }
}

/// Refuses a name that would lead out of the folder that it is looked up in.
fn name_problem(name: &str) -> Option<&'static str> {
    let plain = Path::new(name).file_name().is_some_and(|last| last == name);
    (!plain || name.starts_with('.')).then_some("write a name, such as one that `T` shows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        text: &str,
        variables: &[(&str, &str)],
        flags: &Flags,
    ) -> Result<Settings, ConfigErrors> {
        let root = tempfile::tempdir().unwrap();
        let paths = Paths::under(root.path());
        std::fs::create_dir_all(&paths.config_dir).unwrap();
        std::fs::write(&paths.settings_file, text).unwrap();
        let variables = variables.iter().copied().collect();
        Settings::load(&paths, &variables, flags)
    }

    #[test]
    fn each_layer_lies_over_the_one_before_and_says_so() {
        let flags = Flags { theme: Some("mono".into()), ..Flags::default() };
        let text = "theme = \"gruvbox\"\nkeymap = \"k9s\"\ntime = \"utc\"\n";
        let settings = load(text, &[("MIDWATCH_KEYMAP", "emacs")], &flags).unwrap();
        assert_eq!(settings.theme, Valued::new("mono".into(), Origin::Flag("--theme")));
        let variable = Origin::Variable("MIDWATCH_KEYMAP");
        assert_eq!(settings.keymap, Valued::new("emacs".into(), variable));
        assert_eq!(settings.time.value, TimeStyle::Utc);
        assert!(settings.time.origin.to_string().ends_with("config.toml:3"));
        assert_eq!(settings.mouse.origin, Origin::Default);
    }

    #[test]
    fn what_is_shown_can_be_written_back() {
        let settings = Settings::default();
        let lines: Vec<_> =
            settings.rows().iter().map(|row| format!("{} = {}", row.key, row.value)).collect();
        let text = lines.join("\n");
        let read = load(&text, &[], &Flags::default()).unwrap();
        let values = |settings: &Settings| -> Vec<String> {
            settings.rows().into_iter().map(|row| row.value).collect()
        };
        assert_eq!(values(&read), values(&settings));
    }

    #[test]
    fn filters_know_their_line_and_can_be_written_back() {
        let text = "mouse = true\n[filters]\nslow = 'field.ms>500 text~\"\\d+ ms\"'\n\
                    \"late.jobs\" = \"service=worker since=10m\"\n";
        let settings = load(text, &[], &Flags::default()).unwrap();
        let rows = settings.filter_rows();
        assert!(rows[1].origin.to_string().ends_with("config.toml:4"), "{}", rows[1].origin);
        let lines: Vec<_> = rows.iter().map(|row| format!("{} = {}", row.key, row.value)).collect();
        let text = format!("[filters]\n{}", lines.join("\n"));
        let read = load(&text, &[], &Flags::default()).unwrap();
        let saved: Vec<_> = read.saved_filters().collect();
        assert_eq!(saved, settings.saved_filters().collect::<Vec<_>>());
        assert_eq!(saved[0].expression.as_str(), "field.ms>500 text~\"\\d+ ms\"");
    }

    #[test]
    fn a_filter_that_is_none_is_a_mistake_at_its_place() {
        let text = "[filters]\nslow = \"level>=loud\"\n\"no name\" = \"a\"\nfew = 5\n";
        let errors = load(text, &[], &Flags::default()).unwrap_err().to_string();
        for part in ["`filters.slow` is not a filter", "config.toml:2:16", "\"no name\" cannot be"]
        {
            assert!(errors.contains(part), "{errors}");
        }
        assert!(errors.contains("`filters.few` is a whole number"), "{errors}");
    }

    #[test]
    fn mistakes_of_all_layers_are_reported_together() {
        let errors =
            load("thme = \"mono\"\nmouse = 1\n", &[("MIDWATCH_ASCII", "maybe")], &Flags::default())
                .unwrap_err();
        let text = errors.to_string();
        for part in ["did you mean `theme`?", "`mouse` is a whole number", "MIDWATCH_ASCII"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_theme_is_a_name_and_not_a_way_out() {
        assert!(load("theme = \"../../etc/passwd\"", &[], &Flags::default()).is_err());
    }
}
