//! Which lines are shown, and which are looked for: filter and search of the pane.

use jiff::{Zoned, tz::TimeZone};

use super::{
    Logs,
    hunt::Hunt,
    keys,
    prompt::{Ask, Problem, Prompt},
};
use crate::{
    logs::{
        Filter, FilterError, Record, Search,
        filter::{Vocabulary, complete},
        when,
    },
    model::{InstanceKey, ServiceId},
    store::logs::{Found, LineRef, Scan, ScannedLog, Wanted},
    ui::Cx,
};

/// How many of the lines on the screen completions are made of.
const LEARNED: usize = 200;

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
        let service = |log: &ScannedLog| {
            cx.store.instance(&log.key).map(|view| view.instance.service.clone())
        };
        let services = logs.iter().filter_map(service).collect();
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
        let instance = &cx.store.instance(&key)?.instance;
        let (service, instance) = (instance.service.name.clone(), instance.name.clone());
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

    /// Begins to ask.
    pub(super) fn ask(&mut self, ask: Ask, cx: &Cx<'_>) {
        let text = match ask {
            Ask::Filter => self.sieve.as_ref().map_or("", |sieve| &sieve.text),
            Ask::Search | Ask::Goto => "",
        };
        let before = match ask {
            Ask::Search => self.quest.as_ref().map_or("", |quest| &quest.text),
            _ => text,
        };
        let mut prompt = Prompt::new(ask, text);
        prompt.before = before.into();
        self.prompt = Some(prompt);
        self.judge(cx);
    }

    /// Lets what was typed take effect as far as it makes sense, so that it is seen
    /// before it is decided on.
    pub(super) fn preview(&mut self, cx: &Cx<'_>) {
        let Some(prompt) = &self.prompt else { return };
        let (ask, text) = (prompt.ask, prompt.text().to_owned());
        // What makes no sense yet leaves in force what did; `judge` says why.
        match ask {
            Ask::Filter => drop(self.filter_by(&text, cx)),
            Ask::Search => drop(self.search_for(&text)),
            Ask::Goto => {}
        }
        self.judge(cx);
    }

    /// Says what is wrong with what was typed, and what it could become.
    fn judge(&mut self, cx: &Cx<'_>) {
        let Some(mut prompt) = self.prompt.take() else { return };
        let text = prompt.text();
        let problem = match prompt.ask {
            Ask::Filter => Filter::parse(text, &here_and_now(cx)).err().map(Problem::from),
            Ask::Search if text.is_empty() => None,
            Ask::Search => Search::new(text).err().map(|error| Problem::of(error.to_string())),
            Ask::Goto if text.is_empty() => None,
            Ask::Goto => when::parse(text, &here_and_now(cx))
                .err()
                .map(|error| Problem::of(error.to_string())),
        };
        let completions = match prompt.ask {
            Ask::Filter => complete(text, prompt.field.cursor_byte(), &self.vocabulary(cx)),
            Ask::Search | Ask::Goto => Vec::new(),
        };
        prompt.judge(problem, completions);
        self.prompt = Some(prompt);
    }

    /// Thinks better of it.
    pub(super) fn withdraw(&mut self, cx: &Cx<'_>) {
        let Some(prompt) = self.prompt.take() else { return };
        // It was in force before, so it still makes sense.
        match prompt.ask {
            Ask::Filter => drop(self.filter_by(&prompt.before, cx)),
            Ask::Search => drop(self.search_for(&prompt.before)),
            Ask::Goto => {}
        }
    }

    /// The words of what is on the screen.
    fn vocabulary(&self, cx: &Cx<'_>) -> Vocabulary {
        let mut words = Vocabulary::new();
        let keys = keys(cx);
        let axis = self.axis(&keys, cx);
        let Some(last) = self.last(&axis, &keys) else { return words };
        for (place, line) in axis.back_from(last).take(LEARNED) {
            let Some(view) = keys.get(place.log).and_then(|key| cx.store.instance(key)) else {
                continue;
            };
            let instance = &view.instance;
            words.learn(&record(line, instance.service.name.as_str(), instance.name.as_str()));
        }
        words
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
        crate::model::TimeStyle::Utc => TimeZone::UTC,
        _ => cx.zone.clone(),
    };
    cx.now.to_zoned(zone)
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self { words: error.to_string(), at: Some(error.at) }
    }
}

impl Problem {
    fn of(words: String) -> Self {
        Self { at: None, words }
    }
}
