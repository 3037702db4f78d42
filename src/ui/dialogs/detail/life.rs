//! When an instance started and ended, and how.

use jiff::{SignedDuration, Timestamp};

use super::facts::moment;
use crate::{
    model::{Detail, Exit, InstanceKey, ServiceKey},
    store::{InstanceView, MarkKind},
    ui::{Cx, dialogs::wrapped::Fact, theme::Role},
};

/// A process that is killed for memory takes its instance with it at once, if at all.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(5);

/// When it started and ended, and how; of one that is up also how it did before.
pub(super) fn facts<'a>(
    key: &InstanceKey,
    view: &'a InstanceView,
    detail: &'a Detail,
    cx: &Cx<'_>,
) -> Vec<Fact<'a>> {
    let mut facts = Vec::new();
    if let Some(started) = detail.started_at {
        facts.push(Fact::new("started", Role::Text, moment(started, cx)));
    }
    let mut kills = kills(key, view, cx);
    if view.instance.is_up() {
        let ended = detail.finished_at;
        let is_of_end =
            |at: &Timestamp| ended.is_some_and(|ended| ended.duration_since(*at).abs() <= AT_ONCE);
        facts.extend(last_run(detail, kills.iter().any(is_of_end), cx));
        kills.retain(|at| !is_of_end(at));
    } else {
        let ended = detail.finished_at.map(|ended| moment(ended, cx));
        facts.extend(ended.map(|ended| Fact::new("ended", Role::Text, ended)));
        facts.extend(last_exit(detail));
        kills.clear();
    }
    if let Some(last) = kills.last() {
        let words = match kills.len() {
            1 => format!("a process, for memory: {}", moment(*last, cx)),
            some => format!("{some} processes, for memory, the last: {}", moment(*last, cx)),
        };
        facts.push(Fact::new("killed", Role::Bad, words));
    }
    if detail.restarts > 0 {
        facts.push(Fact::new("restarts", Role::Warn, detail.restarts.to_string()));
    }
    facts
}

/// When its processes were killed for memory lately, oldest first.
fn kills(key: &InstanceKey, view: &InstanceView, cx: &Cx<'_>) -> Vec<Timestamp> {
    let service = view.instance.service.clone();
    let service = ServiceKey { engine: key.engine.clone(), service };
    let marks = cx.store.marks(&service);
    let kills = marks.filter(|mark| mark.kind == MarkKind::OomKilled);
    kills.filter(|mark| mark.instance == view.instance.name).map(|mark| mark.at).collect()
}

/// How it ended.
fn last_exit(detail: &Detail) -> Option<Fact<'_>> {
    let exit = detail.exit.as_ref()?;
    let role = if exit.is_orderly() { Role::Text } else { Role::Bad };
    Some(Fact::new("last exit", role, format!("{}{}", exit.words(), error(detail))))
}

/// How the run before the present one ended. Engines forget the exit code with the next
/// start, but not when it was; and who was killed for memory was seen.
fn last_run<'a>(detail: &'a Detail, was_killed: bool, cx: &Cx<'_>) -> Option<Fact<'a>> {
    let exit = detail.exit.as_ref();
    let how = match exit {
        Some(exit) if was_killed || exit.oom_killed => {
            Some(format!("killed for memory ({})", exit.code))
        }
        None if was_killed => Some("killed for memory".to_owned()),
        exit => exit.map(|exit| format!("{}{}", exit.words(), error(detail))),
    };
    let is_orderly = !was_killed && exit.is_none_or(Exit::is_orderly);
    let role = if is_orderly { Role::Text } else { Role::Bad };
    let words = match (detail.finished_at, how) {
        (Some(at), Some(how)) => format!("ended {}: {how}", moment(at, cx)),
        (Some(at), None) => format!("ended {}", moment(at, cx)),
        (None, Some(how)) => format!("ended: {how}"),
        (None, None) => return None,
    };
    Some(Fact::new("last run", role, words))
}

fn error(detail: &Detail) -> String {
    let error = detail.exit.as_ref().and_then(|exit| exit.error.as_ref());
    error.map(|error| format!(": {error}")).unwrap_or_default()
}
