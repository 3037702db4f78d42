//! `[defaults]`: how probes ask unless they say otherwise.

use super::{field, probe};
use crate::{
    config::{
        keys::{Holds, Keys, key},
        reader::{Reader, Table},
    },
    model::Pace,
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        key("probe_every", Holds::Duration, "How often a probe asks; 30s otherwise"),
        key("probe_timeout", Holds::Duration, "How long a whole answer may take; 5s otherwise"),
        key("fail_after", Holds::Number, "Failures in a row that fail a probe; 3 otherwise"),
        key("ok_after", Holds::Number, "Passes in a row after which it is well; 2 otherwise"),
    ],
    later: &["action_timeout"],
};

pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>) -> Pace {
    let usual = Pace::default();
    let Some(table) = root.get("defaults").and_then(|node| reader.table(&node)) else {
        return usual;
    };
    reader.keys(&table, &KEYS);
    let every = field::time(reader, &table, "probe_every", probe::EVERY);
    let timeout = field::time(reader, &table, "probe_timeout", probe::TIMEOUT);
    Pace {
        every: every.unwrap_or(usual.every),
        timeout: timeout.unwrap_or(usual.timeout),
        fail_after: field::times(reader, &table, "fail_after").unwrap_or(usual.fail_after),
        ok_after: field::times(reader, &table, "ok_after").unwrap_or(usual.ok_after),
    }
}
