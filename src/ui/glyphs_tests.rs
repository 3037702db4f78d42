use std::collections::HashSet;

use unicode_width::UnicodeWidthStr as _;

use super::*;

const LEVELS: [Level; 6] =
    [Level::Off, Level::Ok, Level::Busy, Level::Unknown, Level::Warn, Level::Bad];

fn all(glyphs: &Glyphs) -> Vec<&'static str> {
    let mut all = vec![
        glyphs.stale,
        glyphs.mark,
        glyphs.pointer,
        glyphs.ascending,
        glyphs.descending,
        glyphs.above,
        glyphs.below,
        glyphs.ellipsis,
        glyphs.follow,
        glyphs.paused,
        glyphs.folded,
        glyphs.unfolded,
        glyphs.separator,
        glyphs.masked,
        glyphs.absent,
        glyphs.stderr,
        glyphs.caret,
        glyphs.restart,
        glyphs.received,
        glyphs.sent,
        glyphs.track,
        glyphs.thumb,
        glyphs.found,
        glyphs.late,
        glyphs.half_below,
        glyphs.half_above,
        glyphs.deployed,
        glyphs.started_again,
        glyphs.killed,
    ];
    all.extend(glyphs.layers);
    all.extend(LEVELS.map(|level| glyphs.level(level)));
    all.extend(glyphs.levels);
    for set in [glyphs.border, glyphs.border_focused] {
        all.extend([set.top_left, set.top_right, set.bottom_left, set.bottom_right]);
        all.extend([set.vertical_left, set.vertical_right]);
        all.extend([set.horizontal_top, set.horizontal_bottom]);
    }
    all
}

#[test]
fn every_sign_takes_one_column_and_has_no_emoji_twin() {
    for sign in all(&UNICODE) {
        assert_eq!(sign.width(), 1, "{sign}");
        assert_eq!(format!("{sign}\u{fe0f}").width(), 1, "{sign} has an emoji twin");
    }
}

#[test]
fn every_ascii_sign_is_one_printable_byte() {
    for sign in all(&ASCII) {
        assert!(sign.len() == 1 && sign.as_bytes()[0].is_ascii_graphic(), "{sign:?}");
    }
}

#[test]
fn a_reduced_screen_is_ascii_and_keeps_its_columns() {
    let mut buffer = Buffer::with_lines(["│ né 日本 e\u{301} ok"]);
    reduce_to_ascii(&mut buffer);
    assert_eq!(buffer, Buffer::with_lines(["| n? ? ?  ? ok"]));
}

#[test]
fn levels_differ_in_shape() {
    for glyphs in [&UNICODE, &ASCII] {
        let shapes: HashSet<&str> = LEVELS.iter().map(|level| glyphs.level(*level)).collect();
        assert_eq!(shapes.len(), LEVELS.len());
    }
}

#[test]
fn the_focused_border_differs_in_shape() {
    for glyphs in [&UNICODE, &ASCII] {
        assert_ne!(glyphs.border, glyphs.border_focused);
    }
}
