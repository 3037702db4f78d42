use super::*;
use crate::{
    model::{Detail, Exit, InstanceId, Sample, ServiceId},
    text::Clean,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn instance(state: State, restarts: u32, started: i64) -> Instance {
    Instance {
        id: InstanceId::new("1"),
        name: Clean::new("api-1"),
        service: ServiceId::alone("api"),
        replica: None,
        state,
        health: Health::None,
        image: None,
        command: Clean::default(),
        created_at: None,
        ports: vec![],
        labels: BTreeMap::new(),
        detail: Some(Detail { restarts, started_at: Some(at(started)), ..Detail::default() }),
    }
}

fn outside(instance: &Instance) -> Instance {
    Instance { detail: None, health: Health::Unknown, ..instance.clone() }
}

fn view(memory: u64) -> InstanceView {
    let mut view = InstanceView::new(instance(State::Running, 0, 0), at(0));
    let sample = Sample {
        memory_bytes: Some(memory),
        memory_limit_bytes: Some(memory),
        ..Sample::empty(at(1))
    };
    view.series.push(&sample, at(1));
    view
}

#[test]
fn sums_of_what_no_host_has_stay_at_the_largest_number() {
    let usage = Usage::sum([view(u64::MAX), view(u64::MAX)].iter(), Timestamp::MIN);
    assert_eq!(usage.memory_bytes, Some(u64::MAX));
    assert_eq!(usage.memory_limit_bytes, Some(u64::MAX));
}

#[test]
fn a_limit_is_told_only_when_all_have_one() {
    let mut unlimited = view(10);
    let sample = Sample { memory_bytes: Some(10), ..Sample::empty(at(2)) };
    unlimited.series.push(&sample, at(2));
    let usage = Usage::sum([view(10), unlimited].iter(), Timestamp::MIN);
    assert_eq!((usage.memory_bytes, usage.memory_limit_bytes), (Some(20), None));
    assert_eq!(Usage::sum([].iter(), Timestamp::MIN), Usage::default());
}

#[test]
fn restarts_of_what_no_engine_counts_do_not_overflow() {
    let views = ["a", "b"].map(|id| {
        let instance =
            Instance { id: InstanceId::new(id), ..instance(State::Running, u32::MAX, 0) };
        let key = InstanceKey::new(&crate::model::EngineId::new("fake"), &instance.id);
        (key, InstanceView::new(instance, at(0)))
    });
    assert_eq!(group(&BTreeMap::from(views), vec![], |_, own| own)[0].restarts, u32::MAX);
}

#[test]
fn a_listing_takes_nothing_away_that_can_still_be_true() {
    let told = instance(State::Running, 2, 100);
    let mut view = InstanceView::new(told.clone(), at(100));
    view.update(outside(&told), at(130));
    assert_eq!(view.instance, told);
    view.update(Instance { state: State::Exited, ..outside(&told) }, at(160));
    assert_eq!(view.instance.detail, None);
}

#[test]
fn a_start_by_hand_counts_as_one_restart_and_the_engines_own_as_it_counts() {
    let restarts = |before: &Instance, after: &Instance| new_restarts(before, after);
    let before = instance(State::Running, 2, 100);
    assert_eq!(restarts(&before, &before), 0);
    assert_eq!(restarts(&before, &instance(State::Running, 2, 200)), 1);
    assert_eq!(restarts(&before, &instance(State::Running, 5, 200)), 3);
    assert_eq!(restarts(&before, &outside(&before)), 0);
    let mut stopped = instance(State::Exited, 2, 100);
    let exit = Exit { code: 0, oom_killed: false, error: None };
    stopped.detail.as_mut().unwrap().exit = Some(exit);
    assert_eq!(restarts(&stopped, &instance(State::Running, 2, 200)), 0);
}

#[test]
fn a_reading_of_long_ago_is_not_what_is_used_now() {
    let views = [view(10)];
    assert_eq!(Usage::sum(views.iter(), at(1)).memory_bytes, Some(10));
    assert_eq!(Usage::sum(views.iter(), at(2)), Usage::default());
}
