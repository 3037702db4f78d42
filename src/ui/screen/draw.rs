//! How the screen is drawn.

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    text::Line,
    widgets::{Block, Clear, Widget},
};

use super::Screen;
use crate::ui::{
    Cx, Pane, PaneId,
    layout::{Form, Places, inside},
    theme::Role,
    widgets::{cells, footer, status_line},
};

impl Screen {
    /// Draws everything.
    pub fn draw(&self, frame: &mut Frame<'_>, cx: &Cx<'_>) {
        let area = frame.area();
        let buffer = frame.buffer_mut();
        buffer.set_style(area, cx.theme.style(Role::Text));
        let places = Places::new(area, self.zoomed);
        match &places.form {
            Form::Words(area) => return draw_words(*area, buffer, cx),
            Form::One { tabs, pane } => {
                if let Some(tabs) = tabs {
                    self.draw_tabs(*tabs, buffer, cx);
                }
                self.draw_pane(self.focus, *pane, buffer, cx);
            }
            Form::All(panes) => {
                for (id, area) in panes {
                    self.draw_pane(*id, *area, buffer, cx);
                }
            }
        }
        status_line::draw(places.status, buffer, cx);
        for dialog in &self.dialogs {
            let area = self.dialog_area(&**dialog, cx);
            cells::cover(buffer, area);
            Clear.render(area, buffer);
            draw_framed(&**dialog, Line::default(), area, true, Role::Dialog, buffer, cx);
        }
        let top = places.status.bottom();
        let body = Rect { y: top, height: places.footer.y.saturating_sub(top), ..area };
        self.toasts.draw(body, buffer, cx);
        footer::draw(places.footer, buffer, cx, &self.offered(cx));
    }

    fn draw_pane(&self, id: PaneId, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let focused = self.focus == id && self.dialogs.is_empty();
        let name = format!("{} {} ", id.number(), id.name());
        let name = cx.span(Role::Title, name).into();
        draw_framed(self.pane(id), name, area, focused, Role::Text, buffer, cx);
    }

    fn draw_tabs(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let mut rest = area;
        for id in PaneId::ALL {
            let role = if id == self.focus { Role::Selection } else { Role::Muted };
            let words = format!(" {} {} ", id.number(), id.name());
            let used = cells::put(buffer, rest, &words, cx.theme.style(role), "");
            rest = cells::skip(rest, used + 1);
        }
    }
}

fn draw_framed(
    pane: &dyn Pane,
    name: Line<'_>,
    area: Rect,
    focused: bool,
    ground: Role,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
) {
    let cx = &Cx { size: inside(area).as_size(), focused, ..*cx };
    let (border, set) = if focused {
        (Role::BorderFocused, cx.glyphs.border_focused)
    } else {
        (Role::Border, cx.glyphs.border)
    };
    let mut title = name;
    title.spans.insert(0, cx.span(border, " "));
    title.extend(pane.title(cx));
    title.push_span(" ");
    let mut block = Block::bordered()
        .border_set(set)
        .border_style(cx.theme.style(border))
        .style(cx.theme.style(ground))
        .title_top(title);
    if let Some(footnote) = pane.footnote(cx) {
        block = block.title_bottom(footnote.right_aligned());
    }
    block.render(area, buffer);
    pane.draw(inside(area), buffer, cx);
}

/// On a screen too small for panes: what is wrong, in words.
fn draw_words(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let lost = cx.store.engines().iter().filter(|engine| !engine.is_up());
    lines.extend(lost.map(|engine| status_line::engine_words(engine, cx).into()));
    let services = cx.store.services();
    if !services.is_empty() {
        lines.push(status_line::counts(cx.store, cx).into());
    }
    let worst = services.iter().max_by_key(|service| service.condition.level);
    if let Some(worst) = worst.filter(|worst| worst.condition.level.is_wrong()) {
        let now = cx.standing(&worst.key.engine, &worst.condition);
        let words = format!("{}: {}", worst.key.service.name, now.words);
        lines.push(cx.span(now.role, words).into());
    }
    lines.push(cx.span(Role::Muted, "Enlarge the terminal to 60x16 or more.").into());
    for (number, line) in lines.iter().enumerate() {
        line.render(cells::row(area, number as u16), buffer);
    }
}
