//! Where stats come from, in words.

use crate::{engines::Readings, text::Clean};

/// Who tells of stats, of how many instances, and why not the kernel.
pub(super) fn words(stats: &Readings) -> String {
    let Readings { instances, from_kernel, control_groups, why_not } = stats;
    let groups = control_groups.as_ref().map_or("", Clean::as_str);
    let why = why_not.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    match (*instances, *from_kernel) {
        (_, 0) if control_groups.is_none() => format!("the engine's API{why}"),
        (0, _) => format!("the kernel of this host ({groups}), if it can; nothing is up to try"),
        (_, 0) => format!("the engine's API for all of {instances}{why}"),
        (all, some) => {
            let rest = if some < all {
                format!("; the engine's API for the rest{why}")
            } else {
                String::new()
            };
            format!("the kernel of this host ({groups}), {some} of {all} instances{rest}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(instances: usize, from_kernel: usize) -> Readings {
        let why_not =
            (from_kernel < instances).then(|| Clean::new("no process 7 can be seen here"));
        let control_groups = Some(Clean::new("control groups v1"));
        Readings { instances, from_kernel, control_groups, why_not }
    }

    #[test]
    fn who_tells_of_stats_is_told_with_why_it_is_not_the_kernel() {
        let of = |instances, from_kernel| words(&readings(instances, from_kernel));
        assert_eq!(of(3, 3), "the kernel of this host (control groups v1), 3 of 3 instances");
        assert_eq!(
            of(3, 2),
            "the kernel of this host (control groups v1), 2 of 3 instances; the engine's API for \
             the rest: no process 7 can be seen here"
        );
        assert_eq!(of(3, 0), "the engine's API for all of 3: no process 7 can be seen here");
        assert_eq!(
            of(0, 0),
            "the kernel of this host (control groups v1), if it can; nothing is up to try"
        );
        let why_not = Some(Clean::new("the engine is not on this host"));
        let elsewhere = Readings { control_groups: None, why_not, ..readings(3, 0) };
        assert_eq!(words(&elsewhere), "the engine's API: the engine is not on this host");
    }
}
