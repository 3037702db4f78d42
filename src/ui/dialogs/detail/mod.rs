//! A service in detail: each instance, its health with the last words of its probe,
//! its last exit, ports, image and labels.

mod facts;
mod life;
mod probes;

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::{InstanceKey, ServiceKey},
    store::{InstanceView, ServiceView, Topics},
    text::width::{fit, truncate, width},
    ui::{
        Cx, Overlay, Pane, PaneId, Reaction, Wish,
        cx::Standing,
        dialogs::{
            scroll::Scroll,
            wrapped::{self, Fact},
        },
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// The column at which the values of facts begin.
const VALUES: usize = 10;

/// The spaces around a title in its frame.
const FRAME: usize = 2;

/// The detail of one service.
#[derive(Debug)]
pub struct Detail {
    service: ServiceKey,
    /// Which instance.
    cursor: Cursor,
    /// How far what is told of it is moved.
    scroll: Scroll,
}

impl Detail {
    /// Opens on the worst instance, the first of them where several are as bad.
    #[must_use]
    pub fn new(service: ServiceKey, cx: &Cx<'_>) -> Self {
        let instances = cx.store.service(&service).map_or(&[][..], |view| &view.instances);
        let level = |key: &InstanceKey| cx.store.instance(key).map(|view| view.condition.level);
        let index = |(index, key): (usize, &InstanceKey)| (level(key), std::cmp::Reverse(index));
        let worst = instances.iter().enumerate().map(index).max();
        let mut detail = Self { service, cursor: Cursor::default(), scroll: Scroll::default() };
        if let Some((_, std::cmp::Reverse(worst))) = worst {
            detail.cursor.set(worst, instances.len(), instances.len());
        }
        detail
    }

    fn view<'a>(&self, cx: &Cx<'a>) -> Option<&'a ServiceView> {
        cx.store.service(&self.service)
    }

    fn selected<'a>(&self, cx: &Cx<'a>) -> Option<(&'a InstanceKey, &'a InstanceView)> {
        let key = self.view(cx)?.instances.get(self.cursor.index)?;
        Some((key, cx.store.instance(key)?))
    }

    fn count(&self, cx: &Cx<'_>) -> usize {
        self.view(cx).map_or(0, |view| view.instances.len())
    }

    /// The room for the list of instances above what is told of one.
    fn list_rows(&self, cx: &Cx<'_>) -> u16 {
        (self.count(cx) as u16).min((cx.size.height / 3).max(1))
    }

    /// The room for what is told of one, below the list and an empty row.
    fn facts_rows(&self, cx: &Cx<'_>) -> usize {
        usize::from(cx.size.height.saturating_sub(self.list_rows(cx) + 1))
    }

    /// What is told of the selected instance; of a service without any, what is known of
    /// the service.
    fn facts<'a>(&self, cx: &Cx<'a>) -> Vec<Fact<'a>> {
        if let Some((key, view)) = self.selected(cx) {
            let mut facts = facts::facts(key, view, cx);
            // Below id and state, above what changes less often.
            facts.splice(2..2, probes::facts(&self.service, Some(key), cx));
            return facts;
        }
        let words = format!("the stack file names it, {} runs none", self.service.engine);
        let mut facts = vec![Fact::new("instances", Role::Bad, words)];
        facts.extend(probes::facts(&self.service, None, cx));
        facts
    }

    /// How many rows what is told of one takes.
    fn length(&self, cx: &Cx<'_>) -> usize {
        wrapped::rows(&self.facts(cx), VALUES, cx.size.width.into()).len()
    }

    /// Moves within the list of instances, or within what is told of one.
    fn step(&mut self, command: Command, cx: &Cx<'_>) -> bool {
        let count = self.count(cx);
        let chooses =
            matches!(command, Command::Down | Command::Up | Command::Top | Command::Bottom);
        if count > 1 && chooses {
            let before = self.cursor.index;
            self.cursor.on(command, count, self.list_rows(cx).into());
            if self.cursor.index != before {
                self.scroll = Scroll::default();
            }
            return true;
        }
        self.scroll.on(command, self.length(cx), self.facts_rows(cx))
    }
}

impl Pane for Detail {
    fn context(&self) -> Context {
        Context::Detail
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let name = self.service.service.to_string();
        let Some(view) = self.view(cx) else { return cx.span(Role::Title, name).into() };
        let now = cx.standing(&self.service.engine, &view.condition);
        let condition = format!("  {} {}", now.glyph, now.words);
        let room = usize::from(cx.size.width).saturating_sub(FRAME);
        // The condition matters more: a long name gives way, down to a part that tells
        // which it is.
        let names = room.saturating_sub(width(&condition)).max(room / 3);
        let name = truncate(&name, names, cx.glyphs.ellipsis).into_owned();
        vec![cx.span(Role::Title, name), cx.span(now.role, condition)].into()
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        self.scroll.footnote(self.length(cx), self.facts_rows(cx), cx)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Logs, Command::Inspect];
        if self.selected(cx).is_some_and(|(_, view)| view.instance.is_up()) {
            commands.push(Command::Shell);
        }
        let pages = self.scroll.pages(self.length(cx), self.facts_rows(cx));
        let moves = self.count(cx) > 1 || !pages.is_empty();
        commands.extend(pages);
        if moves {
            commands.extend([Command::Down, Command::Up]);
        }
        commands.push(Command::Back);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::SERVICES | Topics::ENGINES | Topics::SAMPLES | Topics::PROBES
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.step(command, cx) {
            return Reaction::done();
        }
        let wishes = match (command, self.selected(cx)) {
            (Command::Back, _) => vec![Wish::Close],
            (Command::Logs, _) => vec![Wish::Close, Wish::Focus(PaneId::Logs)],
            (Command::Open | Command::Inspect, Some((key, _))) => {
                vec![Wish::Open(Overlay::Inspect(key.clone()))]
            }
            (Command::Shell, Some((key, view))) if view.instance.is_up() => {
                vec![Wish::Close, Wish::Shell(key.clone())]
            }
            (Command::Shell, Some((_, view))) => {
                vec![Wish::Notice(format!("{} is not up", view.instance.name))]
            }
            _ => return Reaction::Ignored,
        };
        Reaction::Done(wishes)
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let Some(service) = self.view(cx) else {
            let style = cx.theme.style(Role::Muted);
            cells::put(buffer, area, "This service is gone.", style, "");
            return;
        };
        let rows = self.list_rows(cx);
        let top = self.cursor.first_shown(service.instances.len(), rows.into());
        let names = names_width(service, area.width.into(), cx);
        for (line, key) in service.instances.iter().skip(top).take(rows.into()).enumerate() {
            if let Some(view) = cx.store.instance(key) {
                let selected = top + line == self.cursor.index;
                let now = cx.standing(&key.engine, &view.condition);
                let name = fit(view.instance.name.as_str(), names, cx.glyphs.ellipsis);
                draw_instance(&name, &now, cells::row(area, line as u16), selected, buffer, cx);
            }
        }
        let lines = self.facts(cx);
        let lines = wrapped::rows(&lines, VALUES, area.width.into());
        let first = self.scroll.first_shown(lines.len(), self.facts_rows(cx));
        wrapped::draw(&lines, first, cells::below(area, rows + 1), buffer, cx);
    }
}

/// The columns for the names of a service's instances: the widest, or two fifths of a
/// row, which leaves a condition its words.
fn names_width(service: &ServiceView, room: usize, cx: &Cx<'_>) -> usize {
    let views = service.instances.iter().filter_map(|key| cx.store.instance(key));
    let widest = views.map(|view| width(view.instance.name.as_str())).max().unwrap_or(0);
    widest.min(room * 2 / 5)
}

fn draw_instance(
    name: &str,
    now: &Standing,
    row: Rect,
    selected: bool,
    buffer: &mut Buffer,
    cx: &Cx<'_>,
) {
    let on_row = |role: Role| cx.on_row(role, selected);
    if selected {
        buffer.set_style(row, cx.theme.style(Role::Selection));
    }
    let pieces = [
        (now.glyph, on_row(now.role)),
        (" ", on_row(Role::Text)),
        (name, on_row(Role::Text)),
        ("  ", on_row(Role::Text)),
        (&*now.words, on_row(now.role)),
    ];
    cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
}
