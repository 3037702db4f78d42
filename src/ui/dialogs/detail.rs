//! A service in detail: each instance, its health with the last words of its probe,
//! its last exit, ports, image and labels.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use crate::{
    input::{Command, Context},
    model::{Instance, InstanceKey, ServiceKey, TimeStyle},
    store::{InstanceView, ServiceView, Topics},
    text::format,
    ui::{
        Cx, Overlay, Pane, PaneId, Reaction, Wish,
        cx::Standing,
        theme::Role,
        widgets::{cells, cursor::Cursor},
    },
};

/// How many of an instance's last health checks are shown.
const CHECKS: usize = 3;

/// The detail of one service.
#[derive(Debug)]
pub struct Detail {
    service: ServiceKey,
    /// Which instance.
    cursor: Cursor,
}

impl Detail {
    /// Opens on the worst instance, the first of them where several are as bad.
    #[must_use]
    pub fn new(service: ServiceKey, cx: &Cx<'_>) -> Self {
        let instances = cx.store.service(&service).map_or(&[][..], |view| &view.instances);
        let level = |key: &InstanceKey| cx.store.instance(key).map(|view| view.condition.level);
        let index = |(index, key): (usize, &InstanceKey)| (level(key), std::cmp::Reverse(index));
        let worst = instances.iter().enumerate().map(index).max();
        let mut detail = Self { service, cursor: Cursor::default() };
        if let Some((_, std::cmp::Reverse(worst))) = worst {
            detail.cursor.set(worst, instances.len(), detail.list_rows(cx).into());
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

    /// The room for the list of instances above what is told of one.
    fn list_rows(&self, cx: &Cx<'_>) -> u16 {
        let count = self.view(cx).map_or(0, |view| view.instances.len()) as u16;
        count.min((cx.size.height / 3).max(1))
    }
}

impl Pane for Detail {
    fn context(&self) -> Context {
        Context::Detail
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let mut line = Line::from(cx.span(Role::Title, self.service.service.to_string()));
        if let Some(view) = self.view(cx) {
            let now = cx.standing(&self.service.engine, &view.condition);
            line.push_span(cx.span(now.role, format!("  {} {}", now.glyph, now.words)));
        }
        line
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Logs, Command::Inspect];
        if self.selected(cx).is_some_and(|(_, view)| view.instance.is_up()) {
            commands.push(Command::Shell);
        }
        commands.extend([Command::Down, Command::Up, Command::Back]);
        commands
    }

    fn interest(&self) -> Topics {
        Topics::SERVICES | Topics::ENGINES
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        let count = self.view(cx).map_or(0, |view| view.instances.len());
        if self.cursor.on(command, count, self.list_rows(cx).into()) {
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
        for (line, key) in service.instances.iter().skip(top).take(rows.into()).enumerate() {
            if let Some(view) = cx.store.instance(key) {
                let selected = top + line == self.cursor.index;
                let now = cx.standing(&key.engine, &view.condition);
                let name = view.instance.name.as_str();
                draw_instance(name, &now, cells::row(area, line as u16), selected, buffer, cx);
            }
        }
        if let Some((key, view)) = self.selected(cx) {
            for (line, (name, role, value)) in facts(key, &view.instance, cx).iter().enumerate() {
                let row = cells::row(area, rows + 1 + line as u16);
                let pieces =
                    [(&**name, cx.theme.style(Role::Muted)), (value, cx.theme.style(*role))];
                cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
            }
        }
    }
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
    let name = format!(" {name:<24} ");
    let pieces = [
        (now.glyph, on_row(now.role)),
        (&*name, on_row(Role::Text)),
        (&*now.words, on_row(now.role)),
    ];
    cells::put_pieces(buffer, row, pieces, cx.glyphs.ellipsis);
}

/// A named fact of an instance, and the role that it is shown in.
type Fact = (String, Role, String);

fn facts(key: &InstanceKey, instance: &Instance, cx: &Cx<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut say = |name: &str, role: Role, value: String| {
        facts.push((format!("{name:<10}"), role, value));
    };
    say("id", Role::Text, format!("{} on {}", key.id.short(), key.engine));
    say("state", Role::Text, instance.state.word().into());
    if let Some(image) = &instance.image {
        let digest = image.short_digest().map(|digest| format!("  {digest}")).unwrap_or_default();
        say("image", Role::Text, format!("{}{digest}", image.name));
    }
    if !instance.command.is_empty() {
        say("command", Role::Text, instance.command.to_string());
    }
    if !instance.ports.is_empty() {
        let ports: Vec<String> = instance.ports.iter().map(ToString::to_string).collect();
        say("ports", Role::Text, ports.join("  "));
    }
    if let Some(detail) = &instance.detail {
        if let Some(started) = detail.started_at {
            say("started", Role::Text, moment(started, cx));
        }
        if let Some(finished) = detail.finished_at.filter(|_| !instance.is_up()) {
            say("ended", Role::Text, moment(finished, cx));
        }
        if let Some(exit) = &detail.exit {
            let error = exit.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            let role = if exit.is_orderly() { Role::Text } else { Role::Bad };
            say("last exit", role, format!("{}{error}", exit.words()));
        }
        if detail.restarts > 0 {
            say("restarts", Role::Warn, detail.restarts.to_string());
        }
        say("health", Role::Text, instance.health.word().into());
        for record in detail.health_log.iter().rev().take(CHECKS) {
            let role = if record.exit_code == 0 { Role::Text } else { Role::Bad };
            let at = record.at.map(|at| moment(at, cx)).unwrap_or_default();
            say("", role, format!("{at}  exit {}", record.exit_code));
            for line in &record.output {
                say("", role, format!("  {line}"));
            }
        }
    }
    for (name, value) in &instance.labels {
        say("label", Role::Muted, format!("{name} = {}", masked(name.as_str(), value.as_str())));
    }
    facts
}

/// A label's value; masked when its name says that it is a secret.
fn masked<'a>(name: &str, value: &'a str) -> &'a str {
    if crate::text::redact::is_secret_name(name) { crate::text::redact::MASK } else { value }
}

/// A moment with its zone, and how long ago it was.
fn moment(at: Timestamp, cx: &Cx<'_>) -> String {
    let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
    let age = cx.now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs();
    let clock = at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %Z");
    format!("{clock}  ({} ago)", format::age(age))
}
