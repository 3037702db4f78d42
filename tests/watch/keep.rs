//! One engine: connect, list, listen, reconcile, lose, find again.

use std::{sync::atomic::Ordering, time::Duration};

use midwatch::model::{EngineFact, FaultKind, Health, ServiceId, State};
use tokio::time::Instant;

use crate::{
    faulty::Faulty,
    support::fake::{Call, instance},
    watching::{Watched, fake, id, refused, settle},
};

/// The words of a first connection to an engine with these instances.
async fn connected(watched: &mut Watched, count: usize) {
    assert_eq!(watched.words(2).await, ["connecting", "connected"]);
    assert_eq!(watched.word().await, format!("listed {count}"));
    watched.words(count).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_for_the_name_of_the_host() {
    let engine = Faulty::new(fake(&["api"]));
    engine.name_host("node-7", Duration::from_secs(2));
    let mut watched = Watched::start(engine);
    let words = watched.words(5).await;
    assert_eq!(words, ["connecting", "connected", "listed 1", "described api", "on node-7"]);
}

#[tokio::test(start_paused = true)]
async fn listening_begins_before_the_list_and_the_list_comes_before_descriptions() {
    let fake = fake(&["a", "b", "c"]);
    let mut watched = Watched::start(fake.clone());
    let words = watched.words(6).await;
    assert_eq!(
        words,
        ["connecting", "connected", "listed 3", "described a", "described b", "described c"]
    );
    let calls = fake.take_calls();
    assert_eq!(calls[..3], [Call::Connect, Call::Watch, Call::List]);
    assert_eq!(calls.len(), 6, "each is described once: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn changes_are_described_and_removals_told() {
    let fake = fake(&["a"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 1).await;
    fake.set(instance("b", ServiceId::alone("b")));
    assert_eq!(watched.word().await, "described b");
    fake.end(&id("a"), 1);
    match watched.fact().await {
        EngineFact::Described { instance } => assert_eq!(instance.state, State::Exited),
        other => panic!("{other:?}"),
    }
    fake.remove(&id("a"));
    assert_eq!(watched.word().await, "removed a");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_goes_before_it_could_be_described_is_removed() {
    let fake = fake(&["a"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 1).await;
    fake.set(instance("b", ServiceId::alone("b")));
    fake.remove(&id("b"));
    assert_eq!(watched.until("removed b").await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_while_nothing_happens_until_the_reconcile() {
    let fake = fake(&["a"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 1).await;
    fake.take_calls();
    watched.silent_for(Duration::from_secs(29)).await;
    assert_eq!(fake.take_calls(), [Call::Connect, Call::Connect], "whether it is still there");
    assert_eq!(watched.word().await, "listed 1");
    assert_eq!(fake.take_calls(), [Call::List], "what did not change is not described again");
    watched.silent_for(Duration::from_secs(29)).await;
}

#[tokio::test(start_paused = true)]
async fn a_reconcile_finds_what_no_event_told() {
    let fake = fake(&["a", "b"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 2).await;
    let began = Instant::now();
    fake.set_silently(instance("c", ServiceId::alone("c")));
    let mut sick = instance("a", ServiceId::alone("a"));
    sick.health = Health::Unhealthy;
    fake.set_silently(sick);
    assert_eq!(watched.words(3).await, ["listed 3", "described a", "described c"]);
    assert!(began.elapsed() <= Duration::from_secs(30), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_not_there_is_tried_again_with_waits_that_grow_to_a_limit() {
    let fake = fake(&[]);
    fake.fail(refused);
    let mut watched = Watched::start(fake.clone());
    let mut waits = Vec::new();
    for attempt in 1..=8 {
        let began = Instant::now();
        assert_eq!(watched.word().await, "connecting");
        waits.push(began.elapsed());
        let fact = watched.fact().await;
        let EngineFact::Lost { fault, attempt: told, .. } = fact else { panic!("{fact:?}") };
        assert_eq!((told, fault.kind), (attempt, FaultKind::Refused));
        assert!(fault.hint.is_some());
    }
    // Chance takes up to a quarter off each; the clock counts whole milliseconds.
    let limits = [0, 500, 1000, 2000, 4000, 4000, 4000, 4000].map(Duration::from_millis);
    for (wait, limit) in waits.iter().zip(limits) {
        let least = limit.mul_f64(0.75).saturating_sub(Duration::from_millis(1));
        assert!(*wait >= least && *wait <= limit + Duration::from_millis(1), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_engine_says_when_it_is_tried_again_and_retry_cuts_the_wait() {
    let fake = fake(&[]);
    fake.fail(refused);
    let mut watched = Watched::start(fake.clone());
    watched.until("lost 6").await;
    settle().await;
    let began = Instant::now();
    watched.retry.notify_waiters();
    assert_eq!(watched.word().await, "connecting");
    assert!(began.elapsed() < Duration::from_millis(10), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_returns_is_found_within_five_seconds() {
    let fake = fake(&["a"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 1).await;
    fake.fail(refused);
    assert_eq!(watched.word().await, "lost 1");
    watched.until("lost 9").await;
    fake.recover();
    let took = watched.until("listed 1").await;
    assert!(took <= Duration::from_secs(5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_says_nothing_is_asked_whether_it_is_still_there() {
    let fake = fake(&["a"]);
    let mut watched = Watched::start(fake.clone());
    connected(&mut watched, 1).await;
    for _ in 0..2 {
        let took = watched.sign_of_life().await;
        assert!(took.abs_diff(Duration::from_secs(10)) < Duration::from_millis(10), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_frozen_is_lost_within_fifteen_seconds() {
    let engine = Faulty::new(fake(&["a"]));
    let mut watched = Watched::start(engine.clone());
    connected(&mut watched, 1).await;
    engine.freeze(true);
    let began = Instant::now();
    let fact = watched.fact().await;
    let EngineFact::Lost { fault, attempt: 1, .. } = fact else { panic!("{fact:?}") };
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(began.elapsed() <= Duration::from_millis(15_010), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn tries_are_counted_from_when_the_engine_was_there_last_however_briefly() {
    let fake = fake(&["a"]);
    fake.fail(refused);
    let mut watched = Watched::start(fake.clone());
    watched.until("lost 3").await;
    fake.recover();
    watched.until("described a").await;
    fake.fail(refused);
    assert_eq!(watched.words(3).await, ["lost 1", "connecting", "lost 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_lost_engine_and_not_the_end() {
    let engine = Faulty::new(fake(&["a"]));
    engine.panics.store(1, Ordering::SeqCst);
    let mut watched = Watched::start(engine);
    assert_eq!(watched.words(3).await, ["connecting", "connected", "lost 1"]);
    assert_eq!(watched.words(3).await, ["connecting", "connected", "listed 1"]);
}

#[tokio::test(start_paused = true)]
async fn one_instance_that_cannot_be_described_does_not_lose_the_engine() {
    let engine = Faulty::new(fake(&["a", "b"]));
    engine.set_indescribable(Some(id("a")));
    let mut watched = Watched::start(engine.clone());
    assert_eq!(watched.words(4).await, ["connecting", "connected", "listed 2", "described b"]);
    assert_eq!(watched.word().await, "listed 2", "nothing but the next reconcile");
    engine.set_indescribable(None);
    assert_eq!(watched.words(2).await, ["listed 2", "described a"]);
}

#[tokio::test(start_paused = true)]
async fn of_two_descriptions_of_one_instance_the_later_one_counts() {
    let engine = Faulty::new(fake(&["a"]));
    let mut watched = Watched::start(engine.clone());
    connected(&mut watched, 1).await;
    engine.delay_descriptions(&[Duration::from_secs(3)]);
    engine.fake.end(&id("a"), 1);
    settle().await;
    engine.fake.set(instance("a", ServiceId::alone("a")));
    let mut states = Vec::new();
    while states.len() < 2 {
        if let EngineFact::Described { instance } = watched.fact().await {
            states.push(instance.state);
        }
    }
    assert_eq!(states, [State::Exited, State::Running]);
}

#[tokio::test(start_paused = true)]
async fn a_late_description_does_not_bring_back_what_was_removed() {
    let engine = Faulty::new(fake(&["a", "b"]));
    let mut watched = Watched::start(engine.clone());
    connected(&mut watched, 2).await;
    engine.delay_descriptions(&[Duration::from_secs(3)]);
    engine.fake.set(instance("a", ServiceId::alone("a")));
    settle().await;
    engine.fake.remove(&id("a"));
    assert_eq!(watched.words(2).await, ["removed a", "listed 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_ends_when_nobody_listens() {
    for lost in [false, true] {
        let fake = fake(&["a"]);
        if lost {
            fake.fail(refused);
        }
        let mut watched = Watched::start(fake);
        watched.until(if lost { "lost 4" } else { "described a" }).await;
        drop(watched.events);
        let began = Instant::now();
        watched.task.await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}
