//! Which lines are shown, and which are looked for: filter and search of the pane.

use jiff::{Zoned, tz::TimeZone};
use strum::EnumIter;

use super::{
    Logs,
    hunt::{Ground, Hunt},
    origin::{keys, names, service},
    seek::Seeking,
};
use crate::{
    logs::{Filter, FilterError, Record, Search, SearchError},
    model::{InstanceKey, ServiceId, TimeStyle},
    store::logs::{Found, LineRef, Scan, ScannedLog, Wanted},
    text::Clean,
    ui::{Cx, Wish},
};

/// Which of a pane's hunts a scan belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
pub enum Purpose {
    /// Which lines are shown.
    Filter,
    /// Which lines something was found in.
    Search,
    /// Which lines only repeat others.
    Fold,
}

/// What is to be done now that things have changed.
#[derive(Debug, Default)]
pub struct Upkeep {
    /// What is to be looked through in the background, and for which hunt.
    pub scans: Vec<(Purpose, u64, Scan)>,
    /// What is to happen outside of the pane.
    pub wishes: Vec<Wish>,
}

/// A filter that is in force, and what it wants.
#[derive(Debug)]
pub(super) struct Sieve {
    pub(super) filter: Filter,
    pub(super) text: String,
    pub(super) hunt: Hunt,
}

/// What is looked for, and where it was found.
#[derive(Debug)]
pub(super) struct Quest {
    pub(super) search: Search,
    pub(super) text: String,
    pub(super) hunt: Hunt,
    /// Where to go as soon as it is known where that is.
    pub(super) seeking: Option<Seeking>,
}

impl Logs {
    /// Goes on with what takes longer than a key: to be called whenever something has
    /// changed.
    pub fn keep_up(&mut self, cx: &Cx<'_>) -> Upkeep {
        self.load(cx);
        let mut wishes = self.take_older(cx);
        wishes.extend(self.seek_on(cx));
        let scans = self.scans(cx);
        self.settle(cx);
        Upkeep { scans, wishes }
    }

    /// What is to be looked through in the background now.
    fn scans(&mut self, cx: &Cx<'_>) -> Vec<(Purpose, u64, Scan)> {
        let Self { sieve, quest, fold, still, .. } = self;
        let mut hunts = hunts(sieve, quest, fold).peekable();
        if hunts.peek().is_none() {
            return Vec::new();
        }
        let ground = |key: InstanceKey| Ground {
            service: Clean::new(service(&key, cx)),
            instance: Clean::new(names(&key, cx.store).instance),
            held: still.as_ref().and_then(|still| still.lines(&key)),
            live: cx.store.log(&key),
            key,
        };
        let logs: Vec<_> = keys(cx).into_iter().map(ground).collect();
        hunts
            .filter_map(|(purpose, hunt)| Some((purpose, hunt.serial(), hunt.next_scan(&logs)?)))
            .collect()
    }

    /// All lines that are shown, however far one would have to scroll, and the services
    /// that they are of.
    #[must_use]
    pub fn all_lines(&self, cx: &Cx<'_>) -> (Scan, Vec<ServiceId>) {
        let logs: Vec<_> = keys(cx).into_iter().filter_map(|key| self.scanned(key, cx)).collect();
        let service = |log: &ScannedLog| match cx.store.instance(&log.key) {
            Some(view) => view.instance.service.clone(),
            None => ServiceId { stack: cx.stack.name.clone(), name: log.service.clone() },
        };
        let services = logs.iter().map(service).collect();
        let filter = self.sieve.as_ref().map(|sieve| sieve.filter.clone()).unwrap_or_default();
        (Scan { wanted: Wanted::Filtered(filter), logs }, services)
    }

    /// The newest question of a kind, as long as somebody wants to know the answer.
    #[must_use]
    pub fn wanted_scan(&self, purpose: Purpose) -> Option<u64> {
        let hunt = match purpose {
            Purpose::Filter => self.sieve.as_ref().map(|sieve| &sieve.hunt),
            Purpose::Search => self.quest.as_ref().map(|quest| &quest.hunt),
            Purpose::Fold => self.fold.as_ref(),
        };
        hunt.map(Hunt::serial)
    }

    /// Takes in what was found; says whether somebody wanted to know.
    pub fn found(&mut self, purpose: Purpose, serial: u64, found: Found) -> bool {
        let Some(hunt) = self.hunt_mut(purpose, serial) else { return false };
        hunt.take(found);
        true
    }

    /// A scan has ended.
    pub fn scanned_all(&mut self, purpose: Purpose, serial: u64) {
        if let Some(hunt) = self.hunt_mut(purpose, serial) {
            hunt.ended();
        }
    }

    fn hunt_mut(&mut self, purpose: Purpose, serial: u64) -> Option<&mut Hunt> {
        let mut hunts = hunts(&mut self.sieve, &mut self.quest, &mut self.fold);
        let hunt = hunts.find(|(of, hunt)| *of == purpose && hunt.serial() == serial);
        hunt.map(|(_, hunt)| hunt)
    }

    fn scanned(&self, key: InstanceKey, cx: &Cx<'_>) -> Option<ScannedLog> {
        let lines = self.lines(&key, cx)?;
        let instance = Clean::new(names(&key, cx.store).instance);
        let service = Clean::new(service(&key, cx));
        Some(ScannedLog { key, service, instance, lines, goes_on: false })
    }

    /// Shows only what a text wants; everything, when it is empty.
    pub(super) fn filter_by(&mut self, text: &str, cx: &Cx<'_>) -> Result<(), FilterError> {
        let filter = Filter::parse(text, &here_and_now(cx))?;
        self.sieve = (!filter.is_empty()).then(|| Sieve {
            hunt: Hunt::new(Wanted::Filtered(filter.clone()), self.next_serial()),
            text: text.trim().into(),
            filter,
        });
        self.is_unsettled = true;
        // What is looked for is looked for among what is shown.
        if let Some(Quest { search, text, .. }) = self.quest.take() {
            self.begin_quest(search, text);
        }
        Ok(())
    }

    /// Looks for a text; for nothing, when it is empty.
    pub(super) fn search_for(&mut self, text: &str) -> Result<(), SearchError> {
        self.quest = None;
        if !text.is_empty() {
            self.begin_quest(Search::new(text)?, text.into());
        }
        Ok(())
    }

    fn begin_quest(&mut self, search: Search, text: String) {
        let filter = self.sieve.as_ref().map(|sieve| sieve.filter.clone()).unwrap_or_default();
        let wanted = Wanted::Searched(search.clone(), filter);
        let hunt = Hunt::new(wanted, self.next_serial());
        self.quest = Some(Quest { search, text, hunt, seeking: None });
    }

    /// Begins anew to look: other logs are shown, and a look through those before must
    /// not be waited for.
    pub(super) fn renew_hunts(&mut self) {
        let Self { sieve, quest, fold, serial, .. } = self;
        for (_, hunt) in hunts(sieve, quest, fold) {
            *serial += 1;
            hunt.renew(*serial);
        }
    }

    /// Folds lines that repeat others, or shows each again.
    pub(super) fn toggle_fold(&mut self) {
        self.is_unsettled = true;
        self.fold = match self.fold {
            Some(_) => None,
            None => Some(Hunt::new(Wanted::Repeated, self.next_serial())),
        };
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

/// The hunts that there are.
fn hunts<'a>(
    sieve: &'a mut Option<Sieve>,
    quest: &'a mut Option<Quest>,
    fold: &'a mut Option<Hunt>,
) -> impl Iterator<Item = (Purpose, &'a mut Hunt)> {
    let sieve = sieve.as_mut().map(|sieve| (Purpose::Filter, &mut sieve.hunt));
    let quest = quest.as_mut().map(|quest| (Purpose::Search, &mut quest.hunt));
    let fold = fold.as_mut().map(|fold| (Purpose::Fold, fold));
    sieve.into_iter().chain(quest).chain(fold)
}

/// A line with where it is from.
pub(super) fn record<'a>(line: LineRef<'a>, service: &'a str, instance: &'a str) -> Record<'a> {
    Record {
        service,
        instance,
        stream: line.stream(),
        at: line.at(),
        told: line.told(),
        text: line.text(),
    }
}

/// The time that typed times count from.
pub(super) fn here_and_now(cx: &Cx<'_>) -> Zoned {
    let zone = match cx.time {
        TimeStyle::Utc => TimeZone::UTC,
        _ => cx.zone.clone(),
    };
    cx.now.to_zoned(zone)
}
