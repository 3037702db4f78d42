//! [`LogSourceSpec`]: where lines come from beside the output of instances, and how
//! they are to be understood.
//!
//! Pure data: a stack file gives it, `sources` reads what it names.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{EngineId, Format, InstanceId, InstanceKey};
use crate::text::{Clean, redact};

/// The engine in the keys of log sources. No engine can be called so: the names of
/// engines have no blanks.
const ENGINE: &str = "log source";

/// What stands between a source's name and its part; no source's name has it.
const PART: char = ':';

/// One of a stack's logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSourceSpec {
    /// Its name: letters, digits, `-`, `_` and `.`.
    pub name: Clean,
    /// Where its lines come from.
    pub origin: LogOrigin,
    /// The service whose logs it is shown with; `None` when it belongs to the whole stack.
    pub service: Option<Clean>,
    /// How many of the last lines are read at first.
    pub tail: usize,
    /// How its lines are understood.
    pub reading: LogReading,
}

/// Where the lines of a log come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogOrigin {
    /// All files whose paths match this pattern, which is absolute.
    Files(String),
    /// The systemd journal of this unit.
    Journal(String),
    /// What a program prints.
    Command {
        /// Program and arguments, never given to a shell (threat T2).
        words: Vec<String>,
        /// The folder that it runs in.
        folder: PathBuf,
    },
    /// The instances of this service; the log only says how their lines are understood.
    Service(Clean),
}

/// How the lines of a log are understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogReading {
    /// How they are written; found out for each line when it is not said.
    pub format: Option<Format>,
    /// The IANA name of the zone of times that name none; the host's own otherwise.
    pub timezone: Option<String>,
    /// Regular expressions; what they match is masked.
    pub redact: Vec<String>,
}

impl LogSourceSpec {
    /// Names it among everything that has lines.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        InstanceKey::of_source(self.name.as_str())
    }

    /// The service that its lines are of, as filters, exports and JSON call it: the one that
    /// it goes with, or else the log itself.
    #[must_use]
    pub fn service_name(&self) -> &Clean {
        self.service.as_ref().unwrap_or(&self.name)
    }
}

impl LogOrigin {
    /// How a stack file writes it, such as `file:/var/log/nginx/*.log`.
    #[must_use]
    pub fn words(&self) -> Clean {
        Clean::new(&redact::mask_urls(&match self {
            Self::Files(pattern) => format!("file:{pattern}"),
            Self::Journal(unit) => format!("journal:{unit}"),
            Self::Command { words, .. } => format!("cmd:{}", words.join(" ")),
            Self::Service(service) => format!("service:{service}"),
        }))
    }
}

impl InstanceKey {
    /// Names a log source of the stack file as what has lines: it stands where the key of
    /// an instance does, under an engine that there is not.
    #[must_use]
    pub fn of_source(name: &str) -> Self {
        Self { engine: EngineId::new(ENGINE), id: InstanceId::new(name) }
    }

    /// Names a part of this log source, such as one of its files.
    #[must_use]
    pub fn part(&self, part: &str) -> Self {
        let id = InstanceId::new(&format!("{}{PART}{part}", self.id));
        Self { engine: self.engine.clone(), id }
    }

    /// The log source that this names, and its part if it is one; `None` for an instance.
    #[must_use]
    pub fn as_source(&self) -> Option<(&str, Option<&str>)> {
        if self.engine.as_str() != ENGINE {
            return None;
        }
        let id = self.id.as_str();
        Some(id.split_once(PART).map_or((id, None), |(name, part)| (name, Some(part))))
    }

    /// What stands for the instance in lines of a log source: the name of the file that they
    /// are from, or that of the source; `None` for an instance.
    #[must_use]
    pub fn source_instance(&self) -> Option<&str> {
        let (name, part) = self.as_source()?;
        Some(part.map_or(name, |part| part.rsplit('/').next().unwrap_or(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_source_is_told_from_the_whole_and_both_from_instances() {
        let source = InstanceKey::of_source("nginx");
        assert_eq!(source.as_source(), Some(("nginx", None)));
        let part = source.part("/var/log/a:b.log");
        assert_eq!(part.as_source(), Some(("nginx", Some("/var/log/a:b.log"))));
        let instance = InstanceKey::new(&EngineId::new("docker"), &InstanceId::new("nginx"));
        assert_eq!(instance.as_source(), None);
    }

    #[test]
    fn lines_of_a_source_are_of_its_service_and_of_their_file() {
        let spec = |service: Option<&str>| LogSourceSpec {
            name: Clean::new("nginx"),
            origin: LogOrigin::Files("/var/log/nginx/*.log".into()),
            service: service.map(Clean::new),
            tail: 1,
            reading: LogReading::default(),
        };
        assert_eq!(spec(None).service_name().as_str(), "nginx");
        assert_eq!(spec(Some("proxy")).service_name().as_str(), "proxy");
        let key = spec(Some("proxy")).key();
        assert_eq!(key.source_instance(), Some("nginx"));
        assert_eq!(key.part("/var/log/nginx/a.log").source_instance(), Some("a.log"));
    }

    #[test]
    fn a_hostile_name_of_a_part_is_shown_and_obeys_nobody() {
        let part = InstanceKey::of_source("app").part("a\u{1b}]0;x\u{7}\n.log");
        let shown = part.as_source().and_then(|(_, part)| part).unwrap();
        assert!(!shown.chars().any(char::is_control), "{shown}");
    }
}
