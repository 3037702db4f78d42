//! Lines as services write them, the same in every run.

use std::{
    fmt,
    fmt::Write as _,
    sync::{LazyLock, OnceLock},
};

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use midwatch::{
    engines::lines::LineSplitter,
    logs::format::Reader,
    model::{LogLine, Stream},
    store::logs::Snapshot,
};

/// How many lines are searched and filtered.
pub(crate) const LINES: usize = 1_000_000;

/// One line in so many says `timed out`, as one that is worth looking for.
const RARE: usize = 200;

/// How a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text alone, of 100 to 150 bytes.
    Plain,
    /// The same behind a time and a level.
    Timed,
    /// JSON objects of some 200 bytes.
    Json,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Timed => "timed",
            Self::Json => "json",
        })
    }
}

impl Kind {
    /// A line, without its line break.
    pub(crate) fn line(self, n: usize) -> String {
        let user = n * 7919 % 200;
        let took = n * 31 % 900;
        let address = format!("10.0.{}.{}", n % 7, n * 13 % 250);
        let outcome = match n % RARE {
            0 => "timed out waiting for the ledger",
            1..20 => "was answered from the cache",
            _ => "was answered with its statement",
        };
        let level = match n % RARE {
            0 => "ERROR",
            1..5 => "WARN",
            _ => "INFO",
        };
        match self {
            Self::Plain => format!(
                "request {n} of user {user} from {address}: GET /v1/accounts/{user}/entries \
                 {outcome} after {took} ms by worker {}",
                n % 4,
            ),
            Self::Timed => format!("{} {level:<5} {}", time(n), Self::Plain.line(n)),
            Self::Json => format!(
                "{{\"ts\":\"{}\",\"level\":\"{}\",\"msg\":\"request {outcome}\",\
                 \"request_id\":\"{n:016x}\",\"user_id\":{user},\"remote\":\"{address}\",\
                 \"route\":\"/v1/accounts/{{account}}\",\"duration_ms\":{took}.5}}",
                time(n),
                level.to_lowercase(),
            ),
        }
    }

    /// Some lines, as they come from a pipe.
    pub(crate) fn bytes(self, lines: usize) -> Vec<u8> {
        (0..lines).flat_map(|n| self.line(n).into_bytes().into_iter().chain([b'\n'])).collect()
    }

    /// [`LINES`] lines, as they are kept.
    pub(crate) fn kept(self) -> Snapshot {
        static KEPT: [OnceLock<Snapshot>; 3] = [const { OnceLock::new() }; 3];
        KEPT[self as usize].get_or_init(|| (0..LINES).map(reader(self)).collect()).clone()
    }
}

/// Makes understood lines, one after the other.
fn reader(kind: Kind) -> impl FnMut(usize) -> LogLine {
    let mut splitter = LineSplitter::new(Stream::Stdout);
    let mut reader = Reader::new(None, TimeZone::UTC);
    move |n| {
        let mut text = kind.line(n);
        text.push('\n');
        let mut made = None;
        splitter.push(text.as_bytes(), |line| made = Some(line));
        let mut line = made.unwrap();
        line.at = Some(moment(n));
        line.told = reader.read(line.at, line.as_str());
        line
    }
}

/// The lines as Docker's engine sends them, each a record with its time before it.
pub(crate) fn records(kind: Kind, lines: usize) -> Vec<Vec<u8>> {
    let record = |n| {
        let mut record = format!("{:.9} ", moment(n));
        let _ = writeln!(record, "{}", kind.line(n));
        record.into_bytes()
    };
    (0..lines).map(record).collect()
}

fn time(n: usize) -> String {
    format!("{:.3}", moment(n))
}

/// When a line was said: five of them in a millisecond.
fn moment(n: usize) -> Timestamp {
    static FIRST: LazyLock<Timestamp> = LazyLock::new(|| "2026-11-20T03:12:41Z".parse().unwrap());
    *FIRST + i64::try_from(n / 5).unwrap().milliseconds()
}
