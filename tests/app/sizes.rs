//! Every view at every size: nothing panics, and no cell holds what a terminal obeys.

use midwatch::{app::Msg, text::width::width};
use ratatui::buffer::{Buffer, Cell};

use crate::console::{
    Console, Setup,
    facts::{line, said},
    now, rows, world,
};

/// Keys that lead to every pane and dialog, from the overview.
const VIEWS: [&str; 18] = [
    "",
    "1 z",
    "2 z",
    "2 z w",
    "2 z p k k l l",
    "3 z",
    "3 z Left",
    "3 z v",
    "3 z v v",
    "2 g",
    "2 z ?",
    "?",
    ": a",
    "Enter",
    "Enter G i",
    "T",
    "F",
    "/ s",
];

/// Sizes from 1×1 to 130×45, with every size at which the form changes.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let widths = (1..=130).filter(|w| w % 17 == 1 || matches!(w, 2..=4 | 59..=62 | 99..=101 | 130));
    let heights =
        || (1..=45).filter(|h| h % 11 == 1 || matches!(h, 2..=4 | 15..=17 | 27..=28 | 45));
    widths.flat_map(move |width| heights().map(move |height| (width, height)))
}

/// Fails on a cell that holds a control character, and on one of two columns whose
/// second column something else was drawn into.
pub(crate) fn assert_sound(buffer: &Buffer, what: &str) {
    for (y, row) in rows(buffer).enumerate() {
        let mut cells = row.iter().map(Cell::symbol).enumerate();
        while let Some((x, symbol)) = cells.next() {
            let at = || format!("{what}: {symbol:?} at {x},{y}");
            assert!(!symbol.contains(char::is_control), "a control character, {}", at());
            assert!(!symbol.contains(['\u{202e}', '\u{200b}', '\u{200d}']), "hidden, {}", at());
            for _ in 1..width(symbol) {
                let next = cells.next().map(|(_, symbol)| symbol);
                assert_eq!(next, Some(" "), "half of a wide character is covered, {}", at());
            }
        }
    }
}

fn walk(name: &str, known: impl Fn(&Setup) -> Console) {
    for keys in VIEWS {
        let setup = Setup { faults: true, ..Setup::default() };
        let mut console = known(&setup);
        console.press(keys);
        if keys.ends_with('i') {
            console.hear([world::inspected("api-2"), world::inspected("api-3")]);
        }
        for n in 0..3 {
            let words = "a notice \u{1b}[2J with 数据库 in it";
            console.tell(Msg::Notice(words[..words.len() - n].into()));
        }
        for (width, height) in sizes() {
            console.resize(width, height);
            console.demand();
            let what = format!("{name}, `{keys}`, {width}x{height}");
            assert_sound(&console.buffer(), &what);
        }
    }
}

#[test]
fn every_view_at_every_size_when_nothing_is_known() {
    walk("never", Console::start);
}

#[test]
fn every_view_at_every_size_with_hostile_text() {
    walk("hostile", |setup| Console::of(setup, world::hostile()));
}

#[test]
fn every_view_at_every_size_when_the_engine_is_lost() {
    walk("stale", |setup| {
        let mut console = Console::of(setup, world::hostile());
        console.lose_engine();
        console
    });
}

#[test]
fn every_view_at_every_size_when_the_engine_was_never_reached() {
    walk("failed", |setup| Console::of(setup, world::failed()));
}

#[test]
fn a_terminal_of_a_strange_shape_is_one_too() {
    for size in [(10_000, 30), (60, 30_000), (0, 0), (0, 30), (30, 0)] {
        let console = Console::of(&Setup { size, ..Setup::default() }, world::hostile());
        console.demand();
        assert_sound(&console.buffer(), &format!("{size:?}"));
    }
}

#[test]
fn what_lies_over_wide_characters_covers_no_half_of_one() {
    let wide =
        || (0..60).map(|n| line(now(), &format!("{}{}", " ".repeat(n % 2), "界".repeat(90))));
    for keys in ["2 z", "2 z ?", "2 z t t t T"] {
        let mut console = Console::of(&Setup::default(), world::fresh());
        console.press(keys);
        console.hear([said("api-1", wide().collect())]);
        for n in 0..3 {
            console.tell(Msg::Notice("a notice".repeat(n + 1)));
        }
        for columns in 100..180 {
            console.resize(columns, 40);
            assert_sound(&console.buffer(), &format!("`{keys}`, {columns} columns"));
        }
    }
}
