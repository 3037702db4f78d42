//! The stack files under assets/stacks: each is read, and has the numbers of its guide.

use std::{fmt::Write as _, path::Path};

use midwatch::{
    config::StackFile,
    model::{Bound, ServiceMatch},
};

const STACKS: [&str; 5] = ["ap-intake", "healthcare", "medsec", "pmis", "qms"];

fn load(name: &str) -> StackFile {
    let stacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/stacks");
    let read = StackFile::load(&stacks.join(name).join("midwatch.toml"));
    read.map_err(|errors| errors.to_string()).unwrap()
}

#[test]
fn every_guide_has_a_file_that_is_read() {
    for name in STACKS {
        let file = load(name);
        assert_eq!(file.name(), name);
        assert!(file.own_services.is_empty(), "{name} describes containers");
        let probed = file.stack.services.iter().filter(|service| !service.probes.is_empty());
        assert!(probed.count() >= 2, "{name} is probed");
    }
}

/// The numbers as the guides have them, to be compared with guides-matrix.md by eye.
#[test]
fn the_numbers_are_those_of_the_guides() {
    let mut all = String::new();
    for name in STACKS {
        let _ = writeln!(all, "{name}");
        for metric in load(name).stack.metrics {
            let shown = |what: &str, bound: Option<Bound>| {
                bound.map_or_else(String::new, |bound| format!("  {what} {bound}"))
            };
            let target = shown("target", metric.target);
            let (warn, critical) = (shown("warn", metric.warn), shown("crit", metric.critical));
            let hold = metric.hold.as_secs();
            let _ = writeln!(all, "  {}:{target}{warn}{critical}  for {hold}s", metric.id);
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_the_guides_escalate_reaches_somebody() {
    let levels = load("healthcare").stack.escalation.levels;
    let minutes: Vec<_> = levels.iter().map(|level| level.after.as_secs() / 60).collect();
    assert_eq!(minutes, [0, 15, 30]);
    assert_eq!(levels[2].notify.len(), 4);
}

#[test]
fn a_maintenance_window_that_no_guide_names_holds_nothing_back() {
    for name in STACKS {
        assert!(load(name).stack.maintenance.iter().all(|window| !window.suppress), "{name}");
    }
}

#[test]
fn the_database_of_qms_is_found_by_the_name_that_its_guide_uses() {
    let stack = load("qms").stack;
    let container = ServiceMatch::Container("qms-db-production".into());
    assert!(stack.services.iter().any(|service| service.matches == container));
}
