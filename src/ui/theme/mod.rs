//! Themes: what each role on the screen looks like.
//!
//! Panes ask for a [`Role`] and never for a colour. A theme is a TOML file; a
//! [`Library`] holds those that come with the program and a person's own, and
//! loads one of them for the colours that the terminal has ([`Depth`]).

pub mod depth;
pub mod error;
pub mod library;
mod production;
pub mod role;
mod shade;
mod spec;

use ratatui::style::{Modifier, Style};

pub use depth::{Depth, EnvVars};
pub use error::{ThemeError, ThemeFault};
pub use library::Library;
pub use role::Role;

use crate::text::Colour;
use spec::Look;

/// Gives the style of every role, resolved once for a theme and a colour depth.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    depth: Depth,
    styles: [Style; Role::COUNT],
}

impl Theme {
    /// The style of a role; an array look-up.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The name under which it was loaded.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A colour that a log line asks for, as far as this terminal has it.
    #[must_use]
    pub fn colour(&self, colour: Colour) -> Option<ratatui::style::Color> {
        shade::shown(colour, self.depth)
    }

    fn resolve(name: &str, looks: &[Look; Role::COUNT], depth: Depth) -> Self {
        Self { name: name.to_owned(), depth, styles: looks.map(|look| style(look, depth)) }
    }
}

fn style(look: Look, depth: Depth) -> Style {
    let shown = |colour: Option<Colour>| colour.and_then(|colour| shade::shown(colour, depth));
    let mut style = Style::new().add_modifier(look.modifier);
    style.fg = shown(look.fg);
    style.bg = shown(look.bg);
    // A background that cannot be shown would take a selection with it.
    if look.bg.is_some() && style.bg.is_none() {
        style = style.add_modifier(Modifier::REVERSED);
    }
    style
}

#[cfg(test)]
mod tests;
