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
    text::{
        format,
        width::{truncate, width},
    },
    ui::{
        Cx,
        theme::Role,
        widgets::{cells, message::retry_words},
    },
};

/// The longest that the name of the stack is shown; the rest of the line says more.
const NAME: usize = 24;

/// A piece of the line, and how soon it goes when there is no room for all: the largest
/// number first, 0 never.
type Piece<'a> = (u8, Span<'a>);

/// Draws the status line.
pub fn draw(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
    let time = clock(cx);
    let room = Rect { width: area.width.saturating_sub(width(&time) as u16 + 1), ..area };
    let mut pieces = pieces(cx);
    fit(&mut pieces, room.width.into());
    let spans: Vec<Span<'_>> = pieces.into_iter().map(|(_, span)| span).collect();
    Line::from(spans).render(room, buffer);
    cells::put_right(buffer, area, &time, cx.theme.style(Role::Muted), "");
}

/// Leaves out what matters least until the rest has room.
fn fit(pieces: &mut Vec<Piece<'_>>, room: usize) {
    while pieces.iter().map(|(_, span)| span.width()).sum::<usize>() > room {
        let least = pieces.iter().enumerate().max_by_key(|(_, (rank, _))| *rank);
        match least {
            Some((index, (rank, _))) if *rank > 0 => pieces.remove(index),
            _ => return,
        };
    }
}

fn pieces<'a>(cx: &Cx<'a>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    if let Some(environment) = cx.stack.environment {
        let words = format!(" {} ", environment.word().to_uppercase());
        pieces.push((0, cx.span(role_of(environment), words)));
        pieces.push((0, Span::raw(" ")));
    }
    let name = cx.stack.title.as_ref().or(cx.stack.name.as_ref());
    let name = truncate(name.map_or("midwatch", |name| name.as_str()), NAME, cx.glyphs.ellipsis);
    pieces.push((1, cx.span(Role::Title, name.into_owned())));
    pieces.push((1, Span::raw("  ")));
    if cx.read_only {
        pieces.push((0, cx.span(Role::Accent, "READ-ONLY  ")));
    }
    for (level, span) in counts_by_level(cx.store, cx) {
        pieces.push((if level.is_wrong() { 0 } else { 4 }, span));
    }
    for engine in cx.store.engines() {
        pieces.push((0, engine_words(engine, cx)));
        pieces.extend(engine_more(engine, cx));
        pieces.push((0, Span::raw("  ")));
    }
    pieces
}

fn role_of(environment: Environment) -> Role {
    match environment {
        Environment::Development => Role::EnvDevelopment,
        Environment::Staging => Role::EnvStaging,
        Environment::Production => Role::EnvProduction,
    }
}

/// The engine, whether it answers, and how old what it said is.
pub(crate) fn engine_words<'a>(engine: &EngineView, cx: &Cx<'a>) -> Span<'a> {
    let EngineView { id, data, link, .. } = engine;
    match link {
        Link::Connecting => cx.span(Role::Busy, format!("{} {id} connecting", cx.glyphs.busy)),
        Link::Up => match data.as_of().filter(|at| cx.now.duration_since(*at) >= LIVE) {
            None => cx.span(Role::Ok, format!("{} {id} live", cx.glyphs.level(Level::Ok))),
            Some(at) => {
                let words = format!("{} {id} silent for {}", cx.glyphs.stale, age(at, cx));
                cx.span(Role::Warn, words)
            }
        },
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

/// Where the engine is and which version it has: first the host, since two hosts with
/// the same names on them must not be taken for each other (threat T8).
fn engine_more<'a>(engine: &EngineView, cx: &Cx<'a>) -> Vec<Piece<'a>> {
    let Some(info) = engine.data.value().filter(|_| engine.is_up()) else { return Vec::new() };
    let host = engine.host.as_ref().map(|host| (2, cx.span(Role::Muted, format!(" on {host}"))));
    let version = cx.span(Role::Muted, format!(" {}", info.version));
    host.into_iter().chain([(3, version)]).collect()
}

/// An engine that was heard of within this time is live. One that has nothing to say is
/// asked every ten seconds, so this is longer than a healthy silence.
const LIVE: SignedDuration = SignedDuration::from_secs(15);

/// How old what was said at a moment is.
fn age(at: Timestamp, cx: &Cx<'_>) -> String {
    format::age(cx.now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs())
}

/// How many services do how.
pub(crate) fn counts<'a>(store: &Store, cx: &Cx<'a>) -> Vec<Span<'a>> {
    counts_by_level(store, cx).into_iter().map(|(_, span)| span).collect()
}

/// How many services do how, the worst first; what is lost is not counted as well.
fn counts_by_level<'a>(store: &Store, cx: &Cx<'a>) -> Vec<(Level, Span<'a>)> {
    let level_now = |service: &crate::store::ServiceView| {
        let up = store.engine(&service.key.engine).is_some_and(EngineView::is_up);
        if up { service.condition.level } else { Level::Unknown }
    };
    let mut spans = Vec::new();
    for level in [Level::Bad, Level::Warn, Level::Unknown, Level::Busy, Level::Ok, Level::Off] {
        let count = store.services().iter().filter(|s| level_now(s) == level).count();
        if count > 0 {
            let words = format!("{} {count} {}  ", cx.glyphs.level(level), level.word());
            spans.push((level, cx.span(Role::of(level), words)));
        }
    }
    spans
}

fn clock(cx: &Cx<'_>) -> String {
    let zone = match cx.time {
        TimeStyle::Utc => jiff::tz::TimeZone::UTC,
        TimeStyle::Local | TimeStyle::Age | TimeStyle::Delta | TimeStyle::None => cx.zone.clone(),
    };
    cx.now.to_zoned(zone).strftime("%H:%M:%S %Z").to_string()
}
