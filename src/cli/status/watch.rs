//! `midwatch status --watch`: driven by the engines' changes, never by polling.

use std::{sync::Arc, time::Duration};

use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream, SelectAll},
};
use jiff::Timestamp;
use tokio::time::{self, Instant};

use super::{StatusReport, restarts::Restarts};
use crate::{
    cli::{
        CliError, Exit, Printer,
        gather::{self, View, in_project},
    },
    engines::{Change, Engine, EngineError},
    model::FaultKind,
};

/// Everything is looked at again this often, in case a change was not told.
const RECONCILE: Duration = Duration::from_secs(30);

/// Changes that come within this time are one: a restart alone is five of them.
const SETTLE: Duration = Duration::from_millis(200);

/// The first wait before a lost engine is tried again; it doubles up to [`LAST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// An engine that has come back is seen within this time.
const LAST_RETRY: Duration = Duration::from_secs(4);

/// What an engine's stream of changes said; `None` when it ended.
type News = (usize, Option<Result<Change, EngineError>>);

/// Prints a report whenever it says something new, until the output is closed.
pub(super) async fn run(
    engines: &[Arc<dyn Engine>],
    project: Option<&str>,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, CliError> {
    let mut watch = Watch::new(engines, project);
    let mut shown: Option<StatusReport> = None;
    loop {
        watch.look_where_due().await;
        let report = watch.report();
        let timeless = report.timeless();
        if shown.as_ref() != Some(&timeless) {
            if !json {
                printer.line(format_args!("— {} —", report.time))?;
            }
            report.print(json, printer)?;
            printer.flush()?;
            shown = Some(timeless);
        }
        watch.wait().await;
    }
}

struct Watch<'a> {
    project: Option<&'a str>,
    watched: Vec<Watched<'a>>,
    news: SelectAll<BoxStream<'static, News>>,
    restarts: Restarts,
}

struct Watched<'a> {
    engine: &'a Arc<dyn Engine>,
    view: Option<View>,
    /// When everything is looked at again.
    due: Instant,
    /// The wait after the next failure.
    retry: Duration,
    /// Whether a stream of its changes is open.
    told: bool,
}

impl<'a> Watch<'a> {
    fn new(engines: &'a [Arc<dyn Engine>], project: Option<&'a str>) -> Self {
        let watched = |engine| Watched {
            engine,
            view: None,
            due: Instant::now(),
            retry: FIRST_RETRY,
            told: false,
        };
        Self {
            project,
            watched: engines.iter().map(watched).collect(),
            news: SelectAll::new(),
            restarts: Restarts::default(),
        }
    }

    fn report(&mut self) -> StatusReport {
        let now = Timestamp::now();
        let views: Vec<_> = self.watched.iter().filter_map(|each| each.view.clone()).collect();
        for view in &views {
            self.restarts.note(view, now);
        }
        StatusReport::new(&views, &self.restarts, self.project, now)
    }

    /// Looks at every engine whose time has come. Its changes are asked for first, so
    /// that nothing falls between the two.
    async fn look_where_due(&mut self) {
        for at in 0..self.watched.len() {
            let watched = &mut self.watched[at];
            if watched.due > Instant::now() {
                continue;
            }
            if !watched.told {
                let engine = watched.engine.as_ref();
                if let Ok(changes) = gather::patiently(engine, engine.watch()).await {
                    let news = changes.map(move |change| (at, Some(change)));
                    let end = stream::once(async move { (at, None) });
                    self.news.push(news.chain(end).boxed());
                    watched.told = true;
                }
            }
            let view = gather::look(watched.engine.as_ref(), self.project).await;
            match &view.state {
                Ok(_) => {
                    watched.due = Instant::now() + RECONCILE;
                    watched.retry = FIRST_RETRY;
                    watched.view = Some(view);
                }
                Err(_) => watched.lost(view),
            }
        }
    }

    /// Waits for a change, and what comes right after it, or for the next look.
    async fn wait(&mut self) {
        let due = self.watched.iter().map(|each| each.due).min();
        let due = due.unwrap_or_else(|| Instant::now() + RECONCILE);
        tokio::select! {
            Some(news) = self.news.next() => self.take(news).await,
            () = time::sleep_until(due) => return,
        }
        let settled = Instant::now() + SETTLE;
        while let Ok(Some(news)) = time::timeout_at(settled, self.news.next()).await {
            self.take(news).await;
        }
    }

    async fn take(&mut self, (at, news): News) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        match news {
            Some(Ok(change)) => watched.apply(change, self.project).await,
            // The next look says what became of it, and asks for its changes again.
            Some(Err(_)) => watched.look_soon(),
            None => {
                watched.told = false;
                watched.look_soon();
            }
        }
    }
}

impl Watched<'_> {
    /// Keeps what was known last; the engine's own state says that it is old.
    fn lost(&mut self, failed: View) {
        let instances = self.view.take().map_or_else(Vec::new, |view| view.instances);
        self.view = Some(View { instances, ..failed });
        self.due = Instant::now() + self.retry;
        self.retry = (self.retry * 2).min(LAST_RETRY);
    }

    /// Looks again, but not at once: an engine that ends every stream as soon as it
    /// begins would be asked without a pause.
    fn look_soon(&mut self) {
        self.due = self.due.min(Instant::now() + FIRST_RETRY);
    }

    async fn apply(&mut self, change: Change, project: Option<&str>) {
        let Some(view) = &mut self.view else { return };
        let (Change::Touched(id) | Change::Removed(id)) = &change;
        let described = match change {
            Change::Removed(_) => None,
            Change::Touched(_) => {
                match gather::patiently(self.engine.as_ref(), self.engine.describe(id)).await {
                    Ok(instance) => Some(instance),
                    Err(error) if error.kind() == FaultKind::NotFound => None,
                    Err(_) => return self.look_soon(),
                }
            }
        };
        view.instances.retain(|instance| instance.id != *id);
        view.instances.extend(described.filter(|instance| in_project(instance, project)));
    }
}
