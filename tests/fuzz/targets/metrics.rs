//! Anything that an endpoint exposes, a stack file asks of it, or a rule file says.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use midwatch::metrics::{
    exposition::{Format, parse},
    query::{self, Measure},
    rules::{self, RuleFile},
};

/// Of whatever is exposed, these are asked for.
const QUERIES: [&str; 3] =
    ["sum(rate(a[1m])) / sum(rate(a{b=~\".\"}[1m]))", "quantile(0.9, a[1m])", "sum(a)"];

fuzz_target!(|input: &str| {
    check_query(input);
    for format in [Format::Text, Format::OpenMetrics] {
        check_exposition(input, format);
    }
    let file = RuleFile { name: "rules.yml".into(), text: input.into() };
    let lines = input.lines().count();
    for lint in rules::lint(&[file], &[]) {
        assert!(lint.line <= lines + 1, "{lint:?}");
    }
});

fn check_query(input: &str) {
    if let Err(error) = query::parse(input) {
        assert!(input.get(error.span.clone()).is_some(), "{error:?}");
        assert!(!error.message.is_empty());
    }
}

/// The first half of the lines is exposed first, then all of them.
fn check_exposition(input: &str, format: Format) {
    let half = input.match_indices('\n').nth(input.lines().count() / 2);
    let half = half.map_or("", |(at, _)| &input[..at]);
    for query in QUERIES {
        let query = query::parse(query).expect("a query");
        let mut measure = Measure::new(&query, None);
        for (beat, text) in [half, input].into_iter().enumerate() {
            let Ok(scrape) = parse(text, format) else { continue };
            let at = Timestamp::from_second(30 * beat as i64).expect("within time");
            if let Ok(Some(number)) = measure.take(&scrape, at) {
                assert!(number.is_finite());
            }
        }
    }
}
