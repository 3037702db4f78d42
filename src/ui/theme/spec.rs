//! Reading one theme file.

use std::{collections::BTreeMap, sync::Arc};

use ratatui::style::Modifier;
use strum::IntoEnumIterator as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    text::{
        Colour,
        place::{Place, nearest},
    },
    ui::theme::{Role, ThemeError, ThemeFault},
};

/// The names of the 16 colours, in their order.
const ANSI_NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

const ATTRIBUTES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// How a role looks, before any terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) fg: Option<Colour>,
    pub(super) bg: Option<Colour>,
    pub(super) modifier: Modifier,
}

/// How every role looks, and where that was said last.
pub(super) struct Sheet {
    pub(super) looks: [Look; Role::COUNT],
    /// The file in the chain, the theme itself last, and the place in it.
    pub(super) places: [Option<(usize, Place)>; Role::COUNT],
}

impl Default for Sheet {
    fn default() -> Self {
        Self { looks: [Look::default(); Role::COUNT], places: [const { None }; Role::COUNT] }
    }
}

/// The colours that a theme and its parents name.
pub(super) type Palette = BTreeMap<String, Colour>;

/// One theme file, parsed but not yet laid over its parents.
pub(super) struct Spec<'a> {
    file: Arc<str>,
    text: &'a str,
    /// The theme that this one changes, and where it says so.
    pub(super) inherits: Option<(String, Place)>,
    palette: Option<Spanned<DeValue<'a>>>,
    roles: Option<Spanned<DeValue<'a>>>,
}

impl<'a> Spec<'a> {
    /// Parses the outer shape; palette and roles are read when they are applied.
    pub(super) fn parse(file: &Arc<str>, text: &'a str) -> Result<Self, ThemeError> {
        let document = DeTable::parse(text).map_err(|error| ThemeError::File {
            place: Place::of(file, text, &error.span().unwrap_or(0..0)),
            fault: Box::new(ThemeFault::Syntax(error.message().to_owned())),
        })?;
        let mut spec =
            Self { file: Arc::clone(file), text, inherits: None, palette: None, roles: None };
        for (name, value) in document.into_inner() {
            match name.get_ref().as_ref() {
                "inherits" => spec.inherits = Some(spec.parent(&value)?),
                "palette" => spec.palette = Some(value),
                "roles" => spec.roles = Some(value),
                other => {
                    let fault = ThemeFault::UnknownKey {
                        name: other.to_owned(),
                        suggestion: suggestion(other, ["inherits", "palette", "roles"]),
                    };
                    return Err(spec.fault(&name, fault));
                }
            }
        }
        Ok(spec)
    }

    /// Adds this file's colours to those of its parents.
    pub(super) fn add_palette(&self, palette: &mut Palette) -> Result<(), ThemeError> {
        let Some(section) = &self.palette else { return Ok(()) };
        for (name, value) in self.table("palette", section)? {
            let name = name.get_ref().as_ref();
            // Literal colours only, so that a palette cannot refer to itself.
            let colour = self.colour(name, value, &Palette::new())?;
            palette.insert(name.to_owned(), colour);
        }
        Ok(())
    }

    /// Lays this file's roles over those of its parents; a role is replaced whole.
    pub(super) fn add_roles(
        &self,
        palette: &Palette,
        layer: usize,
        sheet: &mut Sheet,
    ) -> Result<(), ThemeError> {
        let Some(section) = &self.roles else { return Ok(()) };
        for (name, value) in self.table("roles", section)? {
            let written = name.get_ref().as_ref();
            let role: Role = written.parse().map_err(|_| {
                let suggestion = suggestion(written, Role::iter().map(Role::name));
                self.fault(name, ThemeFault::UnknownRole { name: written.to_owned(), suggestion })
            })?;
            sheet.looks[role as usize] = self.look(written, value, palette)?;
            sheet.places[role as usize] = Some((layer, self.place(name)));
        }
        Ok(())
    }

    fn parent(&self, value: &Spanned<DeValue<'_>>) -> Result<(String, Place), ThemeError> {
        let name = value.get_ref().as_str();
        let name = name.ok_or_else(|| self.wrong_kind("inherits", value, "a theme's name"))?;
        Ok((name.to_owned(), self.place(value)))
    }

    fn look(
        &self,
        role: &str,
        value: &Spanned<DeValue<'_>>,
        palette: &Palette,
    ) -> Result<Look, ThemeError> {
        let mut look = Look::default();
        let Some(properties) = value.get_ref().as_table() else {
            look.fg = Some(self.colour(role, value, palette)?);
            return Ok(look);
        };
        for (name, value) in properties {
            match name.get_ref().as_ref() {
                "fg" => look.fg = Some(self.colour(role, value, palette)?),
                "bg" => look.bg = Some(self.colour(role, value, palette)?),
                property => {
                    let modifier = self.attribute(role, name, property)?;
                    let on = value.get_ref().as_bool();
                    let on = on.ok_or_else(|| self.wrong_kind(property, value, "true or false"))?;
                    look.modifier.set(modifier, on);
                }
            }
        }
        Ok(look)
    }

    fn attribute<T>(
        &self,
        role: &str,
        at: &Spanned<T>,
        name: &str,
    ) -> Result<Modifier, ThemeError> {
        let found = ATTRIBUTES.iter().find(|(known, _)| *known == name);
        found.map(|(_, modifier)| *modifier).ok_or_else(|| {
            let known = ATTRIBUTES.iter().map(|(known, _)| *known).chain(["fg", "bg"]);
            let fault = ThemeFault::UnknownProperty {
                role: role.to_owned(),
                name: name.to_owned(),
                suggestion: suggestion(name, known),
            };
            self.fault(at, fault)
        })
    }

    fn colour(
        &self,
        of: &str,
        value: &Spanned<DeValue<'_>>,
        palette: &Palette,
    ) -> Result<Colour, ThemeError> {
        let unknown = |name: &str| {
            let known = palette.keys().map(String::as_str).chain(ANSI_NAMES);
            let fault = ThemeFault::UnknownColour {
                of: of.to_owned(),
                name: name.to_owned(),
                suggestion: suggestion(name, known),
            };
            self.fault(value, fault)
        };
        match value.get_ref() {
            DeValue::String(name) => named(name, palette).ok_or_else(|| unknown(name)),
            DeValue::Integer(number) => u8::from_str_radix(number.as_str(), number.radix())
                .map(Colour::Indexed)
                .map_err(|_| unknown(number.as_str())),
            _ => Err(self.wrong_kind(of, value, "a colour")),
        }
    }

    fn table<'v>(
        &self,
        name: &str,
        value: &'v Spanned<DeValue<'a>>,
    ) -> Result<&'v DeTable<'a>, ThemeError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong_kind(name, value, "a table"))
    }

    fn place<T>(&self, at: &Spanned<T>) -> Place {
        Place::of(&self.file, self.text, &at.span())
    }

    fn fault<T>(&self, at: &Spanned<T>, fault: ThemeFault) -> ThemeError {
        ThemeError::File { place: self.place(at), fault: Box::new(fault) }
    }

    fn wrong_kind(
        &self,
        of: &str,
        value: &Spanned<DeValue<'_>>,
        wanted: &'static str,
    ) -> ThemeError {
        let found = value.get_ref().type_str();
        self.fault(value, ThemeFault::WrongKind { of: of.to_owned(), wanted, found })
    }
}

/// A palette name, one of the 16, or `#rrggbb`.
fn named(name: &str, palette: &Palette) -> Option<Colour> {
    if let Some(colour) = palette.get(name) {
        return Some(*colour);
    }
    if let Some(index) = ANSI_NAMES.iter().position(|known| *known == name) {
        return u8::try_from(index).ok().map(Colour::Indexed);
    }
    let hex = name
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some(Colour::Rgb(channel(0)?, channel(2)?, channel(4)?))
}

pub(super) fn suggestion<'k>(
    wrong: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<String> {
    nearest(wrong, known).map(str::to_owned)
}
