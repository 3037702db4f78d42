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

/// Words that stay or go together.
struct Piece {
    keep: Keep,
    words: Vec<(Style, String)>,
}

impl Piece {
    /// Its columns, with a space between words.
    fn width(&self) -> usize {
        let columns: usize = self.words.iter().map(|(_, text)| width(text)).sum();
        columns + self.words.len().saturating_sub(1)
    }
}

/// Words in one row.
#[derive(Default)]
pub(super) struct Title(Vec<Piece>);

impl Title {
    pub(super) fn push(&mut self, keep: Keep, style: Style, text: impl Into<String>) {
        self.push_group(keep, vec![(style, text.into())]);
    }

    /// Adds words that say nothing without each other.
    pub(super) fn push_group(&mut self, keep: Keep, words: Vec<(Style, String)>) {
        self.0.push(Piece { keep, words });
    }

    /// The pieces that there is room for; of those of one importance the last go first.
    fn fitting(&self, columns: usize) -> Vec<&Piece> {
        let mut pieces: Vec<&Piece> = self.0.iter().collect();
        loop {
            let used: usize = pieces.iter().map(|piece| piece.width() + GAP).sum();
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
            for (style, text) in &piece.words {
                let used = cells::put(buffer, rest, text, *style, ellipsis);
                rest = cells::skip(rest, used + 1);
            }
            rest = cells::skip(rest, GAP as u16 - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(columns: u16) -> String {
        let mut title = Title::default();
        let style = Style::new();
        title.push(Keep::Always, style, "cpu");
        title.push(Keep::Longer, style, "12%");
        title.push_group(Keep::Long, vec![(style, "a 5%".into()), (style, "b 7%".into())]);
        title.push(Keep::Least, style, "avg 9%");
        title.push(Keep::Some, style, "max 40%");
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 1));
        title.draw(buffer.area, &mut buffer, "~");
        let drawn: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        drawn.trim_end().to_owned()
    }

    #[test]
    fn words_go_whole_and_the_least_important_first() {
        assert_eq!(words(36), "cpu  12%  a 5% b 7%  avg 9%  max 40%");
        assert_eq!(words(35), "cpu  12%  a 5% b 7%  max 40%");
        assert_eq!(words(27), "cpu  12%  a 5% b 7%");
        assert_eq!(words(18), "cpu  12%");
        assert_eq!(words(2), "c~");
    }
}
