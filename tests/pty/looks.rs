//! Terminals with fewer colours and fewer characters.

use crate::pty::{Launch, Terminal};

fn shown(launch: Launch) -> Terminal {
    let terminal = launch.start();
    terminal.wait_for("5 ok");
    terminal
}

/// The parameters of every sequence that sets a style.
fn styles(terminal: &Terminal) -> Vec<String> {
    let bytes = terminal.bytes();
    let text = String::from_utf8(bytes).unwrap();
    text.split("\x1b[")
        .filter_map(|part| part.split_once('m').map(|(parameters, _)| parameters))
        .filter(|parameters| parameters.bytes().all(|b| matches!(b, b'0'..=b'9' | b';' | b':')))
        .map(str::to_owned)
        .collect()
}

/// Whether a style sets a colour; to go back to the terminal's own is none.
fn is_colour(style: &str) -> bool {
    style.split(';').any(|code| {
        let code: u16 = code.split(':').next().unwrap().parse().unwrap_or(0);
        matches!(code, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
    })
}

fn assert_ascii(terminal: &Terminal) {
    let text = terminal.text();
    let odd: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    assert!(odd.is_empty(), "{odd:?} on\n{text}");
}

#[test]
fn colours_are_shown_where_nothing_speaks_against_them() {
    let terminal = shown(Launch::demo());
    assert!(styles(&terminal).iter().any(|style| is_colour(style)));
    assert!(!terminal.text().is_ascii());
}

#[test]
fn no_color_is_no_colour() {
    let mut terminal = shown(Launch::demo().env("NO_COLOR", "1"));
    // A theme that asks for colours does not get them either.
    terminal.keys("T");
    terminal.wait_for("gruvbox");
    terminal.keys("j j j <Enter>");
    terminal.wait_gone("catppuccin");
    let styles = styles(&terminal);
    let colours: Vec<&String> = styles.iter().filter(|style| is_colour(style)).collect();
    assert!(!styles.is_empty() && colours.is_empty(), "{colours:?}");
}

#[test]
fn a_dumb_terminal_gets_no_colour() {
    let terminal = shown(Launch::demo().env("TERM", "dumb"));
    let styles = styles(&terminal);
    assert!(!styles.iter().any(|style| is_colour(style)), "{styles:?}");
}

#[test]
fn ascii_is_all_ascii() {
    let mut terminal = shown(Launch::demo().argument("--ascii"));
    assert_ascii(&terminal);
    for (key, words) in [("?", "Keys that work here"), ("T", "gruvbox")] {
        terminal.keys(key);
        terminal.wait_for(words);
        assert_ascii(&terminal);
        terminal.keys("<Esc>");
        terminal.wait_gone(words);
    }
}

#[test]
fn a_locale_without_utf8_is_ascii() {
    assert_ascii(&shown(Launch::demo().env("LANG", "C")));
    assert_ascii(&shown(Launch::demo().env("LC_ALL", "POSIX")));
}
