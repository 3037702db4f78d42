//! [`Plan`]: where the parts of the pane are.

use ratatui::layout::{Rect, Size};

use super::strip;

/// Where the parts of the pane are; a part that is not there is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// How many lines there were when.
    pub(super) strip: Rect,
    /// The lines.
    pub(super) lines: Rect,
    /// What stands where, at the right of the lines.
    pub(super) bar: Rect,
    /// What is typed.
    pub(super) prompt: Rect,
}

impl Plan {
    /// Divides so much room. `prompt` is how many rows are typed in.
    pub(super) fn new(size: Size, strip: bool, prompt: u16) -> Self {
        let Size { width, height } = size;
        let prompt = prompt.min(height);
        let strip_rows = if strip && height >= strip::LOWEST { strip::ROWS } else { 0 };
        let rows = height.saturating_sub(prompt + strip_rows);
        let bar = u16::from(width > 20);
        let at = |y, height| Rect { x: 0, y, width, height };
        let lines = at(strip_rows, rows);
        Self {
            strip: at(0, strip_rows),
            lines: Rect { width: width - bar, ..lines },
            bar: Rect { x: width - bar, width: bar, ..lines },
            prompt: at(strip_rows + rows, prompt),
        }
    }

    /// The same, moved into an area.
    pub(super) fn within(self, area: Rect) -> Self {
        let moved =
            |part: Rect| Rect { x: part.x + area.x, y: part.y + area.y, ..part }.intersection(area);
        Self {
            strip: moved(self.strip),
            lines: moved(self.lines),
            bar: moved(self.bar),
            prompt: moved(self.prompt),
        }
    }
}
