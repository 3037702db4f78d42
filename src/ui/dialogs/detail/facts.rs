//! What is told of one instance, fact by fact.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::life;
use crate::{
    model::{HealthRecord, InstanceKey, Level, Pressure, Sample, SampleSource, TimeStyle},
    store::InstanceView,
    text::{format, redact},
    ui::{Cx, dialogs::wrapped::Fact, theme::Role},
};

/// How many of an instance's last health checks are shown.
const CHECKS: usize = 3;

/// Everything that is known of an instance, the most useful first.
pub(super) fn facts<'a>(key: &InstanceKey, view: &'a InstanceView, cx: &Cx<'_>) -> Vec<Fact<'a>> {
    let instance = &view.instance;
    let id = format!("{} on {}", key.id.short(), key.engine);
    let mut facts = vec![
        Fact::new("id", Role::Text, id),
        Fact::new("state", Role::Text, instance.state.word()),
    ];
    if let Some(image) = &instance.image {
        let digest = image.short_digest().map(|digest| format!("  {digest}")).unwrap_or_default();
        facts.push(Fact::new("image", Role::Text, format!("{}{digest}", image.name)));
    }
    if !instance.command.is_empty() {
        facts.push(Fact::new("command", Role::Text, instance.command.as_str()));
    }
    if !instance.ports.is_empty() {
        let ports: Vec<String> = instance.ports.iter().map(ToString::to_string).collect();
        facts.push(Fact::new("ports", Role::Text, ports.join("  ")));
    }
    if let Some(detail) = &instance.detail {
        facts.extend(life::facts(key, view, detail, cx));
        facts.push(Fact::new("health", Role::Text, instance.health.word()));
        let checks = detail.health_log.iter().rev().take(CHECKS);
        facts.extend(checks.flat_map(|record| check(record, cx)));
    }
    if let Some(fault) = view.no_numbers(cx.now) {
        let why = format!("no numbers: {}", fault.message);
        facts.push(Fact::new("stats", Role::Warn, why));
    } else if let Some(sample) = view.series.latest().filter(|_| instance.is_up()) {
        facts.push(Fact::new("stats", Role::Text, source(sample.source)));
    }
    facts.extend(view.current(cx.now).and_then(|sample| waiting(sample, cx)));
    if view.dropped_readings > 0 {
        let count = format::exact(view.dropped_readings);
        facts.push(Fact::new("", Role::Warn, format!("{count} readings dropped: too fast")));
    }
    for (name, value) in &instance.labels {
        let label = format!("{name} = {}", masked(name.as_str(), value.as_str()));
        facts.push(Fact::new("label", Role::Muted, label));
    }
    facts
}

/// Who tells what it uses.
fn source(source: SampleSource) -> &'static str {
    match source {
        SampleSource::Kernel => "from the kernel of this host",
        SampleSource::Engine => "from the engine's API",
    }
}

/// For what its tasks wait, where the kernel tells it (PSI); what is past its threshold has
/// its sign and its word.
fn waiting<'a>(sample: &Sample, cx: &Cx<'_>) -> Option<Fact<'a>> {
    let all = [
        ("CPU", sample.cpu_pressure),
        ("memory", sample.memory_pressure),
        ("disks", sample.io_pressure),
    ];
    let told = || all.iter().filter_map(|(what, pressure)| Some((what, (*pressure)?)));
    let worst = told().map(|(_, pressure)| pressure.level()).max()?;
    let words = |(what, pressure): (&&str, Pressure)| {
        let share = format::percent(f64::from(pressure.some_share));
        match pressure.level() {
            level @ (Level::Warn | Level::Bad) => {
                format!("{} for {what} {share} ({})", cx.glyphs.level(level), level.word())
            }
            _ => format!("for {what} {share}"),
        }
    };
    let words = told().map(words).collect::<Vec<_>>().join("  ");
    let role = if worst >= Level::Warn { Role::of(worst) } else { Role::Text };
    Some(Fact::new("waiting", role, format!("{words}  of the last 10s")))
}

/// One health check, with what it printed.
fn check<'a>(record: &'a HealthRecord, cx: &Cx<'_>) -> Vec<Fact<'a>> {
    let role = if record.exit_code == 0 { Role::Text } else { Role::Bad };
    let at = record.at.map(|at| moment(at, cx)).unwrap_or_default();
    let mut facts = vec![Fact::new("", role, format!("{at}  {}", result(record.exit_code)))];
    let output = record.output.iter().map(|line| Fact::new("", role, line.as_str()).indent(2));
    facts.extend(output);
    facts
}

/// How a check went. Not every check is a program: 0 and 1 may be no exit codes at all,
/// so only another one is worth its place.
fn result(exit_code: i64) -> String {
    match exit_code {
        0 => "passed".into(),
        1 => "failed".into(),
        code => format!("failed (exit {code})"),
    }
}

/// A label's value; masked when its name says that it is a secret.
fn masked<'a>(name: &str, value: &'a str) -> &'a str {
    if redact::is_secret_name(name) { redact::MASK } else { value }
}

/// A moment with its zone, and how long ago it was.
pub(super) fn moment(at: Timestamp, cx: &Cx<'_>) -> String {
    let zone = if cx.time == TimeStyle::Utc { TimeZone::UTC } else { cx.zone.clone() };
    let age = cx.now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs();
    let clock = at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %Z");
    format!("{clock}  ({} ago)", format::age(age))
}
