//! [`Calendar`]: when work is planned, by the stack's clock.

use std::str::FromStr as _;

use croner::Cron;
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

use crate::{
    model::{
        Maintenance, Stack,
        alert::{AlertRule, Overlay, OverlayKind},
    },
    text::Clean,
};

/// The maintenance windows of a stack.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    windows: Vec<(Cron, Maintenance)>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, windows: Vec::new() }
    }
}

/// One occurrence of a maintenance window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What it is about.
    pub maintenance: Maintenance,
    /// When it begins.
    pub begins: Timestamp,
    /// When it is over.
    pub ends: Timestamp,
}

impl Calendar {
    /// The windows of a stack. The reader of the stack file has refused what is no cron
    /// expression and no time zone; here such a window never opens, so that alerts are told.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        let zone = stack.timezone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
        let Ok(zone) = zone else { return Self::default() };
        let window = |it: &Maintenance| Some((Cron::from_str(&it.cron).ok()?, it.clone()));
        Self { zone, windows: stack.maintenance.iter().filter_map(window).collect() }
    }

    /// The windows that are open at a moment: from their beginning on, until before their
    /// end.
    pub fn open_at(&self, now: Timestamp) -> impl Iterator<Item = Window> {
        let zoned = self.zoned(now);
        self.windows.iter().filter_map(move |(cron, maintenance)| {
            let begins = cron.find_previous_occurrence(&zoned, true).ok()?;
            window(maintenance, &begins).filter(|window| window.ends > now)
        })
    }

    /// The next occurrence of each window that begins after a moment, the earliest first.
    #[must_use]
    pub fn next_after(&self, now: Timestamp) -> Vec<Window> {
        let zoned = self.zoned(now);
        let next = self.windows.iter().filter_map(|(cron, maintenance)| {
            window(maintenance, &cron.find_next_occurrence(&zoned, false).ok()?)
        });
        let mut next: Vec<_> = next.collect();
        next.sort_by_key(|window| window.begins);
        next
    }

    fn zoned(&self, now: Timestamp) -> Zoned {
        now.to_zoned(self.zone.clone())
    }
}

/// What lasts is measured by what passes, not by the clock on the wall: an hour of work is an
/// hour also in the night in which that clock is put forward.
fn window(maintenance: &Maintenance, begins: &Zoned) -> Option<Window> {
    let begins = begins.timestamp();
    let lasts = SignedDuration::try_from(maintenance.duration).ok()?;
    let ends = begins.checked_add(lasts).ok()?;
    Some(Window { maintenance: maintenance.clone(), begins, ends })
}

impl Window {
    /// What it lays over an alert that it is about.
    #[must_use]
    pub fn overlay(&self, rule: &AlertRule) -> Option<Overlay> {
        let Maintenance { suppress, services, name, tasks, .. } = &self.maintenance;
        let is_meant = services.is_empty()
            || rule.service.as_ref().is_some_and(|service| services.contains(service));
        let todo: Vec<_> = tasks.iter().map(|task| task.todo.as_str()).collect();
        (*suppress && is_meant).then(|| Overlay {
            kind: OverlayKind::Maintenance,
            who: name.clone(),
            why: Clean::new(&todo.join(", ")),
            since: self.begins,
            until: Some(self.ends),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::alerts::Rule;

    fn maintenance(cron: &str, hours: u64, services: &[&str]) -> Maintenance {
        Maintenance {
            name: Clean::new("patch night"),
            cron: cron.into(),
            duration: Duration::from_hours(hours),
            budget: None,
            suppress: true,
            services: services.iter().map(|name| Clean::new(name)).collect(),
            tasks: vec![],
        }
    }

    fn calendar(timezone: Option<&str>, maintenance: Maintenance) -> Calendar {
        let timezone = timezone.map(Into::into);
        Calendar::of(&Stack { timezone, maintenance: vec![maintenance], ..Stack::default() })
    }

    fn is_open(calendar: &Calendar, at: &str) -> bool {
        calendar.open_at(at.parse().unwrap()).next().is_some()
    }

    #[test]
    fn a_window_is_open_from_its_beginning_until_before_its_end() {
        // Sundays at two.
        let utc = calendar(None, maintenance("0 2 * * 0", 4, &[]));
        assert!(!is_open(&utc, "2026-11-22T01:59:59Z"));
        assert!(is_open(&utc, "2026-11-22T02:00:00Z"));
        assert!(is_open(&utc, "2026-11-22T05:59:59.9Z"));
        assert!(!is_open(&utc, "2026-11-22T06:00:00Z"));
        assert!(!is_open(&utc, "2026-11-23T02:00:00Z"));
        let next = utc.next_after("2026-11-22T02:00:00Z".parse().unwrap());
        assert_eq!(next[0].begins, "2026-11-29T02:00:00Z".parse().unwrap());
    }

    #[test]
    fn windows_go_by_the_stacks_own_clock_and_its_summer_time() {
        let berlin = calendar(Some("Europe/Berlin"), maintenance("0 3 * * *", 1, &[]));
        assert!(is_open(&berlin, "2026-01-10T02:30:00Z"));
        assert!(is_open(&berlin, "2026-07-10T01:30:00Z"));
        assert!(!is_open(&berlin, "2026-07-10T02:30:00Z"));
        // The night in which three o'clock comes twice: 01:00Z is the second two o'clock.
        assert!(is_open(&berlin, "2026-10-25T02:00:00Z"));
        // Two o'clock does not come in the night in which the clock is put forward. The
        // work is done all the same, once.
        let two = calendar(Some("Europe/Berlin"), maintenance("30 2 * * *", 1, &[]));
        let on_the_day = (0..48).filter(|half| {
            let at = Timestamp::from_second(1_774_738_800 + half * 1800).unwrap();
            is_open(&two, &at.to_string())
        });
        assert_eq!(on_the_day.count(), 2, "an hour has two halves");
    }

    #[test]
    fn a_window_is_about_its_services_or_about_all() {
        let api = Rule::of_probe("api/health", Some(&Clean::new("api"))).alert;
        let none = Rule::of_probe("x/health", None).alert;
        let covers = |services: &[&str], rule| {
            let calendar = calendar(None, maintenance("* * * * *", 1, services));
            let window = calendar.open_at(Timestamp::UNIX_EPOCH).next().unwrap();
            window.overlay(rule).is_some()
        };
        assert!(covers(&[], &api) && covers(&["db", "api"], &api) && covers(&[], &none));
        assert!(!covers(&["db"], &api) && !covers(&["db"], &none));
    }

    #[test]
    fn what_makes_no_sense_holds_nothing_back() {
        assert!(!is_open(&calendar(None, maintenance("often", 1, &[])), "2026-01-01T00:00:00Z"));
        let nowhere = calendar(Some("Mars/Olympus"), maintenance("* * * * *", 1, &[]));
        assert!(!is_open(&nowhere, "2026-01-01T00:00:00Z"));
    }
}
