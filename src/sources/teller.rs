//! [`Teller`]: has lines say what they are, and hides what must not be shown.

use jiff::{Timestamp, tz::TimeZone};
use regex::{Regex, RegexBuilder};

use crate::{
    logs::format::Reader,
    model::{Format, LogLine, LogReading, Stream},
    text::{Clean, redact::MASK},
};

/// A regular expression may take this much memory, compiled.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// Understands the lines of one log as they come in. One for each file, instance or
/// command: what it remembers of the last lines (an open stack trace) belongs to these.
#[derive(Clone, Debug)]
pub struct Teller {
    stdout: Reader,
    stderr: Reader,
    redact: Vec<Regex>,
}

impl Teller {
    /// Understands lines as a stack file says. What it says was checked when it was read;
    /// a regular expression or a zone that is none all the same has no effect.
    #[must_use]
    pub fn new(reading: &LogReading) -> Self {
        let zone = reading.timezone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let zone = zone.unwrap_or_else(TimeZone::system);
        // A web server's access log has no place on standard error: what comes there is
        // its error log.
        let stderr = reading.format.filter(|format| *format != Format::Access);
        let compile = |text: &String| RegexBuilder::new(text).size_limit(MAX_REGEX_BYTES).build();
        Self {
            stdout: Reader::new(reading.format, zone.clone()),
            stderr: Reader::new(stderr, zone),
            redact: reading.redact.iter().filter_map(|text| compile(text).ok()).collect(),
        }
    }

    /// The same for lines of a file, which tell themselves when they were said.
    pub(super) fn in_file(mut self) -> Self {
        self.stdout.in_file = true;
        self.stderr.in_file = true;
        self
    }

    /// Masks what is to be masked, and notes what the line says of itself.
    ///
    /// A line of which something was masked loses its colours.
    pub fn tell(&mut self, line: &mut LogLine) {
        for regex in &self.redact {
            if regex.is_match(line.as_str()) {
                line.text = Clean::new(&regex.replace_all(line.as_str(), MASK)).into();
            }
        }
        let reader = match line.stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        line.told = reader.read(line.at, line.text.text().as_str());
    }

    /// Tells the time that a line on standard output says, without taking note of it.
    pub(super) fn time_of(&self) -> impl FnMut(&str) -> Option<Timestamp> + use<> {
        let mut reader = self.stdout.clone();
        move |text| reader.read(None, text).at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_masked_is_and_the_rest_stays() {
        let redact = vec![r"\d{3}-\d{2}-\d{4}".into(), r"token=\S+".into()];
        let mut teller = Teller::new(&LogReading { redact, ..LogReading::default() });
        let text = Clean::new("user 123-45-6789 and 987-65-4321 token=abc ok");
        let mut line = LogLine::new(None, Stream::Stdout, text);
        teller.tell(&mut line);
        assert_eq!(line.as_str(), format!("user {MASK} and {MASK} {MASK} ok"));
    }
}
