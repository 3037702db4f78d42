//! The last line: the keys that work here and now.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    input::Command,
    text::width::width,
    ui::{Cx, theme::Role, widgets::cells},
};

/// What leads to every other command: it keeps its place at the right.
const ALWAYS: [Command; 2] = [Command::Help, Command::Palette];

/// Draws keys with their words until the row is full.
pub fn draw(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, commands: &[Command]) {
    buffer.set_style(area, cx.theme.style(Role::KeyLabel));
    let mut rest = area;
    for command in ALWAYS.into_iter().filter(|command| commands.contains(command)) {
        let Some(key) = cx.key(command) else { continue };
        let start = rest.width.saturating_sub(columns(&key, command));
        put(command, &key, cells::skip(rest, start), buffer, cx);
        rest.width = start.saturating_sub(GAP);
    }
    for command in commands.iter().filter(|command| !ALWAYS.contains(command)) {
        let Some(key) = cx.key(*command) else { continue };
        if rest.width < columns(&key, *command) {
            return;
        }
        let used = put(*command, &key, rest, buffer, cx);
        rest = cells::skip(rest, used + GAP);
    }
}

/// The columns between two keys.
const GAP: u16 = 2;

fn columns(key: &str, command: Command) -> u16 {
    (width(key) + 1 + width(command.label())) as u16
}

fn put(command: Command, key: &str, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) -> u16 {
    let pieces = [
        (key, cx.theme.style(Role::KeyHint)),
        (" ", cx.theme.style(Role::KeyLabel)),
        (command.label(), cx.theme.style(Role::KeyLabel)),
    ];
    cells::put_pieces(buffer, area, pieces, "")
}
