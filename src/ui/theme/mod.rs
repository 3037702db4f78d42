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

use crate::text::{Attributes, Colour, Emphasis};
use spec::Look;

/// The least contrast of a log line's own colours: below it nobody sees letters.
const LEAST_CONTRAST: f32 = 1.5;

/// Gives the style of every role, resolved once for a theme and a colour depth.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    depth: Depth,
    /// What log lines are measured against.
    text: Look,
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

    /// How a piece of a log line looks, as far as this terminal shows it.
    ///
    /// Colours that would hide the text from this theme's ground, or from each
    /// other, are left out (threat T3): what a program prints can be read.
    #[must_use]
    pub fn log_style(&self, wanted: Attributes) -> Style {
        let ground = |own: Option<Colour>, theme: Option<Colour>| {
            own.or(theme).map(|colour| shade::reduced(colour, self.depth))
        };
        let (ink, paper) = (ground(wanted.fg, self.text.fg), ground(wanted.bg, self.text.bg));
        let hidden = ink.zip(paper).is_some_and(|(a, b)| shade::contrast(a, b) < LEAST_CONTRAST);
        let mut style = Style::new().add_modifier(modifier(wanted.emphasis));
        if !hidden {
            let shown = |colour: Colour| shade::shown(colour, self.depth);
            style.fg = wanted.fg.and_then(shown);
            style.bg = wanted.bg.and_then(shown);
        }
        style
    }

    fn resolve(name: &str, looks: &[Look; Role::COUNT], depth: Depth) -> Self {
        Self {
            name: name.to_owned(),
            depth,
            text: looks[Role::Text as usize],
            styles: looks.map(|look| style(look, depth)),
        }
    }
}

/// What log lines may ask for, in ratatui's terms.
fn modifier(emphasis: Emphasis) -> Modifier {
    [
        (Emphasis::BOLD, Modifier::BOLD),
        (Emphasis::DIM, Modifier::DIM),
        (Emphasis::ITALIC, Modifier::ITALIC),
        (Emphasis::UNDERLINE, Modifier::UNDERLINED),
        (Emphasis::REVERSE, Modifier::REVERSED),
    ]
    .into_iter()
    .filter(|(asked, _)| emphasis.contains(*asked))
    .fold(Modifier::empty(), |all, (_, modifier)| all | modifier)
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
