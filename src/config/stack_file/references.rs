//! Names that one table uses and another must have given.

use crate::{
    config::reader::{At, Reader},
    model::{Stack, StackService},
    text::suggest,
};

/// Every use of a name that is to be looked up once all tables are read.
///
/// Services are not among them: the engine can know some that the file does not name.
#[derive(Default)]
pub(super) struct References {
    probes: Vec<At<String>>,
    patterns: Vec<At<String>>,
    contacts: Vec<At<String>>,
    notifiers: Vec<At<String>>,
}

impl References {
    pub(super) fn probe(&mut self, text: &At<&str>) {
        self.probes.push(text.with(text.value.to_owned()));
    }

    pub(super) fn pattern(&mut self, text: &At<&str>) {
        self.patterns.push(text.with(text.value.to_owned()));
    }

    pub(super) fn contacts(&mut self, texts: &[At<&str>]) {
        self.contacts.extend(texts.iter().map(|text| text.with(text.value.to_owned())));
    }

    pub(super) fn notifiers(&mut self, texts: &[At<&str>]) {
        self.notifiers.extend(texts.iter().map(|text| text.with(text.value.to_owned())));
    }

    /// Refuses those that name nothing.
    pub(super) fn check(&self, reader: &mut Reader<'_>, stack: &Stack) {
        let patterns = stack.patterns.iter().map(|pattern| pattern.name.as_str());
        known(reader, &self.patterns, "pattern", "[[patterns]]", &patterns.collect::<Vec<_>>());
        let contacts = stack.contacts.iter().map(|contact| contact.id.as_str());
        known(reader, &self.contacts, "contact", "[[contacts]]", &contacts.collect::<Vec<_>>());
        let ways = stack.notifiers.iter().map(|notifier| notifier.id.as_str());
        known(reader, &self.notifiers, "notifier", "[notify.<id>]", &ways.collect::<Vec<_>>());
        for probe in &self.probes {
            check_probe(reader, probe, &stack.services);
        }
    }
}

fn known(reader: &mut Reader<'_>, uses: &[At<String>], what: &str, place: &str, names: &[&str]) {
    for used in uses.iter().filter(|used| !names.contains(&used.value.as_str())) {
        let hint = match suggest::closest(&used.value, names.iter().copied()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("describe it under {place}"),
        };
        reader.fail(used, format!("there is no {what} `{}`", used.value), hint);
    }
}

/// `service.probe`, or `service` for its only one. What the file says nothing of has the
/// probes that its image suggests.
fn check_probe(reader: &mut Reader<'_>, used: &At<String>, services: &[StackService]) {
    let service = |id: &str| services.iter().find(|service| service.id.as_str() == id);
    if let Some(service) = service(&used.value) {
        if service.probes.len() > 1 {
            let hint = format!("write \"{}.{}\"", service.id, service.probes[0].name);
            reader.fail(used, format!("`{}` has several probes", used.value), hint);
        }
        return;
    }
    let Some((id, name)) = used.value.rsplit_once('.') else { return };
    let Some(service) = service(id).filter(|service| !service.probes.is_empty()) else { return };
    let names: Vec<_> = service.probes.iter().map(|probe| probe.name.as_str()).collect();
    if !names.contains(&name) {
        let hint = match suggest::closest(name, names.iter().copied()) {
            Some(meant) => format!("did you mean \"{id}.{meant}\"?"),
            None => format!("it has \"{}\"", names.join("\", \"")),
        };
        reader.fail(used, format!("the service `{id}` has no probe `{name}`"), hint);
    }
}
