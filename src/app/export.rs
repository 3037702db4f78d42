//! [`Export`]: lines on their way to a file.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    logs::{
        Entry, Redactor,
        export::{ExportError, Exported, Form, Writer},
    },
    model::ServiceId,
    store::logs::{LineRef, Scan, ScannedLog},
};

/// Lines to be written to a file: those of some logs that a filter wants, by time.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which lines, and of which logs.
    pub scan: Scan,
    /// The services of those logs, in the same order.
    pub services: Vec<ServiceId>,
    /// How they are written.
    pub form: Form,
}

impl Export {
    /// Writes them to a new file of a folder; secrets are masked.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn run(&self, folder: &Path, redactor: Redactor) -> Result<Exported, ExportError> {
        let stack = self.services.first().and_then(|service| service.stack.as_ref());
        let stack = stack.map(AsRef::as_ref);
        let (now, form) = (Timestamp::now(), self.form.clone());
        let mut writer = Writer::in_folder(folder, stack, now, form, Some(redactor))?;
        let wanted: Vec<Vec<u64>> = self.scan.logs.iter().map(|log| self.wanted(log)).collect();
        let mut next = vec![0; wanted.len()];
        loop {
            let heads = (0..wanted.len()).filter_map(|log| {
                let number = *wanted[log].get(next[log])?;
                Some((log, self.scan.logs[log].lines.get(number)?))
            });
            let Some((log, line)) = heads.min_by_key(|(log, line)| (line.at(), *log)) else {
                return writer.finish();
            };
            writer.push(&self.entry(log, line))?;
            next[log] += 1;
        }
    }

    /// The numbers of the lines of a log that are wanted, in order.
    fn wanted(&self, log: &ScannedLog) -> Vec<u64> {
        let wanted = self.scan.wanted.clone();
        let log = ScannedLog { goes_on: true, ..log.clone() };
        let mut numbers = Vec::new();
        Scan { wanted, logs: vec![log] }.run(|found| {
            numbers = found.numbers;
            true
        });
        numbers
    }

    fn entry<'a>(&'a self, log: usize, line: LineRef<'a>) -> Entry<'a> {
        let service = &self.services[log];
        Entry {
            stack: service.stack.as_ref().map(AsRef::as_ref),
            service: service.name.as_str(),
            instance: self.scan.logs[log].instance.as_str(),
            stream: line.stream(),
            at: line.engine_time(),
            told: line.told(),
            text: line.text(),
            cut_bytes: line.cut_bytes(),
        }
    }
}
