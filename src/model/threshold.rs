//! [`Thresholds`]: from which share of what there is a number is worth a look.

use super::Level;

/// Two shares (0–1) of what there is. What is above them is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Above this it is worth a look.
    pub warn: f64,
    /// Above this it is about to break something.
    pub critical: f64,
}

impl Threshold {
    /// Judges a share (0–1). What is no number is judged as not known.
    #[must_use]
    pub fn level(self, share: f64) -> Level {
        if share.is_nan() {
            Level::Unknown
        } else if share > self.critical {
            Level::Bad
        } else if share > self.warn {
            Level::Warn
        } else {
            Level::Ok
        }
    }
}

/// The thresholds of what can run out. By default those of the `MedSec` guide, which is the
/// only one that has two for each (guides-matrix.md 1.6, "CPU / mem / disk"; medsec.md,
/// "Metrics to Monitor").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Of CPU: of an instance's limit or its host's cores, see [`cpu_share`].
    pub cpu: Threshold,
    /// Of memory: of an instance's limit, or of what its host has.
    pub memory: Threshold,
    /// Of a disk's bytes or inodes.
    pub disk: Threshold,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu: Threshold { warn: 0.70, critical: 0.90 },
            memory: Threshold { warn: 0.75, critical: 0.90 },
            disk: Threshold { warn: 0.70, critical: 0.85 },
        }
    }
}

// What follows is judged as well. No guide names numbers for it, so they are no settings.

/// How many tasks run or wait, for each core: more than one have to wait for each other.
pub const LOAD: Threshold = Threshold { warn: 1.0, critical: 2.0 };

/// From this share (0–1) of the CPU's time on, waiting for disks (iowait) or for the
/// hypervisor (steal) is worth a look.
pub const CPU_WAITING: f64 = 0.10;

/// From this share (0–1) of the last ten seconds on, some tasks waiting is worth a look.
pub const PRESSURE_SOME: f64 = 0.20;

/// From this share (0–1) of the last ten seconds on, all tasks waiting is bad: while nothing
/// gets done for a tenth of the time, people notice.
pub const PRESSURE_FULL: f64 = 0.10;

/// From this share (0–1) of the periods of a limit on CPU on, having to stop is worth a look.
pub const THROTTLED: f64 = 0.01;

/// Above this share (0–1), what is used of a host's swap is worth a look.
pub const SWAP: f64 = 0.50;

/// The share (0–1) of the CPU that could be used: of the limit in cores where there is one,
/// else of the host's cores where they are known. Without either nothing can be judged.
#[must_use]
pub fn cpu_share(cores: f64, limit: Option<f64>, host: Option<u32>) -> Option<f64> {
    let most = limit.or(host.map(f64::from)).filter(|most| *most > 0.0)?;
    Some(cores / most)
}

/// The share (0–1) of a limit on memory, in bytes; without one nothing can be judged.
#[must_use]
pub fn memory_share(bytes: u64, limit: Option<u64>) -> Option<f64> {
    limit.filter(|limit| *limit > 0).map(|limit| bytes as f64 / limit as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_its_threshold_is_not_past_it() {
        let cpu = Thresholds::default().cpu;
        let shares = [0.0, 0.70, 0.701, 0.90, 0.901, 4.0, f64::NAN];
        let (ok, warn, bad) = (Level::Ok, Level::Warn, Level::Bad);
        assert_eq!(shares.map(|s| cpu.level(s)), [ok, ok, warn, warn, bad, bad, Level::Unknown]);
    }

    #[test]
    fn cpu_is_a_share_of_the_limit_or_else_of_the_host_or_else_of_nothing() {
        assert_eq!(cpu_share(1.0, Some(2.0), Some(8)), Some(0.5));
        assert_eq!(cpu_share(2.0, None, Some(8)), Some(0.25));
        assert_eq!(cpu_share(2.0, None, None), None);
        assert_eq!(cpu_share(2.0, Some(0.0), Some(0)), None);
    }
}
