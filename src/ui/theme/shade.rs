//! Colours as numbers: the nearest that a terminal has, and how well two contrast.

use ratatui::style::Color;

use crate::{text::Colour, ui::theme::Depth};

/// The 16 colours as xterm shows them; a person's palette may differ.
const ANSI: [(u8, u8, u8); 16] = [
    (0x00, 0x00, 0x00),
    (0xcd, 0x00, 0x00),
    (0x00, 0xcd, 0x00),
    (0xcd, 0xcd, 0x00),
    (0x00, 0x00, 0xee),
    (0xcd, 0x00, 0xcd),
    (0x00, 0xcd, 0xcd),
    (0xe5, 0xe5, 0xe5),
    (0x7f, 0x7f, 0x7f),
    (0xff, 0x00, 0x00),
    (0x00, 0xff, 0x00),
    (0xff, 0xff, 0x00),
    (0x5c, 0x5c, 0xff),
    (0xff, 0x00, 0xff),
    (0x00, 0xff, 0xff),
    (0xff, 0xff, 0xff),
];

/// The same 16 as ratatui calls them.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The levels of each channel in the colour cube of the 256.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The difference between the strongest and weakest channel below which a colour
/// is a grey.
const GREY_CHROMA: u8 = 48;

/// The strongest channel above which a colour is the light one of its hue.
const LIGHT: u8 = 230;

/// The hue in degrees at which each of the six colours ends, and its number. Not
/// even: oranges read as yellow, and a pastel red has to stay a red.
const HUES: [(f32, u8); 7] =
    [(20.0, 1), (70.0, 3), (165.0, 2), (195.0, 6), (255.0, 4), (335.0, 5), (360.0, 1)];

/// The colour as a terminal of this depth shows it; `None` where it shows none.
pub(super) fn shown(colour: Colour, depth: Depth) -> Option<Color> {
    match (depth, colour) {
        (Depth::None, _) => None,
        (_, Colour::Indexed(index @ 0..16)) => Some(NAMED[usize::from(index)]),
        (Depth::TrueColor, Colour::Rgb(r, g, b)) => Some(Color::Rgb(r, g, b)),
        (Depth::TrueColor | Depth::Ansi256, Colour::Indexed(index)) => Some(Color::Indexed(index)),
        (Depth::Ansi256, Colour::Rgb(r, g, b)) => Some(Color::Indexed(nearest_256((r, g, b)))),
        (Depth::Ansi16, colour) => Some(NAMED[usize::from(nearest_16(rgb(colour)))]),
    }
}

/// The contrast ratio of two colours, 1–21 (WCAG 2, relative luminance).
pub(super) fn contrast(a: Colour, b: Colour) -> f32 {
    let (a, b) = (luminance(rgb(a)), luminance(rgb(b)));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour that stands in for `colour` at `depth`, in the theme's own terms.
pub(super) fn reduced(colour: Colour, depth: Depth) -> Colour {
    match (depth, colour) {
        (_, Colour::Indexed(0..16)) | (Depth::TrueColor | Depth::None, _) => colour,
        (Depth::Ansi256, colour) => Colour::Indexed(nearest_256(rgb(colour))),
        (Depth::Ansi16, colour) => Colour::Indexed(nearest_16(rgb(colour))),
    }
}

fn rgb(colour: Colour) -> (u8, u8, u8) {
    match colour {
        Colour::Rgb(r, g, b) => (r, g, b),
        Colour::Indexed(index @ 0..16) => ANSI[usize::from(index)],
        Colour::Indexed(index @ 16..232) => {
            let at = usize::from(index - 16);
            (CUBE[at / 36], CUBE[at / 6 % 6], CUBE[at % 6])
        }
        Colour::Indexed(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

fn nearest_256(rgb_wanted: (u8, u8, u8)) -> u8 {
    (16..=u8::MAX)
        .min_by_key(|index| distance(rgb(Colour::Indexed(*index)), rgb_wanted))
        .unwrap_or(16)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

/// By hue and lightness, not by distance: a pastel red is nearest to grey, and a
/// state must keep its colour.
fn nearest_16((r, g, b): (u8, u8, u8)) -> u8 {
    let (strongest, weakest) = (r.max(g).max(b), r.min(g).min(b));
    if strongest - weakest < GREY_CHROMA {
        return match strongest {
            0..64 => 0,
            64..160 => 8,
            160..LIGHT => 7,
            LIGHT.. => 15,
        };
    }
    let hue = hue((r, g, b), f32::from(strongest), f32::from(strongest - weakest));
    let dark = HUES.iter().find(|(end, _)| hue < *end).map_or(1, |(_, number)| *number);
    if strongest > LIGHT { dark + 8 } else { dark }
}

/// The hue in degrees, 0–360.
fn hue((r, g, b): (u8, u8, u8), strongest: f32, chroma: f32) -> f32 {
    let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
    let sixths = if r >= strongest {
        ((g - b) / chroma).rem_euclid(6.0)
    } else if g >= strongest {
        (b - r) / chroma + 2.0
    } else {
        (r - g) / chroma + 4.0
    };
    sixths * 60.0
}

fn luminance((r, g, b): (u8, u8, u8)) -> f32 {
    let linear = |channel: u8| {
        let channel = f32::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRUVBOX_RED: Colour = Colour::Rgb(0xfb, 0x49, 0x34);

    #[test]
    fn a_colour_degrades_step_by_step() {
        assert_eq!(shown(GRUVBOX_RED, Depth::TrueColor), Some(Color::Rgb(0xfb, 0x49, 0x34)));
        assert_eq!(shown(GRUVBOX_RED, Depth::Ansi256), Some(Color::Indexed(203)));
        assert_eq!(shown(GRUVBOX_RED, Depth::Ansi16), Some(Color::LightRed));
        assert_eq!(shown(GRUVBOX_RED, Depth::None), None);
    }

    #[test]
    fn the_sixteen_are_the_persons_own_at_every_depth() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::TrueColor] {
            assert_eq!(shown(Colour::Indexed(1), depth), Some(Color::Red));
        }
    }

    #[test]
    fn what_the_256_have_is_found_exactly() {
        for index in 16..=u8::MAX {
            let (r, g, b) = rgb(Colour::Indexed(index));
            let Some(Color::Indexed(found)) = shown(Colour::Rgb(r, g, b), Depth::Ansi256) else {
                panic!("not indexed");
            };
            assert_eq!(rgb(Colour::Indexed(found)), (r, g, b));
        }
    }

    #[test]
    fn pastels_keep_their_hue_among_sixteen() {
        for (hex, name) in [
            ((0xf3, 0x8b, 0xa8), Color::LightRed),
            ((0xa6, 0xe3, 0xa1), Color::Green),
            ((0xf9, 0xe2, 0xaf), Color::LightYellow),
            ((0x89, 0xb4, 0xfa), Color::LightBlue),
            ((0x94, 0xe2, 0xd5), Color::Cyan),
            ((0x26, 0x8b, 0xd2), Color::Blue),
            ((0x58, 0x6e, 0x75), Color::DarkGray),
            ((0xfd, 0xf6, 0xe3), Color::White),
            ((0x00, 0x00, 0x00), Color::Black),
        ] {
            let (r, g, b) = hex;
            assert_eq!(shown(Colour::Rgb(r, g, b), Depth::Ansi16), Some(name), "{hex:x?}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let (black, white) = (Colour::Rgb(0, 0, 0), Colour::Rgb(255, 255, 255));
        assert!((contrast(black, white) - 21.0).abs() < 0.01);
        assert!((contrast(white, white) - 1.0).abs() < f32::EPSILON);
    }
}
