//! What programs expose of themselves, read and counted.

use std::fmt::Write as _;

use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};
use jiff::Timestamp;
use midwatch::metrics::{
    exposition::{Format, parse},
    query::{self, Measure},
};

/// As much as an endpoint may expose.
const BYTES: usize = 1 << 20;

/// Histograms of a web service, and how many series they have.
fn exposed() -> (String, usize) {
    let mut text = String::with_capacity(BYTES);
    let mut series = 0;
    while text.len() < BYTES - 256 {
        let (family, path) = (series / 100, series % 10);
        let _ = writeln!(
            text,
            "took_seconds_{family}_bucket{{method=\"GET\",path=\"/api/v1/things/{path}\",le=\"{series}\"}} {}",
            series * 3
        );
        series += 1;
    }
    (text, series)
}

/// A whole endpoint.
#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let (text, series) = exposed();
    let counted = bencher.counter(ItemsCount::new(series)).counter(BytesCount::new(text.len()));
    counted.bench_local(|| parse(&text, Format::Text).unwrap());
}

/// A quantile of one of its histograms, with an hour of scrapes behind it.
#[divan::bench]
fn quantile(bencher: Bencher<'_, '_>) {
    let (text, _) = exposed();
    let scrape = parse(&text, Format::Text).unwrap();
    let query = query::parse("quantile(0.99, took_seconds_7[1h])").unwrap();
    let mut measure = Measure::new(&query, None);
    let mut seconds = 0;
    let mut take = || {
        seconds += 30;
        measure.take(&scrape, Timestamp::from_second(seconds).unwrap())
    };
    for _ in 0..120 {
        take().unwrap();
    }
    bencher.bench_local(take);
}
