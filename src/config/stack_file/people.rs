//! `[[contacts]]` and `[escalation]`: who can be reached, and who is told when nobody reacts.

use super::{
    field,
    metric::PATIENCE,
    names::{own_id, tables},
    references::References,
};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{Node, Reader, Table},
    },
    model::{Contact, Escalation, people::EscalationLevel},
    text::Clean,
};

pub(in crate::config) const CONTACT: Keys = Keys {
    known: &[
        needed("id", Holds::Text, "What other tables call it"),
        key("name", Holds::Text, "Who"),
        key("role", Holds::Text, "As what"),
        key("phone", Holds::Text, "The telephone number"),
        key("email", Holds::Text, "The address of mail"),
        key("chat", Holds::Text, "Where they chat"),
        key("hours", Holds::Text, "When they are there, in words"),
    ],
    later: &[],
};

const LEVEL: Keys = Keys {
    known: &[
        needed("after", Holds::Duration, "How long after the beginning"),
        key("notify", Holds::Texts, "The contacts that are told"),
        key("via", Holds::Texts, "The notifiers by which they are told"),
        key("say", Holds::Text, "What to do, in words"),
        key("suggest", Holds::Text, "The action that is suggested"),
    ],
    later: &[],
};

pub(in crate::config) const ESCALATION: Keys = Keys {
    known: &[
        key("ack_stops", Holds::Flag, "Whether an acknowledgement stops it; true otherwise"),
        key("levels", Holds::Tables(&LEVEL), "The levels, the earliest first"),
    ],
    later: &[],
};

pub(super) fn contacts(reader: &mut Reader<'_>, node: &Node<'_>) -> Vec<Contact> {
    let mut ids = Vec::new();
    let mut all = Vec::new();
    for table in tables(reader, node) {
        reader.keys(&table, &CONTACT);
        let id = own_id(reader, &table, &mut ids);
        let mut words = |key| field::words(reader, &table, key);
        let contact = Contact {
            id: Clean::new(id.unwrap_or_default()),
            name: words("name"),
            role: words("role"),
            phone: words("phone"),
            email: words("email"),
            chat: words("chat"),
            hours: words("hours"),
        };
        all.extend(id.map(|_| contact));
    }
    all
}

pub(super) fn escalation(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    references: &mut References,
) -> Escalation {
    reader.keys(table, &ESCALATION);
    let ack_stops = field::flag(reader, table, "ack_stops").unwrap_or(true);
    let tables = table.get("levels").map_or_else(Vec::new, |node| tables(reader, &node));
    let mut levels: Vec<EscalationLevel> = Vec::new();
    for table in &tables {
        let Some(level) = level(reader, table, references) else { continue };
        if levels.last().is_some_and(|before| before.after >= level.after) {
            let at = table.get("after").map_or_else(|| table.with(()), |node| node.with(()));
            let hint = "each level comes later than the one before it";
            reader.fail(&at, "this level does not come after the one before", hint);
        }
        levels.push(level);
    }
    Escalation { ack_stops, levels }
}

fn level(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    references: &mut References,
) -> Option<EscalationLevel> {
    reader.keys(table, &LEVEL);
    if table.get("after").is_none() {
        let hint = "write after = \"15m\", or \"0m\" for at once";
        reader.fail(table, format!("`{}` does not say when", table.path), hint);
    }
    let after = field::time(reader, table, "after", PATIENCE);
    let notify = field::texts(reader, table, "notify");
    references.contacts(&notify);
    let via = field::texts(reader, table, "via");
    references.notifiers(&via);
    let say = field::words(reader, table, "say");
    let suggest = field::words(reader, table, "suggest");
    Some(EscalationLevel {
        after: after?,
        notify: notify.iter().map(|id| Clean::new(id.value)).collect(),
        via: via.iter().map(|id| Clean::new(id.value)).collect(),
        say,
        suggest,
    })
}
