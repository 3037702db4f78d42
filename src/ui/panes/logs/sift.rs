//! Which lines are shown, and which are looked for: filter and search of the pane.

use jiff::{Zoned, tz::TimeZone};

use super::{
    Logs,
    hunt::Hunt,
    origin::{keys, names},
};
use crate::{
    logs::{Filter, FilterError, Record, Search},
    model::{InstanceKey, ServiceId, TimeStyle},
    store::logs::{Found, LineRef, Scan, ScannedLog, Wanted},
    text::Clean,
    ui::Cx,
};

/// Which of a pane's hunts a scan belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Which lines are shown.
    Filter,
    /// Which lines something was found in.
    Search,
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
}

impl Logs {
    /// What is to be looked through in the background now.
    pub fn scans(&mut self, cx: &Cx<'_>) -> Vec<(Purpose, u64, Scan)> {
        if self.sieve.is_none() && self.quest.is_none() {
            return Vec::new();
        }
        let logs: Vec<ScannedLog> =
            keys(cx).into_iter().filter_map(|key| self.scanned(key, cx)).collect();
        let mut scans = Vec::new();
        for (purpose, hunt) in self.hunts_mut() {
            let serial = hunt.serial();
            scans.extend(hunt.next_scan(logs.iter().cloned()).map(|scan| (purpose, serial, scan)));
        }
        scans
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

    fn hunts_mut(&mut self) -> impl Iterator<Item = (Purpose, &mut Hunt)> {
        let sieve = self.sieve.as_mut().map(|sieve| (Purpose::Filter, &mut sieve.hunt));
        let quest = self.quest.as_mut().map(|quest| (Purpose::Search, &mut quest.hunt));
        sieve.into_iter().chain(quest)
    }

    fn hunt_mut(&mut self, purpose: Purpose, serial: u64) -> Option<&mut Hunt> {
        let mut hunts = self.hunts_mut();
        let hunt = hunts.find(|(of, hunt)| *of == purpose && hunt.serial() == serial);
        hunt.map(|(_, hunt)| hunt)
    }

    fn scanned(&self, key: InstanceKey, cx: &Cx<'_>) -> Option<ScannedLog> {
        let lines = self.lines(&key, cx)?;
        let names = names(&key, cx.store);
        let (service, instance) = (Clean::new(names.service), Clean::new(names.instance));
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
        // What is looked for is looked for among what is shown.
        if let Some(Quest { search, text, .. }) = self.quest.take() {
            self.seek(search, text);
        }
        Ok(())
    }

    /// Looks for a text; for nothing, when it is empty.
    pub(super) fn search_for(&mut self, text: &str) -> Result<(), String> {
        self.quest = None;
        if !text.is_empty() {
            let search = Search::new(text).map_err(|error| error.to_string())?;
            self.seek(search, text.into());
        }
        Ok(())
    }

    fn seek(&mut self, search: Search, text: String) {
        let filter = self.sieve.as_ref().map(|sieve| sieve.filter.clone()).unwrap_or_default();
        let wanted = Wanted::Searched(search.clone(), filter);
        let hunt = Hunt::new(wanted, self.next_serial());
        self.quest = Some(Quest { search, text, hunt });
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
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
