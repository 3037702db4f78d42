//! [`Title`]: words in one row, the least important of which go first.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{text::width::width, ui::widgets::cells};

/// The columns between two pieces.
const GAP: usize = 2;

/// How long a piece is kept where there is not room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keep {
    Least,
    Little,
    Some,
    Long,
    Longer,
    /// Until it is cut itself.
    Always,
}

struct Piece {
    keep: Keep,
    style: Style,
    text: String,
}

/// Words in one row.
#[derive(Default)]
pub(super) struct Title(Vec<Piece>);

impl Title {
    pub(super) fn push(&mut self, keep: Keep, style: Style, text: impl Into<String>) {
        self.0.push(Piece { keep, style, text: text.into() });
    }

    /// The pieces that there is room for; of those of one importance the last go first.
    fn fitting(&self, columns: usize) -> Vec<&Piece> {
        let mut pieces: Vec<&Piece> = self.0.iter().collect();
        loop {
            let used: usize = pieces.iter().map(|piece| width(&piece.text) + GAP).sum();
            let least = pieces.iter().map(|piece| piece.keep).min();
            let Some(least) = least.filter(|keep| *keep < Keep::Always) else { return pieces };
            if used <= columns + GAP {
                return pieces;
            }
            if let Some(last) = pieces.iter().rposition(|piece| piece.keep == least) {
                pieces.remove(last);
            }
        }
    }

    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer, ellipsis: &str) {
        let mut rest = area;
        for piece in self.fitting(usize::from(area.width)) {
            let used = cells::put(buffer, rest, &piece.text, piece.style, ellipsis);
            rest = cells::skip(rest, used + GAP as u16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(columns: usize) -> Vec<&'static str> {
        let mut title = Title::default();
        let style = Style::new();
        title.push(Keep::Always, style, "cpu");
        title.push(Keep::Longer, style, "12%");
        title.push(Keep::Least, style, "avg 9%");
        title.push(Keep::Some, style, "max 40%");
        let all = ["cpu", "12%", "avg 9%", "max 40%"];
        let kept: Vec<String> =
            title.fitting(columns).iter().map(|piece| piece.text.clone()).collect();
        all.into_iter().filter(|word| kept.iter().any(|kept| kept == word)).collect()
    }

    #[test]
    fn words_go_whole_and_the_least_important_first() {
        assert_eq!(words(25), ["cpu", "12%", "avg 9%", "max 40%"]);
        assert_eq!(words(24), ["cpu", "12%", "max 40%"]);
        assert_eq!(words(16), ["cpu", "12%"]);
        assert_eq!(words(1), ["cpu"]);
    }
}
