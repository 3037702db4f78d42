use super::*;
use crate::model::{Detail, EngineId, Exit, Health, InstanceId, ServiceId, State};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn service() -> ServiceKey {
    ServiceKey { engine: EngineId::new("docker"), service: ServiceId::alone("api") }
}

/// An instance that was made at 100 and started at a moment.
fn started(second: i64) -> Instance {
    Instance {
        id: InstanceId::new("api1"),
        name: "api-1".into(),
        service: ServiceId::alone("api"),
        replica: None,
        state: State::Running,
        health: Health::None,
        image: None,
        command: Clean::new(""),
        created_at: Some(at(100)),
        ports: vec![],
        labels: BTreeMap::new(),
        detail: Some(Detail { started_at: Some(at(second)), ..Detail::default() }),
    }
}

fn killed(second: i64) -> Instance {
    let mut instance = started(101);
    let detail = instance.detail.get_or_insert_default();
    detail.exit = Some(Exit { code: 137, oom_killed: true, error: None });
    detail.finished_at = Some(at(second));
    instance
}

fn told(marks: &Marks) -> Vec<(MarkKind, i64)> {
    marks.of(&service()).map(|mark| (mark.kind, mark.at.as_second())).collect()
}

#[test]
fn a_start_is_marked_once_and_the_first_is_a_deploy() {
    let mut marks = Marks::default();
    let listed = Instance { detail: None, ..started(101) };
    marks.compare(&service(), None, &listed, at(9_999));
    marks.compare(&service(), Some(&listed), &started(101), at(9_999));
    marks.compare(&service(), Some(&started(101)), &started(101), at(9_999));
    marks.compare(&service(), Some(&started(101)), &started(500), at(9_999));
    marks.compare(&service(), Some(&listed), &started(500), at(9_999));
    assert_eq!(told(&marks), [(MarkKind::Deployed, 101), (MarkKind::Restarted, 500)]);
}

#[test]
fn what_its_engine_started_again_within_a_minute_is_no_deploy() {
    let mut marks = Marks::default();
    let mut looping = started(110);
    looping.detail.get_or_insert_default().restarts = 1;
    marks.compare(&service(), Some(&started(101)), &looping, at(9_999));
    assert_eq!(told(&marks), [(MarkKind::Restarted, 110)]);
}

#[test]
fn a_start_by_hand_within_a_minute_is_no_deploy() {
    let mut marks = Marks::default();
    marks.compare(&service(), Some(&started(101)), &started(130), at(9_999));
    assert_eq!(told(&marks), [(MarkKind::Restarted, 130)], "its first run was heard of");
    let mut marks = Marks::default();
    let mut again = started(130);
    again.detail.get_or_insert_default().finished_at = Some(at(120));
    marks.compare(&service(), None, &again, at(9_999));
    assert_eq!(told(&marks), [(MarkKind::Restarted, 130)], "its first run is told of");
    let mut marks = Marks::default();
    let mut ended = started(101);
    ended.detail.get_or_insert_default().finished_at = Some(at(120));
    marks.compare(&service(), None, &ended, at(9_999));
    assert_eq!(told(&marks), [(MarkKind::Deployed, 101)], "this is its first run, and over");
}

#[test]
fn nothing_happened_after_it_was_heard_of() {
    let mut marks = Marks::default();
    marks.compare(&service(), None, &started(900), at(500));
    assert_eq!(told(&marks)[0].1, 500);
}

#[test]
fn a_kill_is_marked_once_whoever_tells_it() {
    let mut marks = Marks::default();
    marks.compare(&service(), Some(&started(101)), &killed(200), at(9_999));
    for second in [203, 600] {
        marks.add_kill(&service(), &"api-1".into(), at(second));
    }
    let kills: Vec<i64> = told(&marks)
        .into_iter()
        .filter(|(kind, _)| *kind == MarkKind::OomKilled)
        .map(|(_, second)| second)
        .collect();
    assert_eq!(kills, [200, 600]);
}

#[test]
fn marks_are_in_order_and_the_newest_are_kept() {
    let mut marks = Marks::default();
    marks.compare(&service(), None, &started(5000), at(9_999));
    for second in 0..200 {
        marks.compare(&service(), None, &started(second), at(9_999));
    }
    let told = told(&marks);
    assert_eq!(told.len(), KEPT);
    assert!(told.is_sorted_by_key(|(_, second)| *second));
    assert_eq!(told.last().unwrap().1, 5000);
    marks.forget_before(at(200));
    assert_eq!(marks.of(&service()).count(), 1);
    marks.forget_before(at(5001));
    assert!(marks.by_service.is_empty());
}
