//! The console below its terminal: facts taken in, and frames drawn, with many services.

use divan::{Bencher, counter::ItemsCount};
use jiff::SignedDuration;
use midwatch::{
    app::Msg,
    model::{Event, Sample, ServiceId},
    store::LogBounds,
};
use ratatui::{Terminal, backend::TestBackend};

use crate::console::{
    Console, Setup, ago,
    facts::{described, line, listed, running, said, sampled},
    now,
};

/// A screen of 200×50.
const SIZE: (u16, u16) = (200, 50);

/// How many seconds of readings there are before the first frame.
const PAST: i64 = 15 * 60;

/// As many as the loop takes at once.
const AT_ONCE: usize = 512;

fn name(number: u32) -> String {
    format!("load-{number}")
}

/// A console on which so many services run, each of one instance.
fn console(services: u32) -> Console {
    let setup = Setup { size: SIZE, bounds: LogBounds::default(), ..Setup::default() };
    let instances: Vec<_> = (0..services)
        .map(|number| running(&name(number), ServiceId::alone(&name(number)), None))
        .collect();
    let described = instances.iter().map(|instance| described(ago(1), instance));
    let events = std::iter::once(listed(ago(1), &instances)).chain(described).collect();
    let mut console = Console::start(&setup);
    console.tell(Msg::Events(events));
    console
}

fn reading(number: u32, second: i64) -> Event {
    let wave = (second + i64::from(number)) % 60;
    let sample = Sample {
        interval: Some(std::time::Duration::from_secs(1)),
        cpu_cores: Some(wave as f64 / 60.0),
        memory_bytes: Some((100 + wave.unsigned_abs()) << 20),
        memory_limit_bytes: Some(512 << 20),
        received_per_second: Some(wave as f64 * 1000.0),
        sent_per_second: Some(wave as f64 * 100.0),
        disk_read_per_second: Some(0.0),
        disk_written_per_second: Some(wave as f64 * 10.0),
        ..Sample::empty(now() - SignedDuration::from_secs(PAST - second))
    };
    sampled(&name(number), &sample)
}

fn lines(number: u32) -> Event {
    let lines = (0..10).map(|n| line(ago(n), "GET /items/7 200 4 ms request=8f2c user=42"));
    said(&name(number), lines.collect())
}

/// A whole frame of all panes, as after each second: every service has told what it used
/// for a quarter of an hour.
#[divan::bench(args = [50, 300], sample_count = 50)]
fn frame(bencher: Bencher<'_, '_>, services: u32) {
    let mut console = console(services);
    for second in 0..PAST {
        let readings = (0..services).map(|number| reading(number, second)).collect();
        console.tell(Msg::Events(readings));
    }
    console.tell(Msg::Events((0..services).map(lines).collect()));
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    bencher.bench_local(|| {
        terminal.draw(|frame| console.app.draw(frame, console.now)).unwrap();
    });
}

/// Ten thousand events, as the loop takes them in: readings of all, some of them described
/// again, and log lines of each tenth; with what is demanded afterwards.
#[divan::bench(args = [50, 300], sample_count = 20)]
fn apply(bencher: Bencher<'_, '_>, services: u32) {
    const EVENTS: u32 = 10_000;
    let event = |number: u32| {
        let (service, second) = (number % services, i64::from(number / services));
        match number % 10 {
            0 => lines(service),
            5 => {
                let instance = running(&name(service), ServiceId::alone(&name(service)), None);
                described(now(), &instance)
            }
            _ => reading(service, second),
        }
    };
    let inputs = || {
        let events: Vec<Event> = (0..EVENTS).map(event).collect();
        let batches: Vec<Vec<Event>> = events.chunks(AT_ONCE).map(<[Event]>::to_vec).collect();
        (console(services), batches)
    };
    bencher.counter(ItemsCount::new(EVENTS as usize)).with_inputs(inputs).bench_local_values(
        |(mut console, batches)| {
            for batch in batches {
                console.app.update(Msg::Events(batch), console.now);
                divan::black_box(console.demand());
            }
            console
        },
    );
}
