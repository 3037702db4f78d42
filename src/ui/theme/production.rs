//! The rule that no theme can hide production (threat T8).

use ratatui::style::Modifier;
use strum::IntoEnumIterator as _;

use crate::{
    text::Colour,
    ui::theme::{
        Depth, Role, ThemeError, ThemeFault,
        shade::{contrast, reduced},
        spec::{Look, Sheet},
    },
};

/// The least contrast of production's words on their ground (WCAG 2, level AA).
const LEAST_CONTRAST: f32 = 4.5;

/// The depths at which colours are shown, and may become the same.
const COLOURED: [Depth; 3] = [Depth::TrueColor, Depth::Ansi256, Depth::Ansi16];

/// Why production does not stand out, and the other role that is in its way.
struct Fault {
    why: String,
    other: Option<Role>,
}

/// Refuses a theme in which production could be taken for something else.
///
/// Production stands on a ground of its own, a colour that no other role has at
/// any depth, and its words are readable on it. In a theme without colours it is
/// reversed, and no other role has the same attributes.
pub(super) fn check(sheet: &Sheet) -> Result<(), ThemeError> {
    let Some(Fault { why, other }) = fault(&sheet.looks) else { return Ok(()) };
    // The file that came last made it so, whichever of the two roles it changed.
    let place = |role: Role| sheet.places[role as usize].clone();
    let latest = [place(Role::EnvProduction), other.and_then(place)]
        .into_iter()
        .flatten()
        .reduce(|production, other| if other.0 > production.0 { other } else { production });
    match latest {
        Some((_, place)) => {
            Err(ThemeError::File { place, fault: Box::new(ThemeFault::Production(why)) })
        }
        None => Err(ThemeError::NoProduction),
    }
}

fn fault(looks: &[Look; Role::COUNT]) -> Option<Fault> {
    let alone = |why: &str| Some(Fault { why: why.to_owned(), other: None });
    let production = looks[Role::EnvProduction as usize];
    if production.modifier.contains(Modifier::DIM) {
        return alone("it is dim");
    }
    match (ground(production), ink(production)) {
        (Some(ground), Some(ink)) => {
            COLOURED.into_iter().find_map(|depth| fault_at(depth, ground, ink, looks))
        }
        (None, _) if production.modifier.contains(Modifier::REVERSED) => {
            let other = others().find(|role| look(looks, *role).modifier == production.modifier)?;
            let why = format!("\"{}\" has the same attributes", other.name());
            Some(Fault { why, other: Some(other) })
        }
        (None, _) => alone("it needs a background"),
        (Some(_), None) => alone("it needs a foreground and a background"),
    }
}

fn fault_at(
    depth: Depth,
    ground: Colour,
    ink: Colour,
    looks: &[Look; Role::COUNT],
) -> Option<Fault> {
    let (ground, ink) = (reduced(ground, depth), reduced(ink, depth));
    let ratio = contrast(ground, ink);
    let name = depth_name(depth);
    if ratio < LEAST_CONTRAST {
        let why =
            format!("its contrast is {ratio:.1} ({name}), at least {LEAST_CONTRAST} is needed");
        return Some(Fault { why, other: None });
    }
    let uses = |colour: Option<Colour>| colour.map(|c| reduced(c, depth)) == Some(ground);
    let other = others().find(|role| {
        let look = look(looks, *role);
        uses(look.fg) || uses(look.bg)
    })?;
    let why = format!("\"{}\" uses its background ({name})", other.name());
    Some(Fault { why, other: Some(other) })
}

fn others() -> impl Iterator<Item = Role> {
    Role::iter().filter(|role| *role != Role::EnvProduction)
}

fn look(looks: &[Look; Role::COUNT], role: Role) -> Look {
    looks[role as usize]
}

/// The colour behind the words.
fn ground(look: Look) -> Option<Colour> {
    if look.modifier.contains(Modifier::REVERSED) { look.fg } else { look.bg }
}

/// The colour of the words.
fn ink(look: Look) -> Option<Colour> {
    if look.modifier.contains(Modifier::REVERSED) { look.bg } else { look.fg }
}

fn depth_name(depth: Depth) -> &'static str {
    match depth {
        Depth::None => "without colours",
        Depth::Ansi16 => "with 16 colours",
        Depth::Ansi256 => "with 256 colours",
        Depth::TrueColor => "with all colours",
    }
}
