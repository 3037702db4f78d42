//! CPU times and load (`proc_stat(5)`, `proc_loadavg(5)`).

use crate::model::CpuShares;

/// What became of the time of all CPUs since the host was started, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CpuTimes {
    used: u64,
    idle: u64,
    iowait: u64,
    steal: u64,
}

impl CpuTimes {
    pub(super) fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let mut fields = line.split_ascii_whitespace().map(str::parse::<u64>);
        let mut next = || fields.next()?.ok();
        let [by_users, nice, by_kernel, idle] = [next()?, next()?, next()?, next()?];
        let [iowait, irq, softirq, steal] = [next()?, next()?, next()?, next()?];
        // What guests used stands behind them, and is counted as `user` too.
        let worked = [by_users, nice, by_kernel, irq, softirq];
        let used = worked.into_iter().fold(0, u64::saturating_add);
        Some(Self { used, idle, iowait, steal })
    }

    /// The shares since an earlier moment. `None` when the counters began anew, or have
    /// not moved.
    pub(super) fn since(self, before: Self) -> Option<CpuShares> {
        let used = self.used.checked_sub(before.used)?;
        // These may go back a little: the kernel says of them that they are not reliable.
        let idle = self.idle.saturating_sub(before.idle);
        let iowait = self.iowait.saturating_sub(before.iowait);
        let steal = self.steal.saturating_sub(before.steal);
        let all = [used, idle, iowait, steal].into_iter().fold(0, u64::saturating_add);
        let share = |ticks: u64| ticks as f64 / all as f64;
        (all > 0).then(|| CpuShares {
            used: share(used),
            iowait: share(iowait),
            steal: share(steal),
        })
    }
}

/// How many CPUs are online: each has a line of its own.
pub(super) fn cores(stat: &str) -> Option<u32> {
    let is_cpu = |line: &&str| {
        line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    u32::try_from(stat.lines().filter(is_cpu).count()).ok().filter(|count| *count > 0)
}

/// The load of the last 1, 5 and 15 minutes.
pub(super) fn load(text: &str) -> Option<[f64; 3]> {
    let mut fields = text.split(' ').map(str::parse::<f64>);
    let mut next = || fields.next()?.ok().filter(|load| load.is_finite() && *load >= 0.0);
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Captured from Linux 6.18, and shortened.
    const STAT: &str = "cpu  2688123 289404 725258 1657783 16555 0 3806 9128 0 0\n\
                        cpu0 1284486 138973 364837 894790 5779 0 626 4541 0 0\n\
                        cpu1 1403637 150431 360420 762992 10775 0 3179 4586 0 0\nintr 1 2\nctxt 9\n";

    const TIMES: CpuTimes =
        CpuTimes { used: 3_706_591, idle: 1_657_783, iowait: 16_555, steal: 9128 };

    #[test]
    fn times_are_read_of_all_cpus_together() {
        assert_eq!(CpuTimes::parse(STAT), Some(TIMES));
        assert_eq!(cores(STAT), Some(2));
        for text in ["", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3 4\n", "cpu  1 2 3 4 5 6 7 x\n"] {
            assert_eq!(CpuTimes::parse(text), None, "{text:?}");
        }
        assert_eq!(cores("cpu  1\nintr\n"), None);
    }

    #[test]
    fn shares_are_of_the_time_that_passed() {
        let now = CpuTimes { used: TIMES.used + 150, idle: TIMES.idle + 40, ..TIMES };
        let now = CpuTimes { iowait: TIMES.iowait + 8, steal: TIMES.steal + 2, ..now };
        let shares = CpuShares { used: 0.75, iowait: 0.04, steal: 0.01 };
        assert_eq!(now.since(TIMES), Some(shares));
        assert_eq!(TIMES.since(TIMES), None);
        assert_eq!(TIMES.since(now), None);
    }

    #[test]
    fn what_the_kernel_counts_back_counts_nothing() {
        let now = CpuTimes { used: TIMES.used + 10, iowait: TIMES.iowait - 1, ..TIMES };
        assert_eq!(now.since(TIMES), Some(CpuShares { used: 1.0, iowait: 0.0, steal: 0.0 }));
    }

    #[test]
    fn load_has_three_numbers() {
        assert_eq!(load("2.30 3.10 2.99 3/268 10728\n"), Some([2.30, 3.10, 2.99]));
        for text in ["", "1.0 2.0\n", "1.0 x 2.0 1/2 3\n", "NaN 1.0 1.0 1/2 3\n"] {
            assert_eq!(load(text), None, "{text:?}");
        }
    }
}
