//! Lines on their way from a pipe into the store.

use std::hint::black_box;

use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};
use jiff::{Timestamp, tz::TimeZone};
use midwatch::{
    engines::lines::LineSplitter,
    logs::format::Reader,
    model::{Event, InstanceKey, LogLine, Stream},
    store::{LogBounds, Store},
    text::Clean,
};

use crate::samples::{Kind, records};

/// How many lines are taken in at once: some more than the store keeps of one service.
const LINES: usize = 300_000;

/// What is read from a pipe at once, as the process engine does.
const CHUNK_BYTES: usize = 16 * 1024;

/// How many lines go to the store together, as from the stream of an instance.
const BATCH_LINES: usize = 256;

const KINDS: [Kind; 3] = [Kind::Plain, Kind::Timed, Kind::Json];

/// From a pipe into the store: split, cleaned, understood, kept.
#[divan::bench(args = KINDS, sample_count = 20)]
fn from_a_pipe(bencher: Bencher<'_, '_>, kind: Kind) {
    let bytes = kind.bytes(LINES);
    let counted = bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(bytes.len()));
    counted.bench_local(|| {
        let mut intake = Intake::new(LineSplitter::new(Stream::Stdout));
        for chunk in bytes.chunks(CHUNK_BYTES) {
            intake.push(chunk);
        }
        intake.store
    });
}

/// The same from the records of Docker's engine, with a time before each.
#[divan::bench(args = KINDS, sample_count = 20)]
fn from_docker(bencher: Bencher<'_, '_>, kind: Kind) {
    let records = records(kind, LINES);
    let bytes: usize = records.iter().map(Vec::len).sum();
    let counted = bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(bytes));
    counted.bench_local(|| {
        let mut intake = Intake::new(LineSplitter::stamped(Stream::Stdout));
        for record in &records {
            intake.splitter.begin_record();
            intake.push(record);
        }
        intake.store
    });
}

/// What no way of taking them in can beat: looking for the line feeds alone.
#[divan::bench(args = KINDS, sample_count = 20)]
fn yardstick(bencher: Bencher<'_, '_>, kind: Kind) {
    let bytes = kind.bytes(LINES);
    let counted = bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(bytes.len()));
    counted.bench_local(|| memchr::memchr_iter(b'\n', black_box(&bytes)).count());
}

/// All that a line goes through.
struct Intake {
    splitter: LineSplitter,
    reader: Reader,
    batch: Vec<LogLine>,
    key: InstanceKey,
    store: Store,
}

impl Intake {
    fn new(splitter: LineSplitter) -> Self {
        let name = Clean::new("bench");
        let store = Store::new([], LogBounds::default()).with_log_sources([name.clone()]);
        Self {
            splitter,
            reader: Reader::new(None, TimeZone::UTC),
            batch: Vec::new(),
            key: InstanceKey::of_source(name.as_str()),
            store,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        // The process engine asks for the time once a chunk, Docker's tells it line by line.
        let now = Timestamp::now();
        let Self { splitter, reader, batch, key, store } = self;
        splitter.push(bytes, |mut line| {
            line.at = line.at.or(Some(now));
            line.told = reader.read(line.at, line.as_str());
            batch.push(line);
            if batch.len() == BATCH_LINES {
                let lines = std::mem::take(batch);
                store.apply(Event::Logged { key: key.clone(), at: now, lines, dropped: 0 });
            }
        });
    }
}
