//! The rule of probes, by hand-set times.

use jiff::SignedDuration;

use super::*;
use crate::{
    model::{ProbeAnswer, probe::ProbeRole},
    store::probes::tests_support::{order, tcp},
    text::Clean,
};

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn probe() -> ProbeView {
    ProbeView::new(order(tcp("h:1")), at(0))
}

fn passed(second: i64) -> ProbeReport {
    let answer = ProbeAnswer { words: Clean::new("200 OK"), warning: None };
    ProbeReport { at: at(second), took: Duration::from_millis(7), answer: Ok(answer) }
}

fn failed(second: i64, kind: ProbeFaultKind) -> ProbeReport {
    let fault = ProbeFault { kind, words: Clean::new("connection refused"), output: vec![] };
    ProbeReport { at: at(second), took: Duration::from_millis(7), answer: Err(fault) }
}

fn refused(second: i64) -> ProbeReport {
    failed(second, ProbeFaultKind::Refused)
}

fn level(view: &ProbeView) -> Option<Level> {
    view.condition().map(|condition| condition.level)
}

#[test]
fn three_failures_fail_and_two_passes_recover() {
    let mut view = probe();
    assert_eq!(level(&view), None, "not asked yet");
    view.take(passed(0));
    assert_eq!((view.state, view.since), (ProbeState::Passing, at(0)));
    view.take(refused(30));
    view.take(refused(60));
    assert_eq!(level(&view), Some(Level::Ok), "two failures are no three");
    view.take(refused(90));
    assert_eq!((view.state, view.since), (ProbeState::Failing, at(90)));
    assert_eq!(view.condition(), Some(Condition::new(Level::Bad, "health: connection refused")));
    view.take(passed(120));
    assert_eq!(view.state, ProbeState::Failing, "one pass is no two");
    view.take(refused(150));
    view.take(passed(180));
    assert_eq!(view.state, ProbeState::Failing, "not in a row");
    view.take(passed(210));
    assert_eq!((view.state, view.since), (ProbeState::Passing, at(210)));
}

#[test]
fn a_first_pass_is_enough_and_failures_alone_are_not_known_to_be_ok() {
    let mut view = probe();
    view.take(refused(0));
    view.take(refused(1));
    assert_eq!((view.state, level(&view)), (ProbeState::Unknown, None));
    view.take(refused(2));
    assert_eq!(view.state, ProbeState::Failing);
}

#[test]
fn failures_within_the_grace_do_not_count_and_a_pass_does() {
    let mut view = probe();
    view.order.grace_until = Some(at(100));
    for second in [0, 30, 60, 90] {
        view.take(refused(second));
    }
    assert_eq!(view.state, ProbeState::Unknown);
    view.take(passed(95));
    assert_eq!(view.state, ProbeState::Passing);
    for second in [120, 150, 180] {
        view.take(refused(second));
    }
    assert_eq!(view.state, ProbeState::Failing);
}

#[test]
fn what_cannot_be_asked_says_nothing_until_it_can() {
    let mut view = probe();
    view.take(passed(0));
    let no_way = ProbeOrder { way: Way::None(Clean::new("no port")), ..view.order.clone() };
    view.redirect(no_way, at(10));
    assert_eq!((view.state, level(&view)), (ProbeState::Unreachable, None));
    assert_eq!(view.words(), "not asked: no port");
    view.redirect(order(tcp("h:2")), at(20));
    assert_eq!(view.state, ProbeState::Unknown);
    view.take(failed(30, ProbeFaultKind::Invalid));
    assert_eq!((view.state, level(&view)), (ProbeState::Unreachable, None));
}

#[test]
fn a_role_and_a_start_decide_how_bad_a_failure_is() {
    let judged = |role: ProbeRole, kind: ProbeFaultKind| {
        let mut view = probe();
        let mut spec = (*view.order.spec).clone();
        spec.role = role;
        view.order.spec = spec.into();
        (0..3).for_each(|second| _ = view.take(failed(second, kind)));
        level(&view)
    };
    let refused = ProbeFaultKind::Refused;
    assert_eq!(judged(ProbeRole::Liveness, refused), Some(Level::Bad));
    assert_eq!(judged(ProbeRole::Readiness, refused), Some(Level::Warn));
    assert_eq!(judged(ProbeRole::Slo, refused), Some(Level::Warn));
    assert_eq!(judged(ProbeRole::Liveness, ProbeFaultKind::Starting), Some(Level::Warn));
}

#[test]
fn what_goes_to_and_fro_is_said_though_it_never_fails_often_enough() {
    let mut view = probe();
    for second in 0..8 {
        view.take(if second % 2 == 0 { passed(second) } else { refused(second) });
    }
    assert!(!view.is_flapping(), "seven changes are not many");
    view.take(passed(8));
    assert!(view.is_flapping());
    let words = "health: goes to and fro, last 200 OK";
    assert_eq!(view.condition(), Some(Condition::new(Level::Warn, words)));
    (9..40).for_each(|second| _ = view.take(passed(second)));
    assert!(!view.is_flapping());
}

#[test]
fn a_pass_with_a_warning_is_worth_a_look() {
    let mut view = probe();
    let warning = Some(Clean::new("certificate valid for 12 d"));
    let answer = Ok(ProbeAnswer { words: Clean::new("200 OK"), warning });
    assert!(view.take(ProbeReport { answer, ..passed(0) }));
    let condition = Condition::new(Level::Warn, "health: certificate valid for 12 d");
    assert_eq!(view.condition(), Some(condition));
}

#[test]
fn what_an_engine_says_of_health_is_taken_over_and_not_said_twice() {
    let mut view =
        ProbeView::new(ProbeOrder { way: Way::Engine, ..order(ProbeTarget::Engine) }, at(0));
    assert!(view.follow(Health::Unhealthy, at(5)) && !view.follow(Health::Unhealthy, at(6)));
    assert_eq!((view.state, view.since), (ProbeState::Failing, at(5)));
    assert_eq!((view.words().as_str(), level(&view)), ("unhealthy", None));
}

#[test]
fn only_the_last_answers_are_kept() {
    let mut view = probe();
    view.take(refused(0));
    (1..=60).for_each(|second| _ = view.take(passed(second)));
    assert_eq!((view.history().count(), view.failure_share()), (60, Some(0.0)));
    assert!(view.latency.quantile(0.5).is_some());
}
