//! The demo's services as real processes: what they say, and what faults do to them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod support;

use std::{collections::HashSet, process::Command};

use midwatch::demo::{self, Fault};
use support::{Demo, eventually, every_copy, names_in};

const LEDGER: support::Copy = ("ledger", 1);
const CACHE: support::Copy = ("cache", 1);
const GATEWAY: support::Copy = ("gateway", 1);

#[test]
fn the_whole_stack_is_well_and_has_traffic() {
    let demo = Demo::start(&every_copy());
    for copy in every_copy() {
        demo.await_well(copy);
    }
    for (copy, metric) in [
        (GATEWAY, "http_requests_total"),
        (("api", 3), "http_request_duration_seconds_count"),
        (LEDGER, "ledger_entries"),
        (CACHE, "cache_hits_total"),
    ] {
        let before = demo.metric(copy, metric);
        eventually(metric, || demo.metric(copy, metric) > before);
    }
    eventually("both workers have done something", || {
        (1..=2).all(|replica| demo.metric(("worker", replica), "jobs_processed_total") > 0.0)
    });
    for copy in every_copy() {
        assert_exposition(&demo.get(copy, "/metrics").1);
    }
    assert_eq!(names_in(&demo.directory), ["ledger.db", "ledger.db-shm", "ledger.db-wal"]);
}

#[test]
fn every_service_writes_the_log_that_it_should() {
    let demo = Demo::start(&every_copy());
    demo.await_line(GATEWAY, |line| line.contains("HTTP/1.1\" 200 "));
    let line = demo.await_line(("api", 1), |line| line.contains("request_id"));
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["replica"], 1, "{line}");
    demo.await_line(LEDGER, |line| line.contains("msg=\"entry written\""));
    demo.await_line(("worker", 1), |line| line.contains("INFO/ForkPoolWorker-1] Task "));
    demo.await_line(CACHE, |line| line.ends_with("* Ready to accept connections tcp"));
}

#[test]
fn api_errors_fail_requests_and_one_copy() {
    let demo = Demo::start(&[LEDGER, CACHE, ("api", 1), ("api", 2), ("api", 3), GATEWAY]);
    demo.await_well(("api", 2));
    demo.break_with(&[Fault::ApiErrors]);
    demo.await_unwell(("api", 2), "connection pool exhausted");
    demo.await_line(("api", 1), |line| line.contains("\"status\":500"));
    demo.await_line(("api", 1), |line| line.starts_with("    at "));
    demo.await_line(GATEWAY, |line| line.contains("HTTP/1.1\" 500 "));
    demo.await_well(("api", 1));
    demo.break_with(&[]);
    demo.await_well(("api", 2));
}

#[test]
fn a_backlog_is_told_once_and_has_one_error_in_it() {
    let api = ("api", 1);
    let mut demo = Demo::start(&[]);
    demo.extra = vec![("MIDWATCH_DEMO_BACKLOG", "3000"), ("MIDWATCH_DEMO_BACKLOG_ERROR", "1")];
    let lines_before_it_listens = |demo: &Demo| {
        let mut lines = Vec::new();
        loop {
            let line = demo.await_line(api, |_| true);
            if line.contains("\"msg\":\"listening\"") {
                return lines;
            }
            lines.push(line);
        }
    };
    demo.run(api);
    let lines = lines_before_it_listens(&demo);
    let is_frame = |line: &&String| line.starts_with("    at ");
    let frames = lines.iter().filter(is_frame).count();
    assert_eq!(lines.len() - frames, 1000, "a third of it: there are three copies");
    demo.terminate(api);
    demo.await_exit(api);
    demo.run(api);
    assert_eq!(lines_before_it_listens(&demo), Vec::<String>::new());
}

#[test]
fn a_slow_ledger_times_out_and_recovers() {
    let demo = Demo::start(&[LEDGER, CACHE, ("api", 1), ("api", 2), ("api", 3), GATEWAY]);
    demo.break_with(&[Fault::LedgerSlow]);
    demo.await_unwell(LEDGER, "statements have been slow");
    demo.await_line(("api", 1), |line| line.contains("\"msg\":\"ledger: timeout after 2000 ms\""));
    demo.await_line(LEDGER, |line| line.contains("level=warn msg=\"slow statement\""));
    demo.break_with(&[]);
    demo.await_well(LEDGER);
}

#[test]
fn a_leaking_worker_grows_and_gives_back() {
    const MEBIBYTE: f64 = 1024.0 * 1024.0;
    let worker = ("worker", 1);
    let demo = Demo::start(&[CACHE, worker]);
    let resident = || demo.metric(worker, "process_resident_memory_bytes");
    let before = resident();
    demo.break_with(&[Fault::WorkerLeak]);
    eventually("it grows", || resident() > before + 6.0 * MEBIBYTE);
    demo.break_with(&[]);
    eventually("it gives back", || resident() < before + 2.0 * MEBIBYTE);
}

#[test]
fn a_crash_loop_ends_the_second_worker_at_every_start() {
    let (first, second) = (("worker", 1), ("worker", 2));
    let mut demo = Demo::start(&[CACHE, first, second]);
    demo.break_with(&[Fault::CrashLoop]);
    for _ in 0..2 {
        demo.await_line(second, |line| line == "Traceback (most recent call last):");
        assert_eq!(demo.await_exit(second).code(), Some(1));
        demo.run(second);
    }
    demo.await_well(first);
}

#[test]
fn a_lost_cache_is_told_by_whoever_needs_it_until_it_is_back() {
    let (api, worker) = (("api", 1), ("worker", 1));
    let mut demo = Demo::start(&[LEDGER, CACHE, api, worker]);
    demo.await_well(api);
    demo.terminate(CACHE);
    demo.await_exit(CACHE);
    demo.await_unwell(api, "cache: Connection refused");
    demo.await_unwell(worker, "broker: Connection refused");
    demo.run(CACHE);
    demo.await_well(api);
    demo.await_well(worker);
}

#[test]
fn a_gateway_without_an_api_is_not_well() {
    let demo = Demo::start(&[GATEWAY]);
    demo.await_unwell(GATEWAY, "no copy of the API answers");
    demo.await_line(GATEWAY, |line| line.contains("Connection refused"));
}

#[test]
fn sigterm_ends_every_service_with_0_also_in_the_middle_of_requests() {
    let mut demo = Demo::start(&every_copy());
    demo.break_with(&[Fault::LedgerSlow]);
    demo.await_line(LEDGER, |line| line.contains("slow statement"));
    for copy in every_copy() {
        demo.terminate(copy);
    }
    for copy in every_copy() {
        assert_eq!(demo.await_exit(copy).code(), Some(0), "{copy:?}");
    }
    demo.await_line(GATEWAY, |line| line.ends_with("exiting"));
}

#[test]
fn a_service_that_cannot_start_says_why() {
    let run = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_midwatch"))
            .args([demo::SUBCOMMAND, name])
            .env_clear()
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(
        run("api"),
        (
            Some(1),
            "midwatch demo: api: MIDWATCH_DEMO_DIR is missing or makes no sense; \
             `midwatch demo` sets it\n"
                .into()
        )
    );
    assert_eq!(
        run("moon"),
        (Some(1), "midwatch demo: moon: the demo has no service \"moon\"\n".into())
    );
}

/// Checks that every sample is a number of a family that has been declared.
fn assert_exposition(text: &str) {
    let mut declared = HashSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(declared.insert(name.to_owned()), "declared twice: {line}");
            if kind == "histogram" {
                declared.extend(["bucket", "sum", "count"].map(|part| format!("{name}_{part}")));
            }
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            assert!(declared.contains(name), "not declared: {line}");
            assert!(value.parse::<f64>().is_ok(), "not a number: {line}");
        }
    }
    assert!(declared.contains("process_resident_memory_bytes"), "{text}");
}
