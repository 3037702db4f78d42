//! [`Library`]: the themes there are, and how one is loaded.

use std::sync::Arc;

use crate::ui::theme::{
    Depth, Role, Theme, ThemeError, ThemeFault, production,
    spec::{Look, Palette, Sheet, Spec, suggestion},
};

/// The themes that come with the program; the first lies under every other one.
const BUILTIN: [(&str, &str); 6] = [
    ("midwatch", include_str!("../../../themes/midwatch.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("solarized-dark", include_str!("../../../themes/solarized-dark.toml")),
    ("gruvbox", include_str!("../../../themes/gruvbox.toml")),
    ("catppuccin-mocha", include_str!("../../../themes/catppuccin-mocha.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The place in [`BUILTIN`] of the theme that all others start from.
const ROOT: usize = 0;

/// The place in [`BUILTIN`] of the theme that terminals without colours get.
const COLOURLESS: usize = BUILTIN.len() - 1;

/// Gives the themes that can be chosen: those of the program, then a person's own.
///
/// A person's theme with the name of an earlier one takes its place, and may
/// inherit from the one it replaces.
#[derive(Clone, Debug)]
pub struct Library {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    file: Arc<str>,
    text: String,
}

impl Default for Library {
    fn default() -> Self {
        let mut library = Self { entries: Vec::with_capacity(BUILTIN.len()) };
        for (name, text) in BUILTIN {
            library.add(name, &format!("themes/{name}.toml"), text);
        }
        library
    }
}

impl Library {
    /// Adds the theme `name` that was read from `file`; it is parsed when loaded.
    pub fn add(&mut self, name: &str, file: &str, text: &str) {
        let (name, text) = (name.to_owned(), text.to_owned());
        self.entries.push(Entry { name, file: file.into(), text });
    }

    /// The names to choose from, each once, the program's first.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            if !names.contains(&entry.name.as_str()) {
                names.push(&entry.name);
            }
        }
        names
    }

    /// Loads a theme for a terminal with this many colours.
    ///
    /// Without colours it is always the attributes of `mono`: those are chosen so
    /// that every state can be told from the others.
    ///
    /// # Errors
    /// [`ThemeError`] when there is none of that name, or its file, or that of a
    /// theme it inherits from, holds a fault.
    pub fn load(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let index = self.latest(name, &[]).ok_or_else(|| ThemeError::UnknownTheme {
            name: name.to_owned(),
            suggestion: suggestion(name, self.names()),
        })?;
        let looks = self.looks(index)?;
        let looks = if depth == Depth::None { self.looks(COLOURLESS)? } else { looks };
        Ok(Theme::resolve(name, &looks, depth))
    }

    fn looks(&self, index: usize) -> Result<[Look; Role::COUNT], ThemeError> {
        let chain = self.chain(index)?;
        let mut palette = Palette::new();
        for spec in chain.iter().rev() {
            spec.add_palette(&mut palette)?;
        }
        let mut sheet = Sheet::default();
        for (layer, spec) in chain.iter().rev().enumerate() {
            spec.add_roles(&palette, layer, &mut sheet)?;
        }
        production::check(&sheet)?;
        Ok(sheet.looks)
    }

    /// The theme and those it builds on, itself first, [`ROOT`] last.
    fn chain(&self, index: usize) -> Result<Vec<Spec<'_>>, ThemeError> {
        let mut visited = vec![index];
        let mut chain = vec![self.parse(index)?];
        let mut current = index;
        while current != ROOT {
            current = match chain.last().and_then(|spec| spec.inherits.as_ref()) {
                None => ROOT,
                Some((name, place)) => self.latest(name, &visited).ok_or_else(|| {
                    ThemeError::File { place: place.clone(), fault: Box::new(self.no_parent(name)) }
                })?,
            };
            visited.push(current);
            chain.push(self.parse(current)?);
        }
        Ok(chain)
    }

    fn parse(&self, index: usize) -> Result<Spec<'_>, ThemeError> {
        let entry = &self.entries[index];
        Spec::parse(&entry.file, &entry.text)
    }

    fn latest(&self, name: &str, except: &[usize]) -> Option<usize> {
        (0..self.entries.len())
            .rev()
            .find(|index| self.entries[*index].name == name && !except.contains(index))
    }

    fn no_parent(&self, name: &str) -> ThemeFault {
        if self.latest(name, &[]).is_some() {
            return ThemeFault::Circle(name.to_owned());
        }
        ThemeFault::UnknownParent {
            name: name.to_owned(),
            suggestion: suggestion(name, self.names()),
        }
    }
}
