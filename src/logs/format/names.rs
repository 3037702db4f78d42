//! The names under which structured logs keep what every line has.

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// When.
    Time,
    /// How bad.
    Level,
    /// The message; the lowest number is the first choice.
    Message(u8),
}

/// What a field of this name is for, if it is what it says.
pub(super) fn role(name: &str) -> Option<Role> {
    Some(match name {
        "time" | "timestamp" | "ts" | "t" | "@timestamp" | "@t" | "asctime" | "datetime"
        | "date" | "Time" | "Timestamp" | "time_iso8601" | "t.$date" => Role::Time,
        "level" | "severity" | "lvl" | "levelname" | "log.level" | "loglevel" | "logLevel"
        | "log_level" | "Level" | "LogLevel" | "Severity" | "@l" | "error_severity"
        | "severity_text" | "severityText" | "SeverityText" => Role::Level,
        "message" => Role::Message(0),
        "msg" => Role::Message(1),
        "Message" => Role::Message(2),
        "@m" => Role::Message(3),
        "event" => Role::Message(4),
        "log" => Role::Message(5),
        "text" => Role::Message(6),
        "@mt" => Role::Message(7),
        _ => return None,
    })
}

/// The name by which the id of a trace can always be asked for.
pub(super) const TRACE_ID: &str = "trace_id";

/// Other names that it has.
pub(super) const TRACE_IDS: [&str; 8] = [
    "traceId",
    "traceID",
    "TraceId",
    "traceid",
    "trace.id",
    "dd.trace_id",
    "otelTraceID",
    "logging.googleapis.com/trace",
];

/// What all of those have in them.
pub(super) const TRACE_MARK: &str = "race";
