//! Whose lines are shown: those of the instances of services, and of log sources.

use crate::{
    model::{Demand, InstanceKey, LogOrigin, LogSourceSpec, Stack, StreamState},
    store::{EngineView, Store},
    text::Clean,
    ui::{Cx, Selection},
};

/// What a log is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names<'a> {
    /// The service, or the log source: what a pattern's `in` means.
    pub(super) service: &'a str,
    /// The instance, or the part of the source, such as a file.
    pub(super) instance: &'a str,
}

/// What a log is called; nothing when it is gone.
pub(super) fn names<'a>(key: &'a InstanceKey, store: &'a Store) -> Names<'a> {
    if let (Some((service, _)), Some(instance)) = (key.as_source(), key.source_instance()) {
        return Names { service, instance };
    }
    store.instance(key).map_or(Names { service: "", instance: "" }, |view| {
        let instance = &view.instance;
        Names { service: instance.service.name.as_str(), instance: instance.name.as_str() }
    })
}

/// The service that the lines of a log are of, for filters and exports: of a source, the one
/// that it goes with. Nothing when it is gone.
pub(super) fn service<'a>(key: &InstanceKey, cx: &Cx<'a>) -> &'a str {
    let service = match key.as_source() {
        Some((name, _)) => spec(name, cx.stack).map(LogSourceSpec::service_name),
        None => cx.store.instance(key).map(|view| &view.instance.service.name),
    };
    service.map_or("", Clean::as_str)
}

/// What the stack file says of a log source.
fn spec<'a>(name: &str, stack: &'a Stack) -> Option<&'a LogSourceSpec> {
    stack.log_sources().find(|source| source.name.as_str() == name)
}

/// The logs that are shown: of the instances of the selected or marked services, and of
/// the sources that go with them or were chosen.
pub(super) fn keys(cx: &Cx<'_>) -> Vec<InstanceKey> {
    let services = cx.selection.shown();
    let views = services.into_iter().filter_map(|key| cx.store.service(key));
    let instances = views.flat_map(|service| service.instances.iter().cloned());
    let sources = sources(cx).flat_map(|source| cx.store.logs_of_source(source.name.as_str()));
    instances.chain(sources.cloned()).collect()
}

/// Whether a log source is shown, by its name.
#[must_use]
pub fn is_shown_source(name: &str, stack: &Stack, selection: &Selection) -> bool {
    spec(name, stack).is_some_and(|source| {
        selection.goes_with(source) || selection.sources.contains(&source.name)
    })
}

/// The sources that are shown.
fn sources<'a>(cx: &Cx<'a>) -> impl Iterator<Item = &'a LogSourceSpec> {
    let (stack, selection) = (cx.stack, cx.selection);
    stack
        .log_sources()
        .filter(move |source| is_shown_source(source.name.as_str(), stack, selection))
}

/// Adds the streams that the shown logs need; `deep`: from as far back as there is something.
pub(super) fn demand(deep: bool, cx: &Cx<'_>, demand: &mut Demand) {
    for key in keys(cx) {
        let Some(view) = cx.store.instance(&key) else { continue };
        if deep {
            demand.deep.insert(key.clone());
        }
        if cx.store.engine(&key.engine).is_some_and(EngineView::is_up) {
            let run = view.instance.detail.as_ref().and_then(|detail| detail.started_at);
            demand.logs.insert(key, run);
        }
    }
    let sources = || sources(cx).map(LogSourceSpec::key);
    demand.deep.extend(sources().filter(|_| deep));
    demand.logs.extend(sources().map(|source| (source, None)));
}

/// Whether a log can be read again from further back, now: an engine that is away cannot,
/// and what a command said is said.
pub(super) fn comes_again(key: &InstanceKey, cx: &Cx<'_>) -> bool {
    match key.as_source() {
        Some((name, _)) => {
            let is_command =
                |spec: &LogSourceSpec| matches!(spec.origin, LogOrigin::Command { .. });
            spec(name, cx.stack).is_some_and(|spec| !is_command(spec))
        }
        None => cx.store.engine(&key.engine).is_some_and(EngineView::is_up),
    }
}

/// Whether what a log said before it was opened is still on its way. Parts of a source that
/// are silent have come when the source has.
pub(super) fn is_loading(key: &InstanceKey, store: &Store) -> bool {
    let source = key.as_source().map(|(name, _)| InstanceKey::of_source(name));
    if source.is_some_and(|source| store.log_state(&source) == Some(&StreamState::Current)) {
        return false;
    }
    match store.log_state(key) {
        Some(StreamState::Again | StreamState::Live) => true,
        None => {
            key.as_source().is_some() || store.engine(&key.engine).is_some_and(EngineView::is_up)
        }
        Some(_) => false,
    }
}

/// Whether the lines of a log come in as they are said.
pub(super) fn is_live(key: &InstanceKey, store: &Store) -> bool {
    let up = key.as_source().is_some() || store.engine(&key.engine).is_some_and(EngineView::is_up);
    let is_open = matches!(store.log_state(key), Some(StreamState::Live | StreamState::Current));
    up && is_open
}
