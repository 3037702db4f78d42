//! `[[maintenance]]`: when work is planned, and what.

use std::{ops::RangeInclusive, str::FromStr as _, time::Duration};

use croner::Cron;

use super::{field, names};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{Node, Reader, Table},
    },
    model::{Maintenance, people::MaintenanceTask},
    text::{Clean, units},
};

const TASK: Keys = Keys {
    known: &[
        needed("every", Holds::Text, "How often, such as \"monthly\""),
        needed("do", Holds::Text, "An action, or words"),
    ],
    later: &[],
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        needed("name", Holds::Text, "What it is called"),
        needed("cron", Holds::Text, "When it begins, in the stack's time zone"),
        needed("duration", Holds::Duration, "How long it lasts"),
        key("budget", Holds::Text, "How much of it there may be, such as \"4h/month\""),
        key("suppress", Holds::Flag, "Whether alerts are held back meanwhile; true otherwise"),
        key("services", Holds::Texts, "The services that it is about; all otherwise"),
        key("tasks", Holds::Tables(&TASK), "What is to be done"),
    ],
    later: &[],
};

const DURATION: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(7 * 24);
const PERIODS: [&str; 4] = ["day", "week", "month", "year"];

pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Maintenance> {
    let tables = names::tables(reader, node);
    tables.iter().filter_map(|table| one(reader, table)).collect()
}

fn one(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Maintenance> {
    reader.keys(table, &KEYS);
    for (key, example) in [
        ("name", "name = \"monthly patching\""),
        ("cron", "cron = \"0 4 1 * *\", for 04:00 on the first of each month"),
        ("duration", "duration = \"1h\""),
    ] {
        if table.get(key).is_none() {
            let hint = format!("write {example}");
            reader.fail(table, format!("`{}` has no `{key}`", table.path), hint);
        }
    }
    let name = field::words(reader, table, "name");
    let cron = cron(reader, table);
    let duration = field::time(reader, table, "duration", DURATION);
    let budget = budget(reader, table);
    let suppress = field::flag(reader, table, "suppress").unwrap_or(true);
    let services = field::texts(reader, table, "services");
    let tasks = table.get("tasks").map_or_else(Vec::new, |node| tasks(reader, &node));
    Some(Maintenance {
        name: name?,
        cron: cron?,
        duration: duration?,
        budget,
        suppress,
        services: services.iter().map(|service| Clean::new(service.value)).collect(),
        tasks,
    })
}

fn cron(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<String> {
    let text = field::text(reader, table, "cron")?;
    match Cron::from_str(text.value) {
        Ok(_) => Some(text.value.to_owned()),
        Err(error) => {
            let message = format!("\"{}\" is not a cron expression: {error}", text.value);
            let hint = "minute hour day month weekday, as in \"0 4 1 * *\"";
            reader.fail(&text, message, hint);
            None
        }
    }
}

fn budget(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Clean> {
    let text = field::text(reader, table, "budget")?;
    let (time, period) = text.value.split_once('/').unwrap_or((text.value, ""));
    if units::duration(time).is_err() || !PERIODS.contains(&period) {
        let message = format!("\"{}\" is not a time in a period", text.value);
        reader.fail(&text, message, "write \"4h/month\"; there are day, week, month and year");
        return None;
    }
    Some(Clean::new(text.value))
}

fn tasks(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<MaintenanceTask> {
    let mut tasks = Vec::new();
    for table in names::tables(reader, node) {
        reader.keys(&table, &TASK);
        for key in TASK.known.iter().filter(|key| table.get(key.name).is_none()) {
            let hint = "write { every = \"monthly\", do = \"image.pull\" }";
            reader.fail(&table, format!("`{}` has no `{}`", table.path, key.name), hint);
        }
        let every = field::words(reader, &table, "every");
        let todo = field::words(reader, &table, "do");
        tasks.extend(every.zip(todo).map(|(every, todo)| MaintenanceTask { every, todo }));
    }
    tasks
}
