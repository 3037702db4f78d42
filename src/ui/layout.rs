//! Where everything is, for any size of terminal.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::ui::PaneId;

/// From this size on the overview shows all panes (product.md, The screen).
const WIDE: (u16, u16) = (100, 28);

/// Below this size there is room for a few words only.
const SMALLEST: (u16, u16) = (60, 16);

/// Which form the screen has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A few words: what is wrong, and that there is no room.
    Words(Rect),
    /// One pane, with tabs above it where others can be reached.
    One {
        /// The tabs; `None` when the pane was zoomed.
        tabs: Option<Rect>,
        /// The pane.
        pane: Rect,
    },
    /// All panes.
    All([(PaneId, Rect); 4]),
}

/// The whole screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The line at the top.
    pub status: Rect,
    /// The line at the bottom.
    pub footer: Rect,
    /// What is between them, and its form.
    pub form: Form,
}

impl Places {
    /// Divides the screen.
    #[must_use]
    pub fn new(screen: Rect, zoomed: bool) -> Self {
        if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
            return Self { status: Rect::ZERO, footer: Rect::ZERO, form: Form::Words(screen) };
        }
        let [status, body, footer] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
                .areas(screen);
        let form = if zoomed {
            Form::One { tabs: None, pane: body }
        } else if screen.width >= WIDE.0 && screen.height >= WIDE.1 {
            overview(body)
        } else {
            let [tabs, pane] =
                Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(body);
            Form::One { tabs: Some(tabs), pane }
        };
        Self { status, footer, form }
    }

    /// The room of a pane, frame included; the whole body for one that is not shown.
    #[must_use]
    pub fn pane(&self, id: PaneId) -> Rect {
        match &self.form {
            Form::Words(area) | Form::One { pane: area, .. } => *area,
            Form::All(panes) => {
                panes.iter().find(|(pane, _)| *pane == id).map_or(Rect::ZERO, |(_, area)| *area)
            }
        }
    }

    /// The panes that are shown when `focus` has the focus.
    #[must_use]
    pub fn visible(&self, focus: PaneId) -> Vec<PaneId> {
        match &self.form {
            Form::Words(_) => Vec::new(),
            Form::One { .. } => vec![focus],
            Form::All(_) => PaneId::ALL.to_vec(),
        }
    }
}

fn overview(body: Rect) -> Form {
    // A very wide screen has room for long log lines, which need it more than names do.
    let left = (u32::from(body.width) * 9 / 20).clamp(48, 92) as u16;
    let [left, right] =
        Layout::horizontal([Constraint::Length(left), Constraint::Min(1)]).areas(body);
    let alerts = (body.height / 4).clamp(6, 12);
    let [services, alerts] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(alerts)]).areas(left);
    let stats = (u32::from(body.height) * 2 / 5).clamp(9, 18) as u16;
    let [logs, stats] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(stats)]).areas(right);
    Form::All([
        (PaneId::Services, services),
        (PaneId::Logs, logs),
        (PaneId::Stats, stats),
        (PaneId::Alerts, alerts),
    ])
}

/// The middle of the screen, at most so many cells wide and high.
#[must_use]
pub fn centred(screen: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    }
}

/// What is inside a frame one cell thick.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1).min(area.right()),
        y: area.y.saturating_add(1).min(area.bottom()),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(width: u16, height: u16) -> Form {
        Places::new(Rect::new(0, 0, width, height), false).form
    }

    #[test]
    fn the_form_follows_the_size() {
        assert!(matches!(form(59, 30), Form::Words(_)));
        assert!(matches!(form(60, 16), Form::One { tabs: Some(_), .. }));
        assert!(matches!(form(99, 50), Form::One { .. }));
        assert!(matches!(form(100, 28), Form::All(_)));
    }

    #[test]
    fn no_size_is_too_large() {
        let screen = Rect::new(0, 0, u16::MAX, u16::MAX);
        assert_eq!(Places::new(screen, false).pane(PaneId::Services).width, 92);
    }

    #[test]
    fn everything_is_on_the_screen_at_any_size() {
        for (width, height) in (0..220).step_by(7).flat_map(|w| (0..60).map(move |h| (w, h))) {
            let screen = Rect::new(0, 0, width, height);
            for zoomed in [false, true] {
                let places = Places::new(screen, zoomed);
                let mut areas = PaneId::ALL.map(|id| places.pane(id)).to_vec();
                areas.extend([places.status, places.footer, centred(screen, 60, 20)]);
                for area in areas {
                    assert_eq!(area.intersection(screen), area, "{width}x{height} {area:?}");
                }
            }
        }
    }
}
