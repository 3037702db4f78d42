use std::collections::HashSet;

use ratatui::style::Color;
use strum::IntoEnumIterator as _;

use super::*;

const DEPTHS: [Depth; 4] = [Depth::TrueColor, Depth::Ansi256, Depth::Ansi16, Depth::None];

fn mine(text: &str) -> Result<Theme, ThemeError> {
    let mut library = Library::default();
    library.add("mine", "mine.toml", text);
    library.load("mine", Depth::TrueColor)
}

fn fault(text: &str) -> String {
    mine(text).unwrap_err().to_string()
}

fn each_builtin(check: impl Fn(&str, Depth, &Theme)) {
    let library = Library::default();
    for name in library.names() {
        for depth in DEPTHS {
            let theme = library.load(name, depth).unwrap_or_else(|error| panic!("{error}"));
            check(name, depth, &theme);
        }
    }
}

#[test]
fn the_themes_of_the_program_are_listed() {
    assert_eq!(
        Library::default().names(),
        ["midwatch", "high-contrast", "solarized-dark", "gruvbox", "catppuccin-mocha", "mono"],
    );
}

#[test]
fn production_looks_like_nothing_else_in_every_theme_at_every_depth() {
    each_builtin(|name, depth, theme| {
        let production = theme.style(Role::EnvProduction);
        for role in Role::iter().filter(|role| *role != Role::EnvProduction) {
            let style = theme.style(role);
            assert_ne!(style, production, "{name} {depth:?} {role:?}");
            if let Some(ground) = production.bg {
                assert_ne!(style.bg, Some(ground), "{name} {depth:?} {role:?}");
                assert_ne!(style.fg, Some(ground), "{name} {depth:?} {role:?}");
            }
        }
    });
}

#[test]
fn states_differ_from_each_other_in_every_theme_at_every_depth() {
    let states =
        [Role::Ok, Role::Busy, Role::Unknown, Role::Warn, Role::Bad, Role::Off, Role::Stale];
    each_builtin(|name, depth, theme| {
        let styles: HashSet<Style> = states.iter().map(|role| theme.style(*role)).collect();
        assert_eq!(styles.len(), states.len(), "{name} {depth:?}");
    });
}

#[test]
fn the_selection_shows_in_every_theme_at_every_depth() {
    each_builtin(|name, depth, theme| {
        for role in [Role::Selection, Role::SelectionIdle] {
            assert_ne!(theme.style(role), theme.style(Role::Text), "{name} {depth:?} {role:?}");
        }
    });
}

#[test]
fn midwatch_uses_the_persons_own_sixteen_and_mono_none() {
    let library = Library::default();
    let midwatch = library.load("midwatch", Depth::TrueColor).unwrap();
    let mono = library.load("mono", Depth::TrueColor).unwrap();
    for role in Role::iter() {
        let style = midwatch.style(role);
        for colour in [style.fg, style.bg].into_iter().flatten() {
            assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{role:?}");
        }
        assert_eq!((mono.style(role).fg, mono.style(role).bg), (None, None), "{role:?}");
    }
}

#[test]
fn every_theme_of_the_program_says_how_every_role_looks() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/themes")).unwrap() {
        let path = entry.unwrap().path();
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let roles = table["roles"].as_table().unwrap();
        for role in Role::iter() {
            assert!(roles.contains_key(role.name()), "{}: {}", path.display(), role.name());
        }
    }
}

#[test]
fn without_colours_every_theme_has_the_attributes_of_mono() {
    let library = Library::default();
    let (gruvbox, mono) =
        (library.load("gruvbox", Depth::None).unwrap(), library.load("mono", Depth::None).unwrap());
    assert_eq!(gruvbox.name(), "gruvbox");
    for role in Role::iter() {
        assert_eq!(gruvbox.style(role), mono.style(role), "{role:?}");
    }
}

#[test]
fn a_partial_theme_changes_only_what_it_names() {
    let theme = mine("inherits = 'gruvbox'\n[roles]\nok = { fg = 'blue', bold = true }").unwrap();
    let gruvbox = Library::default().load("gruvbox", Depth::TrueColor).unwrap();
    let blue = Color::Rgb(0x83, 0xa5, 0x98);
    assert_eq!(theme.style(Role::Ok), Style::new().fg(blue).add_modifier(Modifier::BOLD));
    assert_eq!(theme.style(Role::Warn), gruvbox.style(Role::Warn));
}

#[test]
fn a_palette_alone_recolours_what_it_inherits() {
    let theme = mine("inherits = 'gruvbox'\n[palette]\ngreen = 46").unwrap();
    assert_eq!(theme.style(Role::Ok).fg, Some(Color::Indexed(46)));
}

#[test]
fn a_theme_that_names_no_parent_starts_from_midwatch() {
    let theme = mine("[roles]\nok = '#00ff7f'").unwrap();
    assert_eq!(theme.style(Role::Ok).fg, Some(Color::Rgb(0, 255, 0x7f)));
    assert_eq!(theme.style(Role::Bad).fg, Some(Color::LightRed));
}

#[test]
fn a_person_can_replace_a_theme_and_build_on_the_one_replaced() {
    let mut library = Library::default();
    library.add("midwatch", "own.toml", "inherits = 'midwatch'\n[roles]\nok = 'blue'");
    assert_eq!(library.names().len(), Library::default().names().len());
    let theme = library.load("midwatch", Depth::Ansi16).unwrap();
    assert_eq!(theme.style(Role::Ok).fg, Some(Color::Blue));
    assert_eq!(theme.style(Role::Busy).fg, Some(Color::Cyan));
}

#[test]
fn faults_name_file_line_and_what_was_meant() {
    for (text, message) in [
        (
            "[roles]\nwran = 'red'",
            "mine.toml:2:1: there is no role \"wran\"; did you mean \"warn\"?",
        ),
        (
            "[roles]\nok = { fg = 'gren' }",
            "mine.toml:2:13: \"ok\": there is no colour \"gren\"; did you mean \"green\"?; a colour \
             is a name of the palette or of the 16, \"#rrggbb\", or a number from 0 to 255",
        ),
        (
            "[roles]\nok = { bould = true }",
            "mine.toml:2:8: role \"ok\": a style has no \"bould\"; did you mean \"bold\"?",
        ),
        (
            "[roles]\nok = { bold = 'yes' }",
            "mine.toml:2:15: \"bold\" has to be true or false, not string",
        ),
        ("[roles]\nok = true", "mine.toml:2:6: \"ok\" has to be a colour, not boolean"),
        ("roles = 1", "mine.toml:1:9: \"roles\" has to be a table, not integer"),
        (
            "[role]",
            "mine.toml:1:2: a theme has no \"role\"; did you mean \"roles\"?; it has inherits, \
             [palette] and [roles]",
        ),
        (
            "inherits = 'grvbox'",
            "mine.toml:1:12: it inherits from \"grvbox\", which does not exist; did you mean \
             \"gruvbox\"?",
        ),
        ("inherits = 'mine'", "mine.toml:1:12: it inherits from \"mine\", which inherits from it"),
    ] {
        assert_eq!(fault(text), message);
    }
}

#[test]
fn colours_out_of_range_are_refused() {
    for colour in ["256", "-1", "'#12345'", "'#12345g'", "'#+1+1+1'", "'#äää'"] {
        let message = fault(&format!("[palette]\nown = {colour}"));
        assert!(message.starts_with("mine.toml:2:7: \"own\": there is no colour"), "{message}");
    }
}

#[test]
fn an_unknown_theme_is_refused_by_name() {
    assert_eq!(
        Library::default().load("gruvbux", Depth::Ansi16).unwrap_err().to_string(),
        "there is no theme \"gruvbux\"; did you mean \"gruvbox\"?",
    );
}

#[test]
fn a_theme_cannot_hide_production() {
    for (roles, why) in [
        ("env-production = 'green'", "it needs a background"),
        ("env-production = { bg = 'red' }", "it needs a foreground and a background"),
        ("env-production = { fg = 'white', bg = 'red', dim = true }", "it is dim"),
        (
            "env-production = { fg = 'white', bg = 'green' }",
            "its contrast is 2.2 (with all colours), at least 4.5 is needed",
        ),
        (
            "env-staging = { fg = 'white', bg = 'red' }\n\
             env-production = { fg = 'white', bg = 'red' }",
            "\"env-staging\" uses its background (with all colours)",
        ),
        (
            "env-staging = { fg = 'white', bg = '#d00000' }\n\
             env-production = { fg = 'white', bg = '#a00000' }",
            "\"env-staging\" uses its background (with 16 colours)",
        ),
        ("env-production = { reverse = true }", "\"selection\" has the same attributes"),
    ] {
        let message = fault(&format!("[roles]\n{roles}"));
        let want = format!("role \"env-production\" must look like nothing else: {why}");
        assert!(message.ends_with(&want), "{message}");
    }
}

#[test]
fn another_role_cannot_take_productions_colour() {
    assert_eq!(
        fault("[roles]\nbad = 'red'"),
        "mine.toml:2:1: role \"env-production\" must look like nothing else: \
         \"bad\" uses its background (with all colours)",
    );
}

fn asks(fg: Option<Colour>, bg: Option<Colour>) -> Attributes {
    Attributes { fg, bg, emphasis: Emphasis::BOLD }
}

#[test]
fn a_log_line_gets_the_colours_that_the_terminal_has() {
    let library = Library::default();
    let wanted = asks(Some(Colour::Rgb(255, 0, 0)), None);
    for (depth, colour) in [
        (Depth::TrueColor, Some(Color::Rgb(255, 0, 0))),
        (Depth::Ansi256, Some(Color::Indexed(196))),
        (Depth::Ansi16, Some(Color::LightRed)),
        (Depth::None, None),
    ] {
        let style = library.load("midwatch", depth).unwrap().log_style(wanted);
        assert_eq!(style, Style { fg: colour, ..Style::new().add_modifier(Modifier::BOLD) });
    }
}

#[test]
fn a_log_line_cannot_hide_itself() {
    let library = Library::default();
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let (black, near) = (Some(Colour::Indexed(0)), Some(Colour::Rgb(9, 9, 9)));
    let midwatch = library.load("midwatch", Depth::TrueColor).unwrap();
    assert_eq!(midwatch.log_style(asks(black, near)), bold);
    let gruvbox = library.load("gruvbox", Depth::TrueColor).unwrap();
    let ground = Some(Colour::Rgb(0x28, 0x28, 0x28));
    assert_eq!(gruvbox.log_style(asks(ground, None)), bold);
}
