//! Pressure stall information, of a control group or of the host.

use std::path::Path;

use crate::{kernel::files::Files, model::Pressure};

/// Reads one file of it. A kernel without it has none, or refuses to open it.
pub(super) fn read(files: &mut Files, folder: &Path, name: &str) -> Option<Pressure> {
    parse(files.read_often(folder, name)?)
}

fn parse(text: &str) -> Option<Pressure> {
    let line = |kind: &str| text.lines().find_map(|line| line.strip_prefix(kind));
    let some_share = share(line("some ")?)?;
    let full_share = match line("full ") {
        Some(full) => Some(share(full)?),
        None => None,
    };
    Some(Pressure { some_share, full_share })
}

/// The average of ten seconds; the kernel writes it in percent.
fn share(fields: &str) -> Option<f32> {
    let percent = fields.split(' ').find_map(|field| field.strip_prefix("avg10="))?;
    let percent: f64 = percent.parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some((percent / 100.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: &str = "some avg10=15.50 avg60=14.51 avg300=22.28 total=9996614606\n";

    #[test]
    fn both_lines_are_read_as_shares() {
        let text = format!("{SOME}full avg10=0.25 avg60=0.00 avg300=0.00 total=0\n");
        let pressure = Pressure { some_share: 0.155, full_share: Some(0.0025) };
        assert_eq!(parse(&text), Some(pressure));
    }

    #[test]
    fn an_older_kernel_tells_nothing_of_all_tasks() {
        assert_eq!(parse(SOME), Some(Pressure { some_share: 0.155, full_share: None }));
    }

    #[test]
    fn what_is_malformed_is_unknown() {
        let full = format!("{SOME}full avg10=NaN avg60=0.00 avg300=0.00 total=0\n");
        for text in ["", "some", "some avg60=1.00", "some avg10=inf", "some avg10=-1.00", &full] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
