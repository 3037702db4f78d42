//! [`write`]: the API's log of the hours before the demo was started.

use std::fs::File;

use jiff::{SignedDuration, Timestamp};

use crate::demo::{
    ServiceName,
    api::{
        failure::Thrown,
        line::{Line, RequestFields},
    },
    environment::{Backlog, Environment},
    logs::{self, Severity},
    service::Service,
};

/// How far the log goes back.
const SPAN: SignedDuration = SignedDuration::from_hours(6);

/// How many lines are written at once. Between them the service hears that it shall end.
const AT_ONCE: usize = 500;

/// A kind of line, and how many in a hundred are of it.
struct Kind {
    share: u8,
    severity: Severity,
    msg: &'static str,
    method: &'static str,
    route: &'static str,
    status: Option<u16>,
    cache: Option<&'static str>,
    /// How long most of them take, in milliseconds.
    usual_ms: f64,
}

const ACCOUNT: Kind = Kind {
    share: 50,
    severity: Severity::Info,
    msg: "request",
    method: "GET",
    route: "/v1/accounts/{account}",
    status: Some(200),
    cache: Some("hit"),
    usual_ms: 0.9,
};

const TRANSFER: Kind = Kind {
    share: 18,
    method: "POST",
    route: "/v1/transfers",
    status: Some(201),
    cache: None,
    usual_ms: 9.0,
    ..ACCOUNT
};

const KINDS: [Kind; 7] = [
    ACCOUNT,
    Kind { share: 14, cache: Some("miss"), usual_ms: 5.0, ..ACCOUNT },
    Kind {
        share: 12,
        route: "/v1/accounts/{account}/statement",
        cache: None,
        usual_ms: 7.0,
        ..ACCOUNT
    },
    TRANSFER,
    Kind {
        share: 3,
        severity: Severity::Warn,
        msg: "amount_cents must not be 0",
        status: Some(422),
        usual_ms: 0.4,
        ..TRANSFER
    },
    Kind {
        share: 2,
        severity: Severity::Warn,
        msg: "no such account",
        status: Some(404),
        cache: None,
        ..ACCOUNT
    },
    Kind {
        share: 1,
        severity: Severity::Warn,
        msg: "cache: connection reset by peer",
        status: None,
        cache: None,
        ..ACCOUNT
    },
];

/// Writes this copy's part of the log, as fast as it is read; once, however often the
/// copy is started again.
pub(super) async fn write(service: &Service) {
    let environment = &service.environment;
    if environment.backlog.lines == 0 || !is_first_start(environment) {
        return;
    }
    let copies = environment.ports(ServiceName::Api).map_or(1, <[u16]>::len);
    let share = Share { copies: copies as u32, replica: environment.replica };
    let entries: Vec<String> = entries(environment.backlog, share, Timestamp::now()).collect();
    for some in entries.chunks(AT_ONCE) {
        if service.stopping.is_cancelled() {
            return;
        }
        logs::out(&some.join("\n"));
        tokio::task::yield_now().await;
    }
}

/// Leaves a mark in the folder of the demo, and says whether there was none.
fn is_first_start(environment: &Environment) -> bool {
    let mark = format!("backlog.api-{}", environment.replica);
    File::create_new(environment.directory.join(mark)).is_ok()
}

/// Which lines of the whole log are ours.
#[derive(Clone, Copy)]
struct Share {
    copies: u32,
    /// Which of the copies we are, from 1.
    replica: u32,
}

/// Our lines, oldest first; the error is several lines in one piece.
fn entries(backlog: Backlog, share: Share, now: Timestamp) -> impl Iterator<Item = String> {
    let Backlog { lines, has_error } = backlog;
    let error_at = has_error.then_some(lines / 2 + lines / 9);
    let step = SPAN / i32::try_from(lines).unwrap_or(i32::MAX).max(1);
    (0..lines).filter(move |n| n % share.copies == (share.replica - 1) % share.copies).map(
        move |n| {
            let ago = step * i32::try_from(lines - n).unwrap_or(i32::MAX);
            let at = now - ago;
            let text = if Some(n) == error_at { error } else { usual };
            text(n, at, share.replica)
        },
    )
}

fn usual(n: u32, at: Timestamp, replica: u32) -> String {
    let mut random = fastrand::Rng::with_seed(n.into());
    let mut pick = random.u8(..100);
    let is_it = |kind: &&Kind| {
        let is_it = pick < kind.share;
        pick = pick.saturating_sub(kind.share);
        is_it
    };
    text(KINDS.iter().find(is_it).unwrap_or(&ACCOUNT), at, replica, &mut random)
}

/// The one that is worth finding: a mistake of the program, and below it where it was
/// made. On standard output with its line, so that it stays with it.
fn error(n: u32, at: Timestamp, replica: u32) -> String {
    let thrown = Thrown::any();
    let kind =
        Kind { severity: Severity::Error, msg: thrown.message, status: Some(500), ..TRANSFER };
    text(&kind, at, replica, &mut fastrand::Rng::with_seed(n.into())) + &thrown.frames()
}

fn text(kind: &Kind, at: Timestamp, replica: u32, random: &mut fastrand::Rng) -> String {
    let request_id = format!("{:016x}", random.u64(..));
    let mut line = Line::new(at, kind.severity, kind.msg, replica);
    let Kind { method, route, .. } = *kind;
    line.request = Some(RequestFields { request_id: &request_id, trace_id: "-", method, route });
    line.status = kind.status;
    line.cache = kind.cache;
    line.duration_ms = kind.status.map(|_| took(kind.usual_ms, random));
    line.text()
}

/// Most requests take about as long as is usual, some few much longer.
fn took(usual_ms: f64, random: &mut fastrand::Rng) -> f64 {
    let times = 1.0 / (1.02 - random.f64());
    (usual_ms * times * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn all(lines: u32, has_error: bool) -> Vec<String> {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let of = |replica| entries(Backlog { lines, has_error }, Share { copies: 3, replica }, now);
        (1..=3).flat_map(of).collect()
    }

    #[test]
    fn the_copies_share_the_lines_and_there_is_one_error_in_the_middle() {
        let lines = all(1000, true);
        assert_eq!(lines.len(), 1000);
        let errors: Vec<_> = lines.iter().filter(|l| l.contains("\"level\":\"error\"")).collect();
        let [error] = errors[..] else { panic!("{errors:?}") };
        assert_eq!(error.lines().count(), 5, "{error}");
        let first: Value = serde_json::from_str(error.lines().next().unwrap()).unwrap();
        assert_eq!(first["status"], 500);
        assert_eq!(first["ts"], "2026-11-20T09:39:57.600Z", "after three fifths of six hours");
        assert!(!all(1000, false).concat().contains("error"));
    }

    #[test]
    fn lines_are_like_those_of_every_day() {
        let lines = all(3000, false);
        let lines = lines.iter().map(|line| serde_json::from_str(line).unwrap());
        let lines: Vec<Value> = lines.collect();
        let share = |is: &dyn Fn(&Value) -> bool| lines.iter().filter(|l| is(l)).count() / 30;
        assert!((60..90).contains(&share(&|line| line["method"] == "GET")));
        assert!((3..9).contains(&share(&|line| line["level"] == "warn")));
        assert!((45..55).contains(&share(&|line| line["cache"] == "hit")));
        let of_one = lines[..1000].iter().map(|line| line["ts"].as_str().unwrap());
        assert!(of_one.is_sorted());
        assert_eq!(lines[0]["ts"], "2026-11-20T06:00:00.000Z");
    }
}
