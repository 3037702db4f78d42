//! The people who use the demo: when they come and what they ask for.

use std::time::Duration;

/// How many requests come a second, on average.
const PER_SECOND: f64 = 2.5;

/// The load swings by this share of the average …
const SWING: f64 = 0.4;

/// … once in this many seconds, so that charts have something to show.
const SWING_SECONDS: f64 = 150.0;

/// No pause is longer; chance alone would now and then make one.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Accounts are numbered from 1 to this; few enough for the cache to be of use.
const ACCOUNTS: u32 = 24;

/// Programs that people come with.
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
    "shop-android/5.12.0 (okhttp/4.12.0)",
    "curl/8.5.0",
];

/// What scanners of the internet ask every host for, and what they call themselves.
const SCANNER: &str = "Mozilla/5.0 zgrab/0.x";
const SCANNED: [&str; 3] = ["/.env", "/wp-login.php", "/.git/config"];

/// One visit: a request that is to be sent to the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) path: String,
    /// A JSON body, for a POST.
    pub(crate) body: Option<String>,
    /// The visitor's address, out of a range that is nobody's (RFC 5737).
    pub(crate) client: String,
    pub(crate) agent: &'static str,
}

/// How long until the next visit, when the service has been up for `uptime`.
///
/// Visits are independent of each other, so pauses are exponentially distributed.
pub(crate) fn pause(uptime: Duration, random: &mut fastrand::Rng) -> Duration {
    let phase = uptime.as_secs_f64() / SWING_SECONDS * std::f64::consts::TAU;
    let rate = PER_SECOND * (1.0 + SWING * phase.sin());
    let seconds = -(1.0 - random.f64()).ln() / rate;
    Duration::from_secs_f64(seconds).min(LONGEST_PAUSE)
}

/// What the next visitor wants.
pub(crate) fn visit(random: &mut fastrand::Rng) -> Visit {
    let client = format!("203.0.113.{}", random.u8(1..=254));
    let agent = AGENTS[random.usize(..AGENTS.len())];
    // Squaring makes some accounts much busier than others, as in life.
    let account = 1 + (random.f64().powi(2) * f64::from(ACCOUNTS)) as u32;
    let (path, body) = match random.u8(..100) {
        0..60 => (format!("/v1/accounts/{account}"), None),
        60..72 => (format!("/v1/accounts/{account}/statement"), None),
        72..97 => ("/v1/transfers".into(), Some(transfer(account, random))),
        _ => return scan(client, random),
    };
    Visit { path, body, client, agent }
}

fn scan(client: String, random: &mut fastrand::Rng) -> Visit {
    let path = SCANNED[random.usize(..SCANNED.len())].into();
    Visit { path, body: None, client, agent: SCANNER }
}

fn transfer(account: u32, random: &mut fastrand::Rng) -> String {
    let memo = ["rent", "groceries", "refund", "invoice 2041", "tickets"][random.usize(..5)];
    // One in twenty-five is a mistake that the API must refuse.
    let cents = if random.u8(..25) == 0 { 0 } else { random.i64(-20_000..=25_000) };
    serde_json::json!({ "account": account, "amount_cents": cents, "memo": memo }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_come_at_about_the_rate_that_is_meant() {
        let mut random = fastrand::Rng::with_seed(1);
        let (mut uptime, mut visits) = (Duration::ZERO, 0);
        while uptime < Duration::from_mins(15) {
            uptime += pause(uptime, &mut random);
            visits += 1;
        }
        let rate = f64::from(visits) / uptime.as_secs_f64();
        assert!((rate - PER_SECOND).abs() < 0.3, "{rate} a second");
    }

    #[test]
    fn visitors_ask_for_every_kind_of_thing() {
        let mut random = fastrand::Rng::with_seed(1);
        let visits: Vec<Visit> = (0..500).map(|_| visit(&mut random)).collect();
        let share = |wanted: &dyn Fn(&Visit) -> bool| {
            visits.iter().filter(|visit| wanted(visit)).count() * 100 / visits.len()
        };
        assert!((15..35).contains(&share(&|visit| visit.body.is_some())));
        assert!((1..10).contains(&share(&|visit| visit.agent == SCANNER)));
    }
}
