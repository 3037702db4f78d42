//! Pane 2: what the selected or marked services say, on one time axis.

mod merged;
mod view;

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use merged::{Merged, Place, Seen};

use crate::{
    input::{Command, Context},
    model::{Demand, InstanceKey, StreamState},
    store::{EngineView, LogRing, Store, Topics, logs::StoredLine},
    ui::{
        Cx, Pane, Reaction, Wish,
        panes::services::{Purpose, one_instance},
        theme::Role,
        widgets::message,
    },
};

/// How many columns one step to the side takes.
const SIDE_STEP: usize = 16;

/// Pane 2.
#[derive(Debug, Default)]
pub struct Logs {
    /// Where it stands still; `None` while it follows the newest line.
    still: Option<Still>,
    wrap: bool,
    side: usize,
}

/// A place at which the pane stands still, whatever comes and goes around it.
#[derive(Debug)]
struct Still {
    /// The last line that is shown: when, whose, and which; `None` when there was none.
    last: Option<(Timestamp, InstanceKey, u64)>,
    /// What had been said by then. Anything else is new, whatever time it tells:
    /// instances do not speak in the order of their clocks.
    seen: Seen,
}

impl Still {
    fn new(last: Option<Place>, instances: &[InstanceKey], store: &Store) -> Self {
        let count = |key: &InstanceKey| store.log(key).map_or(0, LogRing::count);
        let named =
            |place: Place| Some((place.at, instances.get(place.source)?.clone(), place.number));
        Self {
            last: last.and_then(named),
            seen: instances.iter().map(|key| (key.clone(), count(key))).collect(),
        }
    }

    /// The last line's place among these instances.
    fn place(&self, instances: &[InstanceKey]) -> Option<Place> {
        let (at, key, number) = self.last.as_ref()?;
        // Behind all others of its moment when its instance is gone.
        let source = instances.iter().position(|other| other == key).unwrap_or(usize::MAX);
        Some(Place { at: *at, source, number: *number })
    }

    /// How many lines came that are not shown, also those that are gone again.
    fn newer(&self, instances: &[InstanceKey], store: &Store) -> u64 {
        let seen = |key: &InstanceKey| self.seen.get(key).copied().unwrap_or(0);
        let counts = instances.iter().filter_map(|key| Some((key, store.log(key)?)));
        let later: u64 = counts.map(|(key, ring)| ring.count().saturating_sub(seen(key))).sum();
        let merged = Merged::new(instances, store, Some(&self.seen));
        let below = self.place(instances).map_or(0, |place| merged.newer_than(place));
        later + below as u64
    }
}

impl Logs {
    /// Follows again: other services were selected.
    pub fn follow(&mut self) {
        self.still = None;
        self.side = 0;
    }

    fn pause(&mut self, cx: &Cx<'_>) {
        let instances = instances(cx);
        let newest = Merged::new(&instances, cx.store, None).newest();
        self.still = Some(Still::new(newest, &instances, cx.store));
    }

    fn scroll(&mut self, command: Command, cx: &Cx<'_>) -> bool {
        let room = usize::from(cx.size.height).max(1);
        let (half, page) = ((room / 2).max(1), room.saturating_sub(1).max(1));
        let (back, lines) = match command {
            Command::Up => (true, 1),
            Command::HalfPageUp => (true, half),
            Command::PageUp => (true, page),
            Command::Top => (true, usize::MAX),
            Command::Down => (false, 1),
            Command::HalfPageDown => (false, half),
            Command::PageDown => (false, page),
            Command::Bottom => {
                self.still = None;
                return true;
            }
            _ => return false,
        };
        let instances = instances(cx);
        let merged = Merged::new(&instances, cx.store, None);
        let from = match &self.still {
            Some(still) => still.place(&instances),
            None => merged.newest(),
        };
        let Some(from) = from else { return true };
        let to = if back {
            // Never so far up that the pane is half empty.
            let style = self.style(&instances, cx);
            let rows = |line: &StoredLine| view::rows_of(line, cx.size.width, &style);
            merged.back(from, lines).max(merged.first_page(room, rows))
        } else {
            merged.forward(from, lines)
        };
        self.still = to.map(|place| Still::new(Some(place), &instances, cx.store));
        true
    }

    fn style(&self, instances: &[InstanceKey], cx: &Cx<'_>) -> view::LineStyle {
        view::LineStyle {
            wrap: self.wrap,
            side: self.side,
            sources: view::source_width(instances, cx),
            time: cx.time,
        }
    }
}

/// Whether an instance's output comes in as it is said.
fn is_live(key: &InstanceKey, store: &Store) -> bool {
    let up = store.engine(&key.engine).is_some_and(EngineView::is_up);
    up && store.log_state(key) == Some(&StreamState::Live)
}

/// The instances whose output is shown.
fn instances(cx: &Cx<'_>) -> Vec<InstanceKey> {
    let services = cx.selection.shown();
    let views = services.into_iter().filter_map(|key| cx.store.service(key));
    views.flat_map(|service| service.instances.iter().cloned()).collect()
}

impl Pane for Logs {
    fn context(&self) -> Context {
        Context::Logs
    }

    fn title<'a>(&'a self, cx: &Cx<'a>) -> Line<'a> {
        let mut line = Line::default();
        match cx.selection.shown().as_slice() {
            [] => {}
            [only] => line.push_span(cx.span(Role::Text, only.service.name.as_str())),
            many => line.push_span(cx.span(Role::Text, format!("{} services", many.len()))),
        }
        line
    }

    fn footnote<'a>(&'a self, cx: &Cx<'a>) -> Option<Line<'a>> {
        let instances = instances(cx);
        let mut line = Line::default();
        let rings = || instances.iter().filter_map(|key| cx.store.log(key));
        let dropped = rings().map(LogRing::dropped).fold(0, u64::saturating_add);
        if dropped > 0 {
            let words = format!(" {dropped} lines dropped: too fast ");
            line.push_span(cx.span(Role::Warn, words));
        }
        if let Some(still) = &self.still {
            let newer = still.newer(&instances, cx.store);
            let words = format!(" {} paused, +{newer} new ", cx.glyphs.paused);
            line.push_span(cx.span(Role::Warn, words));
        } else if instances.iter().any(|key| is_live(key, cx.store)) {
            line.push_span(cx.span(Role::Muted, format!(" {} following ", cx.glyphs.follow)));
        }
        (!line.spans.is_empty()).then_some(line)
    }

    fn commands(&self, cx: &Cx<'_>) -> Vec<Command> {
        let mut commands = vec![Command::Pause, Command::Up];
        if self.still.is_some() {
            commands.push(Command::Bottom);
        }
        commands.extend([Command::Wrap, Command::TimeFormat]);
        if cx.selected().is_some() {
            commands.extend([Command::Shell, Command::Inspect]);
        }
        commands
    }

    fn interest(&self) -> Topics {
        let topics = Topics::SERVICES | Topics::ENGINES;
        if self.still.is_some() { topics } else { topics | Topics::LOGS }
    }

    fn demand(&self, cx: &Cx<'_>, demand: &mut Demand) {
        for key in instances(cx) {
            let Some(view) = cx.store.instance(&key) else { continue };
            if cx.store.engine(&key.engine).is_some_and(EngineView::is_up) {
                let run = view.instance.detail.as_ref().and_then(|detail| detail.started_at);
                demand.logs.insert(key, run);
            }
        }
    }

    fn on(&mut self, command: Command, cx: &Cx<'_>) -> Reaction {
        if self.scroll(command, cx) {
            return Reaction::done();
        }
        match command {
            Command::Pause | Command::Back if self.still.is_some() => self.still = None,
            Command::Pause => self.pause(cx),
            Command::Wrap => {
                self.wrap = !self.wrap;
                self.side = 0;
            }
            Command::Left => self.side = self.side.saturating_sub(SIDE_STEP),
            // Behind the longest line that is kept there is nothing to see.
            Command::Right if !self.wrap => {
                self.side = (self.side + SIDE_STEP).min(crate::model::log::MAX_LINE_BYTES);
            }
            Command::TimeFormat => return Reaction::wish(Wish::UseTime(cx.time.next())),
            Command::Shell | Command::Inspect => {
                let purpose =
                    if command == Command::Shell { Purpose::Shell } else { Purpose::Inspect };
                let wish = cx.selected().map(|service| one_instance(service, cx.store, purpose));
                return wish.map_or(Reaction::Ignored, Reaction::wish);
            }
            _ => return Reaction::Ignored,
        }
        Reaction::done()
    }

    fn draw(&self, area: Rect, buffer: &mut Buffer, cx: &Cx<'_>) {
        let instances = instances(cx);
        let seen = self.still.as_ref().map(|still| &still.seen);
        let merged = Merged::new(&instances, cx.store, seen);
        let last = match &self.still {
            Some(still) => still.place(&instances),
            None => merged.newest(),
        };
        match last.filter(|last| merged.reaches_back_to(*last)) {
            Some(last) => {
                let style = self.style(&instances, cx);
                view::draw(area, buffer, cx, merged.backwards(last), &style);
            }
            None if last.is_some() => {
                let words = "The lines that stood here are no longer kept.".into();
                message::draw(area, buffer, cx, &[(Role::Muted, words)]);
            }
            None => message::draw(area, buffer, cx, &[nothing(&instances, cx)]),
        }
    }
}

/// Why there is no line.
fn nothing(instances: &[InstanceKey], cx: &Cx<'_>) -> (Role, String) {
    let states = || instances.iter().map(|key| cx.store.log_state(key));
    let broken = states().find_map(|state| match state {
        Some(StreamState::Broken { fault }) => Some((fault, " Trying again.")),
        Some(StreamState::Unreadable { fault }) => Some((fault, "")),
        _ => None,
    });
    if let Some((fault, next)) = broken {
        return (Role::Bad, format!("No logs: {}.{next}", fault.message));
    }
    if instances.is_empty() {
        return (Role::Muted, "Select a service to see its logs.".into());
    }
    if states().all(|state| state.is_none()) {
        return (Role::Muted, "Opening the logs…".into());
    }
    (Role::Muted, "No output yet.".into())
}
