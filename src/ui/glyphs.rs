//! [`Glyphs`]: the signs on the screen, each with an ASCII twin.

use ratatui::{
    buffer::Buffer,
    symbols::{border, line},
};

use crate::model::condition::Level;

/// Gives every sign that the screen uses; each takes one column.
///
/// No sign has an emoji twin, because terminals then disagree about its width.
#[derive(Clone, Debug)]
pub struct Glyphs {
    /// Stopped in good order.
    pub off: &'static str,
    /// All well.
    pub ok: &'static str,
    /// On its way.
    pub busy: &'static str,
    /// Not known.
    pub unknown: &'static str,
    /// Not as it should be.
    pub warn: &'static str,
    /// Broken.
    pub bad: &'static str,
    /// Data that is not fresh any more.
    pub stale: &'static str,
    /// A marked row.
    pub mark: &'static str,
    /// The selected row.
    pub pointer: &'static str,
    /// Sorted, the smallest first.
    pub ascending: &'static str,
    /// Sorted, the largest first.
    pub descending: &'static str,
    /// Rows out of sight above, before a count.
    pub above: &'static str,
    /// Rows out of sight below, before a count.
    pub below: &'static str,
    /// Text was cut here.
    pub ellipsis: &'static str,
    /// The log follows.
    pub follow: &'static str,
    /// The log stands still.
    pub paused: &'static str,
    /// Something can be opened below.
    pub folded: &'static str,
    /// Something is open below.
    pub unfolded: &'static str,
    /// Between two facts of one line.
    pub separator: &'static str,
    /// A value that masks a secret, one column of it.
    pub masked: &'static str,
    /// A value that is not known, in a table.
    pub absent: &'static str,
    /// Before a line that came from standard error.
    pub stderr: &'static str,
    /// Where typed text goes.
    pub caret: &'static str,
    /// Started again, before a count.
    pub restart: &'static str,
    /// Received, before an amount.
    pub received: &'static str,
    /// Sent, before an amount.
    pub sent: &'static str,
    /// A scrollbar's track.
    pub track: &'static str,
    /// A scrollbar's thumb.
    pub thumb: &'static str,
    /// In a scrollbar, a place where something was found.
    pub found: &'static str,
    /// Before a line that came behind one that was said later.
    pub late: &'static str,
    /// The levels of a sparkline, the lowest first.
    pub levels: [&'static str; 8],
    /// The layers of an area, each as a cell that is full of it: told apart without
    /// colour too.
    pub layers: [&'static str; 7],
    /// A cell of an area that is half full, from below.
    pub half_below: &'static str,
    /// The same, from above.
    pub half_above: &'static str,
    /// Before a number that may be less.
    pub at_most: &'static str,
    /// On an axis of time: something was made and started.
    pub deployed: &'static str,
    /// On an axis of time: something was started again.
    pub started_again: &'static str,
    /// On an axis of time: the kernel killed something for memory.
    pub killed: &'static str,
    /// The borders of panes.
    pub border: border::Set<'static>,
    /// The borders of the pane with the focus: not by colour alone.
    pub border_focused: border::Set<'static>,
}

/// ASCII borders.
const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// ASCII borders of the pane with the focus.
const ASCII_BORDER_FOCUSED: border::Set<'static> =
    border::Set { horizontal_top: "=", horizontal_bottom: "=", ..ASCII_BORDER };

/// For terminals and fonts with Unicode.
pub const UNICODE: Glyphs = Glyphs {
    off: "○",
    ok: "●",
    busy: "◐",
    unknown: "?",
    warn: "▲",
    bad: "✗",
    stale: "◷",
    mark: "◆",
    pointer: "▌",
    ascending: "▴",
    descending: "▾",
    above: "↑",
    below: "↓",
    ellipsis: "…",
    follow: "▼",
    paused: "‖",
    folded: "▸",
    unfolded: "▾",
    separator: "·",
    masked: "•",
    absent: "–",
    stderr: "┆",
    caret: "▏",
    restart: "↻",
    received: "↓",
    sent: "↑",
    track: "│",
    thumb: "█",
    found: "◆",
    late: "↶",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    layers: ["⣿", "⢕", "⠭", "⡇", "⣤", "⠑", "⢸"],
    half_below: "⣤",
    half_above: "⠛",
    at_most: "≤",
    deployed: "◇",
    started_again: "↻",
    killed: "✗",
    border: border::PLAIN,
    border_focused: border::THICK,
};

/// For everything else.
pub const ASCII: Glyphs = Glyphs {
    off: "-",
    ok: "+",
    busy: "o",
    unknown: "?",
    warn: "!",
    bad: "X",
    stale: "~",
    mark: "*",
    pointer: ">",
    ascending: "^",
    descending: "v",
    above: "^",
    below: "v",
    ellipsis: "~",
    follow: "v",
    paused: "=",
    folded: ">",
    unfolded: "v",
    separator: "|",
    masked: "*",
    absent: "-",
    stderr: ":",
    caret: "_",
    restart: "x",
    received: "<",
    sent: ">",
    track: "|",
    thumb: "#",
    found: "*",
    late: "<",
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
    layers: ["#", "=", ":", "%", "o", "~", "+"],
    half_below: ".",
    half_above: "'",
    at_most: "<=",
    deployed: "D",
    started_again: "R",
    killed: "K",
    border: ASCII_BORDER,
    border_focused: ASCII_BORDER_FOCUSED,
};

impl Glyphs {
    /// The signs for a terminal with Unicode, or without.
    #[must_use]
    pub fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// Whether these are the ASCII signs.
    #[must_use]
    pub fn are_ascii(&self) -> bool {
        self.border == ASCII.border
    }

    /// The sign of a level.
    #[must_use]
    pub fn level(&self, level: Level) -> &'static str {
        match level {
            Level::Off => self.off,
            Level::Ok => self.ok,
            Level::Busy => self.busy,
            Level::Unknown => self.unknown,
            Level::Warn => self.warn,
            Level::Bad => self.bad,
        }
    }
}

/// Replaces whatever is not ASCII on a drawn screen: text from outside, and the lines
/// that widgets draw by themselves.
pub fn reduce_to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let twin = match cell.symbol() {
                line::VERTICAL => ASCII.separator,
                line::HORIZONTAL => ASCII_BORDER.horizontal_top,
                _ => "?",
            };
            cell.set_symbol(twin);
        }
    }
}

#[cfg(test)]
#[path = "glyphs_tests.rs"]
mod tests;
