//! How services of a stack file do.

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::{
    model::{
        Detail, EngineFact, EngineId, Event, Exit, Health, Instance, InstanceId, ServiceMatch,
        Stack, State,
    },
    store::LogBounds,
    text::Clean,
};

fn engine() -> EngineId {
    EngineId::new("docker")
}

fn ended(service: &str, code: i64, restart_policy: RestartPolicy) -> Instance {
    let exit = Some(Exit { code, oom_killed: false, error: None });
    Instance {
        id: InstanceId::new(service),
        name: Clean::new(service),
        service: ServiceId::in_stack("shop", service),
        replica: None,
        state: State::Exited,
        health: Health::None,
        image: None,
        command: Clean::default(),
        created_at: None,
        ports: vec![],
        labels: BTreeMap::new(),
        detail: Some(Detail { exit, restart_policy, ..Detail::default() }),
    }
}

fn told(service: &str, critical: bool) -> StackService {
    StackService {
        id: Clean::new(service),
        matches: ServiceMatch::Service(Clean::new(service)),
        role: None,
        critical,
        probes: vec![],
        unprobed: false,
        depends_on: vec![],
    }
}

/// The conditions of the services of a stack, by name.
fn conditions(
    services: Vec<StackService>,
    instances: Vec<Instance>,
) -> Vec<(String, Level, String)> {
    let stack = Stack { name: Some(Clean::new("shop")), services, ..Stack::default() };
    let mut store = Store::new([(engine(), Clean::new("fake://"))], LogBounds::default())
        .with_stack(Arc::new(stack), None);
    let (fact, at) = (EngineFact::Listed { instances }, Timestamp::UNIX_EPOCH);
    store.apply(Event::Engine { engine: engine(), at, fact });
    let told = |view: &crate::store::ServiceView| {
        let Condition { level, reason } = view.condition.clone();
        (view.key.service.to_string(), level, reason)
    };
    store.services().iter().map(told).collect()
}

#[test]
fn what_the_stack_file_names_should_run() {
    let always = RestartPolicy::UnlessStopped;
    let stopped =
        |critical| conditions(vec![told("worker", critical)], vec![ended("worker", 0, always)]);
    let reason = || "not running: exit 0".to_owned();
    assert_eq!(stopped(true), [("shop/worker".into(), Level::Bad, reason())]);
    assert_eq!(stopped(false), [("shop/worker".into(), Level::Warn, reason())]);
    let unnamed = conditions(vec![], vec![ended("worker", 0, always)]);
    assert_eq!(unnamed, [("shop/worker".into(), Level::Off, "exit 0".into())]);
}

#[test]
fn what_was_to_run_once_and_did_is_done() {
    let migrate =
        conditions(vec![told("migrate", true)], vec![ended("migrate", 0, RestartPolicy::No)]);
    assert_eq!(migrate, [("shop/migrate".into(), Level::Off, "exit 0".into())]);
}

#[test]
fn what_the_stack_file_names_and_no_engine_runs_is_missing() {
    let api = ended("api", 0, RestartPolicy::No);
    let services = conditions(vec![told("api", true), told("worker", true)], vec![api]);
    assert_eq!(services[1], ("shop/worker".into(), Level::Bad, "no instances".into()));
}

#[test]
fn nothing_is_missing_before_the_engine_has_told_what_it_runs() {
    let stack = Stack { services: vec![told("api", true)], ..Stack::default() };
    let store = Store::new([(engine(), Clean::new("fake://"))], LogBounds::default())
        .with_stack(Arc::new(stack), None);
    assert!(store.services().is_empty());
}
