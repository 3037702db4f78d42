//! A table of lines as programs write them, and what is understood of each.

use jiff::{Timestamp, tz::TimeZone};

use super::{Field, Reader, Value, parts};
use crate::{
    model::{Format, Severity, Told},
    text::parse_log,
};

/// When the engine took the lines, unless it says otherwise.
const AT: &str = "2026-11-20T03:12:41.5Z";

/// Every format.
pub(super) const FORMATS: [Format; 15] = [
    Format::Plain,
    Format::Json,
    Format::Logfmt,
    Format::Access,
    Format::NginxError,
    Format::Postgres,
    Format::Redis,
    Format::Python,
    Format::Uvicorn,
    Format::Gunicorn,
    Format::Celery,
    Format::Java,
    Format::Klog,
    Format::Tracing,
    Format::Syslog,
];

/// A line, and what it says: its time (`-` for none), level, message and fields.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) text: &'static str,
    pub(super) format: Format,
    at: &'static str,
    level: Option<Severity>,
    message: &'static str,
    fields: &'static str,
}

const fn sample(
    format: Format,
    text: &'static str,
    at: &'static str,
    level: Severity,
    message: &'static str,
    fields: &'static str,
) -> Sample {
    Sample { text, format, at, level: Some(level), message, fields }
}

/// What the table calls the moment that most samples name.
const S: &str = "2026-11-20T03:12:41Z";
const MS: &str = "2026-11-20T03:12:41.123Z";

#[rustfmt::skip]
pub(super) const SAMPLES: &[Sample] = &[
    // zap, slog, logrus, structlog and most others.
    sample(Format::Json,
        r#"{"level":"warn","ts":1795144361.123,"caller":"jobs/run.go:42","msg":"slow job","took":1.5}"#,
        MS, Severity::Warn, "slow job", "caller=jobs/run.go:42 took=1.5"),
    sample(Format::Json,
        r#"{"time":"2026-11-20T05:12:41.123+02:00","level":"ERROR","msg":"no stock","sku":{"id":7,"tags":["a", "b"]},"ok":false,"next":null}"#,
        MS, Severity::Error, "no stock", r#"sku.id=7 sku.tags=["a","b"] ok=false next=null"#),
    sample(Format::Json,
        r#"{"event": "login", "user_id": 42, "trace_id": "4bf92f", "timestamp": "2026-11-20T03:12:41Z", "level": "info"}"#,
        S, Severity::Info, "login", "user_id=42 trace_id=4bf92f"),
    // pino, bunyan.
    sample(Format::Json,
        r#"{"level":50,"time":1795144361123,"pid":7,"hostname":"api-1","msg":"boom"}"#,
        MS, Severity::Error, "boom", "pid=7 hostname=api-1"),
    // Elastic's common schema, flat and nested.
    sample(Format::Json,
        r#"{"@timestamp":"2026-11-20T03:12:41.123Z","log.level":"WARN","message":"late","trace.id":"ab"}"#,
        MS, Severity::Warn, "late", "trace.id=ab"),
    sample(Format::Json,
        r#"{"@timestamp":"2026-11-20T03:12:41.123Z","log":{"level":"error","logger":"jobs"},"message":"late"}"#,
        MS, Severity::Error, "late", "log.logger=jobs"),
    // Google's cloud, Serilog, PostgreSQL's jsonlog, MongoDB.
    sample(Format::Json,
        r#"{"severity":"CRITICAL","time":"2026-11-20T03:12:41Z","message":"down"}"#,
        S, Severity::Fatal, "down", ""),
    sample(Format::Json,
        r#"{"@t":"2026-11-20T03:12:41.123Z","@m":"Saved 7","@l":"Debug","@i":"f00"}"#,
        MS, Severity::Debug, "Saved 7", "@i=f00"),
    sample(Format::Json,
        r#"{"timestamp":"2026-11-20 03:12:41.123 UTC","user":"qms","dbname":"qms","pid":70,"error_severity":"ERROR","state_code":"42P01","message":"relation \"x\" does not exist"}"#,
        MS, Severity::Error, r#"relation "x" does not exist"#, "user=qms dbname=qms pid=70 state_code=42P01"),
    sample(Format::Logfmt,
        r#"ts=2026-11-20T03:12:41.123Z level=warn msg="slow \"statement\"" id=7 trace_id=4bf92f why="" dry"#,
        MS, Severity::Warn, r#"slow "statement""#, "id=7 trace_id=4bf92f why= dry=null"),
    sample(Format::Logfmt,
        "time=2026-11-20T05:12:41.123+02:00 level=INFO+2 msg=started addr=:8080",
        MS, Severity::Info, "started", "addr=:8080"),
    sample(Format::Access,
        r#"203.0.113.7 - - [20/Nov/2026:04:12:41 +0100] "GET /a?b=c HTTP/1.1" 200 615 "https://x.example/" "Mozilla/5.0 (X11)" "10.0.0.1""#,
        S, Severity::Info, r#""GET /a?b=c HTTP/1.1" 200 615"#,
        "client=203.0.113.7 method=GET path=/a?b=c protocol=HTTP/1.1 status=200 bytes=615 referrer=https://x.example/ agent=Mozilla/5.0 (X11) forwarded_for=10.0.0.1"),
    sample(Format::Access,
        r#"2001:db8::7 - frank [20/Nov/2026:03:12:41 +0000] "POST /x HTTP/2.0" 503 -"#,
        S, Severity::Error, r#""POST /x HTTP/2.0" 503 -"#,
        "client=2001:db8::7 user=frank method=POST path=/x protocol=HTTP/2.0 status=503"),
    sample(Format::Access,
        r#"shop.example:443 203.0.113.7 - - [20/Nov/2026:03:12:41 +0000] "\x16\x03\x01" 400 150 "-" "-""#,
        S, Severity::Warn, r#""\x16\x03\x01" 400 150"#,
        r"client=203.0.113.7 host=shop.example:443 path=\x16\x03\x01 status=400 bytes=150"),
    sample(Format::NginxError,
        r#"2026/11/20 03:12:41 [error] 29#30: *7 connect() failed (111: Connection refused) while connecting to upstream, client: 203.0.113.7, server: _, request: "GET / HTTP/1.1", upstream: "http://172.18.0.5:8000/", host: "x.example""#,
        S, Severity::Error, "connect() failed (111: Connection refused) while connecting to upstream",
        "pid=29 tid=30 connection=7 client=203.0.113.7 server=_ request=GET / HTTP/1.1 upstream=http://172.18.0.5:8000/ host=x.example"),
    sample(Format::NginxError,
        "2026/11/20 03:12:41 [notice] 1#1: start worker processes",
        S, Severity::Notice, "start worker processes", "pid=1 tid=1"),
    sample(Format::Postgres,
        "2026-11-20 03:12:41.123 UTC [1] LOG:  database system is ready to accept connections",
        MS, Severity::Info, "database system is ready to accept connections", "pid=1"),
    sample(Format::Postgres,
        "2026-11-20 04:12:41.123 CET [70] qms@shop ERROR:  relation \"x\" does not exist at character 15",
        MS, Severity::Error, "relation \"x\" does not exist at character 15", "pid=70 user=qms db=shop"),
    sample(Format::Postgres,
        "2026-11-20 03:12:41 UTC [70]: [3-1] user=qms,db=shop,app=[unknown],client=172.18.0.5 FATAL:  password authentication failed",
        S, Severity::Fatal, "password authentication failed", "pid=70 user=qms db=shop client=172.18.0.5"),
    sample(Format::Postgres,
        "2026-11-20 03:12:41 UTC:172.18.0.5(51234):qms@shop:[70]:WARNING:  there is no transaction in progress",
        S, Severity::Warn, "there is no transaction in progress", "pid=70 user=qms db=shop"),
    sample(Format::Postgres,
        "ERROR:  canceling statement due to statement timeout",
        "-", Severity::Error, "canceling statement due to statement timeout", ""),
    sample(Format::Redis,
        "1:M 20 Nov 2026 03:12:41.123 * Ready to accept connections tcp",
        MS, Severity::Notice, "Ready to accept connections tcp", "pid=1 role=master"),
    sample(Format::Redis,
        "7:S 20 Nov 2026 03:12:41.123 # Error condition on socket for SYNC",
        MS, Severity::Warn, "Error condition on socket for SYNC", "pid=7 role=replica"),
    sample(Format::Uvicorn,
        r#"INFO:     127.0.0.1:51234 - "GET /health HTTP/1.1" 200 OK"#,
        "-", Severity::Info, r#"127.0.0.1:51234 - "GET /health HTTP/1.1" 200 OK"#,
        "client=127.0.0.1:51234 method=GET path=/health protocol=HTTP/1.1 status=200"),
    sample(Format::Uvicorn,
        "ERROR:    Exception in ASGI application",
        "-", Severity::Error, "Exception in ASGI application", ""),
    sample(Format::Uvicorn,
        "CRITICAL: worker lost",
        "-", Severity::Fatal, "worker lost", ""),
    sample(Format::Gunicorn,
        "[2026-11-20 03:12:41 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)",
        S, Severity::Info, "Listening at: http://0.0.0.0:8000 (7)", "pid=7"),
    sample(Format::Celery,
        "[2026-11-20 03:12:41,123: WARNING/ForkPoolWorker-1] Task qms.export[5f0c-11] took 40 s",
        MS, Severity::Warn, "Task qms.export[5f0c-11] took 40 s",
        "process=ForkPoolWorker-1 task=qms.export task_id=5f0c-11"),
    sample(Format::Celery,
        "[2026-11-20 03:12:41,123: INFO/MainProcess] celery@worker-1 ready.",
        MS, Severity::Info, "celery@worker-1 ready.", "process=MainProcess"),
    sample(Format::Python,
        "2026-11-20 03:12:41,123 - app.jobs - ERROR - could not export - again",
        MS, Severity::Error, "could not export - again", "logger=app.jobs"),
    sample(Format::Python,
        "2026-11-20 03:12:41,123 [WARNING] app.jobs: late",
        MS, Severity::Warn, "late", "logger=app.jobs"),
    sample(Format::Python,
        "2026-11-20 03:12:41,123 INFO Starting up",
        MS, Severity::Info, "Starting up", ""),
    sample(Format::Python,
        "CRITICAL:app.jobs:no disk",
        "-", Severity::Fatal, "no disk", "logger=app.jobs"),
    sample(Format::Python,
        "2026-11-20 03:12:41.123 | SUCCESS  | app.jobs:run:12 - exported",
        MS, Severity::Info, "exported", "source=app.jobs:run:12"),
    sample(Format::Java,
        "03:12:41.123 [main] WARN  com.example.Jobs - queue is long",
        MS, Severity::Warn, "queue is long", "thread=main logger=com.example.Jobs"),
    sample(Format::Java,
        "2026-11-20 03:12:41,123 ERROR [pool-1-thread-2] com.example.Jobs: failed: no disk",
        MS, Severity::Error, "failed: no disk", "thread=pool-1-thread-2 logger=com.example.Jobs"),
    sample(Format::Java,
        "2026-11-20T03:12:41.123Z  INFO 7 --- [           main] c.example.Jobs                          : Started Jobs in 2.1 seconds",
        MS, Severity::Info, "Started Jobs in 2.1 seconds", "thread=main logger=c.example.Jobs"),
    sample(Format::Java,
        "[2026-11-20 03:12:41,123] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)",
        MS, Severity::Info, "started", "thread=KafkaServer id=1 logger=kafka.server.KafkaServer"),
    sample(Format::Java,
        "[2026-11-20T03:12:41,123][WARN ][o.e.n.Node               ] [node-1] disk is filling up",
        MS, Severity::Warn, "disk is filling up", "thread=node-1 logger=o.e.n.Node"),
    sample(Format::Klog,
        "E1120 03:12:41.123000       1 controller.go:123] could not sync",
        MS, Severity::Error, "could not sync", "thread=1 source=controller.go:123"),
    sample(Format::Tracing,
        "2026-11-20T03:12:41.123000Z  INFO app::jobs: exported rows=7",
        MS, Severity::Info, "exported rows=7", "target=app::jobs"),
    sample(Format::Tracing,
        "2026-11-20T03:12:41.123000Z ERROR request{id=7}: app::jobs: gone",
        MS, Severity::Error, "request{id=7}: app::jobs: gone", ""),
    sample(Format::Tracing,
        "[2026-11-20T03:12:41Z WARN  app::jobs] late",
        S, Severity::Warn, "late", "target=app::jobs"),
    sample(Format::Syslog,
        r#"<165>1 2026-11-20T03:12:41.123Z host-1 app 7 ID47 [data@32473 eventID="1011" source="a\"b"][x y="z"] started"#,
        MS, Severity::Notice, "started",
        r#"host=host-1 app=app pid=7 msgid=ID47 eventID=1011 source=a\"b y=z"#),
    sample(Format::Syslog,
        "<34>1 - - su - - - 'su root' failed",
        "-", Severity::Fatal, "'su root' failed", "app=su"),
    sample(Format::Syslog,
        "<38>Nov 20 03:12:41 host-1 sshd[812]: Failed password for root",
        S, Severity::Info, "Failed password for root", "host=host-1 app=sshd pid=812"),
];

fn read(text: &str) -> Told {
    let at: Timestamp = AT.parse().unwrap();
    Reader::new(None, TimeZone::UTC).read(Some(at), text)
}

/// Fields as the table writes them.
fn shown(fields: &[Field<'_>]) -> String {
    let value = |value: &Value<'_>| match value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is_so) => is_so.to_string(),
        Value::Null => "null".to_owned(),
    };
    let pairs: Vec<String> =
        fields.iter().map(|field| format!("{}={}", field.name, value(&field.value))).collect();
    pairs.join(" ")
}

#[test]
fn what_every_sample_says_is_told() {
    for sample in SAMPLES {
        let at = sample.at.parse().ok();
        assert_eq!(at.is_none(), sample.at == "-");
        let expected = Told { format: sample.format, at, level: sample.level, ..Told::default() };
        assert_eq!(read(sample.text), expected, "{}", sample.text);
    }
}

#[test]
fn every_sample_is_taken_apart() {
    for sample in SAMPLES {
        let parts = parts(sample.format, sample.text).expect(sample.text);
        assert_eq!(parts.message, sample.message, "{}", sample.text);
        assert_eq!(shown(&parts.fields), sample.fields, "{}", sample.text);
    }
}

#[test]
fn a_sample_is_no_line_of_another_format() {
    for sample in SAMPLES {
        let fixed = |format| Reader::new(Some(format), TimeZone::UTC).read(None, sample.text);
        assert_eq!(fixed(sample.format).format, sample.format, "{}", sample.text);
        for other in SAMPLES.iter().filter(|other| other.format != sample.format) {
            let told = fixed(other.format).format;
            // Java's and Python's loggers share a form, and so do uvicorn and PostgreSQL.
            let related = [Format::Java, Format::Python, Format::Uvicorn, Format::Postgres];
            let is_related = related.contains(&sample.format) && related.contains(&other.format);
            assert!(told == Format::Plain || is_related, "{} as {told:?}", sample.text);
        }
    }
}

#[test]
fn a_line_between_others_of_a_format_is_still_its_own() {
    for first in SAMPLES {
        let mut reader = Reader::new(None, TimeZone::UTC);
        reader.read(None, first.text);
        for sample in SAMPLES {
            let told = reader.clone().read(None, sample.text);
            let level = told.level;
            assert_eq!(level, sample.level, "{} after {}", sample.text, first.text);
        }
    }
}

#[test]
fn lines_that_say_nothing_are_plain() {
    for text in [
        "",
        " ",
        "hello",
        "Listening on port 8080",
        "{not json}",
        "[1, 2]",
        "\"text\"",
        "{\"level\":\"error\"} trailing",
        "x=1 and then some text",
        "GET /health 200",
        "127.0.0.1 - - [yesterday] \"GET / HTTP/1.1\" 200 1",
        "‹U+202E›␛]0;title␇",
    ] {
        assert_eq!(read(text), Told::default(), "{text}");
    }
}

#[test]
fn a_guess_is_marked_as_one() {
    let guess = |level| Told { level: Some(level), is_guess: true, ..Told::default() };
    assert_eq!(read("ERROR could not connect"), guess(Severity::Error));
    assert_eq!(read("INFO no errors found"), guess(Severity::Info));
    let timed = Told { at: S.parse().ok(), ..guess(Severity::Warn) };
    assert_eq!(read("2026/11/20 03:12:41 [WARN] agent: late"), timed);
    assert_eq!(read("[2026-11-20 03:12:41] warning: late"), timed);
    let syslog = Told { format: Format::Syslog, at: S.parse().ok(), ..guess(Severity::Error) };
    assert_eq!(read("Nov 20 03:12:41 host sshd[7]: error: kex_exchange"), syslog);
}

#[test]
fn a_json_line_without_time_or_level_has_none() {
    let expected = Told { format: Format::Json, ..Told::default() };
    assert_eq!(read(r#"{"a":1}"#), expected);
    assert_eq!(read(r#"{"time":12.5,"level":"high","ts":"soon"}"#), expected);
    let parts = parts(Format::Json, r#"{"time":12.5,"level":"high"}"#).unwrap();
    assert_eq!(shown(&parts.fields), "time=12.5 level=high");
}

#[test]
fn a_json_line_that_was_cut_is_understood_as_far_as_it_goes() {
    let long = format!(
        r#"{{"level":"error","ts":"{S}","msg":"m","body":"{}"#,
        "x".repeat(crate::model::log::MAX_LINE_BYTES)
    );
    let cut = &long[..crate::model::log::MAX_LINE_BYTES];
    let told = read(cut);
    assert_eq!((told.format, told.level), (Format::Json, Some(Severity::Error)));
    assert_eq!(parts(Format::Json, cut).unwrap().message, "m");
    assert_eq!(read(&long[..100]).format, Format::Plain);
}

#[test]
fn a_format_that_was_said_is_the_only_one() {
    let at = Some(AT.parse().unwrap());
    let mut reader = Reader::new(Some(Format::Logfmt), TimeZone::UTC);
    assert_eq!(reader.read(at, r#"{"level":"error"}"#), Told::default());
    let told = reader.read(at, "2026-11-20T03:12:41Z  WARN app: late");
    assert_eq!(told.format, Format::Plain);
    assert_eq!((told.level, told.is_guess), (Some(Severity::Warn), true));
    assert_eq!(reader.read(at, "level=error msg=x").format, Format::Logfmt);
}

#[test]
fn colours_do_not_hide_a_format() {
    let styled = parse_log("\x1b[2m2026-11-20T03:12:41.123Z\x1b[0m \x1b[32m INFO\x1b[0m app: x");
    assert_eq!(read(styled.text().as_str()).format, Format::Tracing);
}
