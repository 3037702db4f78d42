//! The last line: the keys that work here and now.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    input::Command,
    ui::{Cx, theme::Role, widgets::cells},
};

/// Draws keys with their words until the row is full.
pub fn draw(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, commands: &[Command]) {
    buffer.set_style(area, cx.theme.style(Role::KeyLabel));
    let mut rest = area;
    for command in commands {
        let Some(key) = cx.key(*command) else { continue };
        let pieces = [
            (&*key, cx.theme.style(Role::KeyHint)),
            (" ", cx.theme.style(Role::KeyLabel)),
            (command.label(), cx.theme.style(Role::KeyLabel)),
            ("  ", cx.theme.style(Role::KeyLabel)),
        ];
        let needed = key.chars().count() + command.label().len() + 1;
        if usize::from(rest.width) < needed {
            return;
        }
        let used = cells::put_pieces(buffer, rest, pieces, "");
        rest = cells::skip(rest, used);
    }
}
