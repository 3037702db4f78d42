//! `[thresholds]`: from where on a number is past what it should be.

use super::{Origin, Row, Valued};
use crate::{
    config::reader::{Node, Reader, Table},
    model::{Threshold, Thresholds},
};

const KNOWN: &[&str] = &["cpu", "memory", "disk"];

/// What is written in place of anything else.
const HINT: &str = "write two percentages, the warning first, as in [70, 90]";

/// The thresholds, each with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdSettings {
    /// Of CPU.
    pub cpu: Valued<Percentages>,
    /// Of memory.
    pub memory: Valued<Percentages>,
    /// Of disks.
    pub disk: Valued<Percentages>,
}

/// A [`Threshold`] as people write it, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentages {
    warn: u8,
    critical: u8,
}

impl From<Percentages> for Threshold {
    fn from(Percentages { warn, critical }: Percentages) -> Self {
        Self { warn: f64::from(warn) / 100.0, critical: f64::from(critical) / 100.0 }
    }
}

impl From<Threshold> for Percentages {
    fn from(Threshold { warn, critical }: Threshold) -> Self {
        let percent = |share: f64| (share * 100.0).round() as u8;
        Self { warn: percent(warn), critical: percent(critical) }
    }
}

impl Default for ThresholdSettings {
    fn default() -> Self {
        let Thresholds { cpu, memory, disk } = Thresholds::default();
        let [cpu, memory, disk] = [cpu, memory, disk].map(|each| Valued::default_of(each.into()));
        Self { cpu, memory, disk }
    }
}

impl ThresholdSettings {
    /// The thresholds without where they come from.
    #[must_use]
    pub fn values(&self) -> Thresholds {
        Thresholds {
            cpu: self.cpu.value.into(),
            memory: self.memory.value.into(),
            disk: self.disk.value.into(),
        }
    }

    /// Each as it would be written in its table.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let named = [("cpu", &self.cpu), ("memory", &self.memory), ("disk", &self.disk)];
        let rows = named.map(|(key, Valued { value: Percentages { warn, critical }, origin })| {
            Row { key: key.into(), value: format!("[{warn}, {critical}]"), origin }
        });
        rows.into()
    }

    /// Lays those of a file over.
    pub(super) fn overlay(&mut self, reader: &mut Reader<'_>, table: &Table<'_>) {
        reader.only(table, KNOWN, &[]);
        for (key, node) in table.entries() {
            let field = match key.value {
                "cpu" => &mut self.cpu,
                "memory" => &mut self.memory,
                "disk" => &mut self.disk,
                _ => continue,
            };
            if let Some(value) = percentages(reader, &node) {
                let line = reader.source.line_of(key.span.start);
                *field =
                    Valued::new(value, Origin::File { file: reader.source.file.clone(), line });
            }
        }
    }
}

fn percentages(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Percentages> {
    let nodes = reader.array(node, HINT)?;
    let [warn, critical] = &nodes[..] else {
        let message = format!("`{}` must have two elements, not {}", node.path, nodes.len());
        reader.fail(node, message, HINT);
        return None;
    };
    let mut percent = |node| reader.integer(node, 1..101).map(|at| at.value as u8);
    // Both are read, so that both are complained of.
    let (warn, critical) = (percent(warn), percent(critical));
    let (warn, critical) = warn.zip(critical)?;
    if warn >= critical {
        let message = format!("`{}` warns at {warn} and is critical at {critical}", node.path);
        reader.fail(node, message, "the warning comes first, and must be the smaller one");
        return None;
    }
    Some(Percentages { warn, critical })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{ConfigErrors, Settings, Source};

    fn read(text: &str) -> Result<Settings, ConfigErrors> {
        Settings::default().overlaid(&Source::new(Path::new("config.toml"), text))
    }

    #[test]
    fn a_file_goes_over_the_defaults_and_what_is_shown_can_be_written_back() {
        let settings = read("[thresholds]\nmemory = [50, 100]\n").unwrap();
        let thresholds = settings.thresholds.values();
        assert_eq!(thresholds.memory, Threshold { warn: 0.5, critical: 1.0 });
        assert_eq!(thresholds.cpu, Thresholds::default().cpu);
        let rows = settings.threshold_rows();
        assert_eq!(rows[1].origin.to_string(), "config.toml:2");
        let lines: Vec<_> = rows.iter().map(|row| format!("{} = {}", row.key, row.value)).collect();
        assert_eq!(lines, ["cpu = [70, 90]", "memory = [50, 100]", "disk = [70, 85]"]);
        let again = read(&format!("[thresholds]\n{}", lines.join("\n"))).unwrap();
        assert_eq!(again.thresholds.values(), thresholds);
    }

    #[test]
    fn what_makes_no_threshold_is_a_mistake_at_its_place() {
        for (line, said) in [
            ("cpu = [90, 70]", "`thresholds.cpu` warns at 90 and is critical at 70"),
            ("cpu = [70, 70]", "must be the smaller one"),
            ("cpu = [0, 70]", "`thresholds.cpu[0]` cannot be 0"),
            ("cpu = [70, 101]", "it goes from 1 to 100"),
            ("cpu = [0.7, 0.9]", "`thresholds.cpu[0]` is a number; it must be a whole number"),
            ("cpu = [70]", "`thresholds.cpu` must have two elements, not 1"),
            ("cpu = 70", "as in [70, 90]"),
            ("mem = [70, 90]", "unknown key `thresholds.mem`"),
        ] {
            let error = read(&format!("[thresholds]\n{line}\n")).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("config.toml:2"), "{line}: {error}");
        }
    }
}
