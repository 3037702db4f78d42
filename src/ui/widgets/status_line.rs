//! The first line: which stack, what it is for, whether its engines answer, how it does.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use crate::{
    model::{Environment, Level, TimeStyle},
    store::{EngineView, Link, Store},
    text::{format, width::width},
    ui::{
        Cx,
        theme::Role,
        widgets::{cells, message::retry_words},
    },
};

/// Draws the status line.
pub fn draw(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
    let time = clock(cx);
    let room = Rect { width: area.width.saturating_sub(width(&time) as u16 + 1), ..area };
    Line::from(pieces(cx)).render(room, buffer);
    cells::put_right(buffer, area, &time, cx.theme.style(Role::Muted), "");
}

fn pieces<'a>(cx: &Cx<'a>) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    if let Some(environment) = cx.stack.environment {
        let words = format!(" {} ", environment.word().to_uppercase());
        spans.push(cx.span(role_of(environment), words));
        spans.push(Span::raw(" "));
    }
    let name = cx.stack.title.as_ref().or(cx.stack.name.as_ref());
    let name = name.map_or("midwatch", |name| name.as_str());
    spans.push(cx.span(Role::Title, name));
    if cx.read_only {
        spans.push(Span::raw("  "));
        spans.push(cx.span(Role::Accent, "READ-ONLY"));
    }
    spans.push(Span::raw("  "));
    spans.extend(counts(cx.store, cx));
    for engine in cx.store.engines() {
        spans.push(engine_words(engine, cx));
        spans.push(Span::raw("  "));
    }
    spans
}

fn role_of(environment: Environment) -> Role {
    match environment {
        Environment::Development => Role::EnvDevelopment,
        Environment::Staging => Role::EnvStaging,
        Environment::Production => Role::EnvProduction,
    }
}

/// The engine, its state, and how old what it said is.
pub(crate) fn engine_words<'a>(engine: &EngineView, cx: &Cx<'a>) -> Span<'a> {
    let EngineView { id, data, link, .. } = engine;
    match link {
        Link::Connecting => cx.span(Role::Busy, format!("{} {id} connecting", cx.glyphs.busy)),
        Link::Up => {
            let version = data.value().map_or("", |info| info.version.as_str());
            let age = data.as_of().map_or_else(String::new, |at| freshness(at, cx));
            cx.span(Role::Ok, format!("{} {id} {version} {age}", cx.glyphs.level(Level::Ok)))
        }
        Link::Down { retry_at, .. } => {
            let data = data.as_of().map_or_else(
                || "never reached".into(),
                |at| format!("lost, data {} old", age(at, cx)),
            );
            let retry = retry_words(*retry_at, cx);
            cx.span(Role::Bad, format!("{} {id} {data}, {retry}", cx.glyphs.level(Level::Bad)))
        }
    }
}

/// Newer than this is as new as anything can be on a network.
const LIVE: SignedDuration = SignedDuration::from_secs(5);

/// How new the newest data of an engine is that answers.
fn freshness(at: Timestamp, cx: &Cx<'_>) -> String {
    if cx.now.duration_since(at) < LIVE {
        "live".into()
    } else {
        format!("data {} old", age(at, cx))
    }
}

/// How old what was said at a moment is.
fn age(at: Timestamp, cx: &Cx<'_>) -> String {
    format::age(cx.now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs())
}

/// How many services do how; what is lost is not counted as well.
pub(crate) fn counts<'a>(store: &Store, cx: &Cx<'a>) -> Vec<Span<'a>> {
    let level_now = |service: &crate::store::ServiceView| {
        let up = store.engine(&service.key.engine).is_some_and(EngineView::is_up);
        if up { service.condition.level } else { Level::Unknown }
    };
    let mut spans = Vec::new();
    for level in [Level::Bad, Level::Warn, Level::Unknown, Level::Busy, Level::Ok, Level::Off] {
        let count = store.services().iter().filter(|s| level_now(s) == level).count();
        if count > 0 {
            let words = format!("{} {count} {}  ", cx.glyphs.level(level), level.word());
            spans.push(cx.span(Role::of(level), words));
        }
    }
    spans
}

fn clock(cx: &Cx<'_>) -> String {
    let zone = match cx.time {
        TimeStyle::Utc => jiff::tz::TimeZone::UTC,
        TimeStyle::Local | TimeStyle::Age | TimeStyle::None => cx.zone.clone(),
    };
    cx.now.to_zoned(zone).strftime("%H:%M:%S %Z").to_string()
}
