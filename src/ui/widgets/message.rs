//! A few sentences in the middle of nothing: why there is nothing to see.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Text},
    widgets::{Paragraph, Widget, Wrap},
};

use crate::{
    input::Command,
    model::Fault,
    store::{EngineView, Link},
    text::format,
    ui::{Cx, theme::Role},
};

/// Draws sentences, each in its role, wrapped, at the top of an area.
pub fn draw(area: Rect, buffer: &mut Buffer, cx: &Cx<'_>, sentences: &[(Role, String)]) {
    let line = |(role, text): &(Role, String)| Line::from(cx.span(*role, text.clone()));
    let text: Text<'_> = sentences.iter().map(line).collect();
    Paragraph::new(text).wrap(Wrap { trim: true }).render(area, buffer);
}

/// Why an engine shows no services.
#[must_use]
pub fn of_engine(engine: &EngineView, cx: &Cx<'_>) -> Vec<(Role, String)> {
    let EngineView { id, endpoint, .. } = engine;
    match &engine.link {
        Link::Connecting => vec![(Role::Muted, format!("Connecting to {id} at {endpoint} …"))],
        Link::Up => vec![
            (Role::Text, format!("Nothing runs on {id} at {endpoint}.")),
            (Role::Muted, "`midwatch demo` shows a stack without an engine.".into()),
        ],
        Link::Down { fault, retry_at, .. } => {
            let mut sentences = of_fault(fault);
            sentences.push((Role::Muted, retry_words(*retry_at, cx)));
            sentences
        }
    }
}

/// A failure and what to do about it.
#[must_use]
pub fn of_fault(fault: &Fault) -> Vec<(Role, String)> {
    let mut sentences = vec![(Role::Bad, fault.message.to_string())];
    sentences.extend(fault.hint.iter().map(|hint| (Role::Text, hint.to_string())));
    sentences
}

/// When the next try is, and the key that brings it forward.
#[must_use]
pub fn retry_words(retry_at: Option<jiff::Timestamp>, cx: &Cx<'_>) -> String {
    let Some(at) = retry_at else { return "trying now".into() };
    let wait = at.duration_since(cx.now).max(jiff::SignedDuration::ZERO);
    // Rounded up: "in 0 s" would be a lie until the very end.
    let seconds = wait.unsigned_abs().as_millis().div_ceil(1000) as u64;
    let span = format::age(std::time::Duration::from_secs(seconds));
    match cx.key(Command::Retry) {
        Some(key) => format!("next try in {span} ({key}: now)"),
        None => format!("next try in {span}"),
    }
}
