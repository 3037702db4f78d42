//! [`Stack`]: what a stack file says of the stack itself.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    AlertSeverity, Contact, Environment, Escalation, LogOrigin, LogSourceSpec, Maintenance,
    MetricSpec, Notifier, ProbeSpec, SecretRef, Severity, StackService,
};
use crate::text::Clean;

/// The stack that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// Its name; `None` when everything on the engine is shown.
    pub name: Option<Clean>,
    /// A longer name.
    pub title: Option<Clean>,
    /// What it is for; `None` when nothing says so.
    pub environment: Option<Environment>,
    /// Its logs, in the order of the file.
    pub logs: Vec<LogSourceSpec>,
    /// What is counted in its logs, in the order of the file.
    pub patterns: Vec<PatternSpec>,
    /// The saved filters: its own in the order of the file, then the person's.
    pub filters: Vec<SavedFilter>,
    /// The time zone of its cron expressions, an IANA name; UTC when nothing says so.
    pub timezone: Option<String>,
    /// Addresses worth knowing, by name.
    pub links: BTreeMap<Clean, Clean>,
    /// What is said of its services, in the order of the file.
    pub services: Vec<StackService>,
    /// Its metrics, in the order of the file.
    pub metrics: Vec<MetricSpec>,
    /// Whose alerts stand beside our own.
    pub monitors: Monitors,
    /// The certificates that are looked at, as probes of the stack itself.
    pub certificates: Vec<ProbeSpec>,
    /// Who can be reached.
    pub contacts: Vec<Contact>,
    /// Who is told when nobody reacts.
    pub escalation: Escalation,
    /// When work is planned.
    pub maintenance: Vec<Maintenance>,
    /// By which ways somebody is told.
    pub notifiers: Vec<Notifier>,
}

/// The servers that watch the stack already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitors {
    /// The Prometheus server's address.
    pub prometheus: Option<String>,
    /// The Alertmanager's address.
    pub alertmanager: Option<String>,
    /// Patterns of the rule files that are read and linted.
    pub rules: Vec<String>,
    /// The `Authorization` for both.
    pub auth: Option<SecretRef>,
    /// Which notifiers are told, by severity.
    pub route: BTreeMap<AlertSeverity, Vec<Clean>>,
}

/// Something that is looked for in logs and counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternSpec {
    /// What it is called.
    pub name: Clean,
    /// The regular expression of the lines that count.
    pub matches: String,
    /// The names of the logs and services in which it is looked for; all when empty.
    pub within: Vec<Clean>,
    /// The regular expression of lines that do not count after all.
    pub not: Option<String>,
    /// Only lines that say that they are at least so bad count.
    pub level: Option<Severity>,
    /// When so many are worth an alert.
    pub alert: Option<PatternAlert>,
    /// The runbook that helps.
    pub runbook: Option<Clean>,
}

/// How many lines of a pattern are worth an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternAlert {
    /// More than this many.
    pub over: u64,
    /// Within this time.
    pub within: Duration,
    /// How bad that is.
    pub severity: AlertSeverity,
}

/// A filter that has a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// What it is called.
    pub name: Clean,
    /// The filter as a person writes it. Times in it count from when it is used.
    pub expression: Clean,
    /// Which file has it.
    pub saved_in: SavedIn,
}

/// Which file a filter is saved in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SavedIn {
    /// The stack file, for everybody who looks at the stack.
    StackFile,
    /// The person's settings, for every stack.
    Settings,
}

impl Stack {
    /// Adds the filters of a person, but for those whose names the stack's own have.
    pub fn add_filters(&mut self, filters: impl IntoIterator<Item = SavedFilter>) {
        for filter in filters {
            if self.filter(filter.name.as_str()).is_none() {
                self.filters.push(filter);
            }
        }
    }

    /// The saved filter of this name.
    #[must_use]
    pub fn filter(&self, name: &str) -> Option<&SavedFilter> {
        self.filters.iter().find(|filter| filter.name.as_str() == name)
    }

    /// The logs that are read beside the output of instances.
    pub fn log_sources(&self) -> impl Iterator<Item = &LogSourceSpec> {
        self.logs.iter().filter(|log| !matches!(log.origin, LogOrigin::Service(_)))
    }

    /// What is said of the output of a service's instances.
    #[must_use]
    pub fn log_of_service(&self, service: &str) -> Option<&LogSourceSpec> {
        let says = |log: &&LogSourceSpec| matches!(&log.origin, LogOrigin::Service(name) if name.as_str() == service);
        self.logs.iter().find(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_of_the_stack_wins_over_the_one_of_the_person() {
        let filter = |name: &str, expression: &str, saved_in| SavedFilter {
            name: Clean::new(name),
            expression: Clean::new(expression),
            saved_in,
        };
        let slow = filter("slow", "field.ms>500", SavedIn::StackFile);
        let mine = filter("mine", "text~me", SavedIn::Settings);
        let mut stack = Stack { filters: vec![slow.clone()], ..Stack::default() };
        stack.add_filters([filter("slow", "text~slow", SavedIn::Settings), mine.clone()]);
        assert_eq!(stack.filters, [slow, mine]);
    }
}
