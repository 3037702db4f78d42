//! [`Depth`]: how many colours a terminal shows.

/// Gives how many colours a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// None: bold, dim, reverse and underline only.
    None,
    /// The 16 of the person's palette.
    Ansi16,
    /// The 256 of xterm.
    Ansi256,
    /// 24 bits.
    TrueColor,
}

/// Gives the environment variables that tell about colours, read by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnvVars<'a> {
    /// `NO_COLOR`; set and not empty means none (no-color.org).
    pub no_color: Option<&'a str>,
    /// `COLORTERM`.
    pub colorterm: Option<&'a str>,
    /// `TERM`.
    pub term: Option<&'a str>,
    /// `TMUX`; tmux itself reduces colours that its terminal does not have.
    pub tmux: Option<&'a str>,
}

/// Parts of `TERM` of terminals that show 24 bits and do not always say so.
const TRUE_COLOR_TERMS: [&str; 7] =
    ["direct", "alacritty", "kitty", "wezterm", "foot", "ghostty", "contour"];

/// Beginnings of `TERM` of terminals without colours.
const MONOCHROME_TERMS: [&str; 4] = ["dumb", "vt", "xterm-mono", "ansi-m"];

impl Depth {
    /// Tells from the environment how many colours the terminal shows.
    ///
    /// When in doubt it is fewer: a wrong guess downwards is dull, one upwards
    /// is unreadable.
    #[must_use]
    pub fn detect(vars: &EnvVars<'_>) -> Self {
        if vars.no_color.is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let term = vars.term.unwrap_or_default();
        if term.is_empty() || MONOCHROME_TERMS.iter().any(|name| term.starts_with(name)) {
            return Self::None;
        }
        if term.starts_with("linux") {
            return Self::Ansi16;
        }
        // GNU screen passes COLORTERM on and then garbles what it promises.
        let garbled = term.starts_with("screen") && vars.tmux.is_none();
        let promised = vars.colorterm.is_some_and(|value| value == "truecolor" || value == "24bit");
        let known = TRUE_COLOR_TERMS.iter().any(|name| term.contains(name));
        if (promised || known) && !garbled {
            return Self::TrueColor;
        }
        if term.contains("256color") { Self::Ansi256 } else { Self::Ansi16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(term: &str, colorterm: &str) -> Depth {
        Depth::detect(&EnvVars {
            term: Some(term),
            colorterm: (!colorterm.is_empty()).then_some(colorterm),
            ..EnvVars::default()
        })
    }

    #[test]
    fn the_terminal_tells_how_many_colours_it_has() {
        for (term, colorterm, depth) in [
            ("xterm-256color", "truecolor", Depth::TrueColor),
            ("xterm-256color", "24bit", Depth::TrueColor),
            ("xterm-kitty", "", Depth::TrueColor),
            ("xterm-direct", "", Depth::TrueColor),
            ("xterm-256color", "", Depth::Ansi256),
            ("screen-256color", "truecolor", Depth::Ansi256),
            ("xterm", "", Depth::Ansi16),
            ("screen", "", Depth::Ansi16),
            ("linux", "truecolor", Depth::Ansi16),
            ("vt100", "", Depth::None),
            ("dumb", "truecolor", Depth::None),
            ("", "truecolor", Depth::None),
        ] {
            assert_eq!(detect(term, colorterm), depth, "{term} {colorterm}");
        }
    }

    #[test]
    fn tmux_may_be_trusted_with_24_bits() {
        let vars = EnvVars {
            term: Some("screen-256color"),
            colorterm: Some("truecolor"),
            tmux: Some("/tmp/tmux-0/default,1,0"),
            no_color: None,
        };
        assert_eq!(Depth::detect(&vars), Depth::TrueColor);
    }

    #[test]
    fn no_color_wins_unless_it_is_empty() {
        let vars = EnvVars { term: Some("xterm"), no_color: Some("1"), ..EnvVars::default() };
        assert_eq!(Depth::detect(&vars), Depth::None);
        assert_eq!(Depth::detect(&EnvVars { no_color: Some(""), ..vars }), Depth::Ansi16);
    }
}
