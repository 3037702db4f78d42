//! `[[logs]]`: lines beside the output of instances, and how lines are to be understood.

use std::path::Path;

use glob::Pattern;
use jiff::tz::TimeZone;

use super::{
    names::{own_name, tables},
    patterns::is_regex,
};
use crate::{
    config::{
        keys::{Holds, Keys, key, needed},
        reader::{At, Node, Reader, Table},
    },
    model::{Format, LogOrigin, LogReading, LogSourceSpec},
    text::Clean,
};

pub(in crate::config) const KEYS: Keys = Keys {
    known: &[
        needed("name", Holds::Text, "What it is called"),
        needed("source", Holds::Text, "file:PATTERN, journal:UNIT, cmd:PROGRAM or service:NAME"),
        key(
            "format",
            Holds::Word(|| FORMATS.iter().map(|(word, _)| *word).collect()),
            "How its lines are written; found out otherwise",
        ),
        key("service", Holds::Text, "The service whose logs it is shown with"),
        key("tail", Holds::Number, "How many of the last lines are read at first"),
        key("timezone", Holds::Text, "The zone of times that name none"),
        key("redact", Holds::Texts, "Regular expressions; what they match is masked"),
    ],
    later: &["level_field", "retention", "timestamp"],
};

/// How the lines of a log are written. `None` is found out for each line.
const FORMATS: [(&str, Option<Format>); 18] = [
    ("auto", None),
    ("raw", Some(Format::Plain)),
    ("json", Some(Format::Json)),
    ("logfmt", Some(Format::Logfmt)),
    ("access", Some(Format::Access)),
    ("nginx", Some(Format::Access)),
    ("nginx-error", Some(Format::NginxError)),
    ("postgres", Some(Format::Postgres)),
    ("redis", Some(Format::Redis)),
    ("python", Some(Format::Python)),
    ("uvicorn", Some(Format::Uvicorn)),
    ("gunicorn", Some(Format::Gunicorn)),
    ("celery", Some(Format::Celery)),
    ("java", Some(Format::Java)),
    ("klog", Some(Format::Klog)),
    ("tracing", Some(Format::Tracing)),
    ("syslog", Some(Format::Syslog)),
    ("plain", Some(Format::Plain)),
];

const TAIL: usize = 500;
const MOST_TAIL: u64 = 100_000;

const HOW: &str = "write \"file:/var/log/nginx/*.log\", \"journal:nginx.service\", \
                   \"cmd:program argument\" or \"service:api\"";

pub(super) fn all(reader: &mut Reader<'_>, node: &Node<'_>, folder: &Path) -> Vec<LogSourceSpec> {
    let mut names = Vec::new();
    let tables = tables(reader, node);
    let all: Vec<_> = tables
        .iter()
        .filter_map(|table| Some((table, one(reader, table, folder, &mut names)?)))
        .collect();
    one_a_service(reader, &all);
    all.into_iter().map(|(_, log)| log).collect()
}

fn one<'a>(
    reader: &mut Reader<'_>,
    table: &Table<'a>,
    folder: &Path,
    names: &mut Vec<&'a str>,
) -> Option<LogSourceSpec> {
    reader.keys(table, &KEYS);
    let name = own_name(reader, table, names);
    let source = table.get("source");
    if source.is_none() {
        reader.fail(table, format!("`{}` has no source", table.path), HOW);
    }
    let source = source.and_then(|node| reader.string(&node));
    let origin = source.and_then(|source| origin(reader, &source, folder));
    let service = table.get("service").and_then(|node| reader.string(&node));
    for key in ["service", "tail"] {
        if let (Some(LogOrigin::Service(_)), Some(key)) = (&origin, table.key(key)) {
            let message = format!("`{}` says nothing about the output of a service", key.path);
            reader.fail(&key, message, "take it out: the source names the service");
        }
    }
    let tail = table.get("tail").and_then(|node| reader.integer(&node, 0..MOST_TAIL + 1));
    let reading = LogReading {
        format: table.get("format").and_then(|node| reader.choice(&node, &FORMATS)).flatten(),
        timezone: table.get("timezone").and_then(|node| timezone(reader, &node)),
        redact: redact(reader, table),
    };
    Some(LogSourceSpec {
        name: Clean::new(name?),
        origin: origin?,
        service: service.map(|service| Clean::new(service.value)),
        tail: tail.map_or(TAIL, |tail| tail.value as usize),
        reading,
    })
}

fn origin(reader: &mut Reader<'_>, source: &At<&str>, folder: &Path) -> Option<LogOrigin> {
    let (kind, rest) = source.value.split_once(':').unwrap_or(("", source.value));
    let origin = match kind {
        "file" => files(rest, folder),
        "journal" => unit(rest),
        "cmd" => command(rest, folder),
        "service" if !rest.is_empty() => Ok(LogOrigin::Service(Clean::new(rest))),
        "service" => Err(("this names no service".into(), "write \"service:api\"")),
        _ => Err((format!("\"{}\" is not a source of logs", source.value), HOW)),
    };
    origin.map_err(|(message, hint)| reader.fail(source, message, hint)).ok()
}

type Refusal = (String, &'static str);

/// A pattern of files, seen from the stack file's folder.
fn files(pattern: &str, folder: &Path) -> Result<LogOrigin, Refusal> {
    if pattern.is_empty() || pattern.ends_with('/') {
        return Err(("this names no file".into(), "write \"file:/var/log/nginx/*.log\""));
    }
    if pattern.starts_with('~') {
        let hint = "write the whole path, or one that begins in the stack file's folder";
        return Err(("`~` stands for nothing here".into(), hint));
    }
    if pattern.split('/').any(|part| part == "**") {
        let hint = "write a `*` for each folder, as in \"file:/var/log/*/*.log\"";
        return Err(("`**` could be any number of folders".into(), hint));
    }
    if let Some(error) = pattern.split('/').find_map(|part| Pattern::new(part).err()) {
        let hint = "`*` and `?` stand for characters, `[abc]` for one of them";
        return Err((format!("\"{pattern}\" is not a pattern: {}", error.msg), hint));
    }
    let folder = folder.to_string_lossy();
    let pattern = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("{}/{pattern}", Pattern::escape(folder.trim_end_matches('/')))
    };
    Ok(LogOrigin::Files(pattern))
}

fn unit(unit: &str) -> Result<LogOrigin, Refusal> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '/';
    if unit.is_empty() || unit.contains(odd) {
        return Err((format!("\"{unit}\" is not a unit"), "write \"journal:nginx.service\""));
    }
    Ok(LogOrigin::Journal(unit.to_owned()))
}

/// A command line, taken apart as a shell would and never given to one (threat T2).
fn command(line: &str, folder: &Path) -> Result<LogOrigin, Refusal> {
    let hint = "write \"cmd:program argument\"; a shell is one only when you name it";
    match shell_words::split(line) {
        Ok(words) if words.first().is_some_and(|program| !program.is_empty()) => {
            Ok(LogOrigin::Command { words, folder: folder.into() })
        }
        Ok(_) => Err(("this names no program".into(), hint)),
        Err(_) => Err(("a quote of this command is not closed".into(), hint)),
    }
}

/// The name of a time zone that this host knows.
pub(super) fn timezone(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<String> {
    let name = reader.string(node)?;
    if TimeZone::get(name.value).is_err() {
        let message = format!("\"{}\" is no time zone that this host knows", name.value);
        reader.fail(&name, message, "write \"UTC\" or a name such as \"Europe/Berlin\"");
        return None;
    }
    Some(name.value.to_owned())
}

fn redact(reader: &mut Reader<'_>, table: &Table<'_>) -> Vec<String> {
    let hint = "write ['\\d{3}-\\d{2}-\\d{4}'], regular expressions";
    let texts = table.get("redact").and_then(|node| reader.strings(&node, hint));
    let texts = texts.unwrap_or_default();
    let good = texts.into_iter().filter(|text| is_regex(reader, text));
    good.map(|text| text.value.to_owned()).collect()
}

/// Two tables about the output of one service could contradict each other.
fn one_a_service(reader: &mut Reader<'_>, logs: &[(&Table<'_>, LogSourceSpec)]) {
    let mut seen = Vec::new();
    for (table, log) in logs {
        let LogOrigin::Service(service) = &log.origin else { continue };
        if seen.contains(&service) {
            let message = format!("there is another table about the output of `{service}`");
            reader.fail(*table, message, "keep one of the two");
        }
        seen.push(service);
    }
}
