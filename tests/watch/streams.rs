//! Log and stats streams: only those that are demanded, whole and without doubles.

use std::time::Duration;

use jiff::Timestamp;
use midwatch::{
    engines::EngineError,
    model::{Beat, Event, FaultKind, Sample, ServiceId, StreamState},
};

use crate::{
    faulty::Faulty,
    support::fake::{Call, FakeEngine, instance},
    watching::{Heard, Streaming, fake, id, key, line, opened, refused, settle},
};

const QUIET: Duration = Duration::from_secs(20);

/// Demands a log and hears all that was said before: what is said now does not wait for
/// room.
async fn caught_up(fake: &FakeEngine, bound: usize) -> Streaming {
    fake.say(&id("a"), line(0, "before"));
    let mut streaming = Streaming::start(fake, bound);
    streaming.want_logs(&[("a", Some(0))]);
    assert_eq!(streaming.heard(QUIET).await.lines, ["before"]);
    streaming
}

#[tokio::test(start_paused = true)]
async fn only_what_is_demanded_runs() {
    let fake = fake(&["a", "b", "c"]);
    let streaming = Streaming::start(&fake, 64);
    settle().await;
    assert_eq!(opened(&fake), Vec::<String>::new());
    streaming.want_logs(&[("a", Some(0))]);
    streaming.want_stats(&[("b", Some(0))]);
    settle().await;
    assert_eq!(opened(&fake), ["logs a", "stats b"]);
    streaming.want_logs(&[("a", Some(0)), ("c", Some(0))]);
    settle().await;
    assert_eq!(opened(&fake), ["logs c"], "what runs already is left alone");
    streaming.want_logs(&[]);
    streaming.want_stats(&[]);
    settle().await;
    assert_eq!((fake.followers(&id("a")), fake.followers(&id("c"))), (0, 0));
    assert_eq!(fake.samplers(&id("b")), 0);
    tokio::time::sleep(QUIET).await;
    assert_eq!(opened(&fake), Vec::<String>::new(), "nothing is tried again");
}

#[tokio::test(start_paused = true)]
async fn readings_go_on_when_they_are_wanted_more_or_less_often() {
    let fake = fake(&["a"]);
    let streaming = Streaming::start(&fake, 64);
    for beat in [Beat::Seldom, Beat::Live, Beat::Seldom] {
        streaming.want_stats_at(beat, &[("a", Some(0))]);
        settle().await;
        assert_eq!(fake.beat(&id("a")), Some(beat));
    }
    assert_eq!(opened(&fake), ["stats a"], "one stream all the time");
}

#[tokio::test(start_paused = true)]
async fn an_engine_or_instance_that_nobody_knows_opens_nothing() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_stats(&[("nobody", None)]);
    tokio::time::sleep(QUIET).await;
    assert_eq!(opened(&fake), ["stats nobody"], "asked once");
    assert_eq!(streaming.heard(QUIET).await, Heard::default());
}

#[tokio::test(start_paused = true)]
async fn the_last_lines_come_first_and_then_what_is_said() {
    let fake = fake(&["a"]);
    (0..600).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    let first = streaming.heard(QUIET).await;
    assert_eq!(first.lines, (100..600).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(first.states, ["live", "current"]);
    fake.say(&id("a"), line(600, "600"));
    assert_eq!(streaming.heard(QUIET).await.lines, ["600"]);
}

#[tokio::test(start_paused = true)]
async fn a_log_is_read_again_from_further_back_when_that_is_wanted_and_only_once() {
    let fake = fake(&["a"]);
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    assert_eq!(streaming.heard(QUIET).await.lines.len(), 500);
    streaming.want_deep("a", Some(0));
    let again = streaming.heard(QUIET).await;
    assert_eq!(again.lines, (0..2000).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(again.states, ["again", "live", "current"]);
    streaming.want_logs(&[]);
    streaming.want_deep("a", Some(0));
    fake.say(&id("a"), line(2000, "2000"));
    assert_eq!(streaming.heard(QUIET).await.lines, ["2000"]);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_wanted_from_further_back_once_more_is_read_once_more() {
    let fake = fake(&["a"]);
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_deep("a", Some(0));
    assert_eq!(streaming.heard(QUIET).await.lines.len(), 2000);
    streaming.want_none_deep();
    assert_eq!(streaming.heard(QUIET).await, Heard::default(), "what is read is left alone");
    streaming.want_deep("a", Some(0));
    let again = streaming.heard(QUIET).await;
    assert_eq!((again.lines.len(), again.states), (2000, vec!["again", "live", "current"]));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_read_from_further_back_is_gone_on_with_when_its_engine_was_away() {
    let fake = fake(&["a"]);
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_deep("a", Some(0));
    assert_eq!(streaming.heard(QUIET).await.lines.len(), 2000);
    streaming.want_logs(&[]);
    assert_eq!(streaming.heard(QUIET).await, Heard::default());
    fake.say(&id("a"), line(2000, "2000"));
    streaming.want_logs(&[("a", Some(0))]);
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.lines, heard.states), (vec!["2000".to_owned()], vec!["live", "current"]));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_read_from_further_back_and_left_is_not_read_again() {
    let fake = fake(&["a", "b"]);
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_deep("a", Some(0));
    assert_eq!(streaming.heard(QUIET).await.lines.len(), 2000);
    streaming.want_none_deep_but_logs(&[("b", Some(0))]);
    assert_eq!(streaming.heard(QUIET).await.states, ["live", "current"]);
    fake.say(&id("a"), line(2000, "2000"));
    streaming.want_deep("a", Some(0));
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.lines, heard.states), (vec!["2000".to_owned()], vec!["live", "current"]));
}

#[tokio::test(start_paused = true)]
async fn of_more_logs_than_are_remembered_those_that_were_left_are_read_again() {
    for (count, again) in [(1024, 0), (1025, 1025)] {
        let names: Vec<_> = (0..count).map(|n| n.to_string()).collect();
        let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
        let fake = fake(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut streaming = Streaming::start(&fake, 64);
        streaming.want_deep_keys(&keys);
        streaming.heard(QUIET).await;
        streaming.want_none_deep_but_logs(&[]);
        streaming.heard(QUIET).await;
        streaming.want_deep_keys(&keys);
        let heard = streaming.heard(QUIET).await;
        assert_eq!(heard.states.iter().filter(|state| **state == "again").count(), again);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_waits_for_room_and_is_not_dropped() {
    let fake = fake(&["a"]);
    (0..5000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 1);
    streaming.want_deep("a", Some(0));
    settle().await;
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.lines.len(), heard.dropped), (5000, 0));
}

#[tokio::test(start_paused = true)]
async fn an_engine_whose_clock_is_fast_tells_what_was_before_without_a_loss() {
    const FUTURE: i64 = 9_000_000_000;
    let fake = fake(&["a"]);
    fake.hold_output();
    (0..5000).for_each(|n| fake.say(&id("a"), line(FUTURE + n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 2);
    streaming.want_logs(&[("a", Some(0))]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.lines.len(), heard.dropped), (5000, 0));
}

#[tokio::test(start_paused = true)]
async fn old_lines_that_wait_are_not_lost_with_new_ones_that_cannot() {
    let fake = fake(&["a"]);
    (0..200).for_each(|n| fake.say(&id("a"), line(n, "old")));
    let mut streaming = Streaming::start(&fake, 1);
    streaming.want_logs(&[("a", Some(0))]);
    // That the stream is open takes the room that there is.
    tokio::time::sleep(Duration::from_secs(5)).await;
    (0..2000).for_each(|n| fake.say(&id("a"), line(200 + n, "new")));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let heard = streaming.heard(QUIET).await;
    assert_eq!(heard.lines.iter().filter(|text| *text == "old").count(), 200);
    assert_eq!(heard.lines.len() as u64 + heard.dropped, 2200);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_room_when_a_log_is_left_is_not_lost() {
    let fake = fake(&["a"]);
    fake.hold_output();
    (0..5000).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 1);
    streaming.want_logs(&[("a", Some(0))]);
    settle().await;
    streaming.want_logs(&[]);
    settle().await;
    let mut heard = streaming.heard(QUIET).await;
    streaming.want_logs(&[("a", Some(0))]);
    heard.lines.extend(streaming.heard(QUIET).await.lines);
    assert_eq!((heard.lines.len(), heard.dropped), (5000, 0));
    assert!(heard.lines.is_sorted_by_key(|text| text.parse::<u32>().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn all_that_an_engine_has_at_hand_comes_first() {
    let fake = fake(&["a"]);
    fake.hold_output();
    (0..600).for_each(|n| fake.say(&id("a"), line(n, &n.to_string())));
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    let first = streaming.heard(QUIET).await;
    assert_eq!(first.lines, (0..600).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_broken_stream_goes_on_without_a_lost_or_doubled_line() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    settle().await;
    for text in ["one", "two", "two"] {
        fake.say(&id("a"), line(5, text));
    }
    settle().await;
    fake.fail(refused);
    settle().await;
    // Said while nobody could hear it; two of them in the moment of the break.
    for (second, text) in [(5, "two"), (5, "three"), (6, "four")] {
        fake.say(&id("a"), line(second, text));
    }
    fake.recover();
    let heard = streaming.heard(QUIET).await;
    assert_eq!(heard.lines, ["one", "two", "two", "two", "three", "four"]);
    assert_eq!(heard.states, ["live", "broken", "live", "current"]);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_opens_and_breaks_at_once_is_tried_again_ever_more_slowly() {
    let engine = Faulty::new(fake(&["a"]));
    engine.break_logs(refused);
    let mut streaming = Streaming::start(&engine, 64);
    streaming.want_logs(&[("a", Some(0))]);
    let began = tokio::time::Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        streaming.event().await;
    }
    // 0.5 + 1 + 2 + 4 + 4 … seconds, each up to a quarter shorter; not one each 0.5 s.
    let tries = opened(&engine.fake).len();
    assert!((9..=13).contains(&tries), "{tries} tries in 30 s");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_is_asked_for_once_in_a_run() {
    let engine = Faulty::new(fake(&["a"]));
    engine.break_logs(|| EngineError::Unsupported { what: "nothing to read".into() });
    let mut streaming = Streaming::start(&engine, 64);
    streaming.want_logs(&[("a", Some(0))]);
    assert_eq!(streaming.heard(QUIET).await.states, ["live", "unreadable"]);
    assert_eq!(opened(&engine.fake), ["logs a"]);
    streaming.want_logs(&[("a", Some(100))]);
    assert_eq!(streaming.heard(QUIET).await.states, ["live", "unreadable"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_not_looked_at_goes_on_where_it_was() {
    let fake = fake(&["a", "b"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    settle().await;
    fake.say(&id("a"), line(1, "one"));
    settle().await;
    streaming.want_logs(&[("b", Some(0))]);
    settle().await;
    fake.say(&id("a"), line(1, "one"));
    fake.say(&id("a"), line(2, "two"));
    streaming.want_logs(&[("a", Some(0))]);
    assert_eq!(streaming.heard(QUIET).await.lines, ["one", "one", "two"]);
}

#[tokio::test(start_paused = true)]
async fn a_log_ends_with_its_instance_and_opens_again_with_its_next_run() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    settle().await;
    fake.say(&id("a"), line(1, "last words"));
    fake.end(&id("a"), 0);
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.lines, heard.states), (vec!["last words".to_owned()], vec!["live", "ended"]));
    assert_eq!(opened(&fake), ["logs a"], "an end is no break");
    fake.set(instance("a", ServiceId::alone("a")));
    streaming.want_logs(&[("a", Some(100))]);
    settle().await;
    fake.say(&id("a"), line(101, "first words"));
    let heard = streaming.heard(QUIET).await;
    assert_eq!(heard.lines, ["first words"]);
    assert_eq!(heard.states, ["live", "current"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_time_that_becomes_known_is_not_another_run() {
    let fake = fake(&["a"]);
    let streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", None)]);
    streaming.want_stats(&[("a", None)]);
    settle().await;
    assert_eq!(opened(&fake), ["logs a", "stats a"]);
    streaming.want_logs(&[("a", Some(100))]);
    streaming.want_stats(&[("a", Some(100))]);
    settle().await;
    assert_eq!(opened(&fake), Vec::<String>::new(), "a description came after the list");
    streaming.want_logs(&[("a", Some(200))]);
    streaming.want_stats(&[("a", Some(200))]);
    settle().await;
    assert_eq!(opened(&fake), ["logs a", "stats a"]);
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_room_is_dropped_counted_and_told_also_when_nothing_follows() {
    let fake = fake(&["a"]);
    let mut streaming = caught_up(&fake, 2).await;
    // Two thousand lines at once are more batches than the channel holds.
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, "x")));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = streaming.heard(QUIET).await;
    assert!(heard.dropped > 0, "{} lines came", heard.lines.len());
    assert_eq!(heard.lines.len() as u64 + heard.dropped, 2000);
}

#[tokio::test(start_paused = true)]
async fn what_was_dropped_is_told_also_when_the_log_ends() {
    let fake = fake(&["a"]);
    let mut streaming = caught_up(&fake, 2).await;
    (0..2000).for_each(|n| fake.say(&id("a"), line(n, "x")));
    fake.end(&id("a"), 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let heard = streaming.heard(QUIET).await;
    assert_eq!(heard.lines.len() as u64 + heard.dropped, 2000);
    assert_eq!(heard.states, ["ended"]);
}

#[tokio::test(start_paused = true)]
async fn samples_come_as_they_are_read_and_a_break_is_a_gap() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_stats(&[("a", Some(0))]);
    settle().await;
    fake.sample(&id("a"), &Sample::empty(Timestamp::UNIX_EPOCH));
    assert!(matches!(streaming.event().await, Event::Sampled { .. }));
    fake.fail(refused);
    settle().await;
    fake.recover();
    tokio::time::sleep(Duration::from_secs(5)).await;
    fake.sample(&id("a"), &Sample::empty(Timestamp::UNIX_EPOCH));
    assert_eq!(streaming.heard(QUIET).await.samples, 1);
}

#[tokio::test(start_paused = true)]
async fn readings_that_find_no_room_are_counted_by_the_next_one_that_does() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 2);
    streaming.want_stats(&[("a", Some(0))]);
    settle().await;
    let reading = Sample::empty(Timestamp::UNIX_EPOCH);
    (0..5).for_each(|_| fake.sample(&id("a"), &reading));
    settle().await;
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.samples, heard.dropped), (2, 0));
    fake.sample(&id("a"), &reading);
    let heard = streaming.heard(QUIET).await;
    assert_eq!((heard.samples, heard.dropped), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn why_readings_cannot_be_taken_is_told_with_each_try() {
    let fake = fake(&["a"]);
    let mut streaming = Streaming::start(&fake, 64);
    streaming.want_stats(&[("a", Some(0))]);
    settle().await;
    fake.deny_stats(&id("a"), true);
    tokio::time::sleep(Duration::from_secs(5)).await;
    fake.deny_stats(&id("a"), false);
    let heard = streaming.heard(QUIET).await;
    assert!(heard.faults.len() >= 2, "the break, and a try: {heard:?}");
    assert!(heard.faults.iter().all(|kind| *kind == FaultKind::Denied), "{heard:?}");
    assert_eq!(fake.samplers(&id("a")), 1, "it is tried until it goes");
}

#[tokio::test(start_paused = true)]
async fn a_screen_that_closes_ends_every_stream() {
    let fake = fake(&["a"]);
    let streaming = Streaming::start(&fake, 64);
    streaming.want_logs(&[("a", Some(0))]);
    streaming.want_stats(&[("a", Some(0))]);
    settle().await;
    streaming.close().await;
    settle().await;
    assert_eq!((fake.followers(&id("a")), fake.samplers(&id("a"))), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_demand_that_moves_fast_leaves_no_streams_behind() {
    let fake = fake(&["a", "b", "c"]);
    let mut streaming = Streaming::start(&fake, 64);
    for _ in 0..50 {
        for name in ["a", "b", "c"] {
            streaming.want_logs(&[(name, Some(0))]);
        }
    }
    settle().await;
    assert_eq!(opened(&fake), ["logs c"], "only the last demand counts");
    let Event::LogStream { key: live, state } = streaming.event().await else { panic!() };
    assert_eq!((live, state), (key("c"), StreamState::Live));
    let requests = fake.take_calls();
    assert!(!requests.iter().any(|call| matches!(call, Call::Logs(..))));
}
