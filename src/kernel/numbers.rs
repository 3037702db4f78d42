//! The forms in which the kernel writes its numbers: one alone, and one a key.
//!
//! Everything is read strictly: a number that is none makes the whole unknown (threat T16).

/// A file with one number.
pub(super) fn alone(text: &str) -> Option<u64> {
    text.trim_ascii().parse().ok()
}

/// The number of a key, in a file with a key and a number a line ("flat keyed").
pub(super) fn of_key(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')).and_then(alone)
}

/// The bytes of a key of `meminfo`, which tells them in kB of 1024.
pub(super) fn of_meminfo(text: &str, key: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    alone(value.strip_suffix(" kB")?)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_may_have_blanks_around_it_and_nothing_else() {
        assert_eq!(alone("42\n"), Some(42));
        for text in ["", "\n", "max\n", "-1\n", "4 2", "0x10", "18446744073709551616", "4.2"] {
            assert_eq!(alone(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_key_is_found_whole() {
        let stat = "inactive_file 1\ntotal_inactive_file 2\ninactive_files 3\nbroken x\nbare\n";
        assert_eq!(of_key(stat, "inactive_file"), Some(1));
        assert_eq!(of_key(stat, "total_inactive_file"), Some(2));
        for key in ["inactive", "broken", "bare", "missing"] {
            assert_eq!(of_key(stat, key), None, "{key}");
        }
    }

    #[test]
    fn memory_is_told_in_units_of_1024_bytes() {
        let text = "MemTotal:       24684092 kB\nMemFree: 1\nMemAvailable:  x kB\n";
        assert_eq!(of_meminfo(text, "MemTotal"), Some(24_684_092 * 1024));
        assert_eq!(of_meminfo("MemTotal: 18446744073709551615 kB\n", "MemTotal"), None);
        for key in ["Mem", "MemFree", "MemAvailable", "SwapFree"] {
            assert_eq!(of_meminfo(text, key), None, "{key}");
        }
    }
}
